import AirQuality
import Rollup
import Targets

/// What the rows of a target table are judged on, each unit and year made once.
struct LedgerInputs {
  let site: Site
  let facts: LedgerFacts
  let editions: AQIEditionSetting
  /// SO2 hours by unit code.
  let sulphur: [String: [SeasonHours.Day]]
  private var means: [String: [Concentration]] = [:]
  private var indices: [String: [AQI]] = [:]

  init(site: Site, facts: LedgerFacts, editions: AQIEditionSetting, sulphur: [String: [SeasonHours.Day]]) {
    self.site = site
    self.facts = facts
    self.editions = editions
    self.sulphur = sulphur
  }

  mutating func input(for row: TargetRow, rollup: Rollup) -> LedgerInput {
    guard let indicator = Indicator(rawValue: row.indicator) else { return .none }
    switch indicator {
    case .dustfall: return .months(months(of: row))
    case .leaveWorstTen: return .provinceLists(facts.provinceLists.filter { $0.year == row.year })
    case .totalEmissionCut: return .reported(newestReport(of: row))
    default: break
    }
    guard let unit = rollup.unitIndex(row.county) else { return .none }
    if let pollutant = indicator.annualMeanOf { return .dailyMeans(days(unit, pollutant, row.year, rollup)) }
    if indicator == .so2HeatingSeasonHourMaximum {
      return .seasonHours(
        SeasonHours(
          seasons: facts.heatingSeasons.filter { $0.county == row.county || $0.county == site.code },
          days: sulphur[row.county] ?? []))
    }
    return dayCount(indicator, unit, row.year, rollup)
  }

  // MARK: Reported

  private func months(of row: TargetRow) -> [Concentration] {
    var months = [Concentration](repeating: .missing, count: 12)
    for value in facts.reported
    where value.indicator == row.indicator && value.county == row.county && value.year == row.year {
      if let month = value.month { months[month - 1] = value.value }
    }
    return months
  }

  /// That of the whole year, else of the latest month.
  private func newestReport(of row: TargetRow) -> ReportedValue? {
    facts.reported.filter { $0.indicator == row.indicator && $0.county == row.county && $0.year == row.year }
      .max { ($0.month ?? 13) < ($1.month ?? 13) }
  }

  // MARK: Days

  private mutating func days(_ unit: Int, _ pollutant: Pollutant, _ year: Int, _ rollup: Rollup) -> [Concentration] {
    let key = "\(unit)/\(pollutant.rawValue)/\(year)"
    if let made = means[key] { return made }
    let made = rollup.unitYear(unit, pollutant: pollutant, year: year)
    means[key] = made
    return made
  }

  /// Heavy or good days; of the whole city as the office has set it (DOMAIN.md 12).
  private mutating func dayCount(_ indicator: Indicator, _ unit: Int, _ year: Int, _ rollup: Rollup) -> LedgerInput {
    func input(_ counts: [Int?], perDay: Int = 1) -> LedgerInput {
      indicator == .heavyDays ? .heavyDays(counts) : .goodDays(counts, perDay: perDay)
    }
    guard rollup.units[unit].kind == .city else { return input(counts(indicator, unit, year, rollup)) }
    switch facts.cityDays {
    case nil: return .countingNotSet
    case .urban:
      guard let urban = rollup.unitIndex(site.urbanCode) else { return .none }
      return input(counts(indicator, urban, year, rollup))
    case .countyDays:
      let counties = rollup.units.indices.filter {
        rollup.units[$0].kind == .county && !rollup.units[$0].stations.isEmpty
      }
      let counted = counties.map { counts(indicator, $0, year, rollup) }
      return input(
        (0..<CivilDay.days(inYear: year)).map { day in Self.countyDays(counted.map { $0[day] }) },
        perDay: counties.count)
    }
  }

  /// The county-days of one day: what is counted is certain; none is known only when 75 % of the counties are.
  static func countyDays(_ counts: [Int?]) -> Int? {
    let known = counts.compactMap { $0 }
    let sum = known.reduce(0, +)
    return sum > 0 || (!known.isEmpty && known.count * 4 >= counts.count * 3) ? sum : nil
  }

  private mutating func counts(_ indicator: Indicator, _ unit: Int, _ year: Int, _ rollup: Rollup) -> [Int?] {
    dailyIndices(unit, year, rollup).map { aqi in
      if indicator == .heavyDays { return aqi.isHeavy.map { $0 ? 1 : 0 } }
      // An index from some of the pollutants is a lower bound: above 100 it is certain, below it proves nothing.
      guard let bound = aqi.lowerBound else { return nil }
      return bound > 100 ? 0 : aqi.isLowerBound ? nil : 1
    }
  }

  private mutating func dailyIndices(_ unit: Int, _ year: Int, _ rollup: Rollup) -> [AQI] {
    let key = "\(unit)/\(year)"
    if let made = indices[key] { return made }
    let series = Pollutant.criteria.map { days(unit, $0, year, rollup) }
    let first = CivilDay(year: year, month: 1, day: 1)?.number ?? 0
    let made = (0..<CivilDay.days(inYear: year)).map { day -> AQI in
      func value(_ pollutant: Pollutant) -> Concentration {
        let days = series[Int(pollutant.rawValue)]
        return day < days.count ? days[day].published(pollutant) : .missing
      }
      let input = DailyInput(
        pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
        o3EightHour: value(.o3))
      return AQI(input, edition: editions.edition(on: CivilDay(number: first + Int32(day))))
    }
    indices[key] = made
    return made
  }
}
