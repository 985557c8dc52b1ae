public import AirQuality

/// Hourly SO2 of a county by days, with its heating seasons.
public struct SeasonHours: Sendable, Hashable {
  /// The hours of one day.
  public struct Day: Sendable, Hashable {
    public var day: CivilDay
    /// Hours with a county mean.
    public var validHours: Int
    /// Highest hour of the county's mean and of any one assessed station; missing without a value.
    public var maximum: Concentration
    public var stationMaximum: Concentration
    /// Hours whose county mean, and station-hours whose value, were above the limit of the day.
    public var hoursAbove: Int
    public var stationHoursAbove: Int
    /// Whether people have reviewed the hours (审核).
    public var isReviewed: Bool

    public init(
      day: CivilDay, validHours: Int, maximum: Concentration, stationMaximum: Concentration, hoursAbove: Int,
      stationHoursAbove: Int, isReviewed: Bool = false
    ) {
      self.day = day
      self.validHours = validHours
      self.maximum = maximum
      self.stationMaximum = stationMaximum
      self.hoursAbove = hoursAbove
      self.stationHoursAbove = stationHoursAbove
      self.isReviewed = isReviewed
    }
  }

  /// Of this county; empty while none is dated.
  public var seasons: [HeatingSeason]
  /// Ascending.
  public var days: [Day]

  public init(seasons: [HeatingSeason], days: [Day]) {
    self.seasons = seasons
    self.days = days
  }

  /// Hours above the limit, of the county's mean and of single stations, never added up.
  public struct Count: Sendable, Hashable {
    public var county: Int
    public var station: Int
    public init(county: Int = 0, station: Int = 0) {
      self.county = county
      self.station = station
    }
  }

  /// What the ledger shows: the heating-season days of the plan's year, and the running or newest whole season.
  public struct Result: Sendable, Hashable {
    public var year: Count
    public var season: HeatingSeason?
    public var seasonCount: Count
    public var stationMaximum: Concentration?
  }

  /// The share of season days that must have 20 valid hours before silence counts as clean, percent.
  static let neededDaysPercent = 75
  /// Hours that make a day valid (HJ 663).
  static let hoursOfValidDay = 20

  func isInSeason(_ day: CivilDay) -> Bool { seasons.contains { $0.contains(day) } }

  func count(_ isCounted: (CivilDay) -> Bool) -> Count {
    days.reduce(into: Count()) { count, day in
      guard isCounted(day.day) else { return }
      count.county += day.hoursAbove
      count.station += day.stationHoursAbove
    }
  }

  func result(year: Int, today: CivilDay) -> Result {
    let season = seasons.filter { $0.from <= today }.max { $0.from < $1.from }
    let inYear = days.filter { $0.day < today && $0.day.year == year && isInSeason($0.day) }
    let highest = inYear.map(\.stationMaximum).filter { !$0.isMissing }.max()
    return Result(
      year: count { $0 < today && $0.year == year && isInSeason($0) }, season: season,
      seasonCount: season.map { season in count { $0 < today && season.contains($0) } } ?? Count(),
      stationMaximum: highest)
  }
}
