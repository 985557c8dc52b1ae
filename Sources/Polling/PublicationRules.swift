internal import Timekeeping

/// How a feed's publication lag is learned and used; see `PublicationLag`.
package struct PublicationRules: Hashable, Sendable {
  /// Share of publications that have come when the next poll is set, above 0 and below 1.
  package var quantile = 0.9
  /// Civil time after that quantile until the poll; nil: a twentieth of the cadence, at most 30 s.
  package var margin: Duration?
  /// Share of publications beyond which one is late, `quantile` to 1.
  package var alarmQuantile = 0.99
  /// A publication is late no sooner than this civil time after `quantile`; nil: the cadence, at most 10 min.
  package var alarmFloor: Duration?
  /// Share of the stations of the periods before that must be there until a period counts as published, 0 to 1.
  package var completeness = 0.9
  /// Civil time to the first poll after one that came too early; nil: a twelfth of the cadence, at most 60 s.
  package var step: Duration?
  /// Polls after one that came too early, for one period. The first five are a step apart, then the steps grow by half.
  package var attempts = 12

  package init() {}

  /// Publications seen before the schedule follows them …
  package static let leastToFollow = 3
  /// … and before one can be late.
  package static let leastToAlarm = 12
  /// One period in so many is awaited early, so that a source that has become faster is noticed.
  package static let measuredPeriods: UInt64 = 8

  func marginMilliseconds(cadence: Int64) -> Int64 { margin?.milliseconds64 ?? min(30_000, max(1, cadence / 20)) }
  func alarmFloorMilliseconds(cadence: Int64) -> Int64 { alarmFloor?.milliseconds64 ?? min(600_000, max(1, cadence)) }

  /// Civil milliseconds from a poll that came too early to the next, for the `attempt`-th of them (from 0).
  func stepMilliseconds(attempt: Int, cadence: Int64) -> Int64 {
    let first = max(1, step?.milliseconds64 ?? min(60_000, cadence / 12))
    var step = min(first, 86_400_000)
    for _ in 0..<min(12, max(0, attempt - 4)) { step += step / 2 }
    return step
  }
}
