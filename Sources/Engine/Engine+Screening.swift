import AirQuality
import Rollup
package import Screening

/// Screening with its memory, and the verdicts of people.
extension Engine {
  /// The readings of an answer with their verdicts.
  struct ScreenedBatch {
    var readings: ContiguousArray<Reading>
    /// Readings of before whose verdict changed.
    var revisions: ContiguousArray<Reading>
    var tally: Screener.Tally
  }

  /// Judges an answer; what the tests over time found becomes an effect, a feed that repeats itself an event.
  mutating func screen(_ batch: FeedBatch, _ effects: inout [Effect]) -> ScreenedBatch {
    var readings = batch.readings
    let classes = rollup.classes(of: batch.stations)
    var tally = screener.screen(&readings, classes: classes, receivedAt: batch.receivedAt)
    let outcome = screening.judge(
      &readings, feed: batch.feed, stations: batch.stations, classes: classes, context: context(of: batch.stations),
      offset: configuration?.site.offset ?? .china, with: screener)
    // A reading may have been touched more than once: its first flag is what was counted.
    var before: [Int: QualityFlag] = [:]
    for (index, flag) in outcome.touched where before[index] == nil { before[index] = flag }
    var verdicts: [ScreeningVerdict] = []
    for (index, flag) in before.sorted(by: { $0.key < $1.key }) {
      tally.move(from: flag, to: readings[index].flag)
      verdicts.append(ScreeningVerdict(readings[index]))
    }
    verdicts += outcome.revisions.map { ScreeningVerdict($0) }
    if !verdicts.isEmpty { effects.append(.screened(verdicts)) }
    if let since = outcome.froze { tellFrozen(batch, since: since, isOver: false, &effects) }
    if let since = outcome.thawed { tellFrozen(batch, since: since, isOver: true, &effects) }
    return ScreenedBatch(readings: readings, revisions: ContiguousArray(outcome.revisions), tally: tally)
  }

  /// The counties of a batch's stations, and their air by the newest hour that their assessed stations have.
  private func context(of stations: [String]) -> ScreeningContext {
    let indices = stations.map { rollup.stationIndex($0) }
    let places = indices.map { $0.map { rollup.county(ofStation: $0) } ?? -1 }
    var air = Array(repeating: ScreeningContext.CountyAir(), count: configuration?.site.counties.count ?? 0)
    let running = (configuration?.site.offset ?? .china).hour(of: now)
    for county in Set(places) where county >= 0 {
      let unit = Int(county)
      air[unit].hasDust = hasDust(unit: unit)
      for pollutant in [Pollutant.pm25, .pm10] {
        for hour in [running - 1, running - 2] {
          let mean = rollup.unitHour(unit, pollutant: pollutant, hour: hour)
          guard mean.state.hasValue else { continue }
          air[unit].reference[Int(pollutant.rawValue)] = mean.value.thousandths
          break
        }
      }
    }
    return ScreeningContext(places: places, counties: air, known: indices.map { $0 != nil })
  }

  /// Whether sand-dust is suspected, declared or confirmed in a unit now.
  func hasDust(unit: Int) -> Bool {
    units[unit].dust.since != nil || dust.withholding(rollup.units[unit].code, at: now) != nil
  }

  /// Changes the flags of readings of before, where the rings have their values from this feed; they are no corrections
  /// of it.
  mutating func revise(
    _ revisions: ContiguousArray<Reading>, feed: String, stations: [String], _ effects: inout [Effect]
  ) {
    guard !revisions.isEmpty else { return }
    let summary = rollup.settle(feed: feed, stations: stations, readings: revisions, claim: .flag, now: now)
    take(summary, &effects)
  }

  /// What rows changed beside an answer's own.
  mutating func take(_ summary: InsertSummary, _ effects: inout [Effect]) {
    for need in summary.needs { effects.append(.need(county: need.county, day: need.day)) }
    take(summary.changes)
  }

  private mutating func tellFrozen(_ batch: FeedBatch, since: Instant, isOver: Bool, _ effects: inout [Effect]) {
    guard let configuration else { return }
    let named = batch.stations.prefix(ScreeningEvents.maximumNames)
    let counties = Set(batch.stations.compactMap { rollup.stationIndex($0).map { rollup.county(ofStation: $0) } })
    let names = counties.sorted().filter { $0 >= 0 }.map { configuration.site.counties[Int($0)].code }
    let event = ScreeningEvents(site: configuration.site).frozen(
      feed: batch.feed, stations: Array(named), count: batch.stations.count, counties: names, since: since, at: now,
      isOver: isOver)
    effects += issuer.issue(event, hooks: configuration.hooks)
  }

  // MARK: People

  /// Every verdict of people, in the order of the acts.
  package var screeningOverrides: [ScreeningOverride] { screening.overrides }

  /// A person's verdict on readings, or its withdrawal; one already done, on an unknown station, of no length or on
  /// nothing changes nothing.
  mutating func performOverride(_ act: OperatorAct, _ effects: inout [Effect]) {
    guard let configuration, !acts.contains(act.id) else { return }
    switch act {
    case .overrideFlag(let id, let station, let pollutant, let from, let until, let flag, let by, let reason):
      let verdict = ScreeningOverride(
        id: id, station: station, pollutant: pollutant, from: from, until: until, flag: flag, by: by, reason: reason,
        at: now)
      guard let index = rollup.stationIndex(station), from < until, ScreeningOverride.flags.contains(flag),
        screening.add(verdict)
      else { return }
      remember(act: id)
      let rows = overriddenRows(index, verdict)
      screening.keep(rows.map { ($0.feed, $0.reading.asInRings) }, before: verdict)
      put(rows.map { ($0.feed, $0.reading.with(flag)) }, station: station, &effects)
      let event = ScreeningEvents(site: configuration.site).stated(
        verdict, county: countyCode(ofStation: index), changed: rows.count)
      effects += issuer.issue(event, hooks: configuration.hooks)
    case .withdrawOverride(let id, let override, let by, let reason):
      guard
        let taken = screening.withdraw(
          override, ScreeningOverride.Withdrawal(by: by, reason: reason, at: now))
      else { return }
      remember(act: id)
      let rows = screening.takeBefore(override)
      put(rows.map { ($0.feed, restored($0.reading, station: taken.station)) }, station: taken.station, &effects)
      let county = rollup.stationIndex(taken.station).map { countyCode(ofStation: $0) } ?? configuration.site.code
      let event = ScreeningEvents(site: configuration.site).withdrawn(
        taken, county: county, changed: rows.count, at: now)
      effects += issuer.issue(event, hooks: configuration.hooks)
    case .lift, .declareDust, .confirmDust, .withdrawDust, .concludeInspection, .advanceTask, .assignTask: return
    }
  }

  /// The rows of the rings that a verdict changes.
  private func overriddenRows(
    _ station: Int, _ verdict: ScreeningOverride
  ) -> [(feed: String, reading: Reading)] {
    let pollutants = verdict.pollutant.map { [$0] } ?? Pollutant.criteria
    return pollutants.flatMap {
      rollup.rows(station: station, pollutant: $0, from: verdict.from, until: verdict.until)
    }.filter { $0.reading.flag != verdict.flag }
  }

  /// A reading that a withdrawn verdict gives back, calibrated if it was kept before that.
  private mutating func restored(_ reading: Reading, station: String) -> Reading {
    guard !reading.reasons.contains(.calibrated) else { return reading }
    var readings: ContiguousArray = [reading]
    var uncounted = Screener.Tally()
    calibrate(&readings, stations: [station], &uncounted)
    return readings[0]
  }

  /// Puts rows of one station into the rings again, as their feeds would.
  private mutating func put(
    _ rows: [(feed: String, reading: Reading)], station: String, _ effects: inout [Effect]
  ) {
    for (feed, group) in Dictionary(grouping: rows, by: \.feed).sorted(by: { $0.key < $1.key }) {
      let readings = ContiguousArray(group.map(\.reading))
      take(rollup.insert(feed: feed, stations: [station], readings: readings, now: now), &effects)
    }
  }

  private func countyCode(ofStation index: Int) -> String {
    guard let configuration else { return "" }
    let county = rollup.county(ofStation: index)
    return county >= 0 ? configuration.site.counties[Int(county)].code : configuration.site.code
  }

  /// Bounded memory of acts done.
  mutating func remember(act id: String) {
    acts.append(id)
    if acts.count > Self.maximumActs { acts.removeFirst() }
  }
}

extension Reading {
  /// The same reading, marked as one whose value is final.
  fileprivate var asInRings: Reading {
    var reading = self
    reading.reasons.insert(.calibrated)
    return reading
  }

  /// The same reading with a person's flag.
  fileprivate func with(_ flag: QualityFlag) -> Reading {
    var reading = self
    reading.flag = flag
    reading.reasons.insert(.overridden)
    return reading
  }
}
