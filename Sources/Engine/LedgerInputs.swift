import AirQuality
import Rollup
import Targets

/// What the rows of a target table are judged on: each unit and year made once, then kept up day by day.
struct LedgerInputs: Sendable {
  private struct Key: Hashable {
    var unit: Int
    var pollutant: Pollutant
    var year: Int
  }
  private struct IndexKey: Hashable {
    var unit: Int
    var year: Int
    var basis: ReviewBasis
  }

  let site: Site
  let facts: LedgerFacts
  let editions: AQIEditionSetting
  private var means: [Key: LedgerYear] = [:]
  private var indices: [IndexKey: [AQI]] = [:]
  private var archive: [String: LedgerYear] = [:]

  init(site: Site, facts: LedgerFacts, editions: AQIEditionSetting) {
    self.site = site
    self.facts = facts
    self.editions = editions
  }

  /// Takes days that may differ again from the rollup.
  mutating func refresh(_ days: [UnitDay], rollup: Rollup) {
    for changed in days {
      let year = changed.day.year
      guard let first = CivilDay(year: year, month: 1, day: 1) else { continue }
      let place = Int(changed.day.number - first.number)
      for pollutant in Pollutant.criteria {
        let key = Key(unit: changed.unit, pollutant: pollutant, year: year)
        guard means[key] != nil else { continue }
        means[key]?.take(place, changed.unit, pollutant, changed.day, rollup)
      }
      for basis in ReviewBasis.allCases {
        let key = IndexKey(unit: changed.unit, year: year, basis: basis)
        guard indices[key] != nil else { continue }
        let made = index(changed.unit, place, first, basis)
        indices[key]?[place] = made
      }
    }
  }

  /// The daily means of a year that are at hand.
  func years(_ year: Int) -> [(unit: Int, pollutant: Pollutant, year: LedgerYear)] {
    means.filter { $0.key.year == year }.map { ($0.key.unit, $0.key.pollutant, $0.value) }
  }

  /// The days of the row's unit that leave its figures. Where the whole city counts county-days, each county's days leave
  /// one by one (`input`), and the day leaves as a whole when it does in all of them.
  func deducted(for row: TargetRow, _ days: [String: Set<CivilDay>]) -> Set<CivilDay> {
    let isCount = Indicator(rawValue: row.indicator)?.annualMeanOf == nil
    guard row.county == site.code, isCount else { return days[row.county] ?? [] }
    switch facts.cityDays {
    case nil: return []
    case .urban: return days[site.urbanCode] ?? []
    case .countyDays:
      let assessed = site.counties.filter { county in site.stations.contains { $0.county == county.code && $0.assessed }
      }
      guard let first = assessed.first else { return [] }
      return assessed.dropFirst().reduce(days[first.code] ?? []) { $0.intersection(days[$1.code] ?? []) }
    }
  }

  /// `sulphur` holds SO2 hours by unit code, `archive` the years that have left the day ring; of `leavingOut`, days by
  /// unit code, county-days of the whole city are left out here. By `basis`, reviewed data count or do not. Reports count
  /// from the day after their month or year.
  mutating func input(
    for row: TargetRow, rollup: Rollup, sulphur: [String: [SeasonHours.Day]], archive: [String: LedgerYear],
    on today: CivilDay, leavingOut: [String: Set<CivilDay>] = [:], basis: ReviewBasis = .record
  ) -> LedgerInput {
    guard let indicator = Indicator(rawValue: row.indicator) else { return .none }
    switch indicator {
    case .dustfall: return .months(months(of: row))
    case .leaveWorstTen: return .provinceLists(facts.provinceLists.filter { $0.year == row.year })
    case .totalEmissionCut: return .reported(newestReport(of: row, on: today))
    default: break
    }
    guard let unit = rollup.unitIndex(row.county) else { return .none }
    drop(row.year, rollup, archive)
    if let pollutant = indicator.annualMeanOf {
      return .dailyMeans(days(unit, pollutant, row.year, rollup).values(basis))
    }
    if indicator == .so2HeatingSeasonHourMaximum {
      return .seasonHours(
        SeasonHours(
          seasons: facts.heatingSeasons.filter { $0.county == row.county || $0.county == site.code },
          days: sulphur[row.county] ?? []))
    }
    return dayCount(indicator, unit, row.year, rollup, leavingOut, basis)
  }

  /// How far the days that a row is judged on have been reviewed.
  enum Review: Sendable, Hashable, Comparable {
    case none, partly, wholeYear
  }

  /// How far people have reviewed what a row is judged on; `none` for rows that rest on no daily values.
  mutating func review(of row: TargetRow, rollup: Rollup, sulphur: [String: [SeasonHours.Day]]) -> Review {
    guard let indicator = Indicator(rawValue: row.indicator), let unit = rollup.unitIndex(row.county) else {
      return .none
    }
    if indicator == .so2HeatingSeasonHourMaximum { return seasonReview(row, sulphur[row.county] ?? []) }
    let units = unitsJudged(indicator, unit, rollup)
    let pollutants: [Pollutant]
    if let pollutant = indicator.annualMeanOf {
      pollutants = [pollutant]
    } else if indicator == .heavyDays || indicator == .goodDays {
      pollutants = Pollutant.criteria
    } else {
      return .none
    }
    var years: [LedgerYear] = []
    for unit in units { for pollutant in pollutants { years.append(days(unit, pollutant, row.year, rollup)) } }
    if !years.isEmpty, years.allSatisfy(\.isFinal) { return .wholeYear }
    return years.contains { $0.review != nil } ? .partly : .none
  }

  /// The units whose days a row counts: for the whole city as the office has set it.
  private func unitsJudged(_ indicator: Indicator, _ unit: Int, _ rollup: Rollup) -> [Int] {
    guard rollup.units[unit].kind == .city, indicator.annualMeanOf == nil else { return [unit] }
    switch facts.cityDays {
    case nil: return []
    case .urban: return rollup.unitIndex(site.urbanCode).map { [$0] } ?? []
    case .countyDays:
      return rollup.units.indices.filter { rollup.units[$0].kind == .county && !rollup.units[$0].stations.isEmpty }
    }
  }

  private func seasonReview(_ row: TargetRow, _ days: [SeasonHours.Day]) -> Review {
    let seasons = facts.heatingSeasons.filter { $0.county == row.county || $0.county == site.code }
    guard days.contains(where: { $0.isReviewed && $0.day.year == row.year }),
      let first = CivilDay(year: row.year, month: 1, day: 1)
    else { return .none }
    let reviewed = Set(days.lazy.filter(\.isReviewed).map(\.day))
    let isWhole = (0..<Int32(CivilDay.days(inYear: row.year))).allSatisfy { place in
      let day = first.adding(days: place)
      return reviewed.contains(day) || !seasons.contains { $0.contains(day) }
    }
    return isWhole ? .wholeYear : .partly
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
  private func newestReport(of row: TargetRow, on today: CivilDay) -> ReportedValue? {
    let (year, month, _) = today.components
    let monthsOver = year > row.year ? 12 : year < row.year ? 0 : month - 1
    return facts.reported.filter {
      $0.indicator == row.indicator && $0.county == row.county && $0.year == row.year
        && ($0.month ?? 12) <= monthsOver
    }
    .max { ($0.month ?? 13) < ($1.month ?? 13) }
  }

  // MARK: Days

  /// A year that the day ring no longer holds whole is made anew each time: its days go one by one.
  private mutating func drop(_ year: Int, _ rollup: Rollup, _ archive: [String: LedgerYear]) {
    guard let first = CivilDay(year: year, month: 1, day: 1), !rollup.holds(day: first) else { return }
    means = means.filter { $0.key.year != year }
    indices = indices.filter { $0.key.year != year }
    self.archive = archive
  }

  private mutating func days(_ unit: Int, _ pollutant: Pollutant, _ year: Int, _ rollup: Rollup) -> LedgerYear {
    let key = Key(unit: unit, pollutant: pollutant, year: year)
    if let made = means[key] { return made }
    guard let first = CivilDay(year: year, month: 1, day: 1) else { return LedgerYear(days: 0) }
    var made = LedgerYear(unit, pollutant, from: first, of: rollup)
    // What has left the ring stands as it was kept.
    if let kept = archive[LedgerMemory.archiveKey(rollup.units[unit].code, pollutant, year)] {
      made.keep(kept) { !rollup.holds(day: first.adding(days: Int32($0))) }
    }
    means[key] = made
    return made
  }

  /// Heavy or good days; of the whole city as the office has set it (DOMAIN.md 12).
  private mutating func dayCount(
    _ indicator: Indicator, _ unit: Int, _ year: Int, _ rollup: Rollup, _ leavingOut: [String: Set<CivilDay>],
    _ basis: ReviewBasis
  ) -> LedgerInput {
    func input(_ counts: [Int?], perDay: Int = 1) -> LedgerInput {
      indicator == .heavyDays ? .heavyDays(counts) : .goodDays(counts, perDay: perDay)
    }
    guard rollup.units[unit].kind == .city else { return input(counts(indicator, unit, year, rollup, basis)) }
    switch facts.cityDays {
    case nil: return .countingNotSet
    case .urban:
      guard let urban = rollup.unitIndex(site.urbanCode) else { return .none }
      return input(counts(indicator, urban, year, rollup, basis))
    case .countyDays:
      let counties = unitsJudged(indicator, unit, rollup)
      let counted = counties.map { counts(indicator, $0, year, rollup, basis) }
      let out = counties.map { leavingOut[rollup.units[$0].code] ?? [] }
      guard let first = CivilDay(year: year, month: 1, day: 1) else { return .none }
      return input(
        (0..<CivilDay.days(inYear: year)).map { day in
          let date = first.adding(days: Int32(day))
          let staying = counted.indices.filter { !out[$0].contains(date) }
          // Of a day on which every county is left out, what was measured says that it is not missing.
          return Self.countyDays((staying.isEmpty ? Array(counted.indices) : staying).map { counted[$0][day] })
        }, perDay: counties.count)
    }
  }

  /// The county-days of one day: what is counted is certain; none is known only when 75 % of the counties are.
  static func countyDays(_ counts: [Int?]) -> Int? {
    let known = counts.compactMap { $0 }
    let sum = known.reduce(0, +)
    return sum > 0 || (!known.isEmpty && known.count * 4 >= counts.count * 3) ? sum : nil
  }

  private mutating func counts(
    _ indicator: Indicator, _ unit: Int, _ year: Int, _ rollup: Rollup, _ basis: ReviewBasis
  ) -> [Int?] {
    dailyIndices(unit, year, rollup, basis).map { aqi in
      if indicator == .heavyDays { return aqi.isHeavy.map { $0 ? 1 : 0 } }
      // An index from some of the pollutants is a lower bound: above 100 it is certain, below it proves nothing.
      guard let bound = aqi.lowerBound else { return nil }
      return bound > 100 ? 0 : aqi.isLowerBound ? nil : 1
    }
  }

  private mutating func dailyIndices(_ unit: Int, _ year: Int, _ rollup: Rollup, _ basis: ReviewBasis) -> [AQI] {
    let key = IndexKey(unit: unit, year: year, basis: basis)
    if let made = indices[key] { return made }
    guard let first = CivilDay(year: year, month: 1, day: 1) else { return [] }
    for pollutant in Pollutant.criteria { _ = days(unit, pollutant, year, rollup) }
    let made = (0..<CivilDay.days(inYear: year)).map { index(unit, $0, first, basis) }
    indices[key] = made
    return made
  }

  /// The daily index of the means at hand.
  private func index(_ unit: Int, _ place: Int, _ first: CivilDay, _ basis: ReviewBasis) -> AQI {
    let year = first.year
    func value(_ pollutant: Pollutant) -> Concentration {
      means[Key(unit: unit, pollutant: pollutant, year: year)]?.value(place, basis).published(pollutant) ?? .missing
    }
    let input = DailyInput(
      pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
      o3EightHour: value(.o3))
    return AQI(input, edition: editions.edition(on: first.adding(days: Int32(place))))
  }
}
