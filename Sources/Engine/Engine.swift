package import AirQuality
import Alerts
package import Rollup
package import Screening

/// The functional core: composes screening, rollup, targets and levels. The journal's records go in, effects come out.
///
/// No clock, no randomness, no I/O: the same records give the same effects and the same snapshot bytes, whether they
/// come from feeds, from a replay or after a crash. Instants never run backwards: a record that claims an earlier one
/// than the last is applied at the last one's.
package struct Engine: Sendable {
  /// Nil until the first configuration record.
  package internal(set) var configuration: EngineConfiguration? {
    didSet { derive(screeningBefore: oldValue?.screening ?? ScreeningLimits()) }
  }
  /// The criteria and the edition of the configuration, looked up once; it holds no name that `check` refuses.
  private(set) var criteria = Criteria.mee2018
  private(set) var editions = AQIEditionSetting.byDate
  /// The instant of the newest record.
  package internal(set) var now = Instant(milliseconds: 0)
  /// Verdict counts by feed, since the start of the journal.
  package internal(set) var verdicts: [String: FeedVerdicts] = [:]

  /// Of an empty site until the first configuration record. Never copied into a local: its rings are large.
  var rollup = Rollup(
    site: Site(name: "", code: "", offset: .china, counties: [], stations: []), feeds: [])
  /// In the order of `Rollup.units`.
  var units: [UnitState] = []
  var issuer = EventIssuer()
  /// Digests of daily files already taken, bounded by `maximumImports`.
  var imports: [String] = []
  /// Ids of the newest operator acts, bounded by `maximumActs`: a repeated request does nothing.
  var acts: [String] = []
  /// Since when stations that came later count.
  var membership = Membership()
  /// The newest sealed month; nil before the first configuration.
  package internal(set) var sealedThrough: CivilMonth?
  /// Units whose past windows the present record changed; empty between records.
  var rewritten: Set<Int> = []
  /// Of these, the first window that lies on another side of a threshold now; empty between records.
  var crossings: [Int: Int32] = [:]
  /// Days of units that the present record closed or changed; empty between records.
  var changedDays: Set<UnitDay> = []
  /// Newest lidar layer by station, bounded by `maximumLidars`.
  var layers: [String: LidarLayer] = [:]
  /// Chunks from the store that could not be read.
  package internal(set) var damagedChunks: UInt64 = 0
  /// Rows of daily files that were not taken: of an unknown unit, without a value, or out of the ledger.
  package internal(set) var refusedImportRows: UInt64 = 0

  /// What the target ledger remembers beside the days.
  var memory = LedgerMemory()
  /// Reviewed SO2 hours of days in the ledger.
  var reviewedSulphur = ReviewedSulphur()
  /// Declared and confirmed sand-dust periods (沙尘时段).
  var dust = DustPeriods()
  /// Humidity for calibrations, tracks of mobile stations, what retired stations still send.
  var registry = RegistryState()

  /// The tests of single readings, with the thresholds of the configuration.
  private(set) var screener = Engine.screener(ScreeningLimits())
  /// The tests over time and the verdicts of people.
  var screening = ScreeningMemory()
  /// Newest observation and watches by lidar, bounded by `maximumLidars`.
  var lidars: [String: LidarState] = [:]
  /// Hot spots and the tasks made of them.
  var hotSpots = GridTasks()
  /// Cases for inspectors.
  var inspectionCases = Inspections()
  /// The newest hour that was compared between neighbours.
  var neighboursThrough: Int32?

  /// The target views of `targetsDay`, kept while no day of the ledger changes. Derived: no part of a snapshot.
  var targets: [TargetView] = []
  var targetsDay: CivilDay?
  /// The episodes the views were made with. Derived.
  var targetsEpisodes: [CivilDay?] = []
  /// Limits of SO2 hours by unit; nil after a configuration, until needed. Derived.
  var sulphurLimits: [[TargetRow]]?
  /// The days of units that rows are judged on; nil until needed. Derived.
  var ledgerInputs: LedgerInputs?

  static let maximumImports = 4_096
  static let maximumActs = 1_024
  static let maximumLidars = 1_024
  /// With more hours than this due at once, the level of now is judged once instead of step by step.
  static let maximumSteps: Int32 = 6

  package init() {}

  /// Looks up what follows from the configuration. An initializer has to call it: there no observer is called.
  mutating func derive(screeningBefore: ScreeningLimits = ScreeningLimits()) {
    criteria = configuration.flatMap { Criteria.named($0.criteria) } ?? .mee2018
    editions = configuration.flatMap { AQIEditionSetting(name: $0.edition) } ?? .byDate
    let limits = configuration?.screening ?? ScreeningLimits()
    if limits != screeningBefore { screener = Self.screener(limits) }
  }

  private static func screener(_ limits: ScreeningLimits) -> Screener {
    var limits = limits
    // Old rows are history, not errors: what is older than the ledger is shown and counted, and enters no window.
    limits.ageMilliseconds = 100 * 366 * 86_400_000
    return Screener(limits: limits)
  }

  /// Gives the rows of a journalled answer the flags they got when it was applied. Verdicts on rows of earlier answers are
  /// left to the caller.
  package static func screen(_ batch: inout FeedBatch, site: Site, limits: ScreeningLimits) {
    let classes = Dictionary(site.stations.map { ($0.id, $0.stationClass) }, uniquingKeysWith: { first, _ in first })
    _ = screener(limits).screen(
      &batch.readings, classes: batch.stations.map { classes[$0] }, receivedAt: batch.receivedAt)
    guard !batch.verdicts.isEmpty else { return }
    let verdicts = Dictionary(batch.verdicts.map { (ReadingIdentity($0), $0) }, uniquingKeysWith: { _, last in last })
    for index in batch.readings.indices {
      guard let verdict = verdicts[ReadingIdentity(batch.readings[index])] else { continue }
      batch.readings[index].flag = verdict.flag
      batch.readings[index].reasons = verdict.reasons
    }
  }

  /// The site of the newest of some configurations as it counted, oldest first; an empty site for none.
  package static func assessedSite(_ generations: [(at: Instant, configuration: EngineConfiguration)]) -> Site {
    Membership.site(of: generations)
      ?? Site(name: "", code: "", offset: .china, counties: [], stations: [])
  }

  /// Applies one record.
  package mutating func apply(_ event: EngineEvent, at: Instant) -> [Effect] {
    rememberStandings(until: at)
    now = max(now, at)
    var effects: [Effect] = []
    if case .configuration(let next) = event {
      configure(next, &effects)
      advance(&effects)
    } else {
      guard configuration != nil else { return [] }
      advance(&effects)
      switch event {
      case .configuration, .tick: break
      case .batch(let batch): insert(batch, &effects)
      case .act(let act): perform(act, &effects)
      case .history(let county, let day, let chunks): merge(county: county, day: day, chunks: chunks, &effects)
      case .dailyMeans(let file): take(file)
      case .reviewed(let part): review(part, &effects)
      }
    }
    endDust(&effects)
    judgeNeighbours()
    findHotSpots(&effects)
    passLidarWatches(&effects)
    inspect(&effects)
    judgeDueHours(&effects)
    recordDays(&effects)
    sealDueMonths(&effects)
    return effects
  }

  /// Whether a daily file of that digest was taken already.
  package func hasImported(digest: String) -> Bool { imports.contains(digest) }

  /// Sequence of the newest event.
  package var lastSequence: Int64 { issuer.lastSequence }

  /// County days asked for and not yet answered; after a start they are asked for again.
  package var outstandingNeeds: [(county: String, day: CivilDay)] {
    rollup.outstandingNeeds.map { ($0.county, $0.day) }
  }

  // MARK: Records

  private mutating func configure(_ next: EngineConfiguration, _ effects: inout [Effect]) {
    let staying = Set(next.site.counties.map(\.code) + [next.site.code, next.site.urbanCode])
    for (index, unit) in rollup.units.enumerated() where !staying.contains(unit.code) {
      endFinding(ofRemoved: index, &effects)
    }
    let old = Dictionary(zip(rollup.units.map(\.code), units), uniquingKeysWith: { first, _ in first })
    rollup.limitUnknownStations(next.maximumUnknownStations)
    let running = next.site.offset.hour(of: now)
    let monitored = Set(rollup.units.indices.filter { !isUnmonitored($0, hour: running) }.map { rollup.units[$0].code })
    membership.update(next.site, after: configuration?.site, at: now)
    rollup.configure(site: membership.effective(next.site), feeds: next.feeds)
    units = rollup.units.map { old[$0.code] ?? UnitState() }
    if let before = configuration, before.criteria != next.criteria || before.edition != next.edition {
      // What was found under other rules is no measure for what these would have found.
      for unit in units.indices { units[unit].findings = FindingTrail() }
    }
    issuer.keep(hooks: next.hooks)
    let known = Set(next.feeds)
    screening.keep(stations: Set(next.site.stations.map(\.id)), feeds: next.feeds, now: now)
    verdicts = verdicts.filter { known.contains($0.key) }
    configuration = next
    registry.configure(next)
    keepLidarEdges(&effects)
    targetsDay = nil
    sulphurLimits = nil
    ledgerInputs = nil
    for unit in units.indices where monitored.contains(rollup.units[unit].code) && isUnmonitored(unit, hour: running) {
      loseStations(unit: unit, &effects)
    }
  }

  private mutating func advance(_ effects: inout [Effect]) {
    let summary = rollup.advance(to: now)
    store(summary.chunks, &effects)
    take(summary.changes, closed: summary.closedDays)
  }

  /// Windows of hours that changed are made again, days that changed are added up again.
  mutating func take(_ changes: UnitChanges, closed: [CivilDay] = []) {
    if !changes.days.isEmpty { targetsDay = nil }
    ledgerInputs?.refresh(changes.days, rollup: rollup)
    noteSulphur(changes.hours)
    note(closed: closed, changes)
    rewrite(changes.hours)
  }

  private mutating func insert(_ batch: FeedBatch, _ effects: inout [Effect]) {
    var screened = screen(batch, &effects)
    let raw = calibrate(&screened.readings, stations: batch.stations, &screened.tally)
    registry.tracks.take(screened.readings, stations: batch.stations, places: batch.places)
    var vacancies = screened.readings.take(raw)
    var retired = withdrawRetired(&screened.readings, stations: batch.stations)
    var summary = rollup.insert(feed: batch.feed, stations: batch.stations, readings: screened.readings, now: now)
    if !vacancies.isEmpty {
      // What could not be calibrated may stand for nothing, but for no value that was.
      retired += withdrawRetired(&vacancies, stations: batch.stations)
      let filled = rollup.settle(
        feed: batch.feed, stations: batch.stations, readings: vacancies, claim: .vacancy, now: now)
      summary.count(filled)
      take(filled, &effects)
    }
    summary.evidence += retired
    count(screened.tally, summary, feed: batch.feed)
    // A stamp from the future would hide every true layer until then.
    let latest = batch.receivedAt.adding(milliseconds: screener.limits.futureToleranceMilliseconds)
    for layer in batch.layers
    where layer.at <= latest && (layers[layer.station] != nil || makeRoom(forLayerOf: layer.station)) {
      if let known = layers[layer.station], known.at > layer.at { continue }
      layers[layer.station] = layer
    }
    for need in summary.needs { effects.append(.need(county: need.county, day: need.day)) }
    take(summary.changes)
    observe(batch, &effects)
    _ = withdrawRetired(&screened.revisions, stations: batch.stations, isCounted: false)
    recalibrate(&screened.revisions, stations: batch.stations)
    revise(screened.revisions, feed: batch.feed, stations: batch.stations, &effects)
  }

  private mutating func merge(county: String, day: CivilDay, chunks: [StoredChunk], _ effects: inout [Effect]) {
    let summary = rollup.history(
      county: county, day: day,
      chunks: chunks.map(\.rollup))
    damagedChunks += UInt64(summary.errors.count)
    for (feed, count) in summary.evidence { verdicts[feed]?.evidence += UInt64(count) }
    for need in summary.needs { effects.append(.need(county: need.county, day: need.day)) }
    store(summary.chunks, &effects)
    inspectEdit(day, sealed: chunks, found: summary.chunks, &effects)
    take(summary.changes)
  }

  private mutating func take(_ file: DailyMeansImport) {
    guard !imports.contains(file.digest) else { return }
    imports.append(file.digest)
    if imports.count > Self.maximumImports { imports.removeFirst() }
    let rows = file.rows.map { (unit: $0.county, day: $0.day, pollutant: $0.pollutant, value: $0.value) }
    targetsDay = nil
    ledgerInputs = nil
    let summary = rollup.importDays(rows, now: now)
    refusedImportRows += UInt64(summary.refused)
    note(closed: [], summary.changes)
  }

  private func store(_ chunks: [RollupChunk], _ effects: inout [Effect]) {
    for chunk in chunks { effects.append(.chunk(ChunkKey(chunk.key), bytes: chunk.bytes)) }
  }

  private mutating func count(_ tally: Screener.Tally, _ summary: InsertSummary, feed: String) {
    var verdict = verdicts[feed] ?? FeedVerdicts()
    verdict.good += UInt64(tally.good)
    verdict.unknown += UInt64(tally.unknown)
    verdict.suspect += UInt64(tally.suspect)
    verdict.fail += UInt64(tally.fail)
    verdict.missing += UInt64(tally.missing)
    verdict.accepted += UInt64(summary.accepted)
    verdict.corrections += UInt64(summary.corrections)
    verdict.duplicates += UInt64(summary.duplicates)
    verdict.evidence += UInt64(summary.evidence)
    verdict.late += UInt64(summary.late)
    verdict.quarantined += UInt64(summary.quarantined)
    verdict.dropped += UInt64(summary.dropped)
    verdict.unknownStation += UInt64(summary.unknownStationRows)
    verdicts[feed] = verdict
  }
}

extension ChunkKey {
  init(_ key: RollupChunkKey) {
    self.init(county: key.county, day: key.day, kind: key.kind == .hours ? .hours : .minutes, hour: key.hour)
  }

  var rollupKey: RollupChunkKey {
    RollupChunkKey(county: county, day: day, kind: kind == .hours ? .hours : .minutes, hour: hour)
  }
}

extension StoredChunk {
  /// As the rings read it.
  package var rollup: RollupChunk { RollupChunk(key: key.rollupKey, bytes: bytes) }
}
