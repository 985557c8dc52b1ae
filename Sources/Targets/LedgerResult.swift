public import AirQuality

/// What is known of a target (目标状态).
public enum LedgerState: String, CaseIterable, Sendable, Hashable {
  case onCourse = "on_course"
  case atRisk = "at_risk"
  case missed
  case met
  /// Not yet knowable: no number, no data, or a year that is not valid.
  case unknown
}

/// The days on which a row is judged, by the calendar day of the row's year (1 January first).
///
/// A day without an element, and a day that has not ended, counts as not known.
public enum LedgerInput: Sendable, Hashable {
  /// Daily means of the row's unit and pollutant; `missing` where a day has no valid mean.
  case dailyMeans([Concentration])
  /// Heavy-pollution days counted on each day: 0 or 1, or county-days up to the number of counties; nil where the day
  /// cannot be judged.
  case heavyDays([Int?])
  /// Nothing is connected that measures this indicator, or the way of counting is not set.
  case none

  /// Heavy days from one verdict a day (`AQI.isHeavy`).
  public static func heavyDays(flags: [Bool?]) -> LedgerInput { .heavyDays(flags.map { $0.map { $0 ? 1 : 0 } }) }
}

/// Where a target stands (目标进度). Amounts are in the unit of the row, days for `heavy_days`.
public struct LedgerResult: Sendable, Hashable {
  /// The year's end as it comes out if the days so far go on.
  public struct Projection: Sendable, Hashable {
    public var value: Concentration
    public var low: Concentration
    public var high: Concentration
  }

  /// What the year is held to: the printed value, or what follows from an official value of the year before; nil when
  /// there is none.
  public var target: Concentration?
  /// Mean of the valid days, or the count of heavy days; nil without a valid day.
  public var valueToDate: Concentration?
  /// Valid days so far, and days so far without a valid value.
  public var days: Int
  public var missing: Int
  /// Calendar days left, today included, and how many of them are expected to be valid.
  public var daysLeft: Int
  public var daysExpected: Int
  /// The mean the expected days may have, below zero when zeros would not do; the number of heavy days that may still come.
  /// Nil without a target or without days left.
  public var remainingMeanAllowed: Concentration?
  public var projection: Projection?
  public var state: LedgerState
  /// Why the state is what it is, in Chinese and in English.
  public var reason: String
  public var reasonEnglish: String
  /// Share of the allowed sum that is used: S/(T·(n + r)), for heavy days S/T, above 1 when overspent; nil without a target
  /// above zero or without a valid day.
  public var budgetRatio: Double?
}
