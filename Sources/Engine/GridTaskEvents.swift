import AirQuality

/// Turns steps of grid tasks into events (kind `task`), with their texts in both languages.
struct GridTaskEvents {
  var site: Site
  var settings: HotSpotSettings

  /// The stable id of a new task.
  func id(of task: GridTask) -> String {
    let stamp = site.offset.format(task.foundAt).prefix(13).filter { $0 != "-" }
    return "\(task.county)-task-\(task.station)-\(task.pollutant.name)-\(stamp)"
  }

  /// Found, or hot again soon after it was closed.
  func found(_ task: GridTask, isAgain: Bool) -> EventRecord {
    let at = task.entries.last?.at ?? task.foundAt
    let when = EventTexts.time(at, site.offset)
    let proof = evidence(task)
    var record = record(task, from: isAgain ? "closed" : "none", at: at, rule: isAgain ? "again" : "discovered")
    record.startsAt = task.foundAt
    record.textChinese =
      "热点网格任务\(isAgain ? "（再次）" : "") \(name(task)) \(task.station) \(task.pollutant.label) \(when)\n"
      + "\(proof.chinese)。\(owner(task).chinese)请现场核实并于 \(settings.reportWithinHours) 小时内上报、"
      + "\(settings.handleWithinHours) 小时内处置。线索待核实，不作认定。"
    record.textEnglish =
      "GRID TASK\(isAgain ? " (again)" : "") \(county(task).nameEnglish) \(task.station) \(task.pollutant.label), \(when)\n"
      + "\(proof.english). \(owner(task).english)To be checked on the spot, reported within \(settings.reportWithinHours) h "
      + "and handled within \(settings.handleWithinHours) h. A lead, not a verdict."
    return record
  }

  /// A step whose time has passed.
  func overdue(_ task: GridTask, _ step: GridTask.Step, at: Instant) -> EventRecord {
    var record = record(task, from: task.step.rawValue, at: at, rule: "overdue")
    record.inputs.append(.init("due", .text(step.rawValue)))
    let hours = step == .reported ? settings.reportWithinHours : settings.handleWithinHours
    record.textChinese =
      "网格任务逾期 \(name(task)) \(task.station) \(task.pollutant.label)：未\(chinese(step))\n"
      + "发现后 \(hours) 小时内应\(chinese(step))。\(owner(task).chinese)"
    record.textEnglish =
      "GRID TASK OVERDUE \(county(task).nameEnglish) \(task.station) \(task.pollutant.label): not \(step.rawValue)\n"
      + "Due within \(hours) h of its discovery. \(owner(task).english)"
    return record
  }

  /// A step that a person took.
  func advanced(_ task: GridTask, from: GridTask.Step, isForced: Bool, at: Instant) -> EventRecord {
    var record = record(task, from: from.rawValue, at: at, rule: task.step.rawValue)
    let entry = task.entries.last
    record.ends = task.step == .closed
    record.inputs += [.init("by", .text(entry?.by ?? "")), .init("note", .text(entry?.note ?? ""))]
    if task.step == .closed { record.inputs.append(.init("forced", .flag(isForced))) }
    let by = entry?.by ?? ""
    let note = entry?.note ?? ""
    record.textChinese =
      "网格任务\(chinese(task.step)) \(name(task)) \(task.station) \(task.pollutant.label)\n"
      + "\(by)：\(note)。累计超出 \(task.hotHours) 小时，连续恢复 \(task.clearHours) 小时"
      + (isForced && task.step == .closed ? "；未满恢复时长，凭理由销号" : "") + "。"
    record.textEnglish =
      "GRID TASK \(task.step.rawValue) \(county(task).nameEnglish) \(task.station) \(task.pollutant.label)\n"
      + "\(by): \(note). Hot for \(task.hotHours) h, below for \(task.clearHours) h in a row"
      + (isForced && task.step == .closed ? "; closed for a reason before its time" : "") + "."
    return record
  }

  /// Another owner.
  func assigned(_ task: GridTask, by: String, at: Instant) -> EventRecord {
    var record = record(task, from: task.step.rawValue, at: at, rule: "assigned")
    record.inputs.append(.init("by", .text(by)))
    record.textChinese = "网格任务改派 \(name(task)) \(task.station) \(task.pollutant.label)\n\(owner(task).chinese)经办：\(by)。"
    record.textEnglish =
      "GRID TASK assigned \(county(task).nameEnglish) \(task.station) \(task.pollutant.label)\n"
      + "\(owner(task).english)By: \(by)."
    return record
  }

  // MARK: Parts

  private func record(_ task: GridTask, from: String, at: Instant, rule: String) -> EventRecord {
    EventRecord(
      sequence: 0, id: task.id, kind: .task, county: task.county, from: from, to: task.step.rawValue, at: at,
      rule: "grid/\(rule)",
      inputs: [
        .init("station", .text(task.station)), .init("pollutant", .text(task.pollutant.name)),
        .init("value", .number(task.evidence.value.value)), .init("median", .number(task.evidence.median.value)),
        .init("deviation", .number(task.evidence.deviation.value)),
        .init("stations", .number(Double(task.evidence.stations))), .init("peak", .number(task.peak.value)),
        .init("hot_hours", .number(Double(task.hotHours))), .init("owner", .text(task.owner)),
        .init("contact", .text(task.contact)),
      ], value: task.evidence.value.value, unit: task.pollutant.unit.rawValue, window: "1h", startsAt: task.foundAt,
      ends: false, textChinese: "", textEnglish: "")
  }

  private func evidence(_ task: GridTask) -> (chinese: String, english: String) {
    let decimals = task.pollutant == .co ? 1 : 0
    func number(_ value: Concentration) -> String {
      let rounded = value.rounded(toDecimals: decimals)
      return decimals == 0 ? "\(rounded.thousandths / 1_000)" : "\(rounded.value)"
    }
    let unit = task.pollutant.unit == .milligramsPerCubicMeter ? "mg/m³" : "µg/m³"
    let value = number(task.evidence.value)
    let median = number(task.evidence.median)
    return (
      "小时值 \(value) \(unit)，县内 \(task.evidence.stations) 个站点中位数 \(median)，已持续 \(task.hotHours) 小时",
      "hour \(value) \(unit), median of the county's \(task.evidence.stations) stations \(median), for \(task.hotHours) h"
    )
  }

  private func owner(_ task: GridTask) -> (chinese: String, english: String) {
    guard !task.owner.isEmpty else { return ("责任人未定。", "No owner is set. ") }
    let contact = task.contact.isEmpty ? "" : " \(task.contact)"
    return ("责任人：\(task.owner)\(contact)。", "Owner: \(task.owner)\(contact). ")
  }

  private func chinese(_ step: GridTask.Step) -> String {
    switch step {
    case .discovered: "发现"
    case .reported: "上报"
    case .handled: "处置"
    case .closed: "销号"
    }
  }

  private func county(_ task: GridTask) -> County {
    site.counties.first { $0.code == task.county }
      ?? County(code: task.county, nameChinese: task.county, nameEnglish: task.county)
  }

  private func name(_ task: GridTask) -> String { county(task).nameChinese }
}
