import AirQuality
import Rollup
import Screening

/// Turns signs of interference into events for inspectors, worded neutrally in both languages.
struct InspectionEvents {
  var site: Site

  /// A new case; its id is stable.
  func inspection(station: String, county: String, _ pollutant: Pollutant, sign: String, at: Instant) -> Inspection {
    let stamp = site.offset.format(at).prefix(13).filter { $0 != "-" }
    return Inspection(
      id: "\(county)-inspection-\(station)-\(sign)-\(pollutant.name)-\(stamp)", station: station, county: county,
      pollutant: pollutant, sign: sign, at: at)
  }

  /// A sign in the values.
  func found(_ inspection: Inspection, _ sign: InterferenceSigns.Sign) -> EventRecord {
    let text: (chinese: String, english: String)
    var inputs: [EventRecord.Input]
    var value: Double?
    switch sign {
    case .suddenDrop(let before, let after, let neighbours, let others):
      value = after
      inputs = [
        .init("before", .number(before)), .init("after", .number(after)),
        .init("neighbours_ratio", .number(neighbours)), .init("own_others_ratio", .number(others)),
      ]
      text = (
        "由 \(amount(before)) 骤降至 \(amount(after)) 以下并持续三小时，邻站为此前的 \(percent(neighbours))，本站其他污染物为 \(percent(others))",
        "fell from \(amount(before)) to \(amount(after)) or less for three hours; neighbours at \(percent(neighbours)) of "
          + "before, the station's other pollutants at \(percent(others))"
      )
    case .spray(let rise, let before, let after, let neighbours):
      inputs = [
        .init("humidity_rise", .number(rise)), .init("coarse_share_before", .number(before)),
        .init("coarse_share_after", .number(after)), .init("neighbours_ratio", .number(neighbours)),
      ]
      text = (
        "湿度上升 \(amount(rise)) 个百分点，粗颗粒占比由 \(percent(before)) 降至 \(percent(after))，邻站PM10为此前的 \(percent(neighbours))",
        "humidity up \(amount(rise)) points, coarse share of PM10 from \(percent(before)) to \(percent(after)); "
          + "neighbours' PM10 at \(percent(neighbours)) of before"
      )
    case .pinned(let limit, let hours):
      value = limit
      inputs = [.init("limit", .number(limit)), .init("hours", .number(Double(hours)))]
      text = (
        "近12小时中 \(hours) 小时紧贴限值 \(amount(limit)) 之下而从未超过，邻站无此现象",
        "\(hours) of the last 12 hours close below \(amount(limit)) and none above it; not so at its neighbours"
      )
    }
    return record(inspection, inputs: inputs, value: value, text)
  }

  /// A value of a sealed month that changed.
  func edited(_ inspection: Inspection, _ edit: ChunkDifference) -> EventRecord {
    let hour = site.offset.start(ofHour: edit.window + 1)
    let (before, after) = (edit.first?.value, edit.second?.value)
    return record(
      inspection,
      inputs: [
        .init("hour_end", .text(site.offset.format(hour))), .init("sealed", .text(written(before))),
        .init("found", .text(written(after))),
      ], value: nil,
      (
        "封存月份的小时值（\(EventTexts.time(hour, site.offset))）由 \(written(before)) 变为 \(written(after))，封存后已有修订记录",
        "an hour of a sealed month (\(EventTexts.time(hour, site.offset))) went from \(written(before)) to "
          + "\(written(after)); the amendment is on record"
      ))
  }

  /// The end of a case.
  func concluded(_ inspection: Inspection, at: Instant) -> EventRecord {
    let conclusion = inspection.conclusion
    let isConfirmed = conclusion?.finding == .confirmed
    var event = record(
      inspection,
      inputs: [.init("by", .text(conclusion?.by ?? "")), .init("reason", .text(conclusion?.reason ?? ""))], value: nil,
      ("", ""))
    (event.from, event.to, event.at, event.ends) = ("open", isConfirmed ? "confirmed" : "cleared", at, true)
    let by = conclusion?.by ?? ""
    let reason = conclusion?.reason ?? ""
    event.textChinese =
      "核查结论 \(inspection.station) \(inspection.pollutant.label)：\(isConfirmed ? "属实" : "排除")\n核查人：\(by)；理由：\(reason)。"
      + (isConfirmed ? "数值须由审核人员标记或以审核数据替换后才退出官方均值。" : "")
    event.textEnglish =
      "INSPECTION CONCLUDED \(inspection.station) \(inspection.pollutant.label): \(event.to)\nBy: \(by); reason: \(reason)."
      + (isConfirmed ? " The value leaves the official means when a reviewer flags or replaces it." : "")
    return event
  }

  private func record(
    _ inspection: Inspection, inputs: [EventRecord.Input], value: Double?, _ text: (chinese: String, english: String)
  ) -> EventRecord {
    let when = EventTexts.time(inspection.at, site.offset)
    let label = inspection.pollutant.label
    return EventRecord(
      sequence: 0, id: inspection.id, kind: .inspection, county: inspection.county, from: "none", to: "open",
      at: inspection.at, rule: "interference/\(inspection.sign)",
      inputs: [.init("station", .text(inspection.station)), .init("pollutant", .text(inspection.pollutant.name))]
        + inputs, value: value, unit: inspection.pollutant.unit.rawValue, window: "1h", startsAt: inspection.at,
      ends: false,
      textChinese: "数据异常待核查 \(inspection.station) \(label) \(when)\n\(text.chinese)。核查前数值仍计入官方均值；仅限核查人员。",
      textEnglish:
        "DATA TO BE INSPECTED \(inspection.station) \(label), \(when)\n\(text.english). The value stays in the "
        + "official means until reviewed; for inspectors only.")
  }

  private func written(_ value: Concentration?) -> String {
    guard let value, !value.isMissing else { return "—" }
    return amount(value.value)
  }

  private func amount(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    guard tenths.magnitude < 1e12 else { return "—" }
    let whole = Int64(tenths)
    return whole % 10 == 0 ? "\(whole / 10)" : "\(whole < 0 ? "-" : "")\(whole.magnitude / 10).\(whole.magnitude % 10)"
  }

  private func percent(_ share: Double) -> String {
    let value = (share * 100).rounded()
    return value.magnitude < 1e9 ? "\(Int64(value))%" : "—"
  }
}
