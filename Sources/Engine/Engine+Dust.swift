import AirQuality
import Rollup

/// Sand-dust in three steps (DOMAIN.md 12): suspected by the engine, declared by a person, confirmed by the centre.
extension Engine {
  /// Every period that was stated, in the order of the acts.
  package var dustPeriods: [DustPeriod] { dust.periods }

  /// Looks at an hour that is judged for the first time; a suspicion annotates, it changes no level and no figure.
  mutating func watchDust(unit: Int, hour: Int32, judges: Bool, _ effects: inout [Effect]) {
    guard let configuration else { return }
    let pm10 = rollup.unitHour(unit, pollutant: .pm10, hour: hour).value
    let pm25 = rollup.unitHour(unit, pollutant: .pm25, hour: hour).value
    let since = units[unit].dust.since
    guard let outcome = units[unit].dust.take(hour: hour, pm10: pm10, pm25: pm25, judges: judges) else { return }
    let offset = configuration.site.offset
    let event = DustEvents(unit: county(unit), offset: offset).event(
      outcome, start: offset.start(ofHour: (since ?? hour) + 1), at: offset.start(ofHour: hour + 1),
      completeness: units[unit].completeness)
    effects += issuer.issue(event, hooks: configuration.hooks)
  }

  /// An act on a period; one already done, on an unknown unit, of no length or on nothing changes nothing.
  mutating func performDust(_ act: OperatorAct, _ effects: inout [Effect]) {
    guard let configuration, !acts.contains(act.id) else { return }
    let offset = configuration.site.offset
    switch act {
    case .lift, .overrideFlag, .withdrawOverride, .concludeInspection, .advanceTask, .assignTask: return
    case .declareDust(let id, let county, let from, let until, let by, let evidence):
      state(
        DustPeriod(
          id: id, county: county, from: from, until: until, step: .declared, by: by, basis: evidence, at: now), &effects
      )
    case .confirmDust(let id, let county, let from, let until, let by, let document):
      state(
        DustPeriod(
          id: id, county: county, from: from, until: until, step: .confirmed, by: by, basis: document, at: now),
        &effects)
    case .withdrawDust(let id, let period, let by, let reason):
      guard let taken = dust.withdraw(period, DustPeriod.Withdrawal(by: by, reason: reason, at: now)) else { return }
      remember(act: id)
      // Whoever was told of the period is told, even of a unit that has left the configuration since.
      let unit = rollup.unitIndex(taken.county)
      let named =
        unit.map { self.county($0) }
        ?? County(
          code: taken.county, nameChinese: taken.county, nameEnglish: taken.county)
      effects += issuer.issue(
        DustEvents(unit: named, offset: offset).withdrawn(taken, at: now), hooks: configuration.hooks)
      if taken.step == .confirmed { targetsDay = nil }
      // The level of now is judged as usual again.
      if let unit { rewritten.insert(unit) }
    }
  }

  private mutating func state(_ period: DustPeriod, _ effects: inout [Effect]) {
    guard let configuration, let unit = rollup.unitIndex(period.county), period.from < period.until,
      period.until.milliseconds - period.from.milliseconds <= DustPeriod.longest
    else { return }
    remember(act: period.id)
    var period = period
    // What is over when it is stated begins and ends with one event.
    period.endTold = period.until <= now
    dust.add(period)
    if period.step == .confirmed { targetsDay = nil }
    effects += issuer.issue(
      DustEvents(unit: county(unit), offset: configuration.site.offset).stated(period, at: now),
      hooks: configuration.hooks)
  }

  /// Tells of periods that are over; the next judgement is the usual one.
  mutating func endDust(_ effects: inout [Effect]) {
    guard let configuration else { return }
    for period in dust.takeEnded(by: now) {
      guard let unit = rollup.unitIndex(period.county) else { continue }
      effects += issuer.issue(
        DustEvents(unit: county(unit), offset: configuration.site.offset).ended(period), hooks: configuration.hooks)
    }
  }
}
