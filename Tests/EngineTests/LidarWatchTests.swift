import AirQuality
import Testing

@testable import Engine

/// The watch over a lidar as a state machine, and inside the engine.
struct LidarWatchTests {
  private static let start = CivilOffset.china.start(ofHour: CivilDay("2020-12-10")!.firstHour + 16)

  private static func observation(
    minute: Int, height: Double?, layers: [LidarObservation.Layer] = [], cloud: Double? = nil, tilt: Double = 0,
    azimuth: Double? = nil, beam: [Float] = []
  ) -> LidarObservation {
    LidarObservation(
      station: "L1", at: start.adding(milliseconds: Int64(minute) * 60_000), profiles: 10, tiltDegrees: tilt,
      azimuthDegrees: azimuth, boundaryLayerMeters: height, uncertaintyMeters: 50, quality: "good", reason: "agreed",
      layers: layers, cloudBaseMeters: cloud, alongBeam: beam)
  }

  private static let rising = LidarWatch.Surface(
    pm25: Concentration(120), pm25Before: Concentration(80), pm10: Concentration(200), pm10Before: Concentration(190))
  private static let steady = LidarWatch.Surface(
    pm25: Concentration(82), pm25Before: Concentration(80), pm10: Concentration(200), pm10Before: Concentration(190))

  private static func hour(_ minute: Int) -> Int32 {
    CivilOffset.china.hour(of: start.adding(milliseconds: Int64(minute) * 60_000))
  }

  /// What is told, with the ten minutes of the observation that decided.
  private static func told(_ outcomes: [LidarWatch.Outcome]) -> [String] {
    outcomes.map { outcome in
      let index = (outcome.at.milliseconds - start.milliseconds) / 600_000
      return "\(index) \(outcome.change) \(outcome.subject.kind.rawValue)"
    }
  }

  /// One observation every ten minutes.
  private func outcomes(
    _ heights: [Double?], surface: LidarWatch.Surface, layers: [[LidarObservation.Layer]] = [],
    settings: LidarWatchSettings = LidarWatchSettings(), watch given: LidarWatch = LidarWatch()
  ) -> [String] {
    var watch = given
    var found: [LidarWatch.Outcome] = []
    for (index, height) in heights.enumerated() {
      found += watch.take(
        Self.observation(minute: index * 10, height: height, layers: index < layers.count ? layers[index] : []),
        hour: Self.hour(index * 10), surface: surface, settings: settings)
    }
    found += watch.pass(to: Self.start.adding(milliseconds: Int64(heights.count) * 600_000), settings: settings)
    return Self.told(found)
  }

  // MARK: Falling boundary layer

  struct Fall: Sendable, CustomTestStringConvertible {
    var name: String
    var heights: [Double?]
    var isRising = true
    var expected: [String]
    var testDescription: String { name }
  }

  static let falls: [Fall] = [
    Fall(
      name: "to a third while the surface rises", heights: [1_200, 1_200, 400, 380, 360, 350],
      expected: ["4 began falling-boundary-layer"]),
    Fall(name: "the surface stays", heights: [1_200, 1_200, 400, 380, 360, 350], isRising: false, expected: []),
    Fall(name: "less than what evening alone brings", heights: [1_200, 1_200, 600, 580, 560, 550], expected: []),
    Fall(name: "too little in metres", heights: [300, 300, 110, 110, 105, 100], expected: []),
    Fall(name: "it comes back before three", heights: [1_200, 1_200, 400, 380, 1_100, 1_000], expected: []),
    Fall(
      name: "an observation without a layer says nothing", heights: [1_200, 1_200, 400, nil, 380, nil, 360],
      expected: ["6 began falling-boundary-layer"]),
    Fall(
      name: "it ends after six that speak against it",
      heights: [1_200, 400, 400, 400] + Array(repeating: 1_000, count: 6),
      expected: ["3 began falling-boundary-layer", "9 ended falling-boundary-layer"]),
  ]

  @Test("falling boundary layer", arguments: falls)
  func fall(_ item: Fall) {
    #expect(outcomes(item.heights, surface: item.isRising ? Self.rising : Self.steady) == item.expected)
  }

  @Test func theEveningIsKnownAfterThreeDays() {
    var usual = LidarWatch()
    // Four days on which the layer always falls to 400 m at this hour.
    for day in 1...4 {
      for minute in stride(from: 0, through: 40, by: 10) {
        let at = Self.start.adding(milliseconds: Int64(day - 5) * 86_400_000 + Int64(minute) * 60_000)
        var observation = Self.observation(minute: 0, height: 400)
        observation.at = at
        _ = usual.take(
          observation, hour: CivilOffset.china.hour(of: at), surface: Self.steady, settings: LidarWatchSettings())
      }
    }
    let course: [Double?] = [1_200, 1_200, 400, 390, 380, 370]
    #expect(outcomes(course, surface: Self.rising).count == 1)
    #expect(outcomes(course, surface: Self.rising, watch: usual).isEmpty)
    // Far below the usual, a smaller fall is one.
    #expect(
      outcomes([600, 600, 260, 250, 240], surface: Self.rising, watch: usual) == ["4 began falling-boundary-layer"])
  }

  @Test func withoutASurfaceNothingIsSaid() {
    #expect(outcomes([1_200, 1_200, 400, 380, 360, 350], surface: LidarWatch.Surface()).isEmpty)
  }

  // MARK: Elevated layer

  private func layer(_ base: Double, contrast: Double = 3) -> [LidarObservation.Layer] {
    [LidarObservation.Layer(baseMeters: base, topMeters: base + 300, contrast: contrast)]
  }

  @Test func anElevatedLayerNearTheMixedLayer() {
    let heights = [Double?](repeating: 900, count: 6)
    func found(_ layers: [[LidarObservation.Layer]]) -> [String] {
      outcomes(heights, surface: Self.steady, layers: layers)
    }
    #expect(found(Array(repeating: layer(1_300), count: 6)) == ["2 began elevated-layer"])
    #expect(found(Array(repeating: layer(1_401), count: 6)).isEmpty)
    #expect(found(Array(repeating: layer(1_300, contrast: 1.9), count: 6)).isEmpty)
    #expect(found(Array(repeating: layer(3_100), count: 6)).isEmpty)
    // Higher up, but coming down by 200 m.
    #expect(
      found([2_300, 2_200, 2_090, 2_050, 2_000, 1_900].map { layer($0) }) == ["4 began elevated-layer"])
  }

  // MARK: Silence, late observations

  @Test func silenceIsNoClearing() throws {
    var watch = LidarWatch()
    for index in 0..<5 {
      _ = watch.take(
        Self.observation(minute: index * 10, height: index < 2 ? 1_200 : 400), hour: Self.hour(index * 10),
        surface: Self.rising, settings: LidarWatchSettings())
    }
    func pass(minutes: Int64) -> [LidarWatch.Outcome] {
      watch.pass(to: Self.start.adding(milliseconds: minutes * 60_000), settings: LidarWatchSettings())
    }
    #expect(Self.told(pass(minutes: 50)) == ["4 began falling-boundary-layer"])
    #expect(watch.running.map(\.subject.kind) == [.fallingLayer])
    #expect(pass(minutes: 160).isEmpty)
    #expect(Self.told(pass(minutes: 161)) == ["16 silent falling-boundary-layer"] && watch.running.isEmpty)
    #expect(pass(minutes: 500).isEmpty)
  }

  @Test func aWatchOfWhichNothingIsSaidExpiresThoughTheLidarSpeaks() {
    // A falling layer, then a cloud that hides it, or a beam along the ground.
    for isSlant in [false, true] {
      var watch = LidarWatch()
      var found: [LidarWatch.Outcome] = []
      for index in 0..<30 {
        let observation =
          index < 5
          ? Self.observation(minute: index * 10, height: index < 2 ? 1_200 : 400)
          : Self.observation(minute: index * 10, height: nil, cloud: 300, tilt: isSlant ? 85 : 0, azimuth: 10)
        found += watch.take(
          observation, hour: Self.hour(index * 10), surface: Self.rising, settings: LidarWatchSettings())
        found += watch.pass(
          to: Self.start.adding(milliseconds: Int64(index) * 600_000 + 30_000), settings: LidarWatchSettings())
      }
      #expect(Self.told(found) == ["4 began falling-boundary-layer", "16 silent falling-boundary-layer"])
    }
  }

  @Test(arguments: [1, 5, 10])
  func windowsCountHoweverOftenALidarIsAsked(everyMinutes: Int) {
    var watch = LidarWatch()
    var found: [LidarWatch.Outcome] = []
    for minute in stride(from: 0, through: 90, by: everyMinutes) {
      // The layer is low for two windows, back in the third but for a moment, and low again.
      let isLow = minute >= 20 && !(42..<50).contains(minute)
      found += watch.take(
        Self.observation(minute: minute, height: isLow ? 400 : 1_200), hour: Self.hour(minute), surface: Self.rising,
        settings: LidarWatchSettings())
    }
    let began = found.first.map { ($0.at.milliseconds - Self.start.milliseconds) / 600_000 }
    // With one observation in ten minutes the third window is low as well.
    #expect(found.count == 1 && began == (everyMinutes == 10 ? 4 : 7))
  }

  @Test func lateObservationsSayNothing() {
    var watch = LidarWatch()
    _ = watch.take(
      Self.observation(minute: 30, height: 1_200), hour: Self.hour(30), surface: Self.rising,
      settings: LidarWatchSettings())
    let copy = watch
    #expect(
      watch.take(
        Self.observation(minute: 20, height: 100), hour: Self.hour(20), surface: Self.rising,
        settings: LidarWatchSettings()
      ).isEmpty && watch == copy)
  }

  // MARK: Plume sector

  /// Scans of ten minutes, a beam for each ten degrees; `ratio` by azimuth, 1 elsewhere.
  private static func scans(
    _ count: Int, edges: [LidarWatchSettings.Edge], wind: Double? = nil, watch: inout LidarWatch, first: Int = 0,
    _ ratio: (Double) -> Float
  ) -> [LidarWatch.Outcome] {
    var settings = LidarWatchSettings()
    settings.edges = edges
    var surface = steady
    surface.windFromDegrees = wind
    var found: [LidarWatch.Outcome] = []
    for scan in first..<first + count {
      for (index, azimuth) in stride(from: 5.0, to: 360, by: 10).enumerated() {
        var observation = observation(
          minute: scan * 10, height: nil, tilt: 85, azimuth: azimuth,
          beam: [Float](repeating: ratio(azimuth), count: 40))
        observation.at = observation.at.adding(milliseconds: Int64(index) * 15_000)
        found += watch.take(observation, hour: hour(scan * 10), surface: surface, settings: settings)
      }
    }
    found += watch.pass(to: start.adding(milliseconds: Int64(first + count) * 600_000), settings: settings)
    return found
  }

  private static func edge(_ from: Double, _ until: Double, range: Double = 4_000) -> LidarWatchSettings.Edge {
    .init(station: "L1", fromDegrees: from, untilDegrees: until, rangeMeters: range, beyond: "孝义市")
  }

  @Test(
    arguments: [
      (3.0, nil, true), (1.9, nil, false), (3.0, 50.0, true), (3.0, 130.0, false), (3.0, 321.0, false),
    ] as [(Float, Double?, Bool)])
  func plume(ratio: Float, wind: Double?, isFound: Bool) {
    var watch = LidarWatch()
    // The edge spans three sectors, the plume fills the middle one.
    let found = Self.scans(6, edges: [Self.edge(50, 80)], wind: wind, watch: &watch) { $0 == 65 ? ratio : 1 }
    #expect(Self.told(found) == (isFound ? ["2 began plume-sector"] : []))
  }

  @Test func aPlumeAcrossManySectorsTakesThreeScansToo() {
    var watch = LidarWatch()
    let edges = [Self.edge(80, 110)]
    #expect(Self.scans(2, edges: edges, watch: &watch) { (80...110).contains($0) ? 3 : 1 }.isEmpty)
    let found = Self.scans(1, edges: edges, watch: &watch, first: 2) { (80...110).contains($0) ? 3 : 1 }
    #expect(Self.told(found) == ["2 began plume-sector"])
  }

  @Test func edgesHaveTheirOwnRows() throws {
    var watch = LidarWatch()
    let edges = [Self.edge(60, 90), Self.edge(200, 230), Self.edge(60, 90, range: 7_000)]
    var found = Self.scans(4, edges: edges, watch: &watch) { $0 == 75 || $0 == 215 ? 3 : 1 }
    #expect(Set(found.map(\.subject.edge)) == Set(edges) && found.allSatisfy { $0.change == .began })
    let ids = found.map { LidarWatchEvents(site: Self.site).event($0, station: "L1", county: "141182").id }
    #expect(Set(ids).count == 3)
    // One clears, the others go on.
    found = Self.scans(8, edges: edges, watch: &watch, first: 4) { $0 == 75 ? 3 : 1 }
    #expect(found.map(\.change) == [.ended] && found.first?.subject.edge == edges[1])
    // An edge that leaves the configuration takes its watch along.
    let now = Self.start.adding(milliseconds: 12 * 600_000)
    found = watch.keep(edges: [edges[0]], at: now)
    #expect(found.map(\.change) == [.unwatched] && found.first?.subject.edge == edges[2])
    #expect(watch.running.map(\.subject.edge) == [edges[0]] && watch.keep(edges: [edges[0]], at: now).isEmpty)
    var writer = ByteWriter()
    watch.encode(into: &writer)
    var reader = SnapshotReader(writer.bytes, subject: "watch")
    #expect(try LidarWatch(decoding: &reader) == watch)
    // The scanner stares upward: nothing is known of the plume.
    for index in 12..<26 {
      found += watch.take(
        Self.observation(minute: index * 10, height: 900), hour: Self.hour(index * 10), surface: Self.steady,
        settings: LidarWatchSettings())
      found += watch.pass(
        to: Self.start.adding(milliseconds: Int64(index) * 600_000), settings: LidarWatchSettings())
    }
    #expect(found.map(\.change) == [.unwatched, .silent] && watch.running.isEmpty)
  }

  @Test func aSectorMayCrossNorth() {
    let edge = LidarWatchSettings.Edge(
      station: "L", fromDegrees: 350, untilDegrees: 10, rangeMeters: 1, beyond: "")
    #expect(edge.holds(355) && edge.holds(5) && edge.holds(350) && !edge.holds(11) && !edge.holds(180))
  }

  // MARK: Inside the engine

  private static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang")],
    stations: [
      Station(id: "B1", name: "", county: "141182", stationClass: .national, assessed: true),
      Station(id: "L1", name: "", county: "141182", stationClass: .lidar, assessed: false),
    ])

  @Test func aWatchIsToldAndReplayed() throws {
    var engine = Engine()
    var records: [(event: EngineEvent, at: Instant)] = []
    var events: [EventRecord] = []
    func apply(_ event: EngineEvent, at: Instant) {
      records.append((event, at))
      for case .event(let record) in engine.apply(event, at: at) { events.append(record) }
    }
    apply(
      .configuration(
        EngineConfiguration(
          site: Self.site, feeds: ["f", "l"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])),
      at: Self.start.adding(milliseconds: -6 * 3_600_000))
    for (hour, value) in [60.0, 62, 64, 80, 110, 130].enumerated() {
      let begin = Self.start.adding(milliseconds: Int64(hour - 6) * 3_600_000)
      let at = begin.adding(milliseconds: 3_700_000)
      apply(
        .batch(
          FeedBatch(
            feed: "f", receivedAt: at, stations: ["B1"],
            readings: [
              Reading(station: 0, pollutant: .pm25, value: value, begin: begin, periodMilliseconds: 3_600_000)
            ])), at: at)
    }
    for index in 0..<8 {
      var batch = FeedBatch(
        feed: "l", receivedAt: Self.start.adding(milliseconds: Int64(index) * 600_000 + 200_000), stations: [],
        readings: [])
      batch.observations = [Self.observation(minute: index * 10, height: index < 3 ? 1_300 : 350)]
      apply(.batch(batch), at: batch.receivedAt)
    }
    let event = try #require(events.first { $0.rule == "lidar/falling-boundary-layer" })
    #expect(event.kind == .watch && event.county == "141182" && event.to == "watch" && !event.ends)
    #expect(event.textChinese.hasPrefix("关注 汾阳市") && event.textChinese.split(separator: "\n")[0].count <= 70)
    #expect(event.textEnglish.contains("1300 to 350 m") && event.textEnglish.contains("64 to 130"))
    #expect(engine.lidarObservations.map(\.station) == ["L1"])
    #expect(engine.lidarWatches.map(\.kind) == ["falling-boundary-layer"])
    #expect(event.at == Self.start.adding(milliseconds: 50 * 60_000))
    apply(.tick, at: Self.start.adding(milliseconds: 5 * 3_600_000))
    let expired = try #require(events.last { $0.rule == "lidar/falling-boundary-layer" })
    #expect(expired.to == "expired" && expired.ends && expired.id == event.id)
    for cut in [1, 9, records.count - 2] {
      var again = Engine()
      for record in records.prefix(cut) { _ = again.apply(record.event, at: record.at) }
      again = try Engine(snapshot: again.snapshot())
      for record in records.dropFirst(cut) { _ = again.apply(record.event, at: record.at) }
      #expect(again.snapshot() == engine.snapshot(), "cut at \(cut)")
    }
  }

  @Test func anEdgeThatLeavesTheConfigurationTakesItsWatchAlong() throws {
    var engine = Engine()
    var configuration = EngineConfiguration(
      site: Self.site, feeds: ["f", "l"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])
    configuration.lidarWatch.edges = [Self.edge(60, 90)]
    _ = engine.apply(.configuration(configuration), at: Self.start)
    var events: [EventRecord] = []
    for scan in 0..<4 {
      let at = Self.start.adding(milliseconds: Int64(scan + 1) * 600_000)
      // The wind comes from the plume, then from elsewhere.
      let wind = Reading(
        station: 0, pollutant: .windDirection, value: 75, begin: at.adding(milliseconds: -300_000),
        periodMilliseconds: 60_000)
      var batch = FeedBatch(feed: "l", receivedAt: at, stations: ["B1"], readings: [wind])
      batch.observations = stride(from: 5.0, to: 360, by: 10).enumerated().map { index, azimuth in
        var observation = Self.observation(
          minute: scan * 10, height: nil, tilt: 85, azimuth: azimuth,
          beam: [Float](repeating: azimuth == 75 ? 3 : 1, count: 40))
        observation.at = observation.at.adding(milliseconds: Int64(index) * 15_000)
        return observation
      }
      for case .event(let record) in engine.apply(.batch(batch), at: at) { events.append(record) }
    }
    #expect(events.map(\.to) == ["watch"] && events[0].rule == "lidar/plume-sector" && events[0].county == "141182")
    #expect(events[0].inputs.contains(.init("wind_from_deg", .number(75))))
    configuration.lidarWatch.edges = [Self.edge(60, 90, range: 5_000)]
    for case .event(let record) in engine.apply(
      .configuration(configuration), at: Self.start.adding(milliseconds: 3_000_000))
    { events.append(record) }
    let last = try #require(events.last)
    #expect(last.to == "expired" && last.ends && last.id == events[0].id && engine.lidarWatches.isEmpty)
    #expect(last.textChinese.contains("孝义市") && last.textEnglish.contains("watched no more"))
  }

  @Test func observationsFromTheFutureAreLeft() {
    var engine = Engine()
    _ = engine.apply(
      .configuration(
        EngineConfiguration(
          site: Self.site, feeds: ["l"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])),
      at: Self.start)
    var batch = FeedBatch(feed: "l", receivedAt: Self.start, stations: [], readings: [])
    batch.observations = [Self.observation(minute: 60, height: 900)]
    _ = engine.apply(.batch(batch), at: Self.start)
    #expect(engine.lidarObservations.isEmpty)
  }
}
