/// The reviewed hours of one station, pollutant and civil day (复核小时值).
///
/// A reviewed day stands for itself: its hours replace all that instruments sent for that station, pollutant and day, and
/// an hour without a value was found invalid by people.
public struct ReviewedDay: Sendable, Hashable {
  /// Id of the registry.
  public var station: String
  public var day: CivilDay
  public var pollutant: Pollutant
  /// 24 values in `Pollutant.unit`, that of 00:00-01:00 first; missing where no valid one was left.
  public var hours: [Concentration]

  /// - Parameter hours: 24 values.
  public init(station: String, day: CivilDay, pollutant: Pollutant, hours: [Concentration]) {
    precondition(hours.count == 24, "a day has 24 hours")
    self.station = station
    self.day = day
    self.pollutant = pollutant
    self.hours = hours
  }
}
