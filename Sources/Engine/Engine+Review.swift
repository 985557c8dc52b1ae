package import AirQuality
import Rollup

/// Reviewed data (审核数据): they enter days, ledger and bulletins. Levels use screened provisional data, whatever a review
/// says weeks later.
extension Engine {
  /// Takes a part of a reviewed set, keeps it on record by county and day, and says what it changed.
  mutating func review(_ part: ReviewedImport, _ effects: inout [Effect]) {
    // Bound to what it brings: another set under a used id is another act.
    let act = "\(part.id)/\(part.digest.prefix(16))/\(part.part)"
    guard let configuration, !acts.contains(act) else { return }
    acts.append(act)
    if acts.count > Self.maximumActs { acts.removeFirst() }
    let known = part.days.filter { item in
      rollup.stationIndex(item.station).flatMap { rollup.station($0) } != nil
    }
    let before = heavyDays(Set(known.map(\.day)))
    let summary = rollup.review(part.days)
    record(known, of: part, &effects)
    take(summary.changes)
    countReviewedSulphur(part.days.filter { rollup.takesReview(of: $0) })
    guard let days = ReviewTexts.Days(part.days.map(\.day)) else { return }
    let after = heavyDays(Set(known.map(\.day)))
    let report = ReviewTexts(
      part: part, days: days, taken: summary.taken, changed: summary.changes.days.count,
      left: summary.notAssessed + summary.unknownStation + summary.outOfLedger,
      heavyBefore: before.count, heavyAfter: after.count)
    effects += issuer.issue(
      report.event(
        site: county(configuration.site.counties.count), summary, at: now, offset: configuration.site.offset),
      hooks: configuration.hooks)
  }

  /// The days of which reviewed values enter the ledger; nil before the first.
  package var reviewableDays: ClosedRange<CivilDay>? { rollup.reviewableDays }

  /// One record for each county and day.
  private func record(_ days: [ReviewedDay], of part: ReviewedImport, _ effects: inout [Effect]) {
    struct Key: Hashable, Comparable {
      var county: String
      var day: CivilDay
      static func < (a: Key, b: Key) -> Bool { (a.day, a.county) < (b.day, b.county) }
    }
    let grouped = Dictionary(grouping: days) { item in
      Key(
        county: rollup.stationIndex(item.station).flatMap { rollup.station($0)?.county } ?? "", day: item.day)
    }
    for (key, items) in grouped.sorted(by: { $0.key < $1.key }) {
      let sorted = items.sorted { ($0.station, $0.pollutant.rawValue) < ($1.station, $1.pollutant.rawValue) }
      effects.append(
        .review(
          ReviewRecord(
            county: key.county, day: key.day, source: part.source, digest: part.digest, by: part.by, days: sorted)))
    }
  }

  /// Heavy-pollution days of all units among some days, by the figures of record.
  private func heavyDays(_ days: Set<CivilDay>) -> [UnitDay] {
    var found: [UnitDay] = []
    for day in days where rollup.holds(day: day) {
      for unit in units.indices {
        let values = rollup.unitDay(unit, day: day)
        func value(_ pollutant: Pollutant) -> Concentration { values[pollutant].value.published(pollutant) }
        let aqi = AQI(
          DailyInput(
            pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
            o3EightHour: value(.o3)), edition: editions.edition(on: day))
        if aqi.isHeavy == true { found.append(UnitDay(unit: unit, day: day)) }
      }
    }
    return found
  }
}

/// What is said of a part of a reviewed set.
struct ReviewTexts {
  /// First and last of some days.
  struct Days {
    var first: CivilDay
    var last: CivilDay
    init?(_ days: [CivilDay]) {
      guard let first = days.min(), let last = days.max() else { return nil }
      self.first = first
      self.last = last
    }
  }

  var part: ReviewedImport
  var days: Days
  /// Station-days of a pollutant that entered the ledger, unit-days whose figures changed, station-days that entered no
  /// figure.
  var taken: Int
  var changed: Int
  var left: Int
  /// Heavy-pollution days of all units among these days before and after.
  var heavyBefore: Int
  var heavyAfter: Int

  /// Kind `data`: people subscribe to it, it wakes nobody.
  func event(site: County, _ summary: ReviewSummary, at: Instant, offset: CivilOffset) -> EventRecord {
    var record = EventRecord(
      sequence: 0, id: "\(site.code)-review-\(part.id)", kind: .data, county: site.code, from: "provisional",
      to: "final", at: at, rule: "review/imported",
      inputs: [
        .init("by", .text(part.by)), .init("source", .text(part.source)), .init("digest", .text(part.digest)),
        .init("part", .number(Double(part.part))), .init("parts", .number(Double(part.parts))),
        .init("first_day", .text(days.first.description)), .init("last_day", .text(days.last.description)),
        .init("station_days", .number(Double(taken))),
        .init("not_assessed", .number(Double(summary.notAssessed))),
        .init("unknown_station", .number(Double(summary.unknownStation))),
        .init("out_of_ledger", .number(Double(summary.outOfLedger))),
        .init("changed_unit_days", .number(Double(changed))),
        .init("heavy_days_before", .number(Double(heavyBefore))),
        .init("heavy_days_after", .number(Double(heavyAfter))),
      ], unit: "1", startsAt: offset.start(of: days.first), ends: part.part == part.parts, textChinese: "",
      textEnglish: "")
    record.value = Double(changed)
    record.textChinese = chinese
    record.textEnglish = english
    return record
  }

  private var chinese: String {
    "审核数据入库：\(days.first) 至 \(days.last)\n"
      + "\(part.by) 导入 \(part.source)（第 \(part.part)/\(part.parts) 部分）；点位·项目·日 \(taken) 个，"
      + "日均值有变的单元日 \(changed) 个；重污染日合计 \(heavyBefore) → \(heavyAfter)"
      + (left > 0 ? "；\(left) 个未计入（非评价点位、未登记或超出台账）" : "")
  }

  private var english: String {
    "Reviewed data taken: \(days.first) to \(days.last)\n"
      + "\(part.source), by \(part.by) (part \(part.part) of \(part.parts)): \(taken) days of a station and pollutant, "
      + "\(changed) daily figures of units changed; heavy days of all units \(heavyBefore) -> \(heavyAfter)"
      + (left > 0 ? "; \(left) entered no figure (not assessed, not registered, or out of the ledger)" : "")
  }
}
