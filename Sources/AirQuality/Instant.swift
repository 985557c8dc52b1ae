/// A moment: integer milliseconds since 1970-01-01T00:00:00Z.
@frozen
public struct Instant: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var milliseconds: Int64
  @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
  /// The moment `milliseconds` later.
  @inlinable public func adding(milliseconds: Int64) -> Instant {
    Instant(milliseconds: self.milliseconds &+ milliseconds)
  }
}

/// The site's one declared distance from UTC (+08:00 for China; no daylight saving) and the civil calendar it gives.
///
/// Civil minutes, hours and days are numbered from 1970-01-01T00:00 local time; a window's identity is the number of
/// its start. Day numbers serve as calendar dates everywhere.
@frozen
public struct CivilOffset: Hashable, Sendable, BitwiseCopyable {
  public var seconds: Int32
  @inlinable public init(seconds: Int32) { self.seconds = seconds }

  /// China Standard Time, +08:00.
  public static let china = CivilOffset(seconds: 28_800)
  public static let utc = CivilOffset(seconds: 0)

  /// Parses `+08:00`, `-03:30`, `Z`. Nil when it is no offset of at most 14 hours.
  public init?(_ text: String) {
    if text == "Z" || text == "z" {
      self.init(seconds: 0)
      return
    }
    let bytes = Array(text.utf8)
    guard bytes.count == 6, bytes[0] == 0x2B || bytes[0] == 0x2D, bytes[3] == 0x3A else { return nil }
    var digits: [Int32] = []
    for index in [1, 2, 4, 5] {
      guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
      digits.append(Int32(bytes[index] - 0x30))
    }
    let hours = digits[0] * 10 + digits[1]
    let minutes = digits[2] * 10 + digits[3]
    guard hours <= 14, minutes < 60 else { return nil }
    let total = hours * 3_600 + minutes * 60
    self.init(seconds: bytes[0] == 0x2D ? -total : total)
  }

  /// `+08:00`.
  public var description: String {
    let total = abs(Int(seconds))
    return (seconds < 0 ? "-" : "+") + twoDigits(total / 3_600) + ":" + twoDigits(total / 60 % 60)
  }

  @inlinable func local(_ instant: Instant) -> Int64 { instant.milliseconds &+ Int64(seconds) &* 1_000 }

  /// The number of the civil minute that holds `instant`.
  @inlinable public func minute(of instant: Instant) -> Int32 {
    Int32(truncatingIfNeeded: floorDivide(local(instant), 60_000))
  }
  /// The number of the civil hour that holds `instant`.
  @inlinable public func hour(of instant: Instant) -> Int32 {
    Int32(truncatingIfNeeded: floorDivide(local(instant), 3_600_000))
  }
  /// The civil day that holds `instant`.
  @inlinable public func day(of instant: Instant) -> CivilDay {
    CivilDay(number: Int32(truncatingIfNeeded: floorDivide(local(instant), 86_400_000)))
  }
  /// The start of a civil minute.
  @inlinable public func start(ofMinute minute: Int32) -> Instant {
    Instant(milliseconds: Int64(minute) &* 60_000 &- Int64(seconds) &* 1_000)
  }
  /// The start of a civil hour.
  @inlinable public func start(ofHour hour: Int32) -> Instant {
    Instant(milliseconds: Int64(hour) &* 3_600_000 &- Int64(seconds) &* 1_000)
  }
  /// The start of a civil day.
  @inlinable public func start(of day: CivilDay) -> Instant {
    Instant(milliseconds: Int64(day.number) &* 86_400_000 &- Int64(seconds) &* 1_000)
  }

  /// RFC 3339 with this offset: `2020-12-01T09:00:00+08:00`; a fraction only when there are milliseconds.
  public func format(_ instant: Instant) -> String {
    let local = local(instant)
    let day = CivilDay(number: Int32(truncatingIfNeeded: floorDivide(local, 86_400_000)))
    let rest = Int(local - Int64(day.number) * 86_400_000)
    var text = day.description + "T" + twoDigits(rest / 3_600_000) + ":" + twoDigits(rest / 60_000 % 60)
    text += ":" + twoDigits(rest / 1_000 % 60)
    let milliseconds = rest % 1_000
    if milliseconds != 0 {
      text += "." + String(milliseconds + 1_000).dropFirst()
    }
    return text + description
  }
}

/// A calendar date (civil day of the site), proleptic Gregorian.
@frozen
public struct CivilDay: Hashable, Comparable, Sendable, BitwiseCopyable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public var number: Int32
  @inlinable public init(number: Int32) { self.number = number }
  @inlinable public static func < (a: CivilDay, b: CivilDay) -> Bool { a.number < b.number }

  /// The date of a year, month and day; nil when there is no such date (years 1 to 9999).
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
      day <= CivilDay.days(inMonth: month, of: year)
    else { return nil }
    // Days from civil, H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.number = Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// Parses `2020-12-01`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Year, month 1-12 and day 1-31.
  public var components: (year: Int, month: Int, day: Int) {
    let z = Int(number) + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  public var year: Int { components.year }

  /// The first civil hour of the day.
  @inlinable public var firstHour: Int32 { number &* 24 }

  /// The day that holds a civil hour.
  @inlinable public init(hour: Int32) { self.number = Int32(truncatingIfNeeded: floorDivide(Int64(hour), 24)) }

  @inlinable public func adding(days: Int32) -> CivilDay { CivilDay(number: number &+ days) }

  /// `2020-12-01`.
  public var description: String {
    let (year, month, day) = components
    let text = String(year)
    return String(repeating: "0", count: max(0, 4 - text.utf8.count)) + text + "-" + twoDigits(month) + "-"
      + twoDigits(day)
  }

  /// Days of a month, 28 to 31.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days of a year, 365 or 366.
  public static func days(inYear year: Int) -> Int { 337 + days(inMonth: 2, of: year) }
}

/// Division that rounds toward minus infinity; `divisor` is > 0.
@inlinable
public func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}

func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
