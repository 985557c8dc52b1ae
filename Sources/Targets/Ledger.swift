public import AirQuality

/// Judges the rows of a target table by what the year has brought (目标台账).
///
/// Let n be the valid days so far, S their sum, R the calendar days left with today, T the target. Days so far are those before
/// today. Missing days are not filled. All sums, quotients and comparisons are exact; what leaves is rounded to
/// thousandths, ties to even.
///
/// - Days expected: r = R·n/(days so far), rounded.
/// - Remaining mean allowed: (T·(n + r) − S)/r; for heavy days T − S, the days that may still come; for good days the
///   days still needed.
/// - Projection: the mean so far goes on, S/n. Its band lets the r days average the lower and the upper quartile of the days
///   so far. Seasons are not modelled. For counts of days: S + k with k = S·r/n, give or take 2√k (good days: twice the
///   binomial deviation).
/// - A mean is compared after rounding to the decimals of `Indicator.decimals(year:)` (GB/T 8170).
/// - Before the year's end: `missed` when the target is out of reach even with zero on all R days (good days: with every
///   one good), not only on the r expected; else `unknown` when the year can no longer become valid (324 days, 27 a month,
///   February 25); else `on_course` or `at_risk` by the projection.
/// - After it: `missed` when the target is not kept; `met` when it is and the data are reviewed; `on_course` until reviewed;
///   `unknown` when the year is not valid.
/// - Budget ratio: S/(T·(n + r)), the share already used of the sum that the valid days of the year may have; for heavy
///   days S/T. The episode's share is the same with the sum since the running level episode began.
/// - Without a printed target, T follows from an official value of the year before and the printed drop, cut or 持续改善 (not
///   above it); without that value the row is `unknown`. Printed percentages beside a printed target decide nothing.
public enum Ledger {
  /// Where one row stands on `today`. `reviewed` says that every day of the year has been reviewed (审核).
  public static func evaluate(_ row: TargetRow, _ input: LedgerInput, today: CivilDay, reviewed: Bool) -> LedgerResult {
    evaluate(row, input, LedgerContext(today: today, reviewed: reviewed))
  }

  /// Where one row stands in the circumstances of `context`.
  public static func evaluate(_ row: TargetRow, _ input: LedgerInput, _ context: LedgerContext) -> LedgerResult {
    var judgement = judgement(row, input, context)
    judgement.result.isFinal = context.reviewed
    judgement.result.baseline = context.baseline
    if let amount = judgement.result.valueToDate, let drop = context.baseline?.drop(to: amount) {
      judgement.result.dropLow = drop.low
      judgement.result.dropHigh = drop.high
    }
    let wording = LedgerWording(row: row, cause: judgement.cause)
    judgement.result.reason = wording.chinese(judgement.result)
    judgement.result.reasonEnglish = wording.english(judgement.result)
    return judgement.result
  }

  /// What the year is held to; nil when neither printed nor derivable from an official value of the year before.
  public static func target(of row: TargetRow) -> Concentration? {
    if let target = row.target {
      let amount = Concentration(target)
      return amount.isMissing ? nil : amount
    }
    let indicator = Indicator(rawValue: row.indicator)
    guard let baseline = row.baseline, indicator?.annualMeanOf != nil || indicator == .heavyDays else { return nil }
    let base = Concentration(baseline)
    if base.isMissing { return nil }
    if let cut = row.cutDays { return Concentration(clamping: max(0, Int64(base.thousandths) - Int64(cut) * 1_000)) }
    guard let drop = row.dropPercent.map(Concentration.init(_:)), !drop.isMissing else { return base }
    let kept = Int64(base.thousandths) * (100_000 - Int64(drop.thousandths))
    if indicator == .heavyDays { return Concentration(clamping: divideHalfEven(kept, 100_000)) }
    // As the plan prints its targets: rounded to the decimals of the standard.
    let step: Int64 = Indicator.decimals(year: row.year) == 0 ? 1_000 : 100
    return Concentration(clamping: divideHalfEven(kept, 100_000 * step) * step)
  }

  private static func judgement(_ row: TargetRow, _ input: LedgerInput, _ context: LedgerContext) -> LedgerJudgement {
    let indicator = Indicator(rawValue: row.indicator)
    func days(_ value: (Int) -> Int64?) -> LedgerDays {
      LedgerDays(
        year: row.year, today: context.today, episodeFrom: context.episodeFrom,
        leavingOut: indicator?.isDeductible == true ? context.deducted : [], value: value)
    }
    func counts(_ counts: [Int?]) -> LedgerDays {
      days { $0 < counts.count ? counts[$0].map { Int64(clamping: min(max($0, 0), 1_000)) * 1_000 } : nil }
    }
    switch (indicator, input) {
    case (.some(let indicator), .dailyMeans(let means)) where indicator.annualMeanOf != nil:
      return .mean(
        row, indicator, days { $0 < means.count && !means[$0].isMissing ? Int64(means[$0].thousandths) : nil }, context)
    case (.heavyDays, .heavyDays(let flags)): return .count(row, .heavyDays, counts(flags), perDay: 1, context)
    case (.goodDays, .goodDays(let flags, let perDay)):
      return .count(row, .goodDays, counts(flags), perDay: perDay, context)
    case (.dustfall, .months(let months)):
      return .mean(row, .dustfall, LedgerDays(year: row.year, today: context.today, months: months), context)
    case (.so2HeatingSeasonHourMaximum, .seasonHours(let hours)): return .seasonHours(row, hours, context)
    case (.leaveWorstTen, .provinceLists(let lists)): return .listing(row, lists, context)
    case (.totalEmissionCut, .reported(let value)): return .reported(row, value, context)
    default:
      let days = days { _ in nil }
      let target = target(of: row)
      let needsTarget = indicator != .leaveWorstTen
      let cause: LedgerWording.Cause =
        target == nil && needsTarget ? .noNumber : input == .countingNotSet ? .countingNotSet : .notConnected
      return LedgerJudgement(
        LedgerResult(
          target: target, state: .unknown, days: 0, missing: days.missing, left: days.left, expected: days.expected),
        cause)
    }
  }
}
