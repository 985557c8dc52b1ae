package import AirQuality
package import Assessment
import Engine
package import Reports
import Rollup
package import Store

/// Gathers what a bulletin is made of, beside a running daemon or after it. It reads stored days and the newest snapshot;
/// it never applies a journal but its tail.
package struct StoredBulletin {
  private let store: Store
  private var engine: Engine
  /// The newest configuration as it counts.
  private let configuration: EngineConfiguration
  private let site: Site
  /// The first day that is not closed, by the newest record: at most the civil day of it, and in the first hour the day
  /// before, whose late hours are waited for.
  package let today: CivilDay

  /// Why there is nothing to report.
  package struct Problem: Error, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// Reads `store`, open for reading or writing.
  ///
  /// - Throws: `Problem` when it holds no configuration yet, `StoreError` when it cannot be read.
  package init(store: Store) throws {
    self.store = store
    engine = try EngineRecovery.recover(from: store).engine
    let generations = try store.configurations(through: Instant(milliseconds: .max))
    guard let newest = generations.last?.configuration else {
      throw Problem(description: "the state holds no configuration yet: start the daemon once")
    }
    configuration = newest
    site = Engine.assessedSite(generations.map { ($0.at, $0.configuration) })
    let civil = site.offset.day(of: engine.now)
    let yesterday = civil.adding(days: -1)
    // A day that closes leaves a value of every unit, if only an empty one.
    let isClosed = try !store.dayValues(unit: site.code, from: yesterday, through: yesterday).isEmpty
    let isFirstHour = engine.now < site.offset.start(of: civil).adding(milliseconds: 3_600_000)
    today = isClosed || !isFirstHour ? civil : yesterday
  }

  /// The dated heating seasons of the site: its own, else those of its counties, each span once.
  package var seasons: [ClosedRange<CivilDay>] {
    let all = configuration.ledger.heatingSeasons
    let own = all.filter { $0.county == site.code }
    let spans = Set((own.isEmpty ? all : own).filter { $0.from <= $0.until }.map { $0.from...$0.until })
    return spans.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// The units by code and both names, for messages and arguments.
  package var units: [County] { Engine.units(of: site) }

  /// Everything about a period. `progress` hears of units done and in all.
  ///
  /// - Parameter tasks: the plan's tasks, which the state does not hold.
  /// - Throws: `StoreError` when the store cannot be read, `RollupError` for a damaged chunk.
  package mutating func facts(
    _ period: AssessmentPeriod, tasks: [PlanTask], progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws -> BulletinFacts {
    let through = min(today.adding(days: -1), period.days.upperBound)
    let dust = engine.dustPeriods
    var deducted: [String: Set<CivilDay>] = [:]
    for stated in dust where stated.step == .confirmed && stated.withdrawal == nil {
      let days = stated.days(site.offset)
      for number in days.lowerBound.number...days.upperBound.number {
        deducted[stated.county, default: []].insert(CivilDay(number: number))
      }
    }
    let pruned = try store.hoursPrunedBefore()
    let hoursFrom = max(period.days.lowerBound, pruned ?? period.days.lowerBound)
    let hours = try exceedanceHours(period, from: hoursFrom, through: through)
    let units = self.units
    var made: [BulletinFacts.Unit] = []
    for (index, unit) in units.enumerated() {
      progress(index, units.count)
      var facts = try facts(unit, period, through, deducted[unit.code] ?? [], hours?[unit.code])
      if hours != nil, hoursFrom > period.days.lowerBound { facts.exceedanceHoursFrom = hoursFrom }
      made.append(facts)
    }
    progress(units.count, units.count)
    let span = period.days
    let offset = site.offset
    let events = try store.events(
      from: offset.start(of: span.lowerBound), until: offset.start(of: span.upperBound.adding(days: 1)),
      kinds: [.level, .data])
    let last = min(span.upperBound, through)
    return BulletinFacts(
      site: site, period: period, through: through, units: made,
      targets: through < span.lowerBound ? [] : engine.targets(asOf: last.adding(days: 1), yearOf: last), tasks: tasks,
      events: events,
      dust: dust.filter { $0.days(offset).overlaps(span) }, provinceLists: configuration.ledger.provinceLists,
      seal: try store.newestSeal())
  }

  private var editions: AQIEditionSetting { AQIEditionSetting(name: configuration.edition) ?? .byDate }

  private func facts(
    _ unit: County, _ period: AssessmentPeriod, _ through: CivilDay, _ deducted: Set<CivilDay>,
    _ hours: [Pollutant: Int]?
  ) throws -> BulletinFacts.Unit {
    let days = try figures(unit.code, period.days)
    let before = period.yearBefore
    let throughBefore = period.dayBefore(through)
    func assess(_ basis: AssessmentBasis) -> PeriodAssessment {
      PeriodAssessment(days, period, basis: basis, through: through, deducted: deducted, editions: editions)
    }
    let measured = assess(.measured)
    var made = BulletinFacts.Unit(
      unit: unit, measured: measured,
      dustDeducted: deducted.isEmpty ? measured : assess(.dustDeducted),
      provisional: assess(.provisional),
      yearBefore: PeriodAssessment(
        try figures(unit.code, before.days), before, through: throughBefore, editions: editions),
      exceedances: exceedances(days, through), exceedanceHours: hours,
      isMonitored: isMonitored(unit, period.days, through))
    if period.kind != .day, period.kind != .week, period.kind != .year {
      let last = min(period.days.upperBound, through)
      let year = AssessmentPeriod.year(last.year)
      let yearBefore = AssessmentPeriod.year(last.year - 1)
      made.yearToDate = PeriodAssessment(
        try figures(unit.code, year.days), year, through: last, editions: editions)
      made.yearToDateBefore = PeriodAssessment(
        try figures(unit.code, yearBefore.days), yearBefore, through: throughBefore, editions: editions)
    }
    return made
  }

  /// The newest stored revision of each day.
  private func figures(_ unit: String, _ days: ClosedRange<CivilDay>) throws -> [DayFigures] {
    try store.dayValues(unit: unit, from: days.lowerBound, through: days.upperBound).map { stored in
      var values = [Concentration](repeating: .missing, count: Pollutant.criteriaCount)
      var provisional = values
      var isFinal = [Bool](repeating: false, count: Pollutant.criteriaCount)
      for mean in stored.value.means where mean.pollutant.isCriteria {
        let lane = Int(mean.pollutant.rawValue)
        values[lane] = mean.value
        provisional[lane] = mean.provisional
        isFinal[lane] = mean.review == .final
      }
      return DayFigures(day: stored.value.day, values: values, provisional: provisional, isFinal: isFinal)
    }
  }

  private func exceedances(_ days: [DayFigures], _ through: CivilDay) -> [BulletinFacts.Exceedance] {
    days.filter { $0.day <= through }.compactMap { day in
      let aqi = PeriodAssessment.aqi(day.values, editions.edition(on: day.day))
      guard let bound = aqi.lowerBound, bound > 100 else { return nil }
      return BulletinFacts.Exceedance(
        day: day.day, aqi: bound, isLowerBound: aqi.isLowerBound, primary: aqi.primary)
    }
  }

  /// Whether any day of the period that is over has a station of the unit's.
  private func isMonitored(_ unit: County, _ days: ClosedRange<CivilDay>, _ through: CivilDay) -> Bool {
    let last = max(days.lowerBound, min(days.upperBound, through))
    return site.stations.contains { station in
      guard station.assessed, station.from.map({ $0 <= last }) ?? true,
        station.until.map({ days.lowerBound <= $0 }) ?? true
      else { return false }
      if unit.code == site.code { return true }
      if unit.code == site.urbanCode { return station.urban && !station.background }
      return station.county == unit.code
    }
  }

  // MARK: Hours

  /// Days whose hours are looked at in one go: what rings made of chunks hold.
  private static let window: Int32 = 14

  /// Hours of each unit's mean above the hourly limit of class 2, reviewed hours in place of provisional ones where all
  /// stations have them, from a day on before which hours were pruned; nil when no hours are stored any more.
  private func exceedanceHours(
    _ period: AssessmentPeriod, from first: CivilDay, through: CivilDay
  ) throws -> [String: [Pollutant: Int]]? {
    let pollutants: [Pollutant] = [.so2, .no2, .o3, .co]
    let last = min(period.days.upperBound, through)
    var from = first
    var counts: [String: [Pollutant: Int]] = [:]
    var isKnown = false
    while from <= last {
      let until = min(from.adding(days: Self.window - 1), last)
      var chunks: [StoredChunk] = []
      var reviews: [CivilDay: [Pollutant: [String: [Concentration]]]] = [:]
      for county in site.counties {
        chunks += try store.hoursChunks(county: county.code, from: from, through: until)
        for review in try store.reviews(county: county.code, from: from, through: until) {
          for day in review.record.days {
            reviews[day.day, default: [:]][day.pollutant, default: [:]][day.station] = day.hours
          }
        }
      }
      isKnown = isKnown || !chunks.isEmpty || !reviews.isEmpty
      let rollup = try Rollup(site: site, feeds: configuration.feeds, last: until, chunks: chunks.map(\.rollup))
      for number in from.number...until.number {
        let day = CivilDay(number: number)
        let standard = AmbientStandard.inForce(on: day)
        for pollutant in pollutants {
          guard let limit = standard.limit(pollutant, .hour) else { continue }
          for unit in rollup.units.indices {
            let reviewed = reviews[day]?[pollutant].flatMap { rollup.unitHours(unit, day: day, of: $0) }
            for hour in 0..<24 {
              let value =
                reviewed?[hour].value
                ?? rollup.unitHour(unit, pollutant: pollutant, hour: day.firstHour + Int32(hour)).value
              if value.rounded(toDecimals: pollutant == .co ? 1 : 0) > limit {
                counts[rollup.units[unit].code, default: [:]][pollutant, default: 0] += 1
              }
            }
          }
        }
      }
      from = until.adding(days: 1)
    }
    guard isKnown else { return nil }
    var all: [String: [Pollutant: Int]] = [:]
    for unit in units { all[unit.code] = counts[unit.code] ?? [:] }
    return all
  }
}
