/// What the target ledger (目标台账) knows beside target rows and measurements: all of it handed in by files.
///
/// Every fact carries where it stands (document or file), because a state rests on it.
public struct LedgerFacts: Sendable, Hashable {
  public var baselines: [TargetBaseline]
  public var heatingSeasons: [HeatingSeason]
  public var reported: [ReportedValue]
  public var provinceLists: [ProvinceList]
  public var reviewedYears: [ReviewedYear]
  /// How days of the whole city are counted; nil while the office has not set it, and then such rows are `unknown`.
  public var cityDays: CityDayCount?

  public init(
    baselines: [TargetBaseline] = [], heatingSeasons: [HeatingSeason] = [], reported: [ReportedValue] = [],
    provinceLists: [ProvinceList] = [], reviewedYears: [ReviewedYear] = [], cityDays: CityDayCount? = nil
  ) {
    self.baselines = baselines
    self.heatingSeasons = heatingSeasons
    self.reported = reported
    self.provinceLists = provinceLists
    self.reviewedYears = reviewedYears
    self.cityDays = cityDays
  }
}

/// How the whole city's heavy and good days are counted (全市天数口径).
public enum CityDayCount: String, CaseIterable, Sendable, Hashable {
  /// The days of the urban district (市区).
  case urban
  /// The days of all counties together (县·天).
  case countyDays = "county_days"
}

/// A value of a base year (基准年数值).
public struct TargetBaseline: Sendable, Hashable {
  public var year: Int
  public var county: String
  /// As in the target table.
  public var indicator: String
  /// In the indicator's unit.
  public var value: Concentration
  /// Only an official value decides anything; any other is shown.
  public var isOfficial: Bool
  public var source: String

  public init(year: Int, county: String, indicator: String, value: Concentration, isOfficial: Bool, source: String = "")
  {
    self.year = year
    self.county = county
    self.indicator = indicator
    self.value = value
    self.isOfficial = isOfficial
    self.source = source
  }
}

/// A dated heating season (采暖期) of a county, or of all counties when `county` is the city.
public struct HeatingSeason: Sendable, Hashable {
  public var county: String
  /// First and last day, both included.
  public var from: CivilDay
  public var until: CivilDay

  public init(county: String, from: CivilDay, until: CivilDay) {
    self.county = county
    self.from = from
    self.until = until
  }

  /// Whether a day is in the season.
  public func contains(_ day: CivilDay) -> Bool { from <= day && day <= until }
}

/// A value that arrives by file, not by a feed: dustfall of a month, an emission cut of a year.
public struct ReportedValue: Sendable, Hashable {
  public var indicator: String
  public var county: String
  public var year: Int
  /// 1 to 12; nil for a value of the whole year.
  public var month: Int?
  public var value: Concentration
  public var source: String

  public init(
    indicator: String, county: String, year: Int, month: Int? = nil, value: Concentration, source: String = ""
  ) {
    self.indicator = indicator
    self.county = county
    self.year = year
    self.month = month
    self.value = value
    self.source = source
  }
}

/// The province's list of worst counties (全省后十名单) of a month or a year, as printed.
public struct ProvinceList: Sendable, Hashable {
  public var year: Int
  /// 1 to 12; nil for the list of the whole year.
  public var month: Int?
  /// Number of the document that prints it.
  public var document: String
  /// Codes of the site's counties on it; counties of other cities are not kept.
  public var members: [String]

  public init(year: Int, month: Int? = nil, document: String, members: [String]) {
    self.year = year
    self.month = month
    self.document = document
    self.members = members
  }

  /// `2020-03`, or `2020`.
  public var period: String { month.map { "\(year)-" + twoDigits($0) } ?? String(year) }
}

/// A year of a unit whose data people have reviewed (审核), by a document that says so.
public struct ReviewedYear: Sendable, Hashable {
  public var year: Int
  public var county: String
  public var document: String

  public init(year: Int, county: String, document: String) {
    self.year = year
    self.county = county
    self.document = document
  }
}
