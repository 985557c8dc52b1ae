import AirQuality

/// Rows that are judged by hours, lists and reported values rather than by days.
extension LedgerJudgement {
  /// SO2 hours of the heating season: held to the county's mean; single stations warn.
  static func seasonHours(_ row: TargetRow, _ hours: SeasonHours, _ context: LedgerContext) -> LedgerJudgement {
    let target = Ledger.target(of: row)
    let first = CivilDay(year: row.year, month: 1, day: 1) ?? context.today
    let year = (0..<Int32(CivilDay.days(inYear: row.year))).map { first.adding(days: $0) }.filter(hours.isInSeason)
    let elapsed = year.count { $0 < context.today }
    let known = hours.days.filter { $0.day < context.today && $0.day.year == row.year && hours.isInSeason($0.day) }
    let valid = known.count { $0.validHours >= SeasonHours.hoursOfValidDay }
    let result = LedgerResult(
      target: target, state: .unknown, days: valid, missing: elapsed - valid, left: year.count - elapsed,
      expected: year.count - elapsed)
    var judgement = LedgerJudgement(result, target == nil ? .noNumber : .noSeason)
    judgement.result.counted = .seasonDay
    guard !year.isEmpty else { return judgement }
    let shown = hours.result(year: row.year, today: context.today)
    judgement.result.hours = shown
    judgement.result.valueToDate = known.map(\.maximum).filter { !$0.isMissing }.max()
    guard let target else { return judgement }
    let goal = LedgerGoal(
      limit: target, comparison: row.comparison ?? .atMost,
      decimals: Indicator.so2HeatingSeasonHourMaximum.decimals(year: row.year))
    func isKept(_ value: Concentration?) -> Bool {
      value.map { goal.isKept(sum: Int64($0.thousandths), count: 1) } ?? true
    }
    let isOver = context.today.year > row.year
    if !isKept(judgement.result.valueToDate) {
      (judgement.result.state, judgement.cause) = (.missed, .hourAbove)
    } else if known.isEmpty {
      judgement.cause = .noSeasonHours
    } else if valid * 100 < elapsed * SeasonHours.neededDaysPercent {
      judgement.cause = .tooFewSeasonDays
    } else if !isKept(shown.stationMaximum) && !isOver {
      (judgement.result.state, judgement.cause) = (.atRisk, .stationHourAbove)
    } else if isOver && context.reviewed {
      (judgement.result.state, judgement.cause) = (.met, .hoursWithin)
    } else {
      (judgement.result.state, judgement.cause) = (.onCourse, isOver ? .hoursWithinProvisional : .hoursWithin)
    }
    return judgement
  }

  /// The province's worst ten: membership as printed. The list of the year decides; those of months show the way. A list
  /// counts from the day after its month or year.
  static func listing(_ row: TargetRow, _ lists: [ProvinceList], _ context: LedgerContext) -> LedgerJudgement {
    let days = LedgerDays(year: row.year, today: context.today, months: [])
    let ofYear = lists.filter { $0.year == row.year && ($0.month ?? days.yearLength) <= days.elapsed }
    let months = ofYear.filter { $0.month != nil }.sorted { ($0.month ?? 0) > ($1.month ?? 0) }
    let annual = ofYear.first { $0.month == nil }
    let result = LedgerResult(
      target: nil, state: .unknown, days: months.count, missing: days.elapsed - months.count, left: days.left,
      expected: days.left)
    var judgement = LedgerJudgement(result, .noList)
    judgement.result.counted = .list
    judgement.result.listings = ([annual].compactMap { $0 } + months).map {
      LedgerResult.Listing(period: $0.period, document: $0.document, isListed: $0.members.contains(row.county))
    }
    if let annual {
      let isListed = annual.members.contains(row.county)
      (judgement.result.state, judgement.cause) = isListed ? (.missed, .yearListed) : (.met, .yearNotListed)
    } else if days.left == 0 {
      judgement.cause = .noYearList
    } else if let newest = judgement.result.listings.first {
      (judgement.result.state, judgement.cause) =
        newest.isListed ? (.atRisk, .monthListed) : (.onCourse, .monthNotListed)
    }
    return judgement
  }

  /// A value that is reported: judged only by that of the whole year, once the year is over.
  static func reported(_ row: TargetRow, _ reported: ReportedValue?, _ context: LedgerContext) -> LedgerJudgement {
    let target = Ledger.target(of: row)
    var judgement = LedgerJudgement(
      LedgerResult(target: target, state: .unknown), target == nil ? .noNumber : .noReport)
    judgement.result.valueToDate = reported?.value
    guard let target, let reported else { return judgement }
    let goal = LedgerGoal(
      limit: target, comparison: row.comparison ?? Indicator.totalEmissionCut.comparison,
      decimals: Indicator.totalEmissionCut.decimals(year: row.year))
    let isKept = goal.isKept(sum: Int64(reported.value.thousandths), count: 1)
    guard context.today.year > row.year, reported.month == nil else {
      judgement.cause = .reportedSoFar
      if isKept && goal.comparison == .atLeast { judgement.result.state = .onCourse }
      return judgement
    }
    if !isKept {
      (judgement.result.state, judgement.cause) = (.missed, context.reviewed ? .yearAbove : .yearAboveProvisional)
    } else {
      (judgement.result.state, judgement.cause) =
        context.reviewed ? (.met, .yearWithin) : (.onCourse, .yearWithinProvisional)
    }
    return judgement
  }
}
