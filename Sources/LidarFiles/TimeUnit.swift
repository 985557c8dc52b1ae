package import AirQuality

/// `seconds since 1970-01-01 00:00:00.000`, `days since 1904-01-01T00:00:00+08:00` (CF conventions, 4.4).
package struct TimeUnit {
  private let milliseconds: Double
  private let epoch: Int64

  /// Nil when a part of it is not understood: nothing is guessed.
  package init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count >= 3, words.count <= 5, words[1].lowercased() == "since" else { return nil }
    switch words[0].lowercased() {
    case "milliseconds", "millisecond", "msec", "ms": milliseconds = 1
    case "seconds", "second", "secs", "sec", "s": milliseconds = 1_000
    case "minutes", "minute", "mins", "min": milliseconds = 60_000
    case "hours", "hour", "hrs", "hr", "h": milliseconds = 3_600_000
    case "days", "day", "d": milliseconds = 86_400_000
    default: return nil
    }
    // `1904-01-01`, `1904-1-1`.
    let date = words[2].prefix { $0.isASCII && $0.isNumber || $0 == "-" }
    let parts = date.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1...].allSatisfy({ (1...2).contains($0.count) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let dayOfMonth = Int(parts[2]),
      let day = CivilDay(year: year, month: month, day: dayOfMonth)
    else { return nil }
    // The clock stands behind a T or a space, the zone behind the clock or a space.
    var rest = words.dropFirst(3).joined(separator: " ")
    if date.count < words[2].count {
      let tail = words[2].dropFirst(date.count)
      guard tail.first == "T" || tail.first == "t", tail.count > 1 else { return nil }
      rest = tail.dropFirst() + (rest.isEmpty ? "" : " " + rest)
    }
    guard let (clock, zone) = Self.clockAndZone(rest) else { return nil }
    epoch = Int64(day.number) * 86_400_000 + clock - zone
  }

  /// Nil outside 1900 to 2200.
  package func instant(_ value: Double) -> Instant? {
    let sum = value * milliseconds + Double(epoch)
    guard sum.isFinite, sum > -2_208_988_800_000, sum < 7_258_118_400_000 else { return nil }
    return Instant(milliseconds: Int64(sum.rounded()))
  }

  /// Milliseconds of the clock and of the zone east of Greenwich; both zero when there is neither.
  private static func clockAndZone(_ text: String) -> (Int64, Int64)? {
    let clock = text.prefix { $0.isASCII && $0.isNumber || $0 == ":" || $0 == "." }
    guard let time = Self.clock(clock), let zone = zone(text[clock.endIndex...]) else { return nil }
    return (time, zone)
  }

  /// `00:00`, `0:00:0.0`, nothing.
  private static func clock(_ text: Substring) -> Int64? {
    if text.isEmpty { return 0 }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hour = Int(parts[0]), (0..<24).contains(hour), let minute = Int(parts[1]),
      (0..<60).contains(minute), let second = parts.count == 3 ? Double(parts[2]) : 0, (0..<60).contains(second)
    else { return nil }
    return Int64(hour * 3_600 + minute * 60) * 1_000 + Int64((second * 1_000).rounded())
  }

  /// `Z`, `UTC`, `+08:00`, `-6:00`, `+0800`, ` 00:00` (CHM15k), nothing.
  private static func zone(_ text: Substring) -> Int64? {
    let word = text.drop { $0 == " " }
    if ["", "z", "utc", "gmt"].contains(word.lowercased()) { return 0 }
    let sign: Int64 = word.first == "-" ? -1 : 1
    let digits = word.first == "-" || word.first == "+" ? word.dropFirst() : word
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    let (hours, minutes): (Substring, Substring)
    switch parts.count {
    case 1: (hours, minutes) = digits.count > 2 ? (digits.dropLast(2), digits.suffix(2)) : (digits, "0")
    case 2: (hours, minutes) = (parts[0], parts[1])
    default: return nil
    }
    guard (1...2).contains(hours.count), (1...2).contains(minutes.count), let hour = Int(hours),
      let minute = Int(minutes),
      (0...14).contains(hour), (0..<60).contains(minute)
    else { return nil }
    return sign * Int64(hour * 60 + minute) * 60_000
  }
}
