/// Statistics of a period's daily values by HJ 663: exact until the one rounding at the end.
public struct PeriodStatistics: Sendable, Hashable {
  /// The valid values, ascending, thousandths.
  private let sorted: [Int32]
  private let sum: Int64

  /// - Parameter values: daily values in any order; missing ones do not count.
  public init(_ values: some Sequence<Concentration>) {
    sorted = values.lazy.filter { !$0.isMissing }.map(\.thousandths).sorted()
    sum = sorted.reduce(0) { $0 + Int64($1) }
  }

  /// Valid values.
  public var count: Int { sorted.count }

  /// The arithmetic mean to thousandths; missing without a value.
  public var mean: Concentration { .mean(sum: sum, count: sorted.count) }

  /// The mean rounded once, straight from the exact quotient (GB/T 8170); missing without a value.
  public func mean(decimals: Int) -> Concentration {
    guard !sorted.isEmpty else { return .missing }
    let step = Self.steps[decimals]
    return Concentration(clamping: divideHalfEven(sum, Int64(sorted.count) * step) * step)
  }

  public var maximum: Concentration { sorted.last.map { Concentration(thousandths: $0) } ?? .missing }
  public var minimum: Concentration { sorted.first.map { Concentration(thousandths: $0) } ?? .missing }

  /// The percentile of HJ 663-2013, annex A: with the values ascending, k = 1 + (n − 1)·p/100, s its whole part, and
  /// m = X(s) + (X(s+1) − X(s))·(k − s); rounded once (GB/T 8170). Missing without a value.
  ///
  /// - Parameters:
  ///   - percent: 0 to 100.
  ///   - decimals: 0 to 3.
  public func percentile(_ percent: Int, decimals: Int) -> Concentration {
    precondition((0...100).contains(percent) && (0...3).contains(decimals))
    guard !sorted.isEmpty else { return .missing }
    // In hundredths of a place, counted from 0.
    let place = (sorted.count - 1) * percent
    let whole = place / 100
    let rest = Int64(place % 100)
    let low = Int64(sorted[whole])
    let high = Int64(sorted[min(whole + 1, sorted.count - 1)])
    let step = Self.steps[decimals]
    return Concentration(clamping: divideHalfEven(low * 100 + (high - low) * rest, 100 * step) * step)
  }

  private static let steps: [Int64] = [1_000, 100, 10, 1]

  /// How many values lie above a limit, after rounding to `decimals` (GB/T 8170).
  public func count(above limit: Concentration, decimals: Int) -> Int {
    sorted.count { Concentration(thousandths: $0).rounded(toDecimals: decimals) > limit }
  }

  /// The percentile of a year's daily values that is held to the daily limit (HJ 663-2013, table 2): P98 of SO2 and NO2,
  /// P95 of PM10, PM2.5 and CO, P90 of ozone's highest 8 h means.
  public static func percent(of pollutant: Pollutant) -> Int {
    switch pollutant {
    case .so2, .no2: 98
    case .o3: 90
    default: 95
    }
  }

  /// Decimals to which concentrations are published (GB/T 8170): none, CO one; by the 2026 edition of HJ 663 one more for
  /// means of periods.
  public static func decimals(of pollutant: Pollutant, edition: AQIEdition) -> Int {
    (pollutant == .co ? 1 : 0) + (edition == .hj633In2026 ? 1 : 0)
  }
}

/// How many values make a period valid (数据统计有效性, GB 3095-2012 table 4 and HJ 663-2013).
public enum ValidityRules {
  /// Valid hours of a valid day.
  public static let hoursOfDay = 20
  /// Valid days of a valid year, every month of which must be valid too.
  public static let daysOfYear = 324

  /// Valid days of a valid month: 27, in February 25.
  public static func days(ofMonth month: Int) -> Int { month == 2 ? 25 : 27 }

  /// Whether a month is valid by its valid days.
  public static func isValid(_ month: CivilMonth, days: Int) -> Bool { days >= self.days(ofMonth: month.month) }

  /// Whether a year is valid by the days that are.
  public static func isValid(year: Int, days: some Sequence<CivilDay>) -> Bool {
    var counts = [Int](repeating: 0, count: 12)
    for day in days where day.year == year { counts[day.components.month - 1] += 1 }
    return counts.reduce(0, +) >= daysOfYear
      && (1...12).allSatisfy { counts[$0 - 1] >= self.days(ofMonth: $0) }
  }
}
