/// How a value is held to its target (比较方式).
public enum TargetComparison: String, CaseIterable, Sendable, Hashable {
  /// Not above the target (不高于).
  case atMost = "at_most"
  /// Truly below it (低于).
  case below
  /// Not below it (不低于).
  case atLeast = "at_least"
}

/// Which days a target is judged on (评价口径).
public enum TargetBasis: String, CaseIterable, Sendable, Hashable {
  /// All days as measured (实测).
  case measured
  /// Without the days that a confirmed sand-dust period touches (扣除沙尘).
  case dustDeducted = "dust_deducted"
}

/// One line of a year's target table (目标任务表), as the bureau's file states it.
public struct TargetRow: Sendable, Hashable {
  public var year: Int
  /// Unit code: a county, the city, or the urban district.
  public var county: String
  /// `pm10_annual_mean`, `so2_annual_mean`, `pm25_annual_mean`, `heavy_days`, `good_days` …
  public var indicator: String
  /// The value to meet in `unit`; nil when the plan gives no number (持续改善, or handed down later).
  public var target: Double?
  /// `ug/m3`, `d`, `%`, …
  public var unit: String
  /// Drop against the base year in percent as printed; nil when none is printed.
  public var dropPercent: Double?
  /// Cut against the base year in days as printed.
  public var cutDays: Int?
  /// The official value of the base year; nil when the bureau has not given it.
  public var baseline: Double?
  /// Where it stands: document and item.
  public var source: String
  /// The day from which the row replaces an earlier one of the same year, unit and indicator (修订生效日); nil for the row
  /// that is in force from the start.
  public var inForceFrom: CivilDay?
  /// Nil for the indicator's own (`Indicator.comparison`).
  public var comparison: TargetComparison?
  /// Which days it is judged on.
  public var basis: TargetBasis

  public init(
    year: Int, county: String, indicator: String, target: Double?, unit: String, dropPercent: Double? = nil,
    cutDays: Int? = nil, baseline: Double? = nil, source: String = "", inForceFrom: CivilDay? = nil,
    comparison: TargetComparison? = nil, basis: TargetBasis = .measured
  ) {
    self.year = year
    self.county = county
    self.indicator = indicator
    self.target = target
    self.unit = unit
    self.dropPercent = dropPercent
    self.cutDays = cutDays
    self.baseline = baseline
    self.source = source
    self.inForceFrom = inForceFrom
    self.comparison = comparison
    self.basis = basis
  }
}
