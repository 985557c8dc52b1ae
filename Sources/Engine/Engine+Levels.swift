package import AirQuality
import Alerts
import Rollup

/// Judging hours, and people's acts on the result.
extension Engine {
  /// Judges every unit's hours that are complete, or whose closing time has passed, and the level of now again where
  /// late or corrected hours changed past windows: once a record, with everything it brought.
  ///
  /// A unit that has lost its stations while a level is in force goes on being judged, by windows that decide nothing:
  /// the level holds and people are asked to decide. Without a level there is nothing to say of it.
  mutating func judgeDueHours(_ effects: inout [Effect]) {
    guard let configuration else { return }
    let offset = configuration.site.offset
    let running = offset.hour(of: now)
    let delay = Int64(rollup.settings.closeMinutes) * 60_000
    let closed = offset.hour(of: now.adding(milliseconds: -delay)) - 1
    defer {
      rewritten.removeAll()
      crossings.removeAll()
    }
    for unit in units.indices {
      reviseFindings(unit: unit, &effects)
      if isUnmonitored(unit, hour: running), units[unit].machine.level == .none { continue }
      let from = units[unit].judgedThrough.map { $0 + 1 } ?? closed
      var through = max(from - 1, closed)
      while through + 1 < running, rollup.hourIsComplete(unit, hour: through + 1) { through += 1 }
      guard from <= through else {
        if rewritten.contains(unit) { judge(unit: unit, &effects) }
        continue
      }
      if through - from >= Self.maximumSteps {
        // A long silence: every window is made, the level of now is judged in one step.
        let first = max(from, through - Int32(WindowRing.capacity) + 1)
        for hour in first...through {
          setWindow(unit: unit, hour: hour)
          watchDust(unit: unit, hour: hour, judges: hour == through, &effects)
        }
        units[unit].judgedThrough = through
        judge(unit: unit, &effects)
      } else {
        for hour in from...through {
          setWindow(unit: unit, hour: hour)
          watchDust(unit: unit, hour: hour, judges: true, &effects)
          units[unit].judgedThrough = hour
          judge(unit: unit, &effects)
        }
      }
    }
  }

  /// Late or corrected hours: the windows that hold them are made again; steps already issued stay (DOMAIN.md 12).
  mutating func rewrite(_ spans: [UnitSpan]) {
    for span in spans {
      guard let judged = units[span.unit].judgedThrough, span.firstHour <= judged else { continue }
      let first = max(span.firstHour, judged - Int32(WindowRing.capacity) + 1)
      // A 24 h window that ends up to 23 h later holds the hour.
      let last = min(span.lastHour + 23, judged)
      guard first <= last else { continue }
      for hour in first...last {
        let before = units[span.unit].windows[hour]
        guard setWindow(unit: span.unit, hour: hour) else { continue }
        rewritten.insert(span.unit)
        if criteria.decides(before, otherwiseThan: units[span.unit].windows[hour]) {
          crossings[span.unit] = min(crossings[span.unit] ?? hour, hour)
        }
      }
    }
  }

  /// Says when past hours would have been found otherwise with what is known now. What was issued stays (DOMAIN.md 12,
  /// "Provisional and final"): this is for the record and the digest, and wakes nobody.
  private mutating func reviseFindings(unit: Int, _ effects: inout [Effect]) {
    guard let configuration, let first = crossings[unit], let head = units[unit].windows.head else { return }
    // The newest hour is judged again, which may raise the level of now; but a lift since took it out of that.
    let isLifted = units[unit].machine.ignores(head)
    let revisions = units[unit].findings.revise(
      from: first, before: isLifted ? head + 1 : head, windows: units[unit].windows, criteria: criteria)
    guard !revisions.isEmpty else { return }
    let events = LevelEvents(unit: county(unit), offset: configuration.site.offset, criteria: criteria)
    effects += issuer.issue(
      events.revised(revisions, state: units[unit], at: now), hooks: configuration.hooks)
  }

  /// Makes the running AQI of the 24 h that end with `hour`; says whether it differs from before.
  @discardableResult
  private mutating func setWindow(unit: Int, hour: Int32) -> Bool {
    let means = rollup.rememberedRunning24(unit, endHour: hour)
    let aqi = AQI(
      DailyInput(
        pm25: means[.pm25].value.published(.pm25), pm10: means[.pm10].value.published(.pm10),
        so2: means[.so2].value.published(.so2), no2: means[.no2].value.published(.no2),
        co: means[.co].value.published(.co), o3EightHour: means[.o3].value.published(.o3)),
      edition: editions.edition(on: CivilDay(hour: hour)))
    let window: RunningAQI
    if let bound = aqi.lowerBound {
      window = RunningAQI(value: Int16(bound), quality: aqi.isLowerBound ? .lowerBound : .complete)
    } else {
      window = .indeterminate
    }
    let before = units[unit].windows[hour]
    units[unit].windows.set(window, hour: hour)
    if hour == units[unit].windows.head {
      units[unit].primary =
        aqi.lowerBound.map { bound in
          bound > 50 ? Pollutant.criteria.filter { aqi.iaqi(of: $0) == bound } : []
        } ?? []
      units[unit].completeness = means.completeness
      units[unit].leadingStation = units[unit].primary.first.flatMap { means.leading[Int($0.rawValue)] }
        .map { rollup.stationID($0) }
    }
    return before != window
  }

  private mutating func judge(unit: Int, _ effects: inout [Effect]) {
    guard let configuration, let head = units[unit].windows.head else { return }
    let at = configuration.site.offset.start(ofHour: head + 1)
    let period = dust.withholding(rollup.units[unit].code, at: at)
    let (outcomes, assessment) = units[unit].machine.judge(
      units[unit].windows, criteria: criteria, at: at, isWithheld: period != nil)
    // After a lift the hour is judged by no window at all: what was published of it stands, until the data contradict it.
    if !units[unit].machine.ignores(head) { units[unit].findings.set(assessment.level, hour: head) }
    for outcome in outcomes {
      emit(outcome, unit: unit, assessment: assessment, at: at, act: nil, dust: period, &effects)
    }
  }

  private mutating func emit(
    _ outcome: LevelOutcome, unit: Int, assessment: LevelAssessment, at: Instant,
    act: (by: String, reason: String)?, dust: DustPeriod? = nil, _ effects: inout [Effect]
  ) {
    guard let configuration else { return }
    let events = LevelEvents(
      unit: county(unit), offset: configuration.site.offset, criteria: criteria)
    let event = events.event(outcome, state: units[unit], assessment: assessment, at: at, act: act, dust: dust)
    effects += issuer.issue(event, hooks: configuration.hooks)
  }

  /// What the unit's windows say now.
  private func assessment(of unit: Int) -> LevelAssessment {
    LevelAssessment(
      windows: units[unit].windows, criteria: criteria, ignoreThrough: units[unit].machine.ignoreThrough)
  }

  /// A unit whose last assessed station left the configuration while a level is in force: said at once, the level holds.
  mutating func loseStations(unit: Int, _ effects: inout [Effect]) {
    guard units[unit].machine.level != .none else { return }
    units[unit].machine.loseKnowledge(at: now)
    let assessment = assessment(of: unit)
    emit(.becameUnmonitored, unit: unit, assessment: assessment, at: now, act: nil, &effects)
  }

  /// A unit that leaves the configuration takes its level with it: whoever was told of the level is told of its end.
  mutating func endFinding(ofRemoved unit: Int, _ effects: inout [Effect]) {
    guard let configuration, units[unit].machine.level != .none else { return }
    let assessment = assessment(of: unit)
    let events = LevelEvents(unit: county(unit), offset: configuration.site.offset, criteria: criteria)
    var event = events.event(
      .transition(from: units[unit].machine.level, to: .none), state: units[unit], assessment: assessment, at: now,
      act: (by: "configuration", reason: "不再属于配置 (no longer configured)"))
    event.rule = criteria.name + "/removed"
    effects += issuer.issue(event, hooks: configuration.hooks)
  }

  /// A person's act; one already done, or on a unit with nothing to lift, changes nothing.
  mutating func perform(_ act: OperatorAct, _ effects: inout [Effect]) {
    switch act {
    case .lift(let id, let code, let by, let reason):
      guard !acts.contains(id), let unit = rollup.unitIndex(code) else { return }
      acts.append(id)
      if acts.count > Self.maximumActs { acts.removeFirst() }
      let assessment = assessment(of: unit)
      let head = units[unit].windows.head
      guard let outcome = units[unit].machine.lift(at: now, head: head) else { return }
      if let head { units[unit].findings.noteLift(through: head) }
      emit(outcome, unit: unit, assessment: assessment, at: now, act: (by, reason), &effects)
    case .declareDust, .confirmDust, .withdrawDust: performDust(act, &effects)
    case .overrideFlag, .withdrawOverride: performOverride(act, &effects)
    case .concludeInspection: performInspection(act, &effects)
    case .advanceTask, .assignTask: performTask(act, &effects)
    }
  }

  /// Whether the unit has no assessed station that day (无评价点位): there is nothing to judge.
  func isUnmonitored(_ unit: Int, hour: Int32) -> Bool {
    rollup.isUnmonitored(unit, on: CivilDay(hour: hour))
  }

  /// A unit as people name it.
  func county(_ unit: Int) -> County {
    guard let configuration else { return County(code: "", nameChinese: "", nameEnglish: "") }
    let counties = configuration.site.counties
    return unit < counties.count ? counties[unit] : Self.aggregates(of: configuration.site)[unit - counties.count]
  }

  /// All units of a site as people name them: its counties, then the city and the urban district.
  package static func units(of site: Site) -> [County] { site.counties + aggregates(of: site) }

  private static func aggregates(of site: Site) -> [County] {
    [
      County(code: site.code, nameChinese: site.name, nameEnglish: "Whole city", group: "全市"),
      County(
        code: site.urbanCode, nameChinese: (site.name.hasSuffix("市") ? site.name : site.name + "市") + "区",
        nameEnglish: "Urban district", group: "市区"),
    ]
  }
}

extension Concentration {
  /// Rounded as the standard publishes it: an index is made from the published number (GB/T 8170; CO one decimal,
  /// the others none).
  func published(_ pollutant: Pollutant) -> Concentration { rounded(toDecimals: pollutant == .co ? 1 : 0) }
}
