import AirQuality
import Engine
import Explanations
import Testing

@Suite("How a station's values came about")
struct StationExplanationTests {
  private static let offset = CivilOffset.china
  private static let day = CivilDay("2020-12-05")!
  private static let hour = day.firstHour + 8

  private static func facts(_ registry: StationRegistry) -> Explainer.Facts {
    let site = Site(
      name: "吕梁市", code: "141100", offset: offset,
      counties: [County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi")],
      stations: [
        Station(id: "A1", name: "环保局", county: "141102", stationClass: .national, assessed: true),
        Station(id: "M1", name: "微站", county: "141102", stationClass: .micro, assessed: false),
      ])
    let configuration = EngineConfiguration(
      site: site, feeds: ["micro"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [], registry: registry
    )
    let start = offset.start(ofHour: hour)
    func reading(_ pollutant: Pollutant, _ value: Double, _ minute: Int64) -> Reading {
      Reading(
        station: 0, pollutant: pollutant, value: value, begin: start.adding(milliseconds: minute * 60_000),
        periodMilliseconds: 300_000)
    }
    func record(_ position: Int64, _ readings: [Reading]) -> Explainer.Facts.JournalRecord {
      Explainer.Facts.JournalRecord(
        position: position,
        batch: FeedBatch(
          feed: "micro", receivedAt: start.adding(milliseconds: 3_600_000), stations: ["M1"],
          readings: ContiguousArray(readings)))
    }
    return Explainer.Facts(
      configurations: [(1, start.adding(milliseconds: -3_600_000), configuration)], chunks: [],
      batches: [
        record(2, [reading(.humidity, 80, -5), reading(.pm25, 90, -5)]),
        record(3, [reading(.pm25, 100, 0), reading(.pm10, 120, 0)]), record(4, [reading(.pm25, 60, 40)]),
      ], journalReaches: true, dayValues: [])
  }

  private static let calibration = Calibration(
    station: "M1", pollutant: .pm25, model: .linear, slope: 0.5, intercept: 10, humidity: -0.1, from: day,
    reference: "A1")

  @Test("shows raw and calibrated values, the humidity, and the calibration in force")
  func calibrated() throws {
    let explanation = try StationExplanation(
      Self.facts(StationRegistry(calibrations: [Self.calibration])), station: "M1", .pm25, .hour(Self.hour))
    #expect(explanation.rows.map(\.raw) == [100, 60] && explanation.rows.map(\.value) == [52, 60])
    #expect(explanation.rows.map(\.humidity) == [80, nil])
    #expect(explanation.rows.map(\.reasons) == [["calibrated"], ["humidity"]])
    #expect(explanation.rows.map(\.flag) == [.good, .suspect] && explanation.calibrations == [Self.calibration])
    let text = explanation.lines().joined(separator: "\n")
    #expect(text.contains("100 → 52  (0.5·x + 10.0 − 0.1·RH)  RH 80 %") && text.contains("参比 reference A1"))
    #expect(explanation.json().contains("\"raw\":100"))
  }

  @Test("a day before the calibration is raw, and settings are named")
  func raw() throws {
    var later = Self.calibration
    later.from = Self.day.adding(days: 1)
    let setting = StationSetting(
      station: "M1", units: [.init(pollutant: .pm25, unit: .milligramsPerCubicMeter)], stamp: .begin,
      periodMilliseconds: 300_000, retired: Self.day.adding(days: 30))
    let explanation = try StationExplanation(
      Self.facts(StationRegistry(settings: [setting], calibrations: [later])), station: "M1", .pm25, .day(Self.day))
    #expect(explanation.calibrations.isEmpty && explanation.rows.map(\.value) == [90, 100, 60])
    let text = explanation.lines().joined(separator: "\n")
    #expect(text.contains("unit as sent  mg/m3") && text.contains("stamp  begin") && text.contains("period  300s"))
    #expect(text.contains("retired after  2021-01-04"))
    #expect(throws: ExplanationProblem.self) {
      try StationExplanation(Self.facts(StationRegistry()), station: "M9", .pm25, .day(Self.day))
    }
  }

  @Test("verdicts of people are named, and stand over the rows they cover")
  func flags() throws {
    let begin = Self.offset.start(ofHour: Self.hour)
    func act(_ id: String, _ pollutant: Pollutant?, _ minutes: Range<Int64>) -> OperatorAct {
      .overrideFlag(
        id: id, station: "M1", pollutant: pollutant, from: begin.adding(milliseconds: minutes.lowerBound * 60_000),
        until: begin.adding(milliseconds: minutes.upperBound * 60_000), flag: .fail, by: "张三", reason: "校准期间")
    }
    let acts: [(position: Int64, at: Instant, act: OperatorAct)] = [
      (5, begin, act("a", .pm25, 0..<30)), (6, begin, act("b", nil, 30..<60)), (7, begin, act("c", .pm10, 0..<60)),
      (8, begin, .withdrawOverride(id: "w", override: "b", by: "李四", reason: "重核")),
      (9, begin, .withdrawOverride(id: "w2", override: "b", by: "李四", reason: "again")),
    ]
    var facts = Self.facts(StationRegistry())
    facts.flags = PersonFlag.all(acts)
    let explanation = try StationExplanation(facts, station: "M1", .pm25, .hour(Self.hour))
    #expect(explanation.flags.map(\.id) == ["a", "b"] && explanation.flags.map(\.withdrawal?.by) == [nil, "李四"])
    #expect(explanation.rows.map(\.raw) == [100, 60] && explanation.rows.map(\.flag) == [.fail, .good])
    #expect(explanation.rows.map(\.reasons) == [["overridden"], []])
    let text = explanation.lines().joined(separator: "\n")
    #expect(text.contains("flag 4  张三：校准期间") && text.contains("撤回 withdrawn #8"))
    #expect(explanation.json().contains("\"by\":\"张三\"") && explanation.json().contains("\"withdrawn\":{"))
    #expect(try StationExplanation(facts, station: "M1", .pm25, .hour(Self.hour - 1)).flags.isEmpty)
  }
}
