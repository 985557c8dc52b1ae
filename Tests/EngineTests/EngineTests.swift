import AirQuality
import Engine
import Testing

@Suite struct EngineTests {
  /// PM2.5 of 160 is an AQI of 210. The first window of 20 valid hours is above 200; yellow needs 25 of them.
  @Test func anEpisodeRisesThroughTheLevels() {
    var scenario = Scenario()
    for _ in 0..<24 { scenario.step(lishi: 60, fenyang: 60) }
    for _ in 0..<120 { scenario.step(lishi: 60, fenyang: 300) }
    #expect(scenario.transitions(of: "141182") == ["none>yellow", "yellow>orange", "orange>red"])
    #expect(scenario.transitions(of: "141102").isEmpty)
    #expect(scenario.unit("141182").level.name == "red")
    #expect(scenario.unit("141102").level.name == "none")
    let sequences = scenario.events.map(\.sequence)
    #expect(sequences == Array(1...Int64(sequences.count)), "sequences are gapless from 1")
    let levels = scenario.events.filter { $0.county == "141182" && $0.kind == .level }
    #expect(Set(levels.map(\.id)).count == 1, "an episode keeps its id")
    #expect(levels.allSatisfy { $0.textChinese.hasPrefix("建议") })
    #expect(levels.allSatisfy { $0.textChinese.split(separator: "\n")[0].count <= 70 })
  }

  @Test func hooksHearTheirLevelsAndTheEndOfWhatTheyWereTold() {
    var scenario = Scenario()
    for _ in 0..<24 { scenario.step(lishi: 60, fenyang: 60) }
    for _ in 0..<120 { scenario.step(lishi: 60, fenyang: 300) }
    for _ in 0..<62 { scenario.step(lishi: 60, fenyang: 40) }
    #expect(scenario.unit("141182").level.liftProposedSince != nil)
    let at = Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 700_000)
    let act = OperatorAct.lift(id: "x", county: "141182", by: "王工", reason: "冷空气")
    let made = scenario.apply(.act(act), at: at)
    #expect(made.count == 3, "one event, two deliveries")
    #expect(scenario.apply(.act(act), at: at).isEmpty, "a repeated act does nothing")
    let levels = scenario.events.filter { $0.kind == .level && $0.county == "141182" }
    #expect(levels.map { "\($0.from)>\($0.to)" } == ["none>yellow", "yellow>orange", "orange>red", "red>none"])
    #expect(Set(scenario.deliveries(to: "duty")).isSuperset(of: levels.map(\.sequence)))
    #expect(scenario.deliveries(to: "siren") == levels.suffix(2).map(\.sequence))
    #expect(levels.last?.ends == true)
    #expect(levels.last?.inputs.contains(.init("by", .text("王工"))) == true)
  }

  @Test func silenceHoldsTheLevelAndSaysSo() {
    var scenario = Scenario()
    for _ in 0..<24 { scenario.step(lishi: 60, fenyang: 60) }
    for _ in 0..<50 { scenario.step(lishi: 60, fenyang: 200) }
    #expect(scenario.unit("141182").level.name == "yellow")
    for _ in 0..<40 { scenario.silence() }
    let level = scenario.unit("141182").level
    #expect(level.name == "yellow" && level.state == .indeterminate)
    #expect(scenario.events.contains { $0.kind == .data && $0.county == "141182" && $0.to == "indeterminate" })
    #expect(scenario.events.contains { $0.kind == .reminder && $0.county == "141182" })
    #expect(scenario.unit("141182").aqi.realtime == nil)
  }

  @Test func neverKnownIsIndeterminateWithoutSince() {
    var scenario = Scenario()
    for _ in 0..<3 { scenario.silence() }
    let level = scenario.unit("141102").level
    #expect(level.name == "none" && level.state == .indeterminate && level.since == nil)
    #expect(level.metricValue == -1)
  }

  @Test func microStationsShowAndCountForNothing() {
    var scenario = Scenario()
    // A value that stands still for hours is suspect, and of a micro-station then shown in no mean.
    for hour in 0..<60 {
      scenario.step(pm25: ["A1": 50, "A2": 50, "B1": 50, "B2": 50, "M1": 500 + Double((59 - hour) % 3)])
    }
    let unit = scenario.unit("141182")
    #expect(unit.level.name == "none")
    #expect(unit.values.first { $0.pollutant == .pm25 }?.value == 50)
    #expect(unit.microValues.first { $0.pollutant == .pm25 }?.value == 500)
    #expect(scenario.view().stations.first { $0.id == "M1" }?.aqi.realtime == 500)
  }

  @Test func theUrbanDistrictLeavesOutTheBackgroundStation() {
    var scenario = Scenario()
    scenario.step(pm25: ["A1": 90, "A2": 10, "B1": 50, "B2": 50])
    #expect(scenario.unit("141100-urban").values.first { $0.pollutant == .pm25 }?.value == 90)
    #expect(scenario.unit("141102").values.first { $0.pollutant == .pm25 }?.value == 50)
    #expect(scenario.unit("141100").values.first { $0.pollutant == .pm25 }?.value == 50)
  }

  @Test func unknownStationsAreListedAndEnterNoMean() {
    var scenario = Scenario()
    scenario.step(pm25: ["A1": 50, "A2": 50, "B1": 50, "B2": 50, "ZZ": 400])
    let station = scenario.view().stations.first { $0.id == "ZZ" }
    #expect(station?.registered == nil && station?.aqi.realtime == 434)
    #expect(scenario.unit("141100").values.first { $0.pollutant == .pm25 }?.value == 50)
    #expect(scenario.engine.verdicts["reference"]?.unknownStation == 6)
  }

  @Test func daysOfHistoryInOneAnswerGiveTheLevelOfNow() {
    var scenario = Scenario()
    scenario.hour += 24 * 6
    let at = Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 600_000)
    scenario.apply(.tick, at: at)
    var readings = ContiguousArray<Reading>()
    for back in Int32(1)...Int32(120) {
      for station in UInt32(0)..<2 {
        readings.append(
          contentsOf: Scenario.readings(station: station, hour: scenario.hour - back, pm25: 320))
      }
    }
    scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["B1", "B2"], readings: readings)), at: at)
    #expect(scenario.transitions(of: "141182") == ["none>red"])
  }

  @Test func anotherFeedsRowsStayEvidence() {
    var scenario = Scenario()
    scenario.step(pm25: ["A1": 50, "A2": 50, "B1": 50, "B2": 50])
    let at = Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 900_000)
    let rows = ContiguousArray(Scenario.readings(station: 0, hour: scenario.hour - 1, pm25: 400))
    scenario.apply(.batch(FeedBatch(feed: "second", receivedAt: at, stations: ["B1"], readings: rows)), at: at)
    #expect(scenario.unit("141182").values.first { $0.pollutant == .pm25 }?.value == 50)
    #expect(scenario.engine.verdicts["second"]?.evidence ?? 0 > 0)
    scenario.apply(.batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["B1"], readings: rows)), at: at)
    #expect(scenario.unit("141182").values.first { $0.pollutant == .pm25 }?.value == 225)
    #expect(scenario.engine.verdicts["reference"]?.corrections == 2, "PM2.5 and PM10 were corrected")
  }

  @Test func importedDaysMakeTheLedger() {
    let row = TargetRow(year: 2020, county: "141182", indicator: "pm10_annual_mean", target: 109, unit: "ug/m3")
    var scenario = Scenario(targets: [row])
    let first = CivilDay("2020-01-01")!
    let rows = (0..<335).map {
      DailyMeansImport.Row(
        county: "141182", day: first.adding(days: Int32($0)), pollutant: .pm10, value: Concentration(100))
    }
    let at = Scenario.offset.start(ofHour: scenario.hour)
    let file = DailyMeansImport(source: "daily.csv", digest: "d", rows: rows)
    scenario.apply(.dailyMeans(file), at: at)
    let target = scenario.view().targets[0]
    #expect(target.valueToDate == 100 && target.days == 335 && target.missing == 0)
    #expect(target.state == "on_course")
    #expect(scenario.engine.hasImported(digest: "d"))
  }

  /// Every few records the engine is written and read back: the twin must go on the same way, byte for byte.
  @Test func snapshotsContinueIdentically() throws {
    var scenario = Scenario()
    var twin = scenario.engine
    for step in 0..<200 {
      let before = scenario.effects.count
      let polluted = (40..<130).contains(step)
      if step % 37 == 5 { scenario.silence() } else { scenario.step(lishi: 80, fenyang: polluted ? 310 : 50) }
      let made = Array(scenario.effects[before...])
      // The twin applies the same record.
      let record = try #require(scenario.lastRecord)
      #expect(twin.apply(record.event, at: record.at) == made)
      #expect(twin.snapshot() == scenario.engine.snapshot())
      if step % 5 == 0 { twin = try Engine(snapshot: twin.snapshot()) }
    }
    #expect(scenario.transitions(of: "141182").count >= 2)
  }

  @Test func tornSnapshotsAreRefused() {
    var scenario = Scenario()
    for _ in 0..<30 { scenario.step(lishi: 80, fenyang: 200) }
    let bytes = scenario.engine.snapshot()
    for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
      #expect(throws: SnapshotReadingError.self) { try Engine(snapshot: Array(bytes[..<length])) }
    }
  }
}
