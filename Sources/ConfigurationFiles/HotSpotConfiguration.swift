package import AirQuality

/// `hot_spots` as the configuration states it; what is nil is the engine's default.
package struct HotSpotConfiguration: Sendable, Hashable {
  package var isEnabled: Bool?
  package var classes: [StationClass]?
  /// In the pollutant's unit.
  package var floors: [Pollutant: Double]?
  package var deviations: Double?
  package var ratio: Double?
  package var stations: Int?
  package var hours: Int?
  package var clearHours: Int?
  package var reportWithinHours: Int?
  package var handleWithinHours: Int?
  package var owners: [Owner] = []

  /// A line of the table of owners (责任人).
  package struct Owner: Sendable, Hashable {
    package var county: String
    /// Nil: of all stations of the county.
    package var station: String?
    package var name: String
    package var contact: String
  }

  package init() {}
}
