import AirQuality
import Alerts

/// The sentences of sand-dust events, in both languages; the rules of `EventTexts` hold.
enum DustTexts {
  typealias Text = (chinese: String, english: String)

  private static let adviceChinese =
    "健康提示：儿童、老年人和患有心脏、呼吸系统疾病的人员留在室内；其他人减少户外活动，外出佩戴口罩，关闭门窗。"
  private static let adviceEnglish =
    "Health advice: children, the elderly and people with heart or lung disease stay indoors; everybody else spends less "
    + "time outdoors, wears a mask there, and keeps windows shut."

  private static func span(_ period: DustPeriod, _ offset: CivilOffset) -> Text {
    let (from, until) = (EventTexts.time(period.from, offset), EventTexts.time(period.until, offset))
    return ("\(from) 至 \(until)", "\(from) to \(until)")
  }

  private static func number(_ value: Concentration, decimals: Int = 0) -> String {
    guard !value.isMissing else { return "—" }
    let rounded = value.rounded(toDecimals: decimals)
    let whole = rounded.thousandths / 1_000
    guard decimals > 0 else { return "\(whole)" }
    let hundredths = (rounded.thousandths % 1_000) / 10
    return "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
  }

  private static func facts(_ evidence: DustWatch.Evidence) -> Text {
    let now = "PM10 \(number(evidence.pm10)) µg/m³, PM2.5/PM10 \(number(evidence.ratio, decimals: 2))"
    let base = "PM10 \(number(evidence.basePM10)) µg/m³, PM2.5/PM10 \(number(evidence.baseRatio, decimals: 2))"
    return ("小时值 \(now)；此前均值 \(base)；初步数据，实况", "hour: \(now); hours before: \(base); provisional data, observed")
  }

  static func suspected(unit: County, offset: CivilOffset, at: Instant, _ evidence: DustWatch.Evidence) -> Text {
    let facts = facts(evidence)
    let when = EventTexts.time(at, offset)
    return (
      "关注 \(unit.nameChinese) 疑似沙尘 \(when)\n\(facts.chinese)。仅作标注，不影响等级与评价；如属实，请由负责人宣布并当日报送佐证材料。",
      "WATCH \(unit.nameEnglish): sand-dust suspected, \(when)\n\(facts.english). An annotation: level and assessment stay "
        + "as they are. If it is dust, a named person declares it; the evidence file is due the same day."
    )
  }

  static func suspicionEnds(
    unit: County, offset: CivilOffset, at: Instant, _ evidence: DustWatch.Evidence, hours: Int32, isBack: Bool
  ) -> Text {
    let facts = facts(evidence)
    let when = EventTexts.time(at, offset)
    let why: Text =
      isBack
      ? ("PM10 已回到此前水平", "PM10 is back where it was before")
      : ("历时过长，此前均值不再可比", "too long ago: the hours before no longer compare")
    return (
      "\(unit.nameChinese) 疑似沙尘结束 \(when)\n历时 \(hours) 小时，\(why.chinese)。\(facts.chinese)。",
      "\(unit.nameEnglish): suspected sand-dust over, \(when)\nAfter \(hours) h, \(why.english). \(facts.english)."
    )
  }

  static func stated(unit: County, offset: CivilOffset, _ period: DustPeriod) -> Text {
    let span = span(period, offset)
    switch period.step {
    case .declared:
      return (
        "提示 \(unit.nameChinese) 宣布沙尘 \(span.chinese)\n"
          + "宣布人：\(period.by)；依据：\(period.basis)。期间不定等级颜色，已生效的等级维持；评价在国家或省级中心确认后才调整。\(adviceChinese)",
        "NOTICE \(unit.nameEnglish): sand-dust declared, \(span.english)\n"
          + "Declared by: \(period.by); evidence: \(period.basis). No colour is given in this time, a level in force stays; "
          + "assessment changes only when the national or provincial centre confirms. \(adviceEnglish)"
      )
    case .confirmed:
      return (
        "提示 \(unit.nameChinese) 沙尘获中心确认 \(span.chinese)\n"
          + "文号：\(period.basis)；登记人：\(period.by)。所涉日期的PM10、PM2.5均值与天数另按扣除沙尘统计，实测结果保留。",
        "NOTICE \(unit.nameEnglish): sand-dust confirmed, \(span.english)\n"
          + "Document: \(period.basis); recorded by: \(period.by). Means of PM10 and PM2.5 and counts of days are also kept "
          + "without the days it touches; those as measured stay."
      )
    }
  }

  static func ended(unit: County, offset: CivilOffset, _ period: DustPeriod) -> Text {
    let span = span(period, offset)
    return (
      "\(unit.nameChinese) 沙尘时段结束 \(EventTexts.time(period.until, offset))\n\(span.chinese)。此后等级照常研判。",
      "\(unit.nameEnglish): sand-dust period over, \(EventTexts.time(period.until, offset))\n"
        + "\(span.english). From here on the level is judged as usual."
    )
  }

  static func withdrawn(unit: County, offset: CivilOffset, _ period: DustPeriod) -> Text {
    let span = span(period, offset)
    let by = period.withdrawal?.by ?? ""
    let reason = period.withdrawal?.reason ?? ""
    let isDeclared = period.step == .declared
    return (
      "\(unit.nameChinese) 撤回沙尘\(isDeclared ? "宣布" : "确认") \(span.chinese)\n撤回人：\(by)；理由：\(reason)。此后等级照常研判。",
      "\(unit.nameEnglish): sand-dust \(isDeclared ? "declaration" : "confirmation") withdrawn, \(span.english)\n"
        + "Withdrawn by: \(by); reason: \(reason). From here on the level is judged as usual."
    )
  }

  /// The level would have risen; `proof` is what the finding would rest on.
  static func withheld(
    unit: County, offset: CivilOffset, at: Instant, level: Level, inForce: Level, proof: Text, period: DustPeriod?
  ) -> Text {
    let when = EventTexts.time(at, offset)
    let held = inForce == .none ? "" : "；\(inForce.nameChinese)研判维持"
    let heldEnglish = inForce == .none ? "" : "; \(inForce.name) stays"
    let by = period.map { "\($0.by)，\($0.basis)" } ?? ""
    return (
      "提示 \(unit.nameChinese) 沙尘期间不定颜色（达到\(level.nameChinese)条件）\(when)\n"
        + "原因：沙尘（\(by)）\(held)。\(proof.chinese)。\(adviceChinese)",
      "NOTICE \(unit.nameEnglish): colour withheld (\(level.name) reached), \(when)\n"
        + "Why: sand-dust (\(by))\(heldEnglish). \(proof.english). \(adviceEnglish)"
    )
  }
}
