import AirQuality
import Assessment
import Engine

/// Writes the bulletin (通报) of a period: what is said, in which order, and in which words.
package struct BulletinComposer {
  let facts: BulletinFacts
  let language: ReportLanguage
  var document: ReportDocument

  /// What every bulletin of a period says.
  package static func document(_ facts: BulletinFacts, _ language: ReportLanguage) -> ReportDocument {
    var composer = BulletinComposer(facts, language)
    composer.compose()
    return composer.document
  }

  init(_ facts: BulletinFacts, _ language: ReportLanguage) {
    self.facts = facts
    self.language = language
    document = ReportDocument(language: language, title: "", subtitles: [])
  }

  private mutating func compose() {
    document.title = title
    document.subtitles = subtitles
    summary()
    if facts.period.kind == .day { dayTable() } else { ranking() }
    if facts.period.kind != .day {
      concentrations()
      dayCounts()
      if facts.period.kind == .year { compliance() }
      yearToDate()
    }
    exceedances()
    deducted()
    reviewed()
    levels()
    corrections()
    ledger()
    if facts.period.kind == .month { banking() }
    if facts.period.kind == .quarter { talks() }
    if [.week, .month, .quarter, .year].contains(facts.period.kind) { tasks() }
    completeness()
    notes()
  }

  // MARK: Words that all share

  func t(_ chinese: @autoclosure () -> String, _ english: @autoclosure () -> String) -> String {
    language.text(chinese(), english())
  }

  func name(_ unit: County) -> String {
    let name = t(unit.nameChinese, unit.nameEnglish)
    return name.isEmpty ? unit.code : name
  }

  func name(code: String) -> String {
    facts.units.first { $0.unit.code == code }.map { name($0.unit) } ?? code
  }

  func category(_ aqi: Int) -> String { t(AQICategory(aqi: aqi).chinese, AQICategory(aqi: aqi).english) }

  /// The category of an index that may be a lower bound: above 300 nothing is worse.
  func category(_ aqi: Int, isLowerBound: Bool) -> String {
    guard isLowerBound, AQICategory(aqi: aqi) != .severe else { return category(aqi) }
    return t("\(category(aqi))或以上", "\(category(aqi)) or worse")
  }

  func level(_ name: String) -> String {
    guard language == .chinese else { return name }
    return ["none": "无", "blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"][name] ?? name
  }

  func list(_ pollutants: [Pollutant]) -> String {
    pollutants.isEmpty ? "-" : pollutants.map(\.label).joined(separator: t("、", ", "))
  }

  func figure(_ value: Concentration) -> String { value.isMissing ? "-" : value.text() }

  func hundredths(_ value: Int?) -> String {
    guard let value else { return "-" }
    return Self.decimal(value, 2)
  }

  /// A whole number of tenths or hundredths with all its decimals.
  static func decimal(_ value: Int, _ decimals: Int) -> String {
    var digits = String(value.magnitude)
    while digits.utf8.count <= decimals { digits = "0" + digits }
    let split = digits.index(digits.endIndex, offsetBy: -decimals)
    return (value < 0 ? "-" : "") + digits[..<split] + "." + digits[split...]
  }

  /// A change in a cell of its own: a reason stands in brackets.
  func change(_ value: YearOnYear) -> String {
    if case .notComparable = value { return "(" + plainChange(value) + ")" }
    return plainChange(value)
  }

  /// A change inside a sentence.
  func plainChange(_ value: YearOnYear) -> String {
    switch value {
    case .change(let tenths): return (tenths > 0 ? "+" : "") + Self.decimal(tenths, 1) + "%"
    case .days(let days): return (days > 0 ? "+" : "") + t("\(days)天", "\(days) d")
    case .notComparable(let reason): return words(reason)
    }
  }

  private func words(_ reason: YearOnYear.Reason) -> String {
    switch reason {
    case .noValueNow: t("本期无值", "no value")
    case .noValueBefore: t("上年同期无值", "none last year")
    case .notValidNow: t("本期有效天数不足", "too few valid days")
    case .notValidBefore: t("上年有效天数不足", "too few valid days last year")
    case .otherEdition: t("版本不同，不可比", "other edition")
    case .zeroBefore: t("上年为零", "zero last year")
    }
  }

  /// Units that have something to be judged by.
  var monitored: [BulletinFacts.Unit] { facts.units.filter(\.isMonitored) }

  var counties: [BulletinFacts.Unit] {
    let codes = Set(facts.site.counties.map(\.code))
    return facts.units.filter { codes.contains($0.unit.code) }
  }

  var city: BulletinFacts.Unit? { facts.units.first { $0.unit.code == facts.site.code } }

  // MARK: Head

  private var title: String {
    let site = facts.site.name
    let name = facts.period.name
    switch facts.period.kind {
    case .day: return t("\(site)环境空气质量日报 \(name)", "Air quality of \(site), day \(name)")
    case .week: return t("\(site)环境空气质量周报 \(name)", "Air quality of \(site), week \(name)")
    case .month: return t("\(site)环境空气质量月度通报 \(name)", "Air quality of \(site), month \(name)")
    case .quarter: return t("\(site)环境空气质量季度通报 \(name)", "Air quality of \(site), quarter \(name)")
    case .year: return t("\(site)环境空气质量年度通报 \(name)", "Air quality of \(site), year \(name)")
    case .season: return t("\(site)采暖季环境空气质量通报 \(name)", "Air quality of \(site), heating season \(name)")
    }
  }

  private var subtitles: [String] {
    let days = facts.period.days
    var lines = [t("时段：\(days.lowerBound) 至 \(days.upperBound)", "Period: \(days.lowerBound) to \(days.upperBound)")]
    if facts.through < days.upperBound {
      lines.append(t("截至 \(facts.through)，时段未结束", "Until \(facts.through): the period is not over"))
    }
    let isFinal = !monitored.isEmpty && monitored.allSatisfy(\.measured.isFinal)
    let isPartly = facts.units.contains { $0.measured.pollutants.map(\.mean) != $0.provisional.pollutants.map(\.mean) }
    lines.append(
      isFinal
        ? t("数据已审核（终审）", "Reviewed data (final)")
        : isPartly
          ? t("初步数据，部分已审核", "Provisional data, partly reviewed") : t("初步数据，未经审核", "Provisional data, not reviewed"))
    return lines
  }

  // MARK: Summary

  private mutating func summary() {
    document.heading(t("概况", "Summary"))
    if facts.through < facts.period.days.lowerBound {
      document.paragraph(t("时段尚未开始。", "The period has not begun."))
      return
    }
    if facts.units.allSatisfy({ unit in unit.measured.pollutants.allSatisfy { $0.validDays == 0 } }) {
      document.paragraph(t("时段内没有任何有效的日数据。", "There is no valid day of data in the period."))
    }
    for unit in facts.units where !facts.site.counties.contains(where: { $0.code == unit.unit.code }) {
      document.paragraph(sentence(unit))
    }
    if facts.period.kind != .day {
      let order = CountyOrder(counties.map { ($0.unit.code, $0.measured) })
      if !order.best.isEmpty {
        document.paragraph(
          t("综合指数较好的县（市、区）：", "Lowest composite index: ")
            + order.best.map { "\(name(code: $0.county)) \(hundredths($0.hundredths))" }.joined(separator: t("、", ", "))
        )
      }
      if !order.worst.isEmpty {
        document.paragraph(
          t("较差的县（市、区）：", "Highest composite index: ")
            + order.worst.map { "\(name(code: $0.county)) \(hundredths($0.hundredths))" }.joined(
              separator: t("、", ", ")))
      }
    }
    let unmonitored = counties.filter { !$0.isMonitored }
    if !unmonitored.isEmpty {
      document.paragraph(
        t("无评价点位：", "Without an assessed station: ")
          + unmonitored.map { name($0.unit) }.joined(separator: t("、", ", ")))
    }
  }

  private func sentence(_ unit: BulletinFacts.Unit) -> String {
    let now = unit.measured
    guard unit.isMonitored else { return t("\(name(unit.unit))：无评价点位。", "\(name(unit.unit)): no assessed station.") }
    if facts.period.kind == .day {
      guard let aqi = now.dailyAQI.first.flatMap({ $0 }) else {
        return t("\(name(unit.unit))：数据不足，无法评价。", "\(name(unit.unit)): not enough data.")
      }
      let bound = now.isLowerBoundDay ? t("（不完整，为下限）", " (incomplete, a lower bound)") : ""
      return "\(name(unit.unit))：AQI \(aqi)\(bound)，\(category(aqi, isLowerBound: now.isLowerBoundDay))"
    }
    let days = YearOnYear.days(\.goodDays, now, before: unit.yearBefore)
    let fine = YearOnYear(now[.pm25], before: unit.yearBefore[.pm25])
    return t(
      "\(name(unit.unit))：有效 \(now.judgedDays) 天，优良 \(now.goodDays) 天（同比 \(plainChange(days))），重污染 \(now.heavyDays) 天；"
        + "PM2.5 \(figure(now[.pm25].mean)) µg/m³（同比 \(plainChange(fine))），综合指数 \(hundredths(now.index?.hundredths))。",
      "\(name(unit.unit)): \(now.judgedDays) valid days, \(now.goodDays) good (year on year \(plainChange(days))), "
        + "\(now.heavyDays) heavy; PM2.5 \(figure(now[.pm25].mean)) µg/m³ (\(plainChange(fine))), composite index "
        + "\(hundredths(now.index?.hundredths)).")
  }
}
