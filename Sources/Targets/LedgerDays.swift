import AirQuality

/// The known days of a year up to today, summed up.
struct LedgerDays {
  /// Days of the year, and those that are over.
  let yearLength: Int
  let elapsed: Int
  /// Thousandths of the unit, one for each valid day that is over.
  private(set) var values: [Int64] = []
  private(set) var sum: Int64 = 0
  /// Valid days of each month, January first.
  private(set) var monthly = [Int](repeating: 0, count: 12)

  /// `value` gives the thousandths of a day of the year counted from 0, nil when it is not known.
  init(year: Int, today: CivilDay, value: (Int) -> Int64?) {
    let length = CivilDay.days(inYear: year)
    let first = CivilDay(year: year, month: 1, day: 1)?.number ?? 0
    yearLength = length
    elapsed = min(length, max(0, Int(today.number) - Int(first)))
    for day in 0..<elapsed {
      guard let amount = value(day) else { continue }
      values.append(amount)
      sum += amount
      monthly[CivilDay(number: first + Int32(day)).components.month - 1] += 1
    }
  }

  var valid: Int { values.count }
  var missing: Int { elapsed - valid }
  var left: Int { yearLength - elapsed }

  /// Days left that are expected to be valid: the share of valid days so far goes on; all of them while none is valid.
  var expected: Int {
    valid == 0 ? left : Int(divideHalfEven(Int64(left) * Int64(valid), Int64(elapsed)))
  }

  /// Whether the year is valid (HJ 663: 324 days, 27 in each month, 25 in February).
  var makeValidYear: Bool {
    valid >= Self.daysOfValidYear && monthly.enumerated().allSatisfy { $0.element >= ($0.offset == 1 ? 25 : 27) }
  }

  static let daysOfValidYear = 324

  /// Four times the percentile of 25, 50 or 75 (HJ 663: k = 1 + (n - 1) p / 100, between two values in proportion),
  /// so that it stays whole; 0 without a value.
  func fourfoldQuartile(_ quarter: Int) -> Int64 {
    guard valid > 0 else { return 0 }
    let sorted = values.sorted()
    let place = (valid - 1) * quarter
    let low = sorted[place / 4]
    let high = sorted[min(place / 4 + 1, valid - 1)]
    return 4 * low + Int64(place % 4) * (high - low)
  }
}

/// The largest whole number whose square is at most `value`.
func squareRoot(_ value: Int64) -> Int64 {
  guard value > 0 else { return 0 }
  var root: Int64 = 0
  var bit: Int64 = 1 << 31
  while bit > 0 {
    let candidate = root + bit
    if candidate <= 3_037_000_499, candidate * candidate <= value { root = candidate }
    bit >>= 1
  }
  return root
}

extension Concentration {
  /// Held at the ends of the range.
  init(clamping thousandths: Int64) {
    self.init(thousandths: Int32(clamping: max(thousandths, Int64(Int32.min) + 1)))
  }
}
