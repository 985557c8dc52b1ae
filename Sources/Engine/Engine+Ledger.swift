package import AirQuality
import Alerts
import Rollup
import Targets

/// The target ledger (目标台账): where every row stands, and what must be remembered for it.
extension Engine {
  /// The rows as they stand by the days before `day`, for a bulletin of what has been: of the year that `last` lies in.
  /// Nothing dated later enters: no list, report, state or episode.
  package mutating func targets(asOf day: CivilDay, yearOf last: CivilDay) -> [TargetView] {
    let isPast = configuration.map { day < $0.site.offset.day(of: now) } ?? false
    return targetViews(today: day, years: last.year...last.year, isPast: isPast)
  }

  /// The views of the rows in force on a day, which may be past.
  mutating func targetViews(
    today: CivilDay, years: ClosedRange<Int>? = nil, isPast: Bool = false
  ) -> [TargetView] {
    guard let configuration else { return [] }
    let facts = configuration.ledger
    var inputs = ledgerInputs ?? LedgerInputs(site: configuration.site, facts: facts, editions: editions)
    // Taken out while it is used, so that it is not copied.
    ledgerInputs = nil
    defer { ledgerInputs = inputs }
    let sulphur = sulphurDays()
    let dustDays = dust.deductedDays(configuration.site.offset)
    return TargetRevision.inForce(configuration.targets, on: today).compactMap { revision in
      var row = revision.row
      if let years, !years.contains(row.year) { return nil }
      let baseline = LedgerBaseline.known(for: row, among: facts.baselines)
      // Only an official value of the year before makes a target.
      if let baseline, baseline.isOfficial { row.baseline = baseline.value.value }
      var episode = rollup.unitIndex(row.county).flatMap(episodeStart)
      if isPast, let start = episode, start >= today { episode = nil }
      let review = inputs.review(of: row, rollup: rollup, sulphur: sulphur)
      let context = LedgerContext(
        today: today, reviewed: review == .wholeYear || isReviewed(row, facts), episodeFrom: episode,
        baseline: baseline)
      let measured = Ledger.evaluate(
        row, inputs.input(for: row, rollup: rollup, sulphur: sulphur, archive: memory.archive, on: today), context)
      let isDeductible = Indicator(rawValue: row.indicator)?.isDeductible == true
      var deducted = measured
      if isDeductible, !dustDays.isEmpty {
        var context = context
        context.deducted = inputs.deducted(for: row, dustDays)
        deducted = Ledger.evaluate(
          row,
          inputs.input(
            for: row, rollup: rollup, sulphur: sulphur, archive: memory.archive, on: today, leavingOut: dustDays),
          context)
      }
      let result = row.basis == .dustDeducted && isDeductible ? deducted : measured
      let standing = memory.standings[LedgerMemory.key(row)].flatMap {
        $0.state == result.state && $0.since <= today ? $0 : nil
      }
      // Since when a state of the past stood is not remembered once another came.
      let since = standing?.since ?? (isPast ? nil : today)
      var view = TargetView(revision, result, since: since, episodeFrom: episode)
      if isDeductible {
        view.measured = TargetView.Figure(measured)
        view.dustDeducted = TargetView.Figure(deducted)
      }
      if review > .none, Indicator(rawValue: row.indicator) != .so2HeatingSeasonHourMaximum {
        func figure(_ basis: ReviewBasis) -> TargetView.Figure {
          let input = inputs.input(
            for: row, rollup: rollup, sulphur: sulphur, archive: memory.archive, on: today, basis: basis)
          return TargetView.Figure(Ledger.evaluate(row, input, context))
        }
        view.provisional = figure(.provisional)
        view.reviewed = figure(.reviewed)
      }
      return view
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
    countSulphur()
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
    reviewedSulphur.keep { rollup.holds(day: $0) }
    keepYear(ended.year - 1, on: ended)
  }

  /// While the day ring still holds all of the year that is over, what its rows are judged on is kept, and kept anew as
  /// corrections come.
  private mutating func keepYear(_ year: Int, on day: CivilDay) {
    guard let first = CivilDay(year: year, month: 1, day: 1), rollup.holds(day: first) else { return }
    memory.archive = memory.archive.filter { ($0.key.split(separator: "/").first.flatMap { Int($0) } ?? 0) >= year }
    for (unit, pollutant, days) in ledgerInputs?.years(year) ?? [] {
      memory.archive[LedgerMemory.archiveKey(rollup.units[unit].code, pollutant, year)] = days
    }
  }

  // MARK: SO2 hours

  /// Notes the days whose SO2 hours are to be counted again, of units that a row holds to them.
  mutating func noteSulphur(_ spans: [UnitSpan]) {
    guard !spans.isEmpty else { return }
    let limits = sulphurLimits ?? makeSulphurLimits()
    sulphurLimits = limits
    for span in spans where span.unit < limits.count && !limits[span.unit].isEmpty {
      for number in CivilDay(hour: span.firstHour).number...CivilDay(hour: span.lastHour).number {
        memory.uncounted[rollup.units[span.unit].code, default: []].insert(CivilDay(number: number))
        targetsDay = nil
      }
    }
  }

  /// Counts the days that were noted. Days whose hours have left the ring, and reviewed ones, stay as counted.
  private mutating func countSulphur() {
    memory.sulphur = sulphurDays()
    memory.uncounted.removeAll()
  }

  /// The SO2 hours of all days, those noted counted as of now.
  private func sulphurDays() -> [String: [SeasonHours.Day]] {
    guard !memory.uncounted.isEmpty else { return memory.sulphur }
    let limits = sulphurLimits ?? makeSulphurLimits()
    var result = memory
    for (code, days) in memory.uncounted {
      guard let unit = rollup.unitIndex(code), unit < limits.count else { continue }
      for day in days.sorted() where rollup.holdsHours(of: day) && !memory.isReviewed(day, unit: code) {
        result.set(sulphurDay(unit, day: day, rows: limits[unit]), unit: code)
      }
    }
    return result.sulphur
  }

  private func makeSulphurLimits() -> [[TargetRow]] {
    let rows = (configuration?.targets ?? []).filter {
      $0.indicator == Indicator.so2HeatingSeasonHourMaximum.rawValue && $0.target != nil
    }
    return rollup.units.map { unit in rows.filter { $0.county == unit.code } }
  }

  /// An hour is above when its published value is above the target of the row of that year in force on that day.
  private func sulphurDay(_ unit: Int, day: CivilDay, rows: [TargetRow]) -> SeasonHours.Day {
    let stations = rollup.units[unit].stations.filter { rollup.station($0)?.isAssessed(on: day) == true }
    return sulphurDay(
      day, rows: rows, means: { rollup.unitHour(unit, pollutant: .so2, hour: day.firstHour + Int32($0)).value },
      stations: { hour in
        stations.map { rollup.stationHour($0, pollutant: .so2, hour: day.firstHour + Int32(hour)) }
      })
  }

  /// Counts a day's 24 hours, each with the unit's mean and the values of its stations.
  private func sulphurDay(
    _ day: CivilDay, rows: [TargetRow], means: (Int) -> Concentration, stations: (Int) -> [Concentration]
  ) -> SeasonHours.Day {
    let limit = TargetRevision.inForce(rows, on: day).first { $0.row.year == day.year }
      .flatMap { Ledger.target(of: $0.row) }
    var made = SeasonHours.Day(
      day: day, validHours: 0, maximum: .missing, stationMaximum: .missing, hoursAbove: 0, stationHoursAbove: 0)
    for hour in 0..<24 {
      let mean = means(hour).published(.so2)
      if !mean.isMissing {
        made.validHours += 1
        made.maximum = max(made.maximum, mean)
        if let limit, mean > limit { made.hoursAbove += 1 }
      }
      for value in stations(hour).map({ $0.published(.so2) }) where !value.isMissing {
        made.stationMaximum = max(made.stationMaximum, value)
        if let limit, value > limit { made.stationHoursAbove += 1 }
      }
    }
    return made
  }

  /// Takes reviewed SO2 hours and counts their days anew. A unit's day of which every assessed station is reviewed,
  /// whichever import brought which of them, stands in place of what was counted, until a later review.
  ///
  /// - Parameter items: days that the ledger took.
  mutating func countReviewedSulphur(_ items: [ReviewedDay]) {
    let limits = sulphurLimits ?? makeSulphurLimits()
    sulphurLimits = limits
    let held = rollup.units.indices.filter { !limits[$0].isEmpty }
    let isCityHeld = held.contains { rollup.units[$0].kind == .city }
    let stations = Set(held.flatMap { rollup.units[$0].stations }.map { rollup.stationID($0) })
    var days: Set<CivilDay> = []
    for item in items where item.pollutant == .so2 && (isCityHeld || stations.contains(item.station)) {
      reviewedSulphur.set(item)
      days.insert(item.day)
    }
    for day in days.sorted() {
      let hours = reviewedSulphur[day]
      for unit in held {
        guard let means = rollup.unitHours(unit, day: day, of: hours) else { continue }
        let own = rollup.units[unit].kind == .city ? [] : rollup.units[unit].stations
        let values = own.filter { rollup.station($0)?.isAssessed(on: day) == true }
          .compactMap { hours[rollup.stationID($0)] }
        var made = sulphurDay(
          day, rows: limits[unit], means: { means[$0].value }, stations: { hour in values.map { $0[hour] } })
        made.isReviewed = true
        memory.set(made, unit: rollup.units[unit].code)
        targetsDay = nil
      }
    }
    reviewedSulphur.keep { rollup.holds(day: $0) }
  }
}
