package import AirQuality

/// Bounds and thresholds of the aggregation; the defaults are the documented ones.
package struct RollupSettings: Sendable, Hashable {
  /// Slots of the minute ring.
  package var minuteSlots = 120
  /// How far ahead of now the rings reach, minutes: more than screening lets a stamp lie in the future.
  package var headroomMinutes: Int32 = 10
  /// Slots of the hour ring of ordinary stations.
  package var hourSlots = 49
  /// Slots of the hour ring of assessed stations: 15 days and the running hour.
  package var deepHourSlots = 361
  /// Days of the ledger: sixteen months, so that a year's data can still be reviewed in the spring after it.
  package var daySlots = 490
  /// Usable minutes that make an hour (DOMAIN.md 2.2).
  package var minutesForHour = 45
  /// Usable hours that make a 24 h mean.
  package var hoursForDay = 20
  /// Usable hours that make an 8 h mean.
  package var hoursForEightHours = 6
  /// Valid 8 h means of the 17 that make a maximum; fewer do when it exceeds `ozoneLimit`.
  package var windowsForMaximum = 14
  /// The 8 h limit of ozone, class 2.
  package var ozoneLimit = Concentration(thousandths: 160_000)
  /// The minute chunks of an hour are due this many minutes after its end; less than `closeMinutes`, and early enough
  /// that none of the hour's minutes has left the ring.
  package var minuteChunkMinutes: Int32 = 30
  /// An hour is judged, and a day closed, at the latest this many minutes after its end.
  package var closeMinutes: Int32 = 60
  /// Stations beyond the registry that get lanes.
  package var maximumUnknownStations = 20_000
  /// Rows that wait for their chunks.
  package var maximumParkedRows = 200_000

  package init() {}
}
