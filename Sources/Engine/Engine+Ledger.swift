import AirQuality
import Alerts
import Rollup
import Targets

/// The target ledger (目标台账): where every row stands, and what must be remembered for it.
extension Engine {
  /// The views of the rows in force on a day.
  func targetViews(today: CivilDay, years: ClosedRange<Int>? = nil) -> [TargetView] {
    guard let configuration else { return [] }
    let facts = configuration.ledger
    var inputs = LedgerInputs(
      site: configuration.site, facts: facts, editions: editions, sulphur: memory.sulphur)
    return TargetRevision.inForce(configuration.targets, on: today).compactMap { revision in
      var row = revision.row
      if let years, !years.contains(row.year) { return nil }
      let baseline = LedgerBaseline.known(for: row, among: facts.baselines)
      // Only an official value of the year before makes a target.
      if let baseline, baseline.isOfficial { row.baseline = baseline.value.value }
      let episode = rollup.unitIndex(row.county).flatMap(episodeStart)
      let context = LedgerContext(
        today: today, reviewed: isReviewed(row, facts), episodeFrom: episode, baseline: baseline)
      let result = Ledger.evaluate(row, inputs.input(for: row, rollup: rollup), context)
      let standing = memory.standings[LedgerMemory.key(row)]
      let since = standing.flatMap { $0.state == result.state ? $0.since : nil } ?? today
      return TargetView(revision, result, since: since, episodeFrom: episode)
    }
  }

  /// First day of the level episode that goes on in a unit; nil without a level.
  func episodeStart(_ unit: Int) -> CivilDay? {
    let machine = units[unit].machine
    guard let configuration, machine.level != .none, let start = machine.episodeStart else { return nil }
    // The window that raised the level ended then: its last hour began before.
    return configuration.site.offset.day(of: start.adding(milliseconds: -1))
  }

  private func isReviewed(_ row: TargetRow, _ facts: LedgerFacts) -> Bool {
    facts.reviewedYears.contains {
      $0.year == row.year && ($0.county == row.county || $0.county == configuration?.site.code)
    }
  }

  /// When a day ends, every row's state is compared with the remembered one: a changed one stands since that day. Rows of
  /// years that are neither running nor just over do not change.
  mutating func rememberStandings(until at: Instant) {
    guard let configuration, !configuration.targets.isEmpty else { return }
    let ended = configuration.site.offset.day(of: now)
    guard configuration.site.offset.day(of: at) > ended else { return }
    let views = targetViews(today: ended, years: (ended.year - 1)...ended.year)
    for view in views {
      let key = "\(view.year)/\(view.county)/\(view.indicator)"
      guard let state = LedgerState(rawValue: view.state), memory.standings[key]?.state != state else { continue }
      memory.standings[key] = LedgerMemory.Standing(state: state, since: ended)
    }
    let known = Set(configuration.targets.map(LedgerMemory.key))
    memory.standings = memory.standings.filter { known.contains($0.key) }
    let codes = Set(rollup.units.map(\.code))
    memory.sulphur = memory.sulphur.filter { codes.contains($0.key) }
  }

  // MARK: SO2 hours

  /// Counts the SO2 hours of the days that changed again, for units that a row holds to them. Days whose hours have left
  /// the ring stay as counted.
  mutating func countSulphur(_ spans: [UnitSpan]) {
    guard !spans.isEmpty else { return }
    let limits = sulphurLimits ?? makeSulphurLimits()
    sulphurLimits = limits
    for span in spans where span.unit < limits.count && !limits[span.unit].isEmpty {
      for number in CivilDay(hour: span.firstHour).number...CivilDay(hour: span.lastHour).number {
        let day = CivilDay(number: number)
        guard rollup.holdsHours(of: day) else { continue }
        memory.set(sulphurDay(span.unit, day: day, rows: limits[span.unit]), unit: rollup.units[span.unit].code)
        targetsDay = nil
      }
    }
  }

  private func makeSulphurLimits() -> [[TargetRow]] {
    let rows = (configuration?.targets ?? []).filter {
      $0.indicator == Indicator.so2HeatingSeasonHourMaximum.rawValue && $0.target != nil
    }
    return rollup.units.map { unit in rows.filter { $0.county == unit.code } }
  }

  /// An hour is above when its published value is above the target of the row of that year in force on that day.
  private func sulphurDay(_ unit: Int, day: CivilDay, rows: [TargetRow]) -> SeasonHours.Day {
    let limit = TargetRevision.inForce(rows, on: day).first { $0.row.year == day.year }
      .flatMap { Ledger.target(of: $0.row) }
    var made = SeasonHours.Day(
      day: day, validHours: 0, maximum: .missing, stationMaximum: .missing, hoursAbove: 0, stationHoursAbove: 0)
    let stations = rollup.units[unit].stations.filter { rollup.station($0)?.isAssessed(on: day) == true }
    for hour in day.firstHour..<(day.firstHour + 24) {
      let mean = rollup.unitHour(unit, pollutant: .so2, hour: hour).value.published(.so2)
      if !mean.isMissing {
        made.validHours += 1
        made.maximum = max(made.maximum, mean)
        if let limit, mean > limit { made.hoursAbove += 1 }
      }
      for station in stations {
        let value = rollup.stationHour(station, pollutant: .so2, hour: hour).published(.so2)
        guard !value.isMissing else { continue }
        made.stationMaximum = max(made.stationMaximum, value)
        if let limit, value > limit { made.stationHoursAbove += 1 }
      }
    }
    return made
  }
}
