import AirQuality
import Engine
import Testing

@testable import Explanations

/// The evidence file of a sand-dust period against hours counted by hand.
struct DustEvidenceTests {
  private static let offset = CivilOffset.china
  private static let day = CivilDay("2020-04-09")!
  private static let site = Site(
    name: "吕梁市", code: "141100", offset: offset,
    counties: [
      County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi"),
      County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang"),
    ],
    stations: [
      Station(id: "A1", name: "环保局", county: "141102", stationClass: .national, assessed: true, urban: true),
      Station(id: "B1", name: "汾阳一", county: "141182", stationClass: .provincial, assessed: true),
    ])

  private static func at(_ hour: Int32) -> Instant { offset.start(ofHour: day.firstHour + hour) }

  /// 离石 80/40 until 10:00 and 400/60 for two hours; 汾阳 90. The last day stands in the rings only.
  private static func evidence() throws -> DustEvidence {
    var engine = Engine()
    let configuration = EngineConfiguration(
      site: site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])
    _ = engine.apply(.configuration(configuration), at: at(0))
    for hour in Int32(0)..<13 {
      let isDust = hour == 10 || hour == 11
      let values: [(Pollutant, Double, Double)] = [(.pm10, isDust ? 400 : 80, 90), (.pm25, isDust ? 60 : 40, 40)]
      let readings = values.flatMap { pollutant, own, other in
        [own, other].enumerated().map { index, value in
          Reading(
            station: UInt32(index), pollutant: pollutant, value: value, begin: at(hour),
            periodMilliseconds: 3_600_000, flag: .unknown)
        }
      }
      let now = at(hour + 1).adding(milliseconds: 600_000)
      _ = engine.apply(
        .batch(FeedBatch(feed: "f", receivedAt: now, stations: ["A1", "B1"], readings: ContiguousArray(readings))),
        at: now)
    }
    for (id, county) in [("d1", "141102"), ("other", "141182")] {
      _ = engine.apply(
        .act(
          .declareDust(id: id, county: county, from: at(10), until: at(12), by: "=张三", evidence: "云图, \"<上风向>\"")),
        at: at(14))
    }
    let chunks = site.counties.compactMap { engine.hours(county: $0.code, day: day) }
    return try DustEvidence(
      DustEvidence.Facts(site: site, feeds: ["f"], chunks: chunks, periods: engine.dustPeriods),
      unit: site.counties[0], from: at(10), until: at(12))
  }

  @Test func hours() throws {
    let evidence = try Self.evidence()
    #expect(evidence.hours.map { $0.hour - Self.day.firstHour } == Array(4..<12))
    #expect(evidence.hours.map(\.pm10.value) == [80, 80, 80, 80, 80, 80, 400, 400])
    #expect(evidence.hours.map(\.ratio.value) == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.15, 0.15])
    // 400 of 80, then of (5·80 + 400)/6.
    #expect(evidence.hours.suffix(2).map(\.surge.value) == [5, 3])
    #expect(evidence.hours.map(\.isSuspected) == [false, false, false, false, false, false, true, true])
    #expect(evidence.hours.allSatisfy { $0.neighbours.map(\.value) == [90] })
    #expect(evidence.stationHours.count == 16, "eight hours of two pollutants of one station")
    #expect(evidence.stationHours.allSatisfy { $0.station == "A1" })
    #expect(evidence.periods.map(\.id) == ["d1"])
  }

  @Test func languages() throws {
    var evidence = try Self.evidence()
    evidence.language = .english
    let english = evidence.text()
    #expect(english.hasPrefix("Sand-dust evidence: Lishi (141102)\n"))
    // What people wrote stays as they wrote it.
    #expect(english.unicodeScalars.count { (0x4E00...0x9FFF).contains($0.value) } == "张三云图上风向".unicodeScalars.count)
    #expect(evidence.html().contains("<html lang=\"en\">"))
    evidence.language = .chinese
    let chinese = evidence.text()
    #expect(chinese.hasPrefix("沙尘佐证材料: 离石区 (141102)\n") && chinese.contains("\t是\t90\n"))
    #expect(!chinese.contains("suspected") && !chinese.contains("declared") && chinese.contains("宣布"))
  }

  @Test func files() throws {
    let evidence = try Self.evidence()
    let text = evidence.text()
    #expect(text.contains("2020-04-09T11:00:00+08:00\t400\t60\t0.15\t5.00\t是 yes\t90\n"))
    #expect(text.contains("A1\t2020-04-09T11:00:00+08:00\tPM10\t400.000\t"))
    let csv = evidence.csv()
    #expect(csv.hasPrefix("\u{FEFF}"))
    #expect(csv.contains("'=张三,\"云图, \"\"<上风向>\"\"\","), "no formula, quotes doubled")
    #expect(csv.contains("2020-04-09T11:00:00+08:00,400,60,0.15,5.00,是 yes,90\r\n"))
    let html = evidence.html()
    #expect(html.contains("云图, &quot;&lt;上风向&gt;&quot;"))
    #expect(html.contains("<td>5.00</td>"))
    #expect(!html.contains("<上风向>"))
  }
}
