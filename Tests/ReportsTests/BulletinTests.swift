import AirQuality
import Assessment
import Foundation
import FoundationXML
import Reports
import Testing

struct BulletinTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  static let periods: [AssessmentPeriod] = [
    AssessmentPeriod(.day, "2020-12-05")!, AssessmentPeriod(.week, "2020-W49")!, AssessmentPeriod(.month, "2020-12")!,
    AssessmentPeriod(.quarter, "2020-Q4")!, AssessmentPeriod(.year, "2020")!,
    .season(CivilDay("2020-11-01")!...CivilDay("2021-03-31")!),
  ]

  /// Set LANTIAN_RECORD_GOLDEN to write what is made over what was recorded.
  @Test(arguments: periods, ReportLanguage.allCases)
  func textsAreAsRecorded(period: AssessmentPeriod, language: ReportLanguage) throws {
    let document = BulletinComposer.document(Sample.facts(period), language)
    let text = String(decoding: ReportFormat.text.render(document), as: UTF8.self)
    let file = Self.golden.appendingPathComponent("\(period.kind.rawValue).\(language.rawValue).txt")
    if ProcessInfo.processInfo.environment["LANTIAN_RECORD_GOLDEN"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let recorded = try String(contentsOf: file, encoding: .utf8)
    let isSame = text == recorded
    #expect(isSame, "\(file.lastPathComponent) differs")
  }

  @Test(arguments: ["quarter"], ReportFormat.allCases)
  func formatsAreAsRecorded(name: String, format: ReportFormat) throws {
    let document = BulletinComposer.document(Sample.facts(AssessmentPeriod(.quarter, "2020-Q4")!), .chinese)
    let made = Data(format.render(document))
    let file = Self.golden.appendingPathComponent("\(name).\(format.rawValue)")
    if ProcessInfo.processInfo.environment["LANTIAN_RECORD_GOLDEN"] != nil { try made.write(to: file) }
    let isSame = made == (try Data(contentsOf: file))
    #expect(isSame, "\(file.lastPathComponent) differs")
  }

  @Test(arguments: periods, ReportLanguage.allCases)
  func everyTableIsRectangular(period: AssessmentPeriod, language: ReportLanguage) {
    let document = BulletinComposer.document(Sample.facts(period), language)
    for case .table(let table) in document.blocks {
      #expect(table.rows.allSatisfy { $0.count == table.header.count }, "\(table.title) \(table.header)")
      #expect(table.numeric.allSatisfy { table.header.indices.contains($0) })
    }
  }

  /// Whatever a name holds, the document is one that a parser takes, with the name in it.
  @Test(arguments: periods)
  func markupIsWellFormed(period: AssessmentPeriod) throws {
    var facts = Sample.facts(period)
    facts.units[0].unit.nameChinese = "离石\u{0}\u{1B}<b>\"&'</script>区"
    let document = BulletinComposer.document(facts, .chinese)
    let parser = XMLParser(data: Data(ReportFormat.fodt.render(document)))
    let collector = TextCollector()
    parser.delegate = collector
    #expect(parser.parse(), "\(period.name): \(String(describing: parser.parserError))")
    #expect(collector.text.contains("离石<b>\"&'</script>区"))
    let html = String(decoding: ReportFormat.html.render(document, chartLibrary: "var Chart;"), as: UTF8.self)
    #expect(!html.contains("<b>") && html.contains("离石&lt;b&gt;"))
    // Only the two scripts of the page end one.
    #expect(html.components(separatedBy: "</script>").count - 1 == (period.kind == .day ? 0 : 2))
  }

  private final class TextCollector: NSObject, XMLParserDelegate {
    var text = ""
    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  @Test func spreadsheetsTakeNoCellForAFormula() throws {
    let document = BulletinComposer.document(Sample.facts(AssessmentPeriod(.quarter, "2020-Q4")!), .chinese)
    let csv = String(decoding: ReportFormat.csv.render(document), as: UTF8.self)
    #expect(csv.hasPrefix("\u{FEFF}"))
    #expect(csv.contains("\"'=HYPERLINK(\"\"x\"\")\""))
    // Numbers keep their sign.
    #expect(csv.contains(",-16.7%") || csv.contains(",-16.6%"))
  }

  @Test func whatThePlanAsksOfAQuarterAndAMonth() {
    func text(_ period: AssessmentPeriod) -> String {
      String(
        decoding: ReportFormat.text.render(BulletinComposer.document(Sample.facts(period), .chinese)), as: UTF8.self)
    }
    let quarter = text(AssessmentPeriod(.quarter, "2020-Q4")!)
    #expect(
      quarter.contains("约谈建议名单") && quarter.contains("改善未达进度") && quarter.contains("任务 1 焦炉焖炉，期限 2020-11-30，已超 31 天"))
    #expect(quarter.contains("另有 1 项目标无法判定"))
    let month = text(AssessmentPeriod(.month, "2020-12")!)
    #expect(month.contains("汾阳市：2020-12 列省排名后十（晋环函〔2020〕9号），2021-01 焖炉") && !month.contains("离石区：2020-12 列省"))
    #expect(!month.contains("约谈建议名单"))
  }

  /// Hours that retention removed are not counted as none.
  @Test(arguments: ReportLanguage.allCases)
  func prunedHoursAreSaid(language: ReportLanguage) {
    var facts = Sample.facts(AssessmentPeriod(.quarter, "2020-Q4")!)
    func text() -> String {
      String(decoding: ReportFormat.text.render(BulletinComposer.document(facts, language)), as: UTF8.self)
    }
    let since = language == .chinese ? "（自 2020-11-10 起" : "(since 2020-11-10"
    #expect(!text().contains(since))
    for index in facts.units.indices { facts.units[index].exceedanceHoursFrom = CivilDay("2020-11-10") }
    #expect(text().contains(since))
    for index in facts.units.indices { facts.units[index].exceedanceHours = [:] }
    #expect(text().contains(since), "also where none is above")
    for index in facts.units.indices { facts.units[index].exceedanceHours = nil }
    #expect(text().contains(language == .chinese ? "小时值已不在库中" : "no longer stored"))
  }

  @Test(arguments: ReportLanguage.allCases)
  func aPeriodWithoutDataSaysSo(language: ReportLanguage) {
    let period = AssessmentPeriod(.month, "2020-12")!
    let words = language == .chinese ? "没有任何有效的日数据" : "no valid day of data"
    func text(_ facts: BulletinFacts) -> String {
      String(decoding: ReportFormat.text.render(BulletinComposer.document(facts, language)), as: UTF8.self)
    }
    var facts = Sample.facts(period)
    #expect(!text(facts).contains(words))
    for index in facts.units.indices {
      facts.units[index].measured = PeriodAssessment([], period, through: period.days.upperBound)
    }
    #expect(text(facts).contains(words))
  }

  /// An index from some of the six has no certain category and no certain primary pollutant.
  @Test func aLowerBoundIsNoCategory() throws {
    let period = AssessmentPeriod(.day, "2020-12-05")!
    var facts = Sample.facts(period)
    var day = Sample.days(period, scale: 1)[0]
    day.values = [160, 50, .nan, 30, 90, 1].map { Concentration($0) }
    facts.units[0].measured = PeriodAssessment([day], period, through: day.day)
    func lines() -> [String] {
      String(decoding: ReportFormat.csv.render(BulletinComposer.document(facts, .english)), as: UTF8.self)
        .split(whereSeparator: \.isNewline).map(String.init)
    }
    #expect(lines().contains { $0.hasPrefix("Lishi,≥210,Heavily polluted or worse,-,160") }, "\(lines())")
    day.values[0] = Concentration(260)
    facts.units[0].measured = PeriodAssessment([day], period, through: day.day)
    #expect(lines().contains { $0.hasPrefix("Lishi,≥310,Severely polluted,-,260") }, "\(lines())")
    var month = Sample.facts(AssessmentPeriod(.month, "2020-12")!)
    month.units[0].exceedances = [.init(day: day.day, aqi: 150, isLowerBound: true, primary: [.pm25])]
    let text = String(
      decoding: ReportFormat.csv.render(BulletinComposer.document(month, .chinese)), as: UTF8.self)
    #expect(text.contains("2020-12-05,离石区,≥150,轻度污染或以上,-"), "\(text)")
  }

  @Test func aPeriodThatRunsSaysSo() {
    let period = AssessmentPeriod(.month, "2020-12")!
    let document = BulletinComposer.document(Sample.facts(period, through: CivilDay("2020-12-10")!), .english)
    #expect(document.subtitles.contains("Until 2020-12-10: the period is not over"))
  }
}
