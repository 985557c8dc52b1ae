import ConfigurationFiles
import Engine

extension HotSpotConfiguration {
  /// What the engine takes: the defaults, and what the configuration states.
  var engine: HotSpotSettings {
    var settings = HotSpotSettings()
    if let isEnabled { settings.isEnabled = isEnabled }
    if let classes { settings.classes = classes }
    if let floors { settings.floors = floors }
    if let deviations { settings.deviations = deviations }
    if let ratio { settings.ratio = ratio }
    if let stations { settings.stations = stations }
    if let hours { settings.hours = hours }
    if let clearHours { settings.clearHours = clearHours }
    if let reportWithinHours { settings.reportWithinHours = reportWithinHours }
    if let handleWithinHours { settings.handleWithinHours = handleWithinHours }
    settings.owners = owners.map {
      HotSpotSettings.Owner(county: $0.county, station: $0.station, name: $0.name, contact: $0.contact)
    }
    return settings
  }
}
