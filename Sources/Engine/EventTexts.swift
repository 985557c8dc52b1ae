import AirQuality
import Alerts

/// All sentences people read in events, in one place and in both languages (DOMAIN.md 12, "Message text").
///
/// The first line has at most 70 characters and says what it is before what it says: a recommendation (建议), never an
/// order. Levels are findings from observations (实况) until an official forecast is connected.
enum EventTexts {
  /// What the sentences are about.
  struct Subject {
    var unit: County
    var offset: CivilOffset
    /// End of the newest window.
    var at: Instant
    var since: Instant
    var runningAQI: Int?
    var primary: [Pollutant]
    var leadingStation: String?
    var completeness: Double
    var spans: [Int: Int]
    var rule: String
  }

  static func time(_ instant: Instant, _ offset: CivilOffset) -> String {
    let text = offset.format(instant)
    // 2020-12-05T09:00:00+08:00 -> 12-05 09:00
    return String(text.dropFirst(5).prefix(5)) + " " + String(text.dropFirst(11).prefix(5))
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

  private static func roman(_ level: Level) -> String {
    switch level {
    case .none: ""
    case .blue: "(Ⅳ级)"
    case .yellow: "(Ⅲ级)"
    case .orange: "(Ⅱ级)"
    case .red: "(Ⅰ级)"
    }
  }

  static func evidence(_ subject: Subject) -> (chinese: String, english: String) {
    let aqi = subject.runningAQI.map(String.init) ?? "—"
    let primary = subject.primary.map(\.label).joined(separator: "、")
    let spans = subject.spans.sorted { $0.key < $1.key }.filter { $0.value > 0 }
    let spanChinese = spans.map { "AQI>\($0.key) 已 \($0.value) 小时" }.joined(separator: "，")
    let spanEnglish = spans.map { "AQI>\($0.key) for \($0.value) h" }.joined(separator: ", ")
    var chinese = "滑动24小时AQI \(aqi)"
    var english = "running 24 h AQI \(aqi)"
    if !primary.isEmpty {
      chinese += "，首要污染物 \(primary)"
      english += ", primary \(subject.primary.map(\.label).joined(separator: ", "))"
    }
    if !spans.isEmpty {
      chinese += "；\(spanChinese)"
      english += "; \(spanEnglish)"
    }
    chinese += "；数据完整率 \(percent(subject.completeness))，初步数据，实况（无官方预报）"
    english += "; completeness \(percent(subject.completeness)), provisional data, observed (no official forecast)"
    if let station = subject.leadingStation {
      chinese += "；最高站点 \(station)"
      english += "; leading station \(station)"
    }
    return (chinese, english)
  }

  /// A step of the finding.
  static func transition(_ subject: Subject, from: Level, to: Level) -> (chinese: String, english: String) {
    let proof = evidence(subject)
    let when = time(subject.at, subject.offset)
    if to > from {
      return (
        "建议 \(subject.unit.nameChinese) \(to.nameChinese)\(roman(to)) 实况研判 \(when) 起\n"
          + "依据 \(subject.rule)：\(proof.chinese)。请会商后按预案决定是否发布预警；在此之前措施只作准备。",
        "RECOMMENDED \(subject.unit.nameEnglish): \(to.name), observed, from \(when)\n"
          + "Criterion \(subject.rule): \(proof.english). For consultation and a decision under the plan; until then "
          + "measures are prepared, not issued."
      )
    }
    return (
      "\(subject.unit.nameChinese) \(from.nameChinese)研判由人工\(to == .none ? "解除" : "降为\(to.nameChinese)") \(when)\n\(proof.chinese)。",
      "\(subject.unit.nameEnglish): \(from.name) finding \(to == .none ? "lifted" : "lowered to \(to.name)") by a "
        + "person, \(when)\n\(proof.english)."
    )
  }

  /// Who lifted and why, added to the text of the step.
  static func lifted(by: String, reason: String, missing: Bool) -> (chinese: String, english: String) {
    (
      "\n决定人：\(by)；理由：\(reason)" + (missing ? "；当时数据不足，由有权人员决定" : ""),
      "\nDecided by: \(by); reason: \(reason)" + (missing ? "; data were missing then, decided by a person" : "")
    )
  }

  static func headsUp(_ subject: Subject) -> (chinese: String, english: String) {
    let proof = evidence(subject)
    return (
      "提示 \(subject.unit.nameChinese) 滑动24小时AQI首次超过200 \(time(subject.at, subject.offset))\n\(proof.chinese)。",
      "NOTICE \(subject.unit.nameEnglish): first running 24 h AQI above 200, \(time(subject.at, subject.offset))\n"
        + "\(proof.english)."
    )
  }

  static func liftProposed(_ subject: Subject, level: Level, to: Level, hours: Int) -> (
    chinese: String, english: String
  ) {
    let proof = evidence(subject)
    let act = to == .none ? "解除\(level.nameChinese)研判" : "由\(level.nameChinese)降为\(to.nameChinese)"
    let actEnglish = to == .none ? "lifting \(level.name)" : "lowering \(level.name) to \(to.name)"
    return (
      "建议 \(subject.unit.nameChinese) \(act) \(time(subject.at, subject.offset))\n"
        + "理由：连续 \(hours) 小时低于启动条件。\(proof.chinese)。无官方预报，仅作建议，请人工决定。",
      "RECOMMENDED \(subject.unit.nameEnglish): \(actEnglish), \(time(subject.at, subject.offset))\n"
        + "Why: \(hours) h in a row below the start criterion. \(proof.english). No official forecast: a proposal only, "
        + "a person decides."
    )
  }

  static func liftWithdrawn(_ subject: Subject, level: Level) -> (chinese: String, english: String) {
    let proof = evidence(subject)
    return (
      "\(subject.unit.nameChinese) 撤回解除建议，\(level.nameChinese)研判维持\n\(proof.chinese)。",
      "\(subject.unit.nameEnglish): proposal to lift withdrawn, \(level.name) stays\n\(proof.english)."
    )
  }

  static func indeterminate(_ subject: Subject, level: Level) -> (chinese: String, english: String) {
    let held = level == .none ? "" : "，\(level.nameChinese)研判维持"
    let heldEnglish = level == .none ? "" : "; \(level.name) holds"
    return (
      "\(subject.unit.nameChinese) 数据不足，等级无法判定\(held)\n数据完整率 \(percent(subject.completeness))。缺数不等于清洁，请检查站点与数据源。",
      "\(subject.unit.nameEnglish): data missing, level indeterminate\(heldEnglish)\n"
        + "Completeness \(percent(subject.completeness)). Missing is not clean: check stations and feeds."
    )
  }

  static func unmonitored(_ subject: Subject, level: Level) -> (chinese: String, english: String) {
    (
      "\(subject.unit.nameChinese) 已无评价点位，等级无法判定，\(level.nameChinese)研判维持\n"
        + "配置变更后该区域没有参与评价的站点。请恢复站点，或由有权人员决定解除。",
      "\(subject.unit.nameEnglish): no assessed station any more, level indeterminate; \(level.name) holds\n"
        + "The configuration leaves it without a station. Bring one back, or have a person with the right decide."
    )
  }

  static func known(_ subject: Subject) -> (chinese: String, english: String) {
    let proof = evidence(subject)
    return (
      "\(subject.unit.nameChinese) 数据恢复，等级可判定\n\(proof.chinese)。",
      "\(subject.unit.nameEnglish): data are back, level known\n\(proof.english)."
    )
  }

  static func decisionNeeded(_ subject: Subject, level: Level, hours: Int) -> (chinese: String, english: String) {
    (
      "请值班人员决定：\(subject.unit.nameChinese) \(level.nameChinese)研判已 \(hours) 小时无法判定\n"
        + "等级因缺数维持。有权人员可在缺数期间解除，并注明理由。",
      "DECISION NEEDED \(subject.unit.nameEnglish): \(level.name) indeterminate for \(hours) h\n"
        + "The level holds because data are missing. People with the right may lift it and say why."
    )
  }

  /// Past hours that would have been found otherwise.
  static func revised(
    unit: County, offset: CivilOffset, first: Instant, last: Instant, hours: Int, published: Level, found: Level,
    inForce: Level
  ) -> (chinese: String, english: String) {
    let span = first == last ? time(first, offset) : "\(time(first, offset))—\(time(last, offset))"
    return (
      "数据更正 \(unit.nameChinese) \(span) 的研判应为\(found.nameChinese)，已发布\(published.nameChinese)\n"
        + "迟到或更正的数据使 \(hours) 个时次的研判结果改变。已发布的研判不改；当前研判\(inForce.nameChinese)。仅供记录与日报。",
      "DATA CORRECTED \(unit.nameEnglish), \(span): finding \(found.name), was \(published.name)\n"
        + "Late or corrected data change the finding of \(hours) hours. What was issued stays; in force now: "
        + "\(inForce.name). For the record and the digest."
    )
  }
}
