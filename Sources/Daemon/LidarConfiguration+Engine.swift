import ConfigurationFiles
import Engine

extension LidarConfiguration {
  /// What the engine takes: the defaults, and what the configuration states.
  var engine: LidarWatchSettings {
    var settings = LidarWatchSettings()
    if let isEnabled { settings.isEnabled = isEnabled }
    if let layerContrast { settings.layerContrast = layerContrast }
    if let layerMaximumMeters { settings.layerMaximumMeters = layerMaximumMeters }
    if let layerDistanceMeters { settings.layerDistanceMeters = layerDistanceMeters }
    if let layerDescentMeters { settings.layerDescentMeters = layerDescentMeters }
    if let fallShare { settings.fallShare = fallShare }
    if let usualShare { settings.usualShare = usualShare }
    if let fallShareAlone { settings.fallShareAlone = fallShareAlone }
    if let riseShare { settings.riseShare = riseShare }
    if let plumeRatio { settings.plumeRatio = plumeRatio }
    if let beginsAfter { settings.beginsAfter = beginsAfter }
    if let endsAfter { settings.endsAfter = endsAfter }
    settings.edges = edges.map {
      LidarWatchSettings.Edge(
        station: $0.station, fromDegrees: $0.fromDegrees, untilDegrees: $0.untilDegrees, rangeMeters: $0.rangeMeters,
        beyond: $0.beyond)
    }
    return settings
  }
}
