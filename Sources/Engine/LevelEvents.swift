import AirQuality
import Alerts

/// Turns what a level machine said into events.
struct LevelEvents {
  var unit: County
  var offset: CivilOffset
  var criteria: Criteria

  /// The stable id of what an event tells of, by its kind and the hour it began: `141182-level-20201205T09`.
  private func id(_ kind: EventKind, start: Instant) -> String {
    let stamp = offset.format(start).prefix(13).filter { $0 != "-" }
    return "\(unit.code)-\(kind.rawValue)-\(stamp)"
  }

  /// The event of one outcome; its sequence is set when it is issued. `at` is the end of the window judged.
  func event(
    _ outcome: LevelOutcome, state: UnitState, assessment: LevelAssessment, at: Instant,
    act: (by: String, reason: String)?, dust: DustPeriod? = nil
  ) -> EventRecord {
    let machine = state.machine
    let subject = subject(state: state, assessment: assessment, at: at)
    // A heads-up stands before any episode.
    let start = outcome == .headsUp ? at : machine.episodeStart ?? at
    var record = EventRecord(
      sequence: 0, id: id(.level, start: start), kind: .level, county: unit.code,
      from: machine.level.name, to: machine.level.name, at: at, rule: criteria.name,
      inputs: inputs(subject, assessment),
      value: subject.runningAQI.map(Double.init), unit: "1", window: "24h", completeness: state.completeness,
      startsAt: start, ends: false, textChinese: "", textEnglish: "")
    let text: (chinese: String, english: String)
    switch outcome {
    case .transition(let from, let to):
      record.from = from.name
      record.to = to.name
      record.rule = criteria.name + "/" + (act != nil ? "operator" : to.name)
      record.ends = to == .none
      text = EventTexts.transition(subject, from: from, to: to)
    case .headsUp:
      record.kind = .notice
      record.rule = criteria.name + "/heads-up"
      record.id = id(.notice, start: at)
      text = EventTexts.headsUp(subject)
    case .liftProposed(let to):
      record.kind = .notice
      // Nothing has changed yet: the level in force stands in `from` and `to`.
      record.rule = criteria.name + "/lift-proposed"
      record.inputs.append(.init("proposed", .text(to.name)))
      text = EventTexts.liftProposed(subject, level: machine.level, to: to, hours: criteria.clearHours)
    case .liftWithdrawn:
      record.kind = .notice
      record.rule = criteria.name + "/lift-withdrawn"
      text = EventTexts.liftWithdrawn(subject, level: machine.level)
    case .withheld(let level):
      record.kind = .notice
      record.rule = criteria.name + "/withheld"
      record.id = id(.notice, start: at)
      record.startsAt = at
      record.inputs.append(.init("withheld", .text(level.name)))
      if let dust {
        record.inputs.append(.init("dust", .text(dust.id)))
        record.inputs.append(.init("by", .text(dust.by)))
        record.inputs.append(.init(dust.step.basisName, .text(dust.basis)))
      }
      text = DustTexts.withheld(
        unit: unit, offset: offset, at: at, level: level, inForce: machine.level,
        proof: EventTexts.evidence(subject), period: dust)
    case .becameIndeterminate:
      record.kind = .data
      record.from = "known"
      record.to = "indeterminate"
      record.rule = "completeness"
      record.startsAt = at
      record.id = id(.data, start: at)
      text = EventTexts.indeterminate(subject, level: machine.level)
    case .becameUnmonitored:
      record.kind = .data
      record.from = "known"
      record.to = "unmonitored"
      record.rule = "stations"
      record.startsAt = at
      record.id = id(.data, start: at)
      text = EventTexts.unmonitored(subject, level: machine.level)
    case .becameKnown(let since):
      record.startsAt = since ?? at
      record.id = id(.data, start: since ?? at)
      record.kind = .data
      record.from = "indeterminate"
      record.to = "known"
      record.rule = "completeness"
      record.ends = true
      text = EventTexts.known(subject)
    case .decisionNeeded(let hours):
      record.kind = .reminder
      record.rule = criteria.name + "/decision-needed"
      record.inputs.append(.init("indeterminate_hours", .number(Double(hours))))
      text = EventTexts.decisionNeeded(subject, level: machine.level, hours: hours)
    }
    record.textChinese = text.chinese
    record.textEnglish = text.english
    if let act {
      let added = EventTexts.lifted(by: act.by, reason: act.reason, missing: !machine.isKnown)
      record.textChinese += added.chinese
      record.textEnglish += added.english
      record.inputs.append(.init("by", .text(act.by)))
      record.inputs.append(.init("reason", .text(act.reason)))
      record.inputs.append(.init("data_missing", .flag(!machine.isKnown)))
    }
    return record
  }

  /// Past hours that would have been found otherwise: kind `data`, `from` the highest level that was found at them, `to`
  /// the highest that would have been.
  func revised(_ revisions: [FindingTrail.Revision], state: UnitState, at: Instant) -> EventRecord {
    let published = revisions.map(\.published).max() ?? .none
    let found = revisions.map(\.found).max() ?? .none
    // A finding stands at the end of its window.
    let first = offset.start(ofHour: (revisions.first?.hour ?? 0) + 1)
    let last = offset.start(ofHour: (revisions.last?.hour ?? 0) + 1)
    var record = EventRecord(
      sequence: 0, id: id(.data, start: first) + "-revised", kind: .data, county: unit.code, from: published.name,
      to: found.name, at: at, rule: criteria.name + "/revised",
      inputs: [
        .init("first_hour", .text(offset.format(first))), .init("last_hour", .text(offset.format(last))),
        .init("hours", .number(Double(revisions.count))), .init("published", .text(published.name)),
        .init("revised", .text(found.name)),
        .init("raised_hours", .number(Double(revisions.count { $0.found > $0.published }))),
        .init("lowered_hours", .number(Double(revisions.count { $0.found < $0.published }))),
        .init("level_in_force", .text(state.machine.level.name)), .init("review", .text("provisional")),
      ], unit: "1", window: "24h", completeness: state.completeness, startsAt: first, ends: true, textChinese: "",
      textEnglish: "")
    let text = EventTexts.revised(
      unit: unit, offset: offset, first: first, last: last, hours: revisions.count, published: published, found: found,
      inForce: state.machine.level)
    record.textChinese = text.chinese
    record.textEnglish = text.english
    return record
  }

  private func subject(state: UnitState, assessment: LevelAssessment, at: Instant) -> EventTexts.Subject {
    EventTexts.Subject(
      unit: unit, offset: offset, at: at, since: state.machine.since ?? at,
      runningAQI: assessment.newest.quality == .indeterminate ? nil : Int(assessment.newest.value),
      primary: state.primary, leadingStation: state.leadingStation, completeness: state.completeness,
      spans: assessment.spans, rule: criteria.name)
  }

  private func inputs(_ subject: EventTexts.Subject, _ assessment: LevelAssessment) -> [EventRecord.Input] {
    var inputs: [EventRecord.Input] = []
    if let aqi = subject.runningAQI { inputs.append(.init("running_aqi", .number(Double(aqi)))) }
    inputs.append(.init("lower_bound", .flag(assessment.newest.quality == .lowerBound)))
    for (threshold, hours) in assessment.spans.sorted(by: { $0.key < $1.key }) {
      inputs.append(.init("hours_above_\(threshold)", .number(Double(hours))))
    }
    for (threshold, windows) in assessment.cleanWindows.sorted(by: { $0.key < $1.key }) {
      inputs.append(.init("clean_hours_\(threshold)", .number(Double(windows))))
    }
    if !subject.primary.isEmpty {
      inputs.append(.init("primary", .text(subject.primary.map(\.name).joined(separator: ","))))
    }
    if let station = subject.leadingStation { inputs.append(.init("leading_station", .text(station))) }
    inputs.append(.init("completeness", .number(subject.completeness)))
    inputs.append(.init("basis", .text("observed")))
    inputs.append(.init("review", .text("provisional")))
    return inputs
  }
}
