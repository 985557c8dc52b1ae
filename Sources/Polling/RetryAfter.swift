internal import AirQuality

/// The Retry-After header (RFC 9110, 10.2.3): seconds, or a date in the form of IMF-fixdate.
package enum RetryAfter {
  /// Shortest and longest wait that is obeyed, in real seconds.
  package static let bounds: ClosedRange<Int64> = 1...3_600

  /// Real seconds to wait, within `bounds`; nil when the text is neither a number nor a date.
  ///
  /// - Parameter wallSeconds: Unix seconds of the real wall clock, which a date is compared with.
  package static func seconds(_ text: String, wallSeconds: Int64) -> Int64? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return nil }
    if bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      return clamp(bytes.count > 9 ? bounds.upperBound : Int64(text) ?? bounds.upperBound)
    }
    return date(bytes).map { clamp($0 - wallSeconds) }
  }

  private static func clamp(_ seconds: Int64) -> Int64 { min(max(seconds, bounds.lowerBound), bounds.upperBound) }

  /// Unix seconds of `Sun, 06 Nov 1994 08:49:37 GMT`.
  static func date(_ bytes: [UInt8]) -> Int64? {
    guard bytes.count == 29, String(decoding: bytes[25...], as: UTF8.self) == " GMT", bytes[3] == 0x2C,
      bytes[4] == 0x20, bytes[7] == 0x20, bytes[11] == 0x20, bytes[16] == 0x20, bytes[19] == 0x3A, bytes[22] == 0x3A,
      let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]),
      let minute = number(bytes[20..<22]), let second = number(bytes[23..<25]),
      let month = months.firstIndex(of: String(decoding: bytes[8..<11], as: UTF8.self)),
      let date = CivilDay(year: year, month: month + 1, day: day), hour < 24, minute < 60, second <= 60
    else { return nil }
    return Int64(date.number) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}
