import AirQuality
import Engine
import Testing

/// Published findings that later data contradict.
struct RevisedFindingTests {
  @Test("a correction that would have raised a past finding is reported once, and issues nothing")
  func raised() throws {
    var scenario = Scenario()
    for _ in 0..<30 { scenario.step(lishi: 20, fenyang: 20) }
    let start = scenario.hour
    // The window means stay just below: AQI 195.
    for _ in 0..<60 { scenario.step(lishi: 145, fenyang: 20) }
    // Long enough that the air is clear again, whatever it was: the level of now is not concerned.
    for _ in 0..<70 { scenario.step(lishi: 20, fenyang: 20) }
    #expect(scenario.transitions(of: "141102").isEmpty)
    let at = Scenario.offset.start(ofHour: scenario.hour + 1)
    var readings = ContiguousArray<Reading>()
    for hour in start..<(start + 60) {
      for station in 0..<2 { readings += Scenario.readings(station: UInt32(station), hour: hour, pm25: 190) }
    }
    let correction = EngineEvent.batch(
      FeedBatch(feed: "reference", receivedAt: at, stations: ["A1", "A2"], readings: readings))
    scenario.apply(correction, at: at)
    let revised = scenario.events.filter { $0.rule == "mee-2018/revised" && $0.county == "141102" }
    let event = try #require(revised.first)
    #expect(revised.count == 1)
    #expect(event.kind == .data && event.from == "none" && event.to == "yellow" && event.ends)
    #expect(event.inputs.contains { $0.name == "raised_hours" && $0.value != .number(0) })
    // What was issued stays; hooks for levels hear nothing of it.
    #expect(scenario.deliveries(to: "duty").isEmpty)
    // The same rows again say nothing.
    let count = scenario.events.count
    scenario.apply(correction, at: at)
    #expect(scenario.events.count == count)
  }

  @Test("what was found by mistake is said too, after a restart as well")
  func lowered() throws {
    var scenario = Scenario()
    for _ in 0..<80 { scenario.step(lishi: 190, fenyang: 20) }
    #expect(scenario.transitions(of: "141102") == ["none>yellow", "yellow>orange"])
    scenario.engine = try Engine(snapshot: scenario.engine.snapshot())
    let at = Scenario.offset.start(ofHour: scenario.hour + 1)
    let first = CivilDay("2020-12-01")!.firstHour
    var readings = ContiguousArray<Reading>()
    for hour in first..<(first + 80) {
      for station in 0..<2 { readings += Scenario.readings(station: UInt32(station), hour: hour, pm25: 90) }
    }
    scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["A1", "A2"], readings: readings)), at: at)
    let event = try #require(scenario.events.last { $0.rule == "mee-2018/revised" && $0.county == "141102" })
    #expect(event.from == "orange" && event.to == "none")
    #expect(event.inputs.contains { $0.name == "level_in_force" && $0.value == .text("orange") })
    // The level itself never falls by a correction.
    #expect(scenario.unit("141102").level.name == "orange")
  }

  /// Corrects PM2.5 of an hour at both stations of Lishi.
  private static func correct(_ scenario: inout Scenario, _ hours: Range<Int32>, _ pm25: Double) {
    let at = Scenario.offset.start(ofHour: scenario.hour + 1)
    var readings = ContiguousArray<Reading>()
    for hour in hours {
      for station in 0..<2 { readings += Scenario.readings(station: UInt32(station), hour: hour, pm25: pm25) }
    }
    scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["A1", "A2"], readings: readings)), at: at)
  }

  /// 30 hours of clean air, 80 that give orange, and a lift.
  private static func lifted() -> Scenario {
    var scenario = Scenario()
    for _ in 0..<30 { scenario.step(lishi: 20, fenyang: 20) }
    for _ in 0..<80 { scenario.step(lishi: 190, fenyang: 20) }
    scenario.apply(
      .act(.lift(id: "l1", county: "141102", by: "Wang", reason: "wind")),
      at: Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 900_000))
    return scenario
  }

  private func revised(_ scenario: Scenario) -> [EventRecord] {
    scenario.events.filter { $0.rule == "mee-2018/revised" && $0.county == "141102" }
  }

  @Test("after a lift a late row of the newest hour does not make its published finding another one")
  func lateAfterLift() throws {
    var scenario = Self.lifted()
    #expect(scenario.transitions(of: "141102") == ["none>yellow", "yellow>orange", "orange>none"])
    let head = scenario.hour - 1
    // Judges the newest hour again; the windows stay far above.
    Self.correct(&scenario, head..<(head + 1), 140)
    for _ in 0..<3 { scenario.step(lishi: 20, fenyang: 20) }
    // Windows of the first day rise above 200, too few of them for a level: findings are looked at anew from there on.
    let first = CivilDay("2020-12-01")!.firstHour
    Self.correct(&scenario, first..<(first + 6), 900)
    #expect(revised(scenario).isEmpty)
    #expect(scenario.unit("141102").level.name == "none")
  }

  @Test("after a lift data that contradict the newest published finding are reported at once")
  func contradictedAfterLift() throws {
    var scenario = Self.lifted()
    let first = CivilDay("2020-12-01")!.firstHour
    Self.correct(&scenario, first + 30..<scenario.hour, 90)
    let event = try #require(revised(scenario).last)
    #expect(event.from == "orange" && event.to == "none")
    let newest = Scenario.offset.start(ofHour: scenario.hour)
    #expect(
      event.inputs.contains { $0.name == "last_hour" && $0.value == .text(Scenario.offset.format(newest)) },
      "\(event.inputs)")
  }

  @Test("findings under other criteria are not held against later rows")
  func otherCriteria() {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(lishi: 130, fenyang: 20) }
    var configuration = scenario.configuration
    configuration.criteria = "mee-2024"
    scenario.apply(.configuration(configuration), at: Scenario.offset.start(ofHour: scenario.hour))
    let at = Scenario.offset.start(ofHour: scenario.hour + 1)
    // Rows that put windows on another side of 150: under mee-2024 the past would have been yellow.
    var readings = ContiguousArray<Reading>()
    for hour in (scenario.hour - 50)..<(scenario.hour - 40) {
      for station in 0..<2 { readings += Scenario.readings(station: UInt32(station), hour: hour, pm25: 60) }
    }
    scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["A1", "A2"], readings: readings)), at: at)
    #expect(!scenario.events.contains { $0.rule.hasSuffix("/revised") })
  }

  @Test("rows that change no side of a threshold say nothing")
  func quiet() {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(lishi: 90, fenyang: 20) }
    let at = Scenario.offset.start(ofHour: scenario.hour + 1)
    let readings = ContiguousArray(Scenario.readings(station: 0, hour: scenario.hour - 30, pm25: 95))
    scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["A1"], readings: readings)), at: at)
    #expect(!scenario.events.contains { $0.rule.hasSuffix("/revised") })
  }
}
