import AirQuality

/// Stamps that loggers write before messages: `-2020-11-15 00:00:04`, `2025-02-02 00:00:03,`, `2020-11-15T00:00:04.5Z`,
/// `2020-11-15T08:00:04+08:00`, `20201115T000004Z`, `20201115000004`, seconds or milliseconds since 1970. Without an offset
/// they are UTC.
///
/// Days that stand before their month (`15/11/2020`) are not read: where both are at most 12 nothing tells them apart.
enum LoggerStamp {
  /// A longer line is no stamp, such as one of a profile's digits.
  static let maximumBytes = 64

  static func instant(_ line: ArraySlice<UInt8>) -> Instant? {
    guard line.count <= maximumBytes else { return nil }
    var digits = Cursor(line)
    let run = digits.rest.prefix { isDigit($0) }.count
    switch run {
    case 4: return civil(&digits, separated: true)
    case 8, 14: return civil(&digits, separated: false)
    case 10, 13: return epoch(digits.rest, isMilliseconds: run == 13)
    default: return nil
    }
  }

  /// Whether a line begins like a date, so that it should have been a stamp: `15/11/2020`, `20201115…`.
  static func looksLikeOne(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count <= maximumBytes else { return false }
    var text = Cursor(line)
    let run = text.rest.prefix { isDigit($0) }.count
    if run >= 8 { return true }
    guard (1...4).contains(run) else { return false }
    text.skip(while: isDigit)
    guard text.take([0x2D, 0x2F, 0x2E]), (1...2).contains(text.rest.prefix { isDigit($0) }.count) else { return false }
    text.skip(while: isDigit)
    return text.take([0x2D, 0x2F, 0x2E])
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// What is left of a line.
  private struct Cursor {
    var rest: ArraySlice<UInt8>

    /// Behind what loggers put before a stamp: dashes, blanks, quotes, brackets.
    init(_ line: ArraySlice<UInt8>) { rest = line.drop { [0x2D, 0x20, 0x22, 0x5B].contains($0) } }

    mutating func skip(while condition: (UInt8) -> Bool) { rest = rest.drop(while: condition) }

    /// Takes one of the bytes; false when none of them comes next.
    mutating func take(_ bytes: [UInt8]) -> Bool {
      guard let first = rest.first, bytes.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }

    /// Takes that many digits.
    mutating func number(_ count: Int) -> Int? {
      let digits = rest.prefix(count)
      guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
      rest = rest.dropFirst(count)
      return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
  }

  private static func epoch(_ text: ArraySlice<UInt8>, isMilliseconds: Bool) -> Instant? {
    let number = text.prefix(32).prefix { isDigit($0) || $0 == 0x2E }
    guard let value = Double(String(decoding: number, as: UTF8.self)), value > 0, value < 1e14 else { return nil }
    return Instant(milliseconds: Int64((isMilliseconds ? value : value * 1_000).rounded()))
  }

  private static func civil(_ text: inout Cursor, separated: Bool) -> Instant? {
    guard let year = text.number(4) else { return nil }
    if separated, !text.take([0x2D, 0x2F, 0x2E]) { return nil }
    guard let month = text.number(2) else { return nil }
    if separated, !text.take([0x2D, 0x2F, 0x2E]) { return nil }
    guard let date = text.number(2).flatMap({ CivilDay(year: year, month: month, day: $0) }) else { return nil }
    _ = text.take([0x20, 0x54, 0x74, 0x5F])
    guard let hour = text.number(2) else { return nil }
    let hasColons = text.take([0x3A])
    guard let minute = text.number(2), !hasColons || text.take([0x3A]), let second = text.number(2), minute < 60,
      second < 60, hour < 24 || hour == 24 && minute == 0 && second == 0
    else { return nil }
    if text.take([0x2E, 0x2C]) { text.skip(while: isDigit) }
    guard let offset = offset(&text) else { return nil }
    let seconds = Int64(date.number) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    return Instant(milliseconds: seconds * 1_000 - offset)
  }

  /// Milliseconds east of Greenwich: `Z`, `+08:00`, `-0330`, nothing; nil for an offset that cannot be.
  private static func offset(_ text: inout Cursor) -> Int64? {
    guard let sign = text.rest.first, sign == 0x2B || sign == 0x2D else { return 0 }
    text.rest = text.rest.dropFirst()
    guard let hours = text.number(2) else { return nil }
    _ = text.take([0x3A])
    guard let minutes = text.number(2) ?? (text.rest.isEmpty ? 0 : nil), hours <= 14, minutes < 60 else { return nil }
    return Int64(hours * 60 + minutes) * (sign == 0x2D ? -60_000 : 60_000)
  }
}
