import AirQuality
import Glibc

/// The `Date` field of an answer (RFC 9110, 5.6.7).
enum HTTPDate {
  /// The wall clock now: `Sat, 05 Dec 2020 06:00:00 GMT`.
  static func now() -> String { text(of: Instant(milliseconds: Int64(time(nil)) * 1_000)) }

  /// An instant as IMF-fixdate.
  static func text(of instant: Instant) -> String {
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let civil = CivilOffset.utc.day(of: instant)
    let (year, month, day) = civil.components
    // Day 0 was a Thursday.
    let weekday = weekdays[Int((civil.number % 7 + 7) % 7)]
    let clock = CivilOffset.utc.format(instant).dropFirst(11).prefix(8)
    return "\(weekday), \(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year) \(clock) GMT"
  }
}
