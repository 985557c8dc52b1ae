import AirQuality

/// Turns what is known of sand-dust into events.
struct DustEvents {
  var unit: County
  var offset: CivilOffset

  /// A suspicion that began or ended: kind `watch`, one id for both.
  func event(_ outcome: DustWatch.Outcome, start: Instant, at: Instant, completeness: Double) -> EventRecord {
    let stamp = offset.format(start).prefix(13).filter { $0 != "-" }
    var record = EventRecord(
      sequence: 0, id: "\(unit.code)-watch-\(stamp)", kind: .watch, county: unit.code, from: "none", to: "suspected",
      at: at, rule: "sand-dust/suspected", inputs: [], unit: "ug/m3", window: "1h", completeness: completeness,
      startsAt: start, ends: false, textChinese: "", textEnglish: "")
    let text: (chinese: String, english: String)
    let evidence: DustWatch.Evidence
    switch outcome {
    case .began(let found):
      evidence = found
      text = DustTexts.suspected(unit: unit, offset: offset, at: at, found)
    case .ended(let found, let hours), .expired(let found, let hours):
      evidence = found
      (record.from, record.to, record.ends) = ("suspected", "none", true)
      let isBack = if case .ended = outcome { true } else { false }
      record.rule = isBack ? "sand-dust/over" : "sand-dust/expired"
      record.inputs.append(.init("hours", .number(Double(hours))))
      text = DustTexts.suspicionEnds(unit: unit, offset: offset, at: at, found, hours: hours, isBack: isBack)
    }
    record.inputs = inputs(evidence) + record.inputs
    record.value = evidence.pm10.isMissing ? nil : evidence.pm10.published(.pm10).value
    (record.textChinese, record.textEnglish) = text
    return record
  }

  private func inputs(_ evidence: DustWatch.Evidence) -> [EventRecord.Input] {
    let values: [(String, Concentration)] = [
      ("pm10", evidence.pm10), ("pm25", evidence.pm25), ("ratio", evidence.ratio), ("surge", evidence.surge),
      ("base_pm10", evidence.basePM10), ("base_ratio", evidence.baseRatio),
    ]
    return values.filter { !$0.1.isMissing }.map { .init($0.0, .number($0.1.value)) }
      + [.init("basis", .text("observed")), .init("review", .text("provisional"))]
  }

  /// A period as stated: kind `notice`, with health advice.
  func stated(_ period: DustPeriod, at: Instant) -> EventRecord {
    var record = notice(period, from: "none", to: period.step.rawValue, at: at)
    record.ends = period.endTold
    (record.textChinese, record.textEnglish) = DustTexts.stated(unit: unit, offset: offset, period)
    return record
  }

  /// The end of a period.
  func ended(_ period: DustPeriod) -> EventRecord {
    var record = notice(period, from: period.step.rawValue, to: "none", at: period.until)
    record.ends = true
    (record.textChinese, record.textEnglish) = DustTexts.ended(unit: unit, offset: offset, period)
    return record
  }

  /// A period taken back.
  func withdrawn(_ period: DustPeriod, at: Instant) -> EventRecord {
    var record = notice(period, from: period.step.rawValue, to: "withdrawn", at: at)
    record.ends = true
    if let withdrawal = period.withdrawal {
      record.inputs.append(.init("withdrawn_by", .text(withdrawal.by)))
      record.inputs.append(.init("reason", .text(withdrawal.reason)))
    }
    (record.textChinese, record.textEnglish) = DustTexts.withdrawn(unit: unit, offset: offset, period)
    return record
  }

  private func notice(_ period: DustPeriod, from: String, to: String, at: Instant) -> EventRecord {
    EventRecord(
      sequence: 0, id: "\(unit.code)-dust-\(period.id)", kind: .notice, county: unit.code, from: from, to: to, at: at,
      rule: "sand-dust/\(to == "none" ? "over" : to)",
      inputs: [
        .init("period", .text(period.id)), .init("from", .text(offset.format(period.from))),
        .init("until", .text(offset.format(period.until))), .init("by", .text(period.by)),
        .init(period.step.basisName, .text(period.basis)),
      ], startsAt: period.from, ends: false, textChinese: "", textEnglish: "")
  }
}
