package import AirQuality

/// One pollutant of a unit over a period.
package struct PollutantAssessment: Sendable, Hashable {
  /// Whether the period's figures keep the limits (达标).
  package enum Compliance: Sendable, Hashable {
    case kept
    /// The annual mean, the percentile, or both are above their limits.
    case exceeded(mean: Bool, percentile: Bool)
    /// Only a valid year is held to the limits.
    case notAYear
    case notValid
  }

  package var pollutant: Pollutant
  /// Valid days, of the days that are over.
  package var validDays: Int
  package var days: Int
  /// Arithmetic mean of the valid days, rounded; missing without one.
  package var mean: Concentration
  /// The percentile that is held to the daily limit, and which one.
  package var percentile: Concentration
  package var percent: Int
  /// Days above the daily limit of class 2, and the highest day.
  package var exceedanceDays: Int
  package var maximum: Concentration
  package var compliance: Compliance
  /// Whether the figures are valid by HJ 663: month 27 days (February 25), year 324 with every month; other periods, and
  /// those that are not over, three days in four, this project's own rule.
  package var isValid: Bool

  /// What ranking and composite index use: of CO and ozone the percentile, of the others the mean.
  package var figure: Concentration { pollutant == .co || pollutant == .o3 ? percentile : mean }

  init(
    _ pollutant: Pollutant, _ days: [DayFigures], _ values: [Concentration], _ period: AssessmentPeriod,
    standard: AmbientStandard, edition: AQIEdition, leavingOut left: Set<CivilDay>, isOver: Bool
  ) {
    self.pollutant = pollutant
    let statistics = PeriodStatistics(zip(days, values).lazy.filter { !left.contains($0.0.day) }.map(\.1))
    let decimals = PeriodStatistics.decimals(of: pollutant, edition: edition)
    validDays = statistics.count
    let daysOver = days.count
    self.days = left.isEmpty ? daysOver : days.count { !left.contains($0.day) }
    mean = statistics.mean(decimals: decimals)
    percent = PeriodStatistics.percent(of: pollutant)
    percentile = statistics.percentile(percent, decimals: decimals)
    let daily = pollutant == .co ? 1 : 0
    // Each day by the limit in force on it; a year may see two.
    exceedanceDays = zip(days, values).count { day, value in
      guard !left.contains(day.day), !value.isMissing,
        let limit = AmbientStandard.inForce(on: day.day).dailyLimit(pollutant)
      else { return false }
      return value.rounded(toDecimals: daily) > limit
    }
    maximum = statistics.maximum.rounded(toDecimals: daily)
    // By the days as measured, like the ledger: what is left out for sand-dust was valid.
    let valid = zip(days, values).filter { !$1.isMissing }.map(\.0.day)
    switch period {
    case .month(let month) where isOver: isValid = ValidityRules.isValid(month, days: valid.count)
    case .year(let year) where isOver: isValid = ValidityRules.isValid(year: year, days: valid)
    default: isValid = daysOver > 0 && valid.count * 4 >= daysOver * 3
    }
    // Of nothing there is no figure.
    if statistics.count == 0 { isValid = false }
    compliance = .notAYear
    if isOver, case .year = period { compliance = isValid ? held(to: standard) : .notValid }
  }

  /// HJ 663-2013, 6.1: the annual mean and the percentile; of CO and ozone the percentile alone.
  private func held(to standard: AmbientStandard) -> Compliance {
    let isMeanAbove = standard.limit(pollutant, .year).map { mean > $0 } ?? false
    let isPercentileAbove = standard.dailyLimit(pollutant).map { percentile > $0 } ?? false
    return isMeanAbove || isPercentileAbove
      ? .exceeded(mean: isMeanAbove, percentile: isPercentileAbove) : .kept
  }
}
