import AirQuality

/// The known days (or, for dustfall, months) of a year up to today, summed up.
struct LedgerDays {
  /// Days of the year, and those that are over.
  let yearLength: Int
  let elapsed: Int
  /// Thousandths of the unit, one for each valid day that is over.
  private(set) var values: [Int64] = []
  private(set) var sum: Int64 = 0
  /// The sum of the days from the start of the running episode; nil without one.
  private(set) var episodeSum: Int64?
  /// Valid days of each month and days left of it, January first.
  private var monthly = [Int](repeating: 0, count: 12)
  private var monthlyLeft = [Int](repeating: 0, count: 12)
  private let countsMonths: Bool
  /// Valid days that are left out for sand-dust.
  private(set) var deducted = 0

  /// `value` gives the thousandths of a day of the year counted from 0, nil when it is not known. A valid day among
  /// `leavingOut` enters no sum and is not missing either; whether the year is valid is decided by the days as measured.
  init(
    year: Int, today: CivilDay, episodeFrom: CivilDay? = nil, leavingOut: Set<CivilDay> = [], value: (Int) -> Int64?
  ) {
    let length = CivilDay.days(inYear: year)
    let first = CivilDay(year: year, month: 1, day: 1)?.number ?? 0
    yearLength = length
    elapsed = min(length, max(0, Int(today.number) - Int(first)))
    countsMonths = false
    if episodeFrom != nil { episodeSum = 0 }
    var place = 0
    for month in 1...12 {
      for _ in 0..<CivilDay.days(inMonth: month, of: year) {
        defer { place += 1 }
        guard place < elapsed else {
          monthlyLeft[month - 1] += 1
          continue
        }
        guard let amount = value(place) else { continue }
        if !leavingOut.isEmpty, leavingOut.contains(CivilDay(number: first + Int32(place))) {
          deducted += 1
          monthly[month - 1] += 1
          continue
        }
        values.append(amount)
        sum += amount
        monthly[month - 1] += 1
        if let episodeFrom, first + Int32(place) >= episodeFrom.number { episodeSum = (episodeSum ?? 0) + amount }
      }
    }
  }

  /// Of the months of a year: one value for each month that is over.
  init(year: Int, today: CivilDay, months: [Concentration]) {
    yearLength = 12
    let (running, month, _) = today.components
    elapsed = running > year ? 12 : running < year ? 0 : month - 1
    countsMonths = true
    for value in months.prefix(elapsed) where !value.isMissing {
      values.append(Int64(value.thousandths))
      sum += Int64(value.thousandths)
    }
  }

  var valid: Int { values.count }
  var missing: Int { elapsed - valid - deducted }
  var left: Int { yearLength - elapsed }

  /// Days left that are expected to be valid: the share of valid days so far goes on, of those not left out; all of them
  /// while none is valid. Sand-dust to come is not foreseen.
  var expected: Int {
    valid == 0 ? left : Int(divideHalfEven(Int64(left) * Int64(valid), Int64(elapsed - deducted)))
  }

  /// Whether the year is valid (HJ 663: 324 days, 27 in each month, 25 in February; of months every one).
  var makeValidYear: Bool { left == 0 && canMakeValidYear }

  /// Whether it still becomes valid if every day left is.
  var canMakeValidYear: Bool {
    if countsMonths { return missing == 0 }
    return valid + deducted + left >= Self.daysOfValidYear && lostMonth == nil
  }

  /// The first month that can no longer be valid, and the days it has at best.
  var lostMonth: (month: Int, days: Int)? {
    guard !countsMonths else { return nil }
    for month in 1...12 {
      let best = monthly[month - 1] + monthlyLeft[month - 1]
      if best < (month == 2 ? Self.daysOfValidFebruary : Self.daysOfValidMonth) { return (month, best) }
    }
    return nil
  }

  static let daysOfValidYear = 324
  static let daysOfValidMonth = 27
  static let daysOfValidFebruary = 25

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
