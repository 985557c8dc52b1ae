import AirQuality
import ConfigurationFiles

/// What the intake needs of the registry: whose rows are read otherwise, and where mobile readings lie.
struct IntakeRegistry: Sendable {
  /// Settings that change how rows are read, by station.
  var overrides: [String: StationSetting] = [:]
  /// Ids of mobile stations.
  var moving: Set<String> = []
  var boundaries = CountyBoundaries()

  init() {}

  init(_ loaded: LoadedConfiguration) {
    for setting in loaded.registry.settings where setting.changesRows { overrides[setting.station] = setting }
    moving = Set(loaded.site.stations.lazy.filter { $0.stationClass == .mobile }.map(\.id))
    boundaries = loaded.boundaries
  }
}

extension LoadedConfiguration {
  /// What changes how a feed's answers are read, so that a change of it makes the feed poll again.
  var readingSettings: String {
    registry.settings.filter(\.changesRows).map { setting in
      let units = setting.units.map { "\($0.pollutant.name)=\($0.unit.rawValue)" }.joined(separator: ";")
      return "\(setting.station) \(units) \(setting.stamp?.rawValue ?? "") \(setting.periodMilliseconds ?? -1)"
    }.joined(separator: "|")
  }
}
