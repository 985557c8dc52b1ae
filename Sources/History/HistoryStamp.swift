import AirQuality

/// A date, or a date with an hour, as a history file writes it.
///
/// `20200402`, `2020-04-02`, `2020/4/2`, `2020年4月2日`, each alone or with `08`, `8时`, `08:00`, `T08:00:00+08:00`; also
/// `2020040208`. Hour 24 is the end of its day.
struct HistoryStamp: Equatable {
  var day: CivilDay
  /// 0 to 24; nil when the text is a date alone.
  var hour: Int?
  /// The zone that the text itself names.
  var zone: CivilOffset?

  /// Nil when the text is none of these, or not on the hour.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    var numbers = (0, 0, 0, 0, 0, 0)
    var found = 0
    var zone: CivilOffset?
    var index = 0
    while index < text.count {
      let start = index
      var number = 0
      while index < text.count, text[index] &- 0x30 < 10, index - start < 14 {
        number = number &* 10 &+ Int(text[index] &- 0x30)
        index += 1
      }
      let width = index - start
      if width > 0 {
        guard found < 6, Self.add(number, width, &numbers, &found) else { return nil }
        continue
      }
      if found >= 4, let named = Self.zone(text, index) {
        zone = named
        break
      }
      if found >= 5, text[index] == 0x2E {
        // A fraction of a second: only zeros stand on the hour.
        index += 1
        while index < text.count, text[index] == 0x30 { index += 1 }
        continue
      }
      guard let step = Self.separator(text, index) else { return nil }
      index += step
    }
    guard found >= 3, let day = CivilDay(year: numbers.0, month: numbers.1, day: numbers.2) else { return nil }
    if found > 3 {
      guard numbers.3 <= 24, numbers.4 == 0, numbers.5 == 0 else { return nil }
      hour = numbers.3
    }
    self.day = day
    self.zone = zone
  }

  /// Puts a run of digits where it belongs: four for a year, eight for a date, ten to fourteen for all.
  private static func add(
    _ number: Int, _ width: Int, _ numbers: inout (Int, Int, Int, Int, Int, Int), _ found: inout Int
  ) -> Bool {
    if found == 0, width >= 8 {
      var rest = number
      if width == 14 {
        numbers.5 = rest % 100
        rest /= 100
      }
      if width >= 12 {
        numbers.4 = rest % 100
        rest /= 100
      }
      if width >= 10 {
        numbers.3 = rest % 100
        rest /= 100
      }
      guard width % 2 == 0 else { return false }
      (numbers.0, numbers.1, numbers.2) = (rest / 10_000, rest / 100 % 100, rest % 100)
      found = width == 8 ? 3 : width == 10 ? 4 : width == 12 ? 5 : 6
      return true
    }
    guard found == 0 ? width == 4 : width <= 2 else { return false }
    switch found {
    case 0: numbers.0 = number
    case 1: numbers.1 = number
    case 2: numbers.2 = number
    case 3: numbers.3 = number
    case 4: numbers.4 = number
    default: numbers.5 = number
    }
    found += 1
    return true
  }

  /// 年 月 日 时 点 分 秒 in UTF-8.
  private static let marks: [[UInt8]] = ["年", "月", "日", "时", "点", "分", "秒"].map { Array($0.utf8) }

  /// How many bytes a separator takes; nil when there is none.
  private static func separator(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
    switch text[index] {
    case 0x2D, 0x2F, 0x2E, 0x20, 0x3A, 0x54, 0x74: return 1
    default:
      guard index + 3 <= text.count else { return nil }
      return marks.contains { $0[0] == text[index] && $0[1] == text[index + 1] && $0[2] == text[index + 2] } ? 3 : nil
    }
  }

  /// `Z` or `+08:00` that ends the text.
  private static func zone(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> CivilOffset? {
    let rest = text.count - index
    if rest == 1, text[index] == 0x5A || text[index] == 0x7A { return .utc }
    guard rest == 6, text[index] == 0x2B || text[index] == 0x2D, text[index + 3] == 0x3A else { return nil }
    return CivilOffset(String(decoding: text[index...], as: UTF8.self))
  }
}
