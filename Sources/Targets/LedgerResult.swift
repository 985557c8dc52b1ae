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

/// What a row is judged on, days by the calendar day of the row's year (1 January first).
///
/// A day without an element, and a day that has not ended, counts as not known.
public enum LedgerInput: Sendable, Hashable {
  /// Daily means of the row's unit and pollutant; `missing` where a day has no valid mean.
  case dailyMeans([Concentration])
  /// Heavy-pollution days counted on each day: 0 or 1, or county-days up to the number of counties; nil where the day
  /// cannot be judged.
  case heavyDays([Int?])
  /// Good days in the same way; at most `perDay` on one day.
  case goodDays([Int?], perDay: Int)
  /// Values of months, January first; `missing` where none was reported.
  case months([Concentration])
  /// Hours of the heating season.
  case seasonHours(SeasonHours)
  /// The province's lists of the year, in any order; the row's county is looked up in their members.
  case provinceLists([ProvinceList])
  /// The value reported for the year.
  case reported(ReportedValue?)
  /// The office has not set how the whole city's days are counted.
  case countingNotSet
  /// Nothing is connected that measures this indicator.
  case none

  /// Heavy days from one verdict a day (`AQI.isHeavy`).
  public static func heavyDays(flags: [Bool?]) -> LedgerInput { .heavyDays(flags.map { $0.map { $0 ? 1 : 0 } }) }
  /// Good days from one verdict a day.
  public static func goodDays(flags: [Bool?]) -> LedgerInput {
    .goodDays(flags.map { $0.map { $0 ? 1 : 0 } }, perDay: 1)
  }
}

/// The circumstances in which a row is judged.
public struct LedgerContext: Sendable, Hashable {
  public var today: CivilDay
  /// Every day of the year has been reviewed (审核).
  public var reviewed: Bool
  /// First day of the level episode that goes on; nil without one.
  public var episodeFrom: CivilDay?
  /// What is known of the year before.
  public var baseline: LedgerBaseline?
  /// Days that leave means of PM10 and PM2.5 and counts of days: a confirmed sand-dust period touches them (扣除沙尘).
  public var deducted: Set<CivilDay>

  public init(
    today: CivilDay, reviewed: Bool = false, episodeFrom: CivilDay? = nil, baseline: LedgerBaseline? = nil,
    deducted: Set<CivilDay> = []
  ) {
    self.today = today
    self.reviewed = reviewed
    self.episodeFrom = episodeFrom
    self.baseline = baseline
    self.deducted = deducted
  }
}

/// Where a target stands (目标进度). Amounts are in the unit of the row, days for counts of days.
public struct LedgerResult: Sendable, Hashable {
  /// How a projection is made. None of them models seasons.
  public enum Method: String, CaseIterable, Sendable, Hashable {
    /// The mean so far goes on; band by the quartiles of the values so far.
    case meanGoesOn = "mean_goes_on"
    /// The rate so far goes on; band of two standard deviations of the days to come.
    case rateGoesOn = "rate_goes_on"
  }

  /// What `days` and `missing` count.
  public enum Counted: String, CaseIterable, Sendable, Hashable {
    case day
    case month
    /// Days of the heating season.
    case seasonDay = "season_day"
    /// The province's lists of months.
    case list
  }

  /// The year's end as it comes out if the days so far go on.
  public struct Projection: Sendable, Hashable {
    public var value: Concentration
    public var low: Concentration
    public var high: Concentration
    public var method: Method
  }

  /// A list of the province and whether it names the county.
  public struct Listing: Sendable, Hashable {
    public var period: String
    public var document: String
    public var isListed: Bool
  }

  /// What the year is held to: the printed value, or what follows from an official value of the year before; nil when
  /// there is none.
  public var target: Concentration?
  /// Mean of the valid days, or the count; nil without a valid day.
  public var valueToDate: Concentration?
  /// Valid days so far, and days so far without a valid value.
  public var days: Int
  public var missing: Int
  /// Valid days so far that are left out for sand-dust; neither in `days` nor in `missing`.
  public var deducted = 0
  public var counted = Counted.day
  /// Calendar days left, today included, and how many of them are expected to be valid.
  public var daysLeft: Int
  public var daysExpected: Int
  /// The mean the expected days may have, below zero when zeros would not do; the number of heavy days that may still come;
  /// the number of good days still needed. Nil without a target or without days left.
  public var remainingMeanAllowed: Concentration?
  public var projection: Projection?
  public var state: LedgerState
  /// Why the state is what it is, in Chinese and in English.
  public var reason: String
  public var reasonEnglish: String
  /// Share of the allowed sum that is used: S/(T·(n + r)), for heavy days S/T, above 1 when overspent; nil without a target
  /// above zero or without a valid day.
  public var budgetRatio: Double?
  /// The part of `budgetRatio` that the running level episode used; nil without an episode.
  public var episodeRatio: Double?
  /// What is known of the year before; informative unless official.
  public var baseline: LedgerBaseline?
  /// The drop so far against it in percent, informative; low and high by the interval.
  public var dropLow: Concentration?
  public var dropHigh: Concentration?
  /// Hours above the limit, for SO2 of the heating season.
  public var hours: SeasonHours.Result?
  /// Newest first, for the province's lists.
  public var listings: [Listing] = []
  /// Reviewed data (审核) rather than provisional ones (初步数据).
  public var isFinal = false
  /// The month that can no longer be valid, when that is why.
  var lostMonth: (month: Int, days: Int)? {
    get { lost.map { ($0.month, $0.days) } }
    set { lost = newValue.map { Lost(month: $0.month, days: $0.days) } }
  }
  private var lost: Lost?
  private struct Lost: Sendable, Hashable {
    var month: Int
    var days: Int
  }

  init(target: Concentration?, state: LedgerState, days: Int = 0, missing: Int = 0, left: Int = 0, expected: Int = 0) {
    self.target = target
    self.state = state
    self.days = days
    self.missing = missing
    daysLeft = left
    daysExpected = expected
    reason = ""
    reasonEnglish = ""
  }
}
