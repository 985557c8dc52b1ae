import AirQuality
import Engine
import Testing

@Suite("Configurations that change")
struct ConfigurationChangeTests {
  private func without(_ county: String, _ configuration: EngineConfiguration) -> EngineConfiguration {
    var next = configuration
    next.site = Site(
      name: configuration.site.name, code: configuration.site.code, offset: configuration.site.offset,
      counties: configuration.site.counties.filter { $0.code != county },
      stations: configuration.site.stations.filter { $0.county != county })
    return next
  }

  /// Who was told of a level is told of its end, also when the county leaves the configuration.
  @Test func aCountyThatLeavesTakesItsLevelWithIt() throws {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(lishi: 400, fenyang: 30) }
    let before = try #require(scenario.transitions(of: "141102").last)
    #expect(!before.hasSuffix(">none"))
    let level = scenario.unit("141102").level.name
    let made = scenario.apply(
      .configuration(without("141102", scenario.configuration)), at: Scenario.offset.start(ofHour: scenario.hour + 1))
    let ends = made.compactMap { effect -> EventRecord? in
      if case .event(let event) = effect, event.county == "141102" { event } else { nil }
    }
    #expect(ends.count == 1)
    let end = try #require(ends.first)
    #expect(end.kind == .level && end.from == level && end.to == "none" && end.ends && end.rule == "mee-2018/removed")
    #expect(made.contains(.deliver(hook: "duty", sequence: end.sequence)))
    let opened = scenario.events.first { $0.kind == .level && $0.county == "141102" }
    #expect(end.id == opened?.id)
  }

  @Test func aCountyWithoutALevelLeavesQuietly() {
    var scenario = Scenario()
    for _ in 0..<30 { scenario.step(lishi: 30, fenyang: 30) }
    let made = scenario.apply(
      .configuration(without("141102", scenario.configuration)), at: Scenario.offset.start(ofHour: scenario.hour + 1))
    #expect(!made.contains { if case .event(let event) = $0 { event.county == "141102" } else { false } })
  }

  /// A level is not forgotten because its stations went: that is said at once, the level holds, people are reminded, and
  /// a person may lift.
  @Test func aCountyThatLosesItsStationsKeepsItsLevelAndSaysSo() throws {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(lishi: 400, fenyang: 30) }
    let level = scenario.unit("141102").level.name
    #expect(level == "yellow")
    var next = scenario.configuration
    for index in next.site.stations.indices where next.site.stations[index].county == "141102" {
      next.site.stations[index].assessed = false
    }
    let made = scenario.apply(.configuration(next), at: Scenario.offset.start(ofHour: scenario.hour + 1))
    let said = made.compactMap { if case .event(let event) = $0, event.county == "141102" { event } else { nil } }
    #expect(said.map { "\($0.kind.rawValue) \($0.from)>\($0.to) \($0.rule)" } == ["data known>unmonitored stations"])
    #expect(scenario.unit("141102").level.name == level)
    #expect(scenario.unit("141102").level.state == .unmonitored)
    let before = scenario.events.count
    for _ in 0..<26 { scenario.step(pm25: ["B1": 30, "B2": 30]) }
    let reminders = scenario.events[before...].filter { $0.kind == .reminder && $0.county == "141102" }
    #expect(reminders.count == 2)
    #expect(scenario.unit("141102").level.name == level)
    let at = Scenario.offset.start(ofHour: scenario.hour + 1)
    scenario.apply(.act(.lift(id: "x", county: "141102", by: "张三", reason: "站点撤销")), at: at)
    #expect(scenario.unit("141102").level.name == "none")
    // Nothing more to say of a county without stations and without a level.
    let after = scenario.events.count
    for _ in 0..<30 { scenario.step(pm25: ["B1": 30, "B2": 30]) }
    #expect(!scenario.events[after...].contains { $0.county == "141102" })
  }

  /// Stations that come later have no past: the windows of before, and the level, stay known.
  @Test func stationsThatComeLaterChangeNoWindowOfBefore() throws {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(lishi: 400, fenyang: 30) }
    var next = scenario.configuration
    for name in ["A3", "A4", "A5", "A6"] {
      next.site.stations.append(
        Station(id: name, name: "", county: "141102", stationClass: .county, assessed: true))
    }
    scenario.apply(
      .configuration(next), at: Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 1_200_000))
    let before = scenario.events.count
    let running = try #require(scenario.unit("141102").level.runningAQI)
    for step in 0..<40 {
      scenario.step(
        pm25: [
          "A1": 400, "A2": 400, "A3": 300, "A4": 300, "A5": 300, "A6": 300, "B1": 30, "B2": 30,
        ])
      #expect(scenario.unit("141102").level.state == .known, "step \(step)")
      if step == 0 { #expect(scenario.unit("141102").level.runningAQI == running) }
    }
    #expect(!scenario.events[before...].contains { $0.kind == .data && $0.county == "141102" })
    // A day later they count: (2 x 400 + 4 x 300) / 6 = 333.
    let late = try #require(scenario.unit("141102").level.runningAQI)
    #expect(late < running)
    // The first days survive a snapshot.
    let restored = try Engine(snapshot: scenario.engine.snapshot())
    #expect(restored.snapshot() == scenario.engine.snapshot())
    var again = restored
    #expect(again.view(position: 0)?.units.map(\.level) == scenario.view().units.map(\.level))
  }

  /// A station that leaves keeps its past: days of before do not change, and one that comes back has never left.
  @Test func aStationThatLeavesKeepsItsPast() throws {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(pm25: ["A1": 400, "A2": 100, "B1": 30, "B2": 30]) }
    func days() -> [Effect] {
      scenario.effects.filter {
        if case .dayValue(let value) = $0 {
          value.unit == "141102" && value.day >= CivilDay("2020-12-01")!
        } else {
          false
        }
      }
    }
    let before = days()
    #expect(before.count == 2)
    var next = scenario.configuration
    next.site.stations.removeAll { $0.id == "A1" }
    let at = Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 1_200_000)
    scenario.apply(.configuration(next), at: at)
    #expect(days() == before)
    #expect(!scenario.view().stations.contains { $0.id == "A1" })
    // From now on the other one alone counts; the one that left, if it still sends, is an unknown station.
    for _ in 0..<3 { scenario.step(pm25: ["A1": 400, "A2": 100, "B1": 30, "B2": 30]) }
    let unknown = try #require(scenario.view().stations.first { $0.id == "A1" })
    #expect(unknown.registered == nil)
    #expect(scenario.unit("141102").values.first { $0.pollutant == .pm25 }?.value == 100)
    var twin = try Engine(snapshot: scenario.engine.snapshot())
    // Back again by mistake or not: as if it had never left.
    let back = Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 1_800_000)
    scenario.apply(.configuration(scenario.configuration), at: back)
    #expect(scenario.unit("141102").values.first { $0.pollutant == .pm25 }?.value == 250)
    #expect(scenario.view().stations.first { $0.id == "A1" }?.registered?.assessed == true)
    for _ in 0..<30 { scenario.step(pm25: ["A1": 400, "A2": 100, "B1": 30, "B2": 30]) }
    #expect(scenario.unit("141102").level.state == .known)
    let after = days()
    #expect(Array(after.prefix(2)) == before)
    #expect(twin.view(position: 0)?.stations.contains { $0.id == "A1" && $0.registered == nil } == true)
  }

  /// Two days of hours that were judged without data, and the newest one, in one answer: one judgement, at the end of the
  /// newest hour.
  @Test func lateHoursAreJudgedWithTheNewestOne() throws {
    var scenario = Scenario()
    for _ in 0..<50 { scenario.step(pm25: ["B1": 30, "B2": 30]) }
    scenario.silence()
    // Hour `hour - 1` has been closed without data. 25 windows of 20 hours end with it, 26 with the next.
    var readings = ContiguousArray<Reading>()
    for hour in (scenario.hour - 44)...scenario.hour {
      for station in 0..<2 { readings += Scenario.readings(station: UInt32(station), hour: hour, pm25: 400) }
    }
    let end = Scenario.offset.start(ofHour: scenario.hour + 1)
    let at = end.adding(milliseconds: 600_000)
    let made = scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["A1", "A2"], readings: readings)), at: at)
    let steps = made.compactMap { effect -> EventRecord? in
      if case .event(let event) = effect, event.kind == .level, event.county == "141102" { event } else { nil }
    }
    #expect(steps.map { "\($0.from)>\($0.to) \($0.at == end)" } == ["none>yellow true"])
  }

  /// A lidar whose clock is ahead must not hide its later profiles.
  @Test func aLayerFromTheFutureIsNotTaken() {
    var scenario = Scenario()
    let now = Scenario.offset.start(ofHour: scenario.hour + 1)
    func layer(_ at: Instant, _ height: Double) -> EngineEvent {
      .batch(
        FeedBatch(
          feed: "reference", receivedAt: now, stations: [], readings: [],
          layers: [LidarLayer(station: "A1", at: at, gradientHeightMeters: height)]))
    }
    scenario.apply(layer(now.adding(milliseconds: 86_400_000), 9_999), at: now)
    scenario.apply(layer(now, 640), at: now)
    #expect(scenario.view().stations.first { $0.id == "A1" }?.layerHeightMeters == 640)
  }

  /// The bound of unknown stations is the configuration's, before and after a snapshot.
  @Test func theConfigurationBoundsUnknownStations() throws {
    var configuration = Scenario().configuration
    configuration.maximumUnknownStations = 2
    var engine = Engine()
    let at = Scenario.offset.start(ofHour: Scenario().hour)
    func batch(_ names: [String]) -> EngineEvent {
      .batch(
        FeedBatch(
          feed: "reference", receivedAt: at.adding(milliseconds: 3_600_000), stations: names,
          readings: ContiguousArray(
            names.indices.map {
              Reading(
                station: UInt32($0), pollutant: .pm25, value: 10, begin: at, periodMilliseconds: 3_600_000)
            })))
    }
    _ = engine.apply(.configuration(configuration), at: at)
    _ = engine.apply(batch(["u1", "u2", "u3"]), at: at.adding(milliseconds: 3_600_000))
    var restored = try Engine(snapshot: engine.snapshot())
    _ = restored.apply(batch(["u4"]), at: at.adding(milliseconds: 3_600_000))
    let unknown = restored.view(position: 1)?.stations.filter { $0.registered == nil }.map(\.id)
    #expect(unknown == ["u1", "u2"])
  }
}
