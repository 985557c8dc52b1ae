package import AirQuality
import Glibc

/// A moment as HTTP writes it (RFC 9110, 5.6.7): IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The wall clock now.
  package static func now() -> String { text(of: Instant(milliseconds: Int64(time(nil)) * 1_000)) }

  /// The text of a moment; milliseconds are cut.
  package static func text(of instant: Instant) -> String {
    let civil = CivilOffset.utc.day(of: instant)
    let (year, month, day) = civil.components
    // Day 0 was a Thursday.
    let weekday = weekdays[Int((civil.number % 7 + 7) % 7)]
    let clock = CivilOffset.utc.format(instant).dropFirst(11).prefix(8)
    return "\(weekday), \(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year) \(clock) GMT"
  }

  /// The moment of a text; nil for anything but IMF-fixdate: the two obsolete forms are not sent any more.
  package static func instant(_ text: String) -> Instant? {
    let bytes = Array(text.utf8)
    guard bytes.count == 29, String(decoding: bytes[25...], as: UTF8.self) == " GMT", bytes[3] == 0x2C,
      bytes[4] == 0x20, bytes[7] == 0x20, bytes[11] == 0x20, bytes[16] == 0x20, bytes[19] == 0x3A, bytes[22] == 0x3A,
      let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]),
      let minute = number(bytes[20..<22]), let second = number(bytes[23..<25]),
      let month = months.firstIndex(of: String(decoding: bytes[8..<11], as: UTF8.self)),
      let date = CivilDay(year: year, month: month + 1, day: day), hour < 24, minute < 60, second <= 60
    else { return nil }
    return CivilOffset.utc.start(of: date).adding(milliseconds: Int64((hour * 60 + minute) * 60 + second) * 1_000)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}
