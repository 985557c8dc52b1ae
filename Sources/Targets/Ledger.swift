public import AirQuality

/// Judges the rows of a target table by the days of the year (目标台账).
///
/// Let n be the valid days so far, S their sum, R the calendar days left with today, T the target. Days so far are those before
/// today. Missing days are not filled. All sums, quotients and comparisons are exact; what leaves is rounded to
/// thousandths, ties to even.
///
/// - Days expected: r = R·n/(days so far), rounded.
/// - Remaining mean allowed: (T·(n + r) − S)/r; for heavy days T − S, the days that may still come.
/// - Projection: the mean so far goes on, S/n. Its band lets the r days average the lower and the upper quartile of the days
///   so far. Seasons are not modelled. For heavy days: S + k with k = S·r/n, give or take 2√k.
/// - An annual mean is compared after rounding to the decimals of `Indicator.decimals(year:)` (GB/T 8170).
/// - Before the year's end: `missed` when the mean is above T even with zero on all R days (not only the r expected),
///   else `on_course` or `at_risk` by the projection.
/// - After it: `missed` when above T; `met` when not above T and reviewed; `on_course` until reviewed; `unknown` when
///   the year is not valid (324 days, 27 a month, February 25).
/// - Budget ratio: S/(T·(n + r)), the share already used of the sum that the valid days of the year may have; for heavy
///   days S/T.
/// - Without a printed target, T follows from an official value of the year before and the printed drop, cut or 持续改善 (not
///   above it); without that value the row is `unknown`.
public enum Ledger {
  /// Where one row stands on `today`. `reviewed` says that every day of the year has been reviewed (审核).
  public static func evaluate(_ row: TargetRow, _ input: LedgerInput, today: CivilDay, reviewed: Bool) -> LedgerResult {
    let indicator = Indicator(rawValue: row.indicator)
    switch (indicator, input) {
    case (.some(let indicator), .dailyMeans(let means)) where indicator.annualMeanOf != nil:
      let days = LedgerDays(year: row.year, today: today) { day in
        day < means.count && !means[day].isMissing ? Int64(means[day].thousandths) : nil
      }
      return annualMean(row, days, reviewed)
    case (.heavyDays, .heavyDays(let counts)):
      let days = LedgerDays(year: row.year, today: today) { day in
        day < counts.count ? counts[day].map { Int64(clamping: min(max($0, 0), 1_000)) * 1_000 } : nil
      }
      return heavyDays(row, days, reviewed)
    default:
      let days = LedgerDays(year: row.year, today: today) { _ in nil }
      let target = target(of: row)
      return result(row, days, target, nil, (.unknown, target == nil ? .noNumber : .notConnected))
    }
  }

  /// What the year is held to; nil when neither printed nor derivable from an official value of the year before.
  public static func target(of row: TargetRow) -> Concentration? {
    if let target = row.target {
      let amount = Concentration(target)
      return amount.isMissing ? nil : amount
    }
    guard let baseline = row.baseline, row.indicator != Indicator.goodDays.rawValue else { return nil }
    let base = Concentration(baseline)
    if base.isMissing { return nil }
    if let cut = row.cutDays { return Concentration(clamping: max(0, Int64(base.thousandths) - Int64(cut) * 1_000)) }
    guard let drop = row.dropPercent.map(Concentration.init(_:)), !drop.isMissing else { return base }
    let kept = Int64(base.thousandths) * (100_000 - Int64(drop.thousandths))
    if row.indicator == Indicator.heavyDays.rawValue { return Concentration(clamping: divideHalfEven(kept, 100_000)) }
    // As the plan prints its targets: rounded to the decimals of the standard.
    let step: Int64 = Indicator.decimals(year: row.year) == 0 ? 1_000 : 100
    return Concentration(clamping: divideHalfEven(kept, 100_000 * step) * step)
  }

  private static func annualMean(_ row: TargetRow, _ days: LedgerDays, _ reviewed: Bool) -> LedgerResult {
    let target = target(of: row)
    guard days.valid > 0 else {
      return result(row, days, target, nil, (.unknown, target == nil ? .noNumber : .noDays))
    }
    let (n, r) = (Int64(days.valid), Int64(days.expected))
    let mean = divideHalfEven(days.sum, n)
    let projection = band(
      mean, low: divideHalfEven(4 * days.sum + r * days.fourfoldQuartile(1), 4 * (n + r)),
      high: divideHalfEven(4 * days.sum + r * days.fourfoldQuartile(3), 4 * (n + r)))
    guard let target else { return result(row, days, nil, projection, (.unknown, .noNumber), toDate: mean) }
    let limit = Int64(target.thousandths)
    let step: Int64 = Indicator.decimals(year: row.year) == 0 ? 1_000 : 100
    let isAbove = divideHalfEven(days.sum, n * step) * step > limit
    let bestIsAbove = divideHalfEven(days.sum, (n + Int64(days.left)) * step) * step > limit
    let verdict = judge(days, isAbove: isAbove, bestIsAbove: bestIsAbove, reviewed)
    let remaining = r == 0 ? nil : divideHalfEven(limit * (n + r) - days.sum, r)
    let budget = limit > 0 ? Double(days.sum) / Double(limit * (n + r)) : nil
    return result(row, days, target, projection, verdict, toDate: mean, remaining: remaining, budget: budget)
  }

  private static func heavyDays(_ row: TargetRow, _ days: LedgerDays, _ reviewed: Bool) -> LedgerResult {
    let target = target(of: row)
    guard days.valid > 0 else {
      return result(row, days, target, nil, (.unknown, target == nil ? .noNumber : .noDays))
    }
    let further = divideHalfEven(days.sum * Int64(days.expected), Int64(days.valid))
    // √(k/1000) days = √(1000 k) thousandths.
    let spread = 2 * squareRoot(further * 1_000)
    let value = days.sum + further
    let projection = band(value, low: max(days.sum, value - spread), high: value + spread)
    guard let target else { return result(row, days, nil, projection, (.unknown, .noNumber), toDate: days.sum) }
    let limit = Int64(target.thousandths)
    let verdict = judge(days, isAbove: value > limit, bestIsAbove: days.sum > limit, isCount: true, reviewed)
    let remaining = days.left == 0 ? nil : limit - days.sum
    let budget = limit > 0 ? Double(days.sum) / Double(limit) : nil
    return result(row, days, target, projection, verdict, toDate: days.sum, remaining: remaining, budget: budget)
  }

  /// A count above the target stays above it whatever the days without a verdict were; a mean of too few days says nothing.
  private static func judge(
    _ days: LedgerDays, isAbove: Bool, bestIsAbove: Bool, isCount: Bool = false, _ reviewed: Bool
  ) -> (LedgerState, LedgerWording.Cause) {
    guard days.left == 0 else {
      if bestIsAbove { return (.missed, .beyondReach) }
      return isAbove ? (.atRisk, .projectedAbove) : (.onCourse, .projectedWithin)
    }
    guard days.makeValidYear || isCount && isAbove else { return (.unknown, .invalidYear) }
    if isAbove { return (.missed, reviewed ? .yearAbove : .yearAboveProvisional) }
    return reviewed ? (.met, .yearWithin) : (.onCourse, .yearWithinProvisional)
  }

  /// The projection with its band around the value.
  private static func band(_ value: Int64, low: Int64, high: Int64) -> LedgerResult.Projection {
    LedgerResult.Projection(
      value: Concentration(clamping: value), low: Concentration(clamping: min(low, value)),
      high: Concentration(clamping: max(high, value)))
  }

  private static func result(
    _ row: TargetRow, _ days: LedgerDays, _ target: Concentration?, _ projection: LedgerResult.Projection?,
    _ verdict: (state: LedgerState, cause: LedgerWording.Cause), toDate: Int64? = nil, remaining: Int64? = nil,
    budget: Double? = nil
  ) -> LedgerResult {
    var result = LedgerResult(
      target: target, valueToDate: toDate.map(Concentration.init(clamping:)), days: days.valid, missing: days.missing,
      daysLeft: days.left, daysExpected: days.expected,
      remainingMeanAllowed: remaining.map(Concentration.init(clamping:)), projection: projection,
      state: verdict.state, reason: "", reasonEnglish: "", budgetRatio: budget)
    let wording = LedgerWording(row: row, cause: verdict.cause)
    result.reason = wording.chinese(result)
    result.reasonEnglish = wording.english(result)
    return result
  }
}
