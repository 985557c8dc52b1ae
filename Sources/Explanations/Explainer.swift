package import AirQuality
package import Engine
import Rollup

/// Explains numbers from stored facts. Pure: what it needs comes in, nothing is read.
package struct Explainer: Sendable {
  /// What the store has of the period.
  package struct Facts: Sendable {
    /// Generations up to the closing of the period, oldest first; the last one was in force.
    package var configurations: [(position: Int64, at: Instant, configuration: EngineConfiguration)]
    /// Hour chunks of the period's days, of the unit's counties.
    package var chunks: [StoredChunk]
    /// Records that may hold raw rows of the period.
    package var batches: [JournalRecord]
    /// Whether the journal holds all that was ever received of the period.
    package var journalReaches: Bool
    /// When the state began, when that was after the period's begin.
    package var stateBegan: Instant?
    /// For a day its revisions, for a month or a year the newest revision of each of its days.
    package var dayValues: [DayValueRevision]
    /// What people have reviewed of the period's days, in the order of the imports.
    package var reviews: [Review]
    /// Verdicts of people since the period began, in the order of the journal.
    package var flags: [PersonFlag] = []

    package init(
      configurations: [(position: Int64, at: Instant, configuration: EngineConfiguration)], chunks: [StoredChunk],
      batches: [JournalRecord], journalReaches: Bool, dayValues: [DayValueRevision], reviews: [Review] = [],
      stateBegan: Instant? = nil
    ) {
      self.configurations = configurations
      self.chunks = chunks
      self.batches = batches
      self.journalReaches = journalReaches
      self.dayValues = dayValues
      self.reviews = reviews
      self.stateBegan = stateBegan
    }

    /// Whether nothing at all is known of the period: no hour, no row, no value, no review.
    package var isEmpty: Bool { chunks.isEmpty && batches.isEmpty && dayValues.isEmpty && reviews.isEmpty }

    /// Reviewed hours of a county's day with the record that brought them.
    package struct Review: Sendable {
      package var position: Int64
      package var at: Instant
      package var record: ReviewRecord
      package init(position: Int64, at: Instant, record: ReviewRecord) {
        self.position = position
        self.at = at
        self.record = record
      }
    }

    /// A journal record of a batch.
    package struct JournalRecord: Sendable {
      package var position: Int64
      package var batch: FeedBatch
      package init(position: Int64, batch: FeedBatch) {
        self.position = position
        self.batch = batch
      }
    }
  }

  let facts: Facts
  let configurationPosition: Int64
  let configuration: EngineConfiguration
  /// As it counted then, with the first days of stations that came later.
  let site: Site
  /// SHA-256 of bytes, lower-case hex; the core links no library for it.
  let hash: @Sendable ([UInt8]) -> String

  /// - Throws: `ExplanationProblem` when no configuration was in force yet.
  package init(_ facts: Facts, hash: @escaping @Sendable ([UInt8]) -> String) throws(ExplanationProblem) {
    guard let newest = facts.configurations.last else {
      throw ExplanationProblem("the state begins later: no configuration was in force in the period")
    }
    self.facts = facts
    self.hash = hash
    configurationPosition = newest.position
    configuration = newest.configuration
    site = Engine.assessedSite(facts.configurations.map { ($0.at, $0.configuration) })
  }

  /// The unit of a code or a name in either language.
  package static func unit(_ text: String, of site: Site) -> County? {
    Engine.units(of: site).first { unit in
      unit.code == text || unit.nameChinese == text || unit.nameEnglish.lowercased() == text.lowercased()
    }
  }

  /// The counties whose stored hours make the unit.
  package static func counties(of unit: County, in site: Site) -> [String] {
    if site.counties.contains(where: { $0.code == unit.code }) { return [unit.code] }
    guard unit.code == site.urbanCode else { return site.counties.map(\.code) }
    let urban = Set(site.stations.filter { $0.urban && $0.assessed }.map(\.county))
    return site.counties.map(\.code).filter { urban.contains($0) }
  }

  /// How the number was made.
  ///
  /// - Throws: `ExplanationProblem` when a stored chunk cannot be read.
  package func explain(
    _ unit: County, _ pollutant: Pollutant, _ period: ExplanationPeriod
  ) throws(ExplanationProblem) -> Explanation {
    switch period {
    case .hour(let hour): try explainHour(unit, pollutant, hour)
    case .day(let day): try explainDay(unit, pollutant, day)
    case .month, .year: explainDays(unit, pollutant, period)
    }
  }

  // MARK: What all share

  func pastDays(last: CivilDay) throws(ExplanationProblem) -> Rollup {
    do throws(RollupError) {
      return try Rollup(
        site: site, feeds: configuration.feeds, last: last,
        chunks: facts.chunks.map(\.rollup))
    } catch { throw ExplanationProblem("stored hours cannot be read: \(error)") }
  }

  func edition(on day: CivilDay) -> AQIEdition {
    (AQIEditionSetting(name: configuration.edition) ?? .byDate).edition(on: day)
  }

  /// An explanation with everything that does not depend on the window's parts.
  func draft(
    _ unit: County, _ pollutant: Pollutant, _ period: ExplanationPeriod, _ mean: UnitValue,
    parts: [Explanation.Part], quotient: (sum: Int64, count: Int)?
  ) -> Explanation {
    let decimals = pollutant == .co ? 1 : 0
    return Explanation(
      unit: unit, pollutant: pollutant, period: period, offset: site.offset, value: mean.value,
      published: mean.value.rounded(toDecimals: decimals), decimals: decimals, state: KnowledgeState(mean.state),
      valid: mean.valid, expected: mean.expected, quotient: mean.state.hasValue ? quotient : nil, iaqi: nil,
      edition: edition(on: period.days.upperBound), rules: [], parts: parts, rows: [],
      journalReaches: facts.journalReaches, stateBegan: facts.stateBegan, configurationPosition: configurationPosition,
      revisions: [], digest: "",
      agreesWithStored: nil)
  }

  /// SHA-256 over the parts as they stand.
  func digest(_ parts: [Explanation.Part]) -> String {
    var writer = ByteWriter(capacity: 64 * parts.count)
    for part in parts {
      writer.text(part.name)
      writer.fixed(part.value.thousandths)
      writer.flag(part.isUsed)
      writer.text(part.feed)
      writer.list(part.hours) { $0.fixed($1.thousandths) }
    }
    return hash(writer.bytes)
  }
}
