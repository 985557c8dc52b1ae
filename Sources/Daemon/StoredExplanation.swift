package import AirQuality
import Digests
import Engine
package import Explanations
package import Store

/// Gathers what the store has of a number and has it explained.
package struct StoredExplanation: Sendable {
  let store: Store
  /// Answers that hold a period's rows come from its begin until this long after the end of its last day, when that day's
  /// hours are stored; later ones are known by name.
  static let arrivalMilliseconds: Int64 = 3 * 3_600_000

  /// Reads `store`, open for reading or writing.
  package init(store: Store) { self.store = store }

  /// - Parameter county: code or name of a unit.
  /// - Throws: `ExplanationProblem` when there is nothing to explain, `StoreError` when the store cannot be read.
  package func explain(
    _ county: String, _ pollutant: Pollutant, _ period: ExplanationPeriod
  ) throws -> Explanation {
    // The site's offset is the newest configuration's; it does not change within a state.
    let generations = try store.configurations(through: Instant(milliseconds: .max))
    guard let newest = generations.last?.configuration else {
      throw ExplanationProblem("the state holds no configuration yet")
    }
    let offset = newest.site.offset
    let closing = period.closing(offset)
    // Days before the first configuration, from files of daily means, are explained under it.
    let inForce = generations.filter { $0.at <= closing }
    let configurations = inForce.isEmpty ? Array(generations.prefix(1)) : inForce
    let site = configurations.last?.configuration.site ?? newest.site
    guard let unit = Explainer.unit(county, of: site) ?? Explainer.unit(county, of: newest.site) else {
      throw unknown(county, newest)
    }
    var facts = Explainer.Facts(
      configurations: configurations, chunks: [], batches: [], journalReaches: true, dayValues: [])
    let days = period.days
    switch period {
    case .hour, .day:
      let counties = Explainer.counties(of: unit, in: site)
      facts.chunks = try counties.flatMap {
        try store.hoursChunks(county: $0, from: days.lowerBound, through: days.upperBound)
      }
      if facts.chunks.count < counties.count { facts.chunks += try openHours(counties, facts.chunks, days.upperBound) }
      let feeds = Set(configurations.flatMap(\.configuration.feeds))
      facts.batches = try batches(counties, of: unit, site, feeds, period)
      facts.flags = PersonFlag.all(try store.flagActs(since: offset.start(ofHour: period.hours.lowerBound)))
      // A journal that still has its first record lacks nothing.
      facts.journalReaches =
        try store.firstPosition() == 1
        || store.journalBegin().map { $0 <= offset.start(ofHour: period.hours.lowerBound) } ?? false
      let day = days.lowerBound
      if case .day = period { facts.dayValues = try store.dayValues(unit: unit.code, day: day) }
      for county in counties {
        facts.reviews += try store.reviews(county: county, from: day, through: day)
          .map { Explainer.Facts.Review(position: $0.position, at: $0.at, record: $0.record) }
      }
      facts.reviews.sort { $0.position < $1.position }
    case .month, .year:
      facts.dayValues = try store.dayValues(unit: unit.code, from: days.lowerBound, through: days.upperBound)
    }
    let began = generations.first?.at
    if let began, began > offset.start(ofHour: period.hours.lowerBound) { facts.stateBegan = began }
    if facts.isEmpty || period.isHour, let problem = try outside(period, offset, began) { throw problem }
    return try Explainer(facts, hash: { SHA256.hex(SHA256.hash($0)) }).explain(unit, pollutant, period)
  }

  /// Why nothing is known of a period: it lies before the state began, or after its newest record; nil when it was lived
  /// through and brought nothing.
  private func outside(
    _ period: ExplanationPeriod, _ offset: CivilOffset, _ began: Instant?
  ) throws -> ExplanationProblem? {
    if let began, period.end(offset) <= began {
      return ExplanationProblem(
        "there is no data of that period: the state began at \(offset.format(began)), and nothing earlier was imported")
    }
    if let newest = try store.journalEnd(), newest <= offset.start(ofHour: period.hours.lowerBound) {
      return ExplanationProblem(
        "there is no data of that period: the newest record is of \(offset.format(newest)), the period comes later")
    }
    return nil
  }

  static func arrivals(of period: ExplanationPeriod, _ offset: CivilOffset) -> Instant {
    offset.start(of: period.days.upperBound.adding(days: 1)).adding(milliseconds: arrivalMilliseconds)
  }

  /// Hours of a day that is not closed stand in no chunk yet, only in the rings.
  func openHours(_ counties: [String], _ stored: [StoredChunk], _ day: CivilDay) throws -> [StoredChunk] {
    let engine = try EngineRecovery.recover(from: store).engine
    let known = Set(stored.map(\.key.county))
    return counties.filter { !known.contains($0) }.compactMap { engine.hours(county: $0, day: day) }
  }

  private func unknown(_ county: String, _ configuration: EngineConfiguration) -> ExplanationProblem {
    let names = Engine.units(of: configuration.site).map { "\($0.code) \($0.nameChinese)" }.joined(separator: ", ")
    return ExplanationProblem("no county is called \"\(county)\"; there are: \(names)")
  }

  /// The answers that may hold the window's rows; none for the city, whose parts are counties.
  private func batches(
    _ counties: [String], of unit: County, _ site: Site, _ feeds: Set<String>, _ period: ExplanationPeriod
  ) throws -> [Explainer.Facts.JournalRecord] {
    guard unit.code != site.code else { return [] }
    let from = site.offset.start(ofHour: period.hours.lowerBound)
    let until = Self.arrivals(of: period, site.offset)
    var found: [Int64: FeedBatch] = [:]
    let stations = Set(site.stations.lazy.filter { $0.assessed && counties.contains($0.county) }.map(\.id))
    for county in counties {
      let records = try store.batches(
        from: from, until: until, lateRowsOf: county, days: period.days, feeds: feeds, stations: stations)
      for record in records { if case .batch(let batch) = record.event { found[record.position] = batch } }
    }
    return found.sorted { $0.key < $1.key }.map { Explainer.Facts.JournalRecord(position: $0.key, batch: $0.value) }
  }
}
