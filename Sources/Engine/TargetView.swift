public import AirQuality

/// State of one target (目标进度).
public struct TargetView: Sendable, Hashable {
  /// The year as it will end if the rest is like the past, with its band.
  public struct Projection: Sendable, Hashable {
    public var value: Double
    public var low: Double
    public var high: Double
    /// `mean_goes_on` or `rate_goes_on` (`LedgerResult.Method`): neither models seasons.
    public var method: String
    public init(value: Double, low: Double, high: Double, method: String = "mean_goes_on") {
      self.value = value
      self.low = low
      self.high = high
      self.method = method
    }
  }
  /// A row that the one in force replaced.
  public struct Earlier: Sendable, Hashable {
    public var target: Double?
    public var source: String
    public var inForceFrom: CivilDay?
    public init(target: Double? = nil, source: String, inForceFrom: CivilDay? = nil) {
      self.target = target
      self.source = source
      self.inForceFrom = inForceFrom
    }
  }
  /// The year to date on one basis.
  public struct Figure: Sendable, Hashable {
    /// Mean or count; nil without any valid day.
    public var value: Double?
    public var days: Int
    public var missing: Int
    /// Valid days left out for sand-dust.
    public var deducted: Int
    /// What the row's state would be, or is, on this basis.
    public var state: String
    public init(value: Double?, days: Int, missing: Int, deducted: Int, state: String) {
      self.value = value
      self.days = days
      self.missing = missing
      self.deducted = deducted
      self.state = state
    }
  }
  /// The level episode that goes on.
  public struct Episode: Sendable, Hashable {
    /// Its first day.
    public var from: CivilDay
    /// Share of the year's allowed sum used since then.
    public var spent: Double
    public init(from: CivilDay, spent: Double) {
      self.from = from
      self.spent = spent
    }
  }
  /// What is known of the year before; it decides nothing unless official.
  public struct Baseline: Sendable, Hashable {
    public var year: Int
    /// The value, and the interval it lies in.
    public var value: Double
    public var low: Double
    public var high: Double
    public var isOfficial: Bool
    /// Computed backwards from the printed target and drop.
    public var isDerived: Bool
    public var source: String
    public init(year: Int, value: Double, low: Double, high: Double, isOfficial: Bool, isDerived: Bool, source: String)
    {
      self.year = year
      self.value = value
      self.low = low
      self.high = high
      self.isOfficial = isOfficial
      self.isDerived = isDerived
      self.source = source
    }
  }
  /// The drop so far against the year before, percent, as an interval.
  public struct Drop: Sendable, Hashable {
    public var low: Double
    public var high: Double
    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }
  }
  /// Hours above the target: in the heating-season days of the year, and in the running or newest season.
  public struct Hours: Sendable, Hashable {
    /// Of the county's mean, and of single stations; never added up.
    public var county: Int
    public var station: Int
    /// Highest hour of a single station.
    public var stationMaximum: Double?
    public var seasonFrom: CivilDay?
    public var seasonUntil: CivilDay?
    public var seasonCounty: Int
    public var seasonStation: Int
    public init(
      county: Int, station: Int, stationMaximum: Double? = nil, seasonFrom: CivilDay? = nil,
      seasonUntil: CivilDay? = nil, seasonCounty: Int, seasonStation: Int
    ) {
      self.county = county
      self.station = station
      self.stationMaximum = stationMaximum
      self.seasonFrom = seasonFrom
      self.seasonUntil = seasonUntil
      self.seasonCounty = seasonCounty
      self.seasonStation = seasonStation
    }
  }
  /// A list of the province: `2020-03` or `2020`, its document, and whether the county is on it.
  public struct Listing: Sendable, Hashable {
    public var period: String
    public var document: String
    public var isListed: Bool
    public init(period: String, document: String, isListed: Bool) {
      self.period = period
      self.document = document
      self.isListed = isListed
    }
  }
  public var year: Int
  public var county: String
  public var indicator: String
  public var target: Double?
  public var unit: String
  /// Year to date; nil without any valid day.
  public var valueToDate: Double?
  /// Valid days so far, and days so far without a valid mean.
  public var days: Int
  public var missing: Int
  public var remainingMeanAllowed: Double?
  public var projection: Projection?
  /// `on_course at_risk missed met unknown`.
  public var state: String
  public var reason: String
  public var reasonEnglish: String
  /// Share of the year's allowed sum that is used (`Ledger`); nil without a target above zero.
  public var budgetRatio: Double?
  /// The day on which the state came.
  public var since: CivilDay?
  public var review = ReviewState.provisional
  /// What `days` and `missing` count: `day`, `month`, `season_day` or `list`.
  public var counted = "day"
  /// Days (or months) left with the running one, and how many of them are expected to be valid.
  public var left: Int?
  public var expected: Int?
  /// `at_most`, `below` or `at_least`.
  public var comparison = "at_most"
  /// Document and item of the row in force, and the day from which it is (nil from the start).
  public var source = ""
  public var inForceFrom: CivilDay?
  /// Oldest first.
  public var earlier: [Earlier] = []
  /// Drop in percent and cut in days against the year before as printed; information beside a printed target.
  public var printedDrop: Double?
  public var printedCut: Int?
  public var episode: Episode?
  public var baseline: Baseline?
  public var drop: Drop?
  public var hours: Hours?
  /// Newest first.
  public var lists: [Listing] = []
  /// What the row is judged on: `measured` or `dust_deducted`.
  public var basis = "measured"
  /// As measured (实测) and without the days that confirmed sand-dust touches (扣除沙尘); nil where sand-dust plays no part.
  public var measured: Figure?
  public var dustDeducted: Figure?
  /// As measured before any review (初步数据), and from final days alone (终审数据, whose `missing` are the others); nil while
  /// nothing that the row is judged on has been reviewed.
  public var provisional: Figure?
  public var reviewed: Figure?
  public init(
    year: Int, county: String, indicator: String, target: Double?, unit: String, valueToDate: Double?, days: Int,
    missing: Int, remainingMeanAllowed: Double?, projection: Projection?, state: String, reason: String,
    reasonEnglish: String, budgetRatio: Double? = nil
  ) {
    self.year = year
    self.county = county
    self.indicator = indicator
    self.target = target
    self.unit = unit
    self.valueToDate = valueToDate
    self.days = days
    self.missing = missing
    self.remainingMeanAllowed = remainingMeanAllowed
    self.projection = projection
    self.state = state
    self.reason = reason
    self.reasonEnglish = reasonEnglish
    self.budgetRatio = budgetRatio
  }
}
