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
