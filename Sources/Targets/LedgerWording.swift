import AirQuality

/// Why a row is judged as it is, for people: each cause in Chinese and in English.
struct LedgerWording {
  enum Cause {
    /// The plan prints no number and the official value of the year before is not known.
    case noNumber
    case notConnected
    case countingNotSet
    case noDays
    case projectedWithin
    case projectedAbove
    /// Beyond the target even with zero (good days: with good air) on every day left.
    case beyondReach
    case yearWithin
    case yearWithinProvisional
    case yearAbove
    case yearAboveProvisional
    case invalidYear
    /// The year goes on, but can no longer become valid.
    case invalidYearAhead
    case missingMonths
    // Hours of the heating season.
    case noSeason
    case noSeasonHours
    case tooFewSeasonDays
    case hourAbove
    case stationHourAbove
    case hoursWithin
    case hoursWithinProvisional
    // The province's lists.
    case noList
    case noYearList
    case monthListed
    case monthNotListed
    case yearListed
    case yearNotListed
    // Reported values.
    case noReport
    case reportedSoFar
  }

  let row: TargetRow
  let cause: Cause

  var indicator: Indicator? { Indicator(rawValue: row.indicator) }
  /// Whether the row holds a count of days.
  var counts: Bool { indicator == .heavyDays || indicator == .goodDays }
  var comparison: TargetComparison { row.comparison ?? indicator?.comparison ?? .atMost }
  /// Days, or months for dustfall.
  var isMonthly: Bool { indicator == .dustfall }

  /// An amount as it is compared, so that the sentence is true as it stands; projected counts keep two decimals.
  func judged(_ amount: Concentration?) -> String {
    amount.map { $0.text(decimals: counts ? 2 : indicator?.decimals(year: row.year) ?? 0) } ?? "—"
  }
}
