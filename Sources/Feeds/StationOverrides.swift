import AirQuality

/// What the registry sets for the stations of one body, looked up once for each.
struct StationOverrides {
  private let settings: [String: StationSetting]
  /// By the station's number; nil inside where nothing is set.
  private var found: [StationSetting?] = []

  init(_ settings: [String: StationSetting]) { self.settings = settings }

  /// What is set for a station of the body's table.
  mutating func setting(of station: UInt32, in stations: StationTable) -> StationSetting? {
    guard !settings.isEmpty else { return nil }
    while found.count <= Int(station) { found.append(settings[stations.names[found.count]]) }
    return found[Int(station)]
  }
}

extension StationSetting {
  /// The conversion from the unit that is set for a pollutant; nil when none is, or it cannot carry the pollutant.
  func conversion(for pollutant: Pollutant) -> (factor: Double, offset: Double)? {
    units.first { $0.pollutant == pollutant }.flatMap { $0.unit.conversion(for: pollutant) }
  }
}
