package import AirQuality
package import Engine

/// What came out of one replay.
package struct ReplayResult: Sendable {
  /// `mee-2018, by-date`.
  package var rules: String
  package var site: Site
  /// Units that were judged or have a ledger, in the order of the site; a city of one county is that county and left out.
  package var units: [County]
  /// Every event in the order of its sequence.
  package var events: [EventRecord] = []
  package var episodes: [ReplayEpisode] = []
  /// By year, then unit.
  package var years: [ReplayYear] = []
  /// The years' target rows as the ledger stood after the last hour of the year (or of the data).
  package var targets: [TargetView] = []
  /// Days of each unit from the first to the last of the data.
  package var days: [String: [DayRecord]] = [:]
  /// What became of the readings, by name.
  package var verdicts: [(name: String, count: UInt64)] = []
  /// Civil hours that passed, and station-hours fed.
  package var hours = 0
  package var stationHours = 0
  /// Hash (FNV-1a) of the engine's final snapshot: two runs with the same one ended in the same state.
  package var stateHash: UInt64 = 0
}

/// One episode of one unit: from the first level above none to the return to none (污染过程).
package struct ReplayEpisode: Sendable, Hashable {
  /// A level that was entered.
  package struct Step: Sendable, Hashable {
    /// `yellow`; `none` for the last.
    package var level: String
    package var at: Instant
    /// Running 24 h AQI at that hour; nil when indeterminate.
    package var runningAQI: Int?
    package var sequence: Int64
  }
  package var county: String
  /// The highest level.
  package var peak: String
  package var start: Instant
  /// Nil when it was in force at the end of the data.
  package var end: Instant?
  package var steps: [Step]
  /// Highest daily AQI of the days it touches; nil when none is known.
  package var highestDailyAQI: Int?
}

/// One unit's year (年度台账).
package struct ReplayYear: Sendable, Hashable {
  package var year: Int
  package var county: String
  /// Means of the valid days in the order of `Pollutant.criteria`, in `Pollutant.unit`; for ozone of the daily highest
  /// 8 h means. Missing without a valid day.
  package var means: [Concentration]
  /// Valid days of each pollutant.
  package var validDays: [Int]
  /// Days with an AQI from all six, or above 200 from some.
  package var judgedDays = 0
  /// Days of the year that the data cover.
  package var days = 0
  /// AQI up to 100 from all six (优良天数).
  package var goodDays = 0
  /// AQI above 200 (重污染天数).
  package var heavyDays = 0
  /// Judged days by category, `AQICategory` in order.
  package var byCategory = [Int](repeating: 0, count: AQICategory.allCases.count)

  init(year: Int, county: String, days: [DayRecord]) {
    self.year = year
    self.county = county
    self.days = days.count
    means = []
    validDays = []
    for lane in Pollutant.criteria.indices {
      let valid = days.map { $0.values[lane] }.filter { !$0.isMissing }
      means.append(.mean(sum: valid.reduce(0) { $0 + Int64($1.thousandths) }, count: valid.count))
      validDays.append(valid.count)
    }
    for day in days {
      guard let isHeavy = day.isHeavy, let aqi = day.aqi else { continue }
      judgedDays += 1
      if isHeavy { heavyDays += 1 }
      if aqi <= 100 { goodDays += 1 }
      byCategory[AQICategory(aqi: aqi).rawValue - 1] += 1
    }
  }
}
