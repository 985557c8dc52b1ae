import AirQuality

/// A result with the cause of its state, before it is put into words.
struct LedgerJudgement {
  var result: LedgerResult
  var cause: LedgerWording.Cause

  init(_ result: LedgerResult, _ cause: LedgerWording.Cause) {
    self.result = result
    self.cause = cause
  }

  /// A result over days, with its state and cause.
  private init(_ days: LedgerDays, _ target: Concentration?, _ verdict: (LedgerState, LedgerWording.Cause)) {
    result = LedgerResult(
      target: target, state: verdict.0, days: days.valid, missing: days.missing, left: days.left,
      expected: days.expected)
    result.deducted = days.deducted
    result.lostMonth = days.lostMonth
    cause = verdict.1
  }

  /// A row held to the mean of its days, or of its months.
  static func mean(
    _ row: TargetRow, _ indicator: Indicator, _ days: LedgerDays, _ context: LedgerContext
  ) -> LedgerJudgement {
    let target = Ledger.target(of: row)
    var judgement = LedgerJudgement(days, target, (.unknown, target == nil ? .noNumber : .noDays))
    if indicator == .dustfall { judgement.result.counted = .month }
    guard days.valid > 0 else { return judgement }
    let (n, r) = (Int64(days.valid), Int64(days.expected))
    let mean = divideHalfEven(days.sum, n)
    judgement.result.valueToDate = Concentration(clamping: mean)
    judgement.result.projection = projection(
      mean, low: divideHalfEven(4 * days.sum + r * days.fourfoldQuartile(1), 4 * (n + r)),
      high: divideHalfEven(4 * days.sum + r * days.fourfoldQuartile(3), 4 * (n + r)), .meanGoesOn)
    guard let target else { return judgement }
    let goal = LedgerGoal(
      limit: target, comparison: row.comparison ?? indicator.comparison, decimals: indicator.decimals(year: row.year))
    // Zeros help no row that must not be below its target.
    let isInReach = goal.comparison == .atLeast || goal.isKept(sum: days.sum, count: n + Int64(days.left))
    judgement.judge(days, isKept: goal.isKept(sum: days.sum, count: n), isInReach: isInReach, context)
    if r > 0 {
      judgement.result.remainingMeanAllowed = Concentration(
        clamping: divideHalfEven(goal.limit * (n + r) - days.sum, r))
    }
    judgement.spend(days, of: goal.limit * (n + r))
    return judgement
  }

  /// A row held to a count of days; `perDay` is the most that one day can count.
  static func count(
    _ row: TargetRow, _ indicator: Indicator, _ days: LedgerDays, perDay: Int, _ context: LedgerContext
  ) -> LedgerJudgement {
    let target = Ledger.target(of: row)
    var judgement = LedgerJudgement(days, target, (.unknown, target == nil ? .noNumber : .noDays))
    guard days.valid > 0 else { return judgement }
    let (n, r, most) = (Int64(days.valid), Int64(days.expected), Int64(max(perDay, 1)) * 1_000)
    let further = divideHalfEven(days.sum * r, n)
    judgement.result.valueToDate = Concentration(clamping: days.sum)
    var spread = 2 * squareRoot(further * 1_000)
    if indicator == .goodDays {
      // √(r·perDay·p·(1 − p)) days with p = a/(n·perDay), in thousandths.
      let (a, b) = (days.sum / 1_000, n * (most / 1_000) - days.sum / 1_000)
      spread = 2 * squareRoot(1_000_000 * r * a * max(0, b) / (most / 1_000)) / n
    }
    let value = days.sum + further
    judgement.result.projection = projection(
      value, low: max(days.sum, value - spread),
      high: indicator == .goodDays ? min(days.sum + r * most, value + spread) : value + spread, .rateGoesOn)
    guard let target else { return judgement }
    let goal = LedgerGoal(limit: target, comparison: row.comparison ?? indicator.comparison, decimals: 0)
    let best = goal.comparison == .atLeast ? days.sum + Int64(days.left) * most : days.sum
    judgement.judge(
      days, isKept: goal.isKept(count: value), isInReach: goal.isKept(count: best),
      isCertain: goal.comparison != .atLeast, context)
    if days.left > 0 {
      let rest = goal.limit - days.sum
      judgement.result.remainingMeanAllowed = Concentration(
        clamping: goal.comparison == .atLeast ? max(0, rest) : rest)
    }
    if goal.comparison != .atLeast { judgement.spend(days, of: goal.limit) }
    return judgement
  }

  /// Sets state and cause. A target out of reach is missed; of a year that cannot be valid nothing else is said.
  /// `isCertain`: at the year's end a value beyond the target stays beyond it whatever the days without a verdict were
  /// (heavy days; a mean of too few days says nothing).
  private mutating func judge(
    _ days: LedgerDays, isKept: Bool, isInReach: Bool, isCertain: Bool = false, _ context: LedgerContext
  ) {
    let isMonthly = result.counted == .month
    if days.left > 0 {
      if !isInReach {
        (result.state, cause) = (.missed, .beyondReach)
      } else if !days.canMakeValidYear {
        (result.state, cause) = (.unknown, isMonthly ? .missingMonths : .invalidYearAhead)
      } else {
        (result.state, cause) = isKept ? (.onCourse, .projectedWithin) : (.atRisk, .projectedAbove)
      }
    } else if !days.makeValidYear && !(isCertain && !isKept) {
      (result.state, cause) = (.unknown, isMonthly ? .missingMonths : .invalidYear)
    } else if !isKept {
      (result.state, cause) = (.missed, context.reviewed ? .yearAbove : .yearAboveProvisional)
    } else {
      (result.state, cause) =
        context.reviewed ? (.met, .yearWithin) : (.onCourse, .yearWithinProvisional)
    }
  }

  /// The shares of the allowed sum that the year and the running episode used.
  private mutating func spend(_ days: LedgerDays, of allowed: Int64) {
    guard allowed > 0 else { return }
    result.budgetRatio = Double(days.sum) / Double(allowed)
    result.episodeRatio = days.episodeSum.map { Double($0) / Double(allowed) }
  }

  private static func projection(
    _ value: Int64, low: Int64, high: Int64, _ method: LedgerResult.Method
  ) -> LedgerResult.Projection {
    LedgerResult.Projection(
      value: Concentration(clamping: value), low: Concentration(clamping: min(low, value)),
      high: Concentration(clamping: max(high, value)), method: method)
  }
}
