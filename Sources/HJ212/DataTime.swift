import AirQuality

/// DataTime, QN and SampleTime: 14 digits `YYYYMMDDhhmmss`, or 17 with milliseconds, in the site's civil time.
enum DataTime {
  /// Nil when it is no moment. Hour 24 with nothing behind it is the next day's 0.
  static func instant(_ text: String, offset: CivilOffset) -> Instant? {
    let digits = Array(text.utf8)
    guard digits.count == 14 || digits.count == 17, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
    let milliseconds = digits.count == 17 ? number(14..<17) : 0
    guard let day = CivilDay(year: number(0..<4), month: number(4..<6), day: number(6..<8)), minute < 60, second < 60,
      hour < 24 || (hour == 24 && minute == 0 && second == 0 && milliseconds == 0)
    else { return nil }
    let seconds = hour * 3_600 + minute * 60 + second
    return offset.start(of: day).adding(milliseconds: Int64(seconds * 1_000 + milliseconds))
  }

  /// The digits of an instant; 17 when `withMilliseconds`.
  static func text(_ instant: Instant, offset: CivilOffset, withMilliseconds: Bool) -> String {
    let day = offset.day(of: instant)
    let rest = Int(instant.milliseconds - offset.start(of: day).milliseconds)
    let (year, month, date) = day.components
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    var text = padded(year, 4) + padded(month, 2) + padded(date, 2)
    text += padded(rest / 3_600_000, 2) + padded(rest / 60_000 % 60, 2) + padded(rest / 1_000 % 60, 2)
    return withMilliseconds ? text + padded(rest % 1_000, 3) : text
  }
}
