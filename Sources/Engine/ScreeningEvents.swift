import AirQuality
import Screening

/// Turns what screening and people found of readings into events (kind `data`), with their texts in both languages.
struct ScreeningEvents {
  var site: Site

  /// Names listed in an event at most; their number stands beside them.
  static let maximumNames = 20

  /// A feed that repeats old values under new stamps, or has ended it: one cause, one message.
  func frozen(
    feed: String, stations: [String], count: Int, counties: [String], since: Instant, at: Instant, isOver: Bool
  ) -> EventRecord {
    let stamp = site.offset.format(since).prefix(16).filter { $0 != "-" && $0 != ":" }
    let when = EventTexts.time(since, site.offset)
    let names = stations.joined(separator: "、")
    let more = count > stations.count ? " …" : ""
    let chinese =
      isOver
      ? "数据源 \(feed) 恢复变化 \(EventTexts.time(at, site.offset))\n自 \(when) 起时间戳更新而数值不变，现已恢复。"
      : "数据源 \(feed) 数据冻结：自 \(when) 起数值不变\n"
        + "时间戳照常更新，\(count) 个站点的数值全部不变（\(names)\(more)）。读数标为可疑(3)，请核查数据源。"
    let english =
      isOver
      ? "FEED \(feed) moves again, \(EventTexts.time(at, site.offset))\nSince \(when) its stamps had moved and its values not."
      : "FEED \(feed) frozen: same values since \(when)\n"
        + "Stamps move on, all values of \(count) stations stand still (\(stations.joined(separator: ", "))\(more)). "
        + "Readings are marked suspect (3); check the feed."
    return EventRecord(
      sequence: 0, id: "\(site.code)-frozen-\(feed)-\(stamp)", kind: .data, county: site.code,
      from: isOver ? "frozen" : "ok", to: isOver ? "ok" : "frozen", at: at, rule: "screening/frozen-feed",
      inputs: [
        .init("feed", .text(feed)), .init("stations", .number(Double(count))),
        .init("station_ids", .text(stations.joined(separator: ","))),
        .init("counties", .text(counties.joined(separator: ","))), .init("since", .text(site.offset.format(since))),
      ], startsAt: since, ends: isOver, textChinese: chinese, textEnglish: english)
  }

  /// A person's verdict on readings; `changed` readings of the rings got another flag by it.
  func stated(_ verdict: ScreeningOverride, county: String, changed: Int) -> EventRecord {
    let span = span(verdict)
    let what = verdict.pollutant?.label ?? "*"
    return record(
      verdict, county: county, from: "tests", to: "\(verdict.flag.rawValue)", at: verdict.at, changed: changed,
      chinese: "数据标记由人工改定：\(verdict.station) \(what) 标记 \(verdict.flag.rawValue)\n"
        + "\(span.chinese)；改定人：\(verdict.by)；理由：\(verdict.reason)；涉及 \(changed) 条读数。原始数值保留，可撤回。",
      english: "FLAG SET BY A PERSON: \(verdict.station) \(what) flag \(verdict.flag.rawValue)\n"
        + "\(span.english); by: \(verdict.by); reason: \(verdict.reason); \(changed) readings changed. Raw values stay; it "
        + "can be withdrawn.")
  }

  /// The verdict taken back.
  func withdrawn(_ verdict: ScreeningOverride, county: String, changed: Int, at: Instant) -> EventRecord {
    let span = span(verdict)
    let what = verdict.pollutant?.label ?? "*"
    let by = verdict.withdrawal?.by ?? ""
    let reason = verdict.withdrawal?.reason ?? ""
    return record(
      verdict, county: county, from: "\(verdict.flag.rawValue)", to: "tests", at: at, changed: changed,
      chinese: "人工标记撤回：\(verdict.station) \(what)\n\(span.chinese)；撤回人：\(by)；理由：\(reason)；\(changed) 条读数恢复原标记。",
      english: "FLAG BY A PERSON WITHDRAWN: \(verdict.station) \(what)\n"
        + "\(span.english); by: \(by); reason: \(reason); \(changed) readings have their flags back.")
  }

  /// `2020-12-05 09:00`.
  private func day(_ instant: Instant) -> String {
    site.offset.format(instant).prefix(16).map { $0 == "T" ? " " : String($0) }.joined()
  }

  private func span(_ verdict: ScreeningOverride) -> (chinese: String, english: String) {
    // With the year: verdicts speak of the past.
    let (from, until) = (day(verdict.from), day(verdict.until))
    return ("\(from) 至 \(until)", "\(from) to \(until)")
  }

  private func record(
    _ verdict: ScreeningOverride, county: String, from: String, to: String, at: Instant, changed: Int, chinese: String,
    english: String
  ) -> EventRecord {
    var inputs: [EventRecord.Input] = [
      .init("override", .text(verdict.id)), .init("station", .text(verdict.station)),
      .init("pollutant", .text(verdict.pollutant?.name ?? "*")),
      .init("from", .text(site.offset.format(verdict.from))),
      .init("until", .text(site.offset.format(verdict.until))), .init("flag", .number(Double(verdict.flag.rawValue))),
      .init("by", .text(verdict.by)), .init("reason", .text(verdict.reason)),
      .init("changed", .number(Double(changed))),
    ]
    if let withdrawal = verdict.withdrawal {
      inputs.append(.init("withdrawn_by", .text(withdrawal.by)))
      inputs.append(.init("withdrawn_reason", .text(withdrawal.reason)))
    }
    return EventRecord(
      sequence: 0, id: "\(county)-override-\(verdict.id)", kind: .data, county: county, from: from, to: to, at: at,
      rule: "screening/override", inputs: inputs, startsAt: verdict.at, ends: verdict.withdrawal != nil,
      textChinese: chinese, textEnglish: english)
  }
}
