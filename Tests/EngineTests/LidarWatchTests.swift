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

  /// `began`, `ended` and `expired` with the observation that brought it.
  private func outcomes(
    _ heights: [Double?], surface: LidarWatch.Surface, layers: [[LidarObservation.Layer]] = [],
    settings: LidarWatchSettings = LidarWatchSettings(), watch given: LidarWatch = LidarWatch()
  ) -> [String] {
    var watch = given
    var found: [String] = []
    for (index, height) in heights.enumerated() {
      let made = watch.take(
        Self.observation(minute: index * 10, height: height, layers: index < layers.count ? layers[index] : []),
        hour: Self.hour(index * 10), surface: surface, settings: settings)
      for outcome in made {
        switch outcome {
        case .began(let kind, _, _): found.append("\(index) began \(kind.rawValue)")
        case .ended(let kind, _, _): found.append("\(index) ended \(kind.rawValue)")
        case .expired(let kind, _): found.append("\(index) expired \(kind.rawValue)")
        }
      }
    }
    return found
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
    #expect(watch.running.map(\.kind) == [.fallingLayer])
    #expect(watch.expire(at: Self.start.adding(milliseconds: 160 * 60_000)).isEmpty)
    let outcomes = watch.expire(at: Self.start.adding(milliseconds: 161 * 60_000))
    #expect(outcomes.count == 1 && watch.running.isEmpty)
    guard case .expired(.fallingLayer, _)? = outcomes.first else {
      Issue.record("\(outcomes)")
      return
    }
    #expect(watch.expire(at: Self.start.adding(milliseconds: 500 * 60_000)).isEmpty)
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

  @Test(
    arguments: [
      (3.0, nil, true), (1.9, nil, false), (3.0, 50.0, true), (3.0, 110.0, false), (3.0, 341.0, false),
    ] as [(Float, Double?, Bool)])
  func plume(ratio: Float, wind: Double?, isFound: Bool) {
    var settings = LidarWatchSettings()
    settings.edges = [.init(station: "L1", fromDegrees: 40, untilDegrees: 60, rangeMeters: 4_000, beyond: "孝义市")]
    var surface = Self.steady
    surface.windFromDegrees = wind
    var watch = LidarWatch()
    var began: [String] = []
    var minute = 0
    for _ in 0..<4 {
      for azimuth in stride(from: 5.0, to: 360, by: 10) {
        let beam = [Float](repeating: azimuth == 45 ? ratio : 1, count: 40)
        let outcomes = watch.take(
          Self.observation(minute: minute, height: nil, tilt: 85, azimuth: azimuth, beam: beam),
          hour: Self.hour(minute), surface: surface, settings: settings)
        for case .began(let kind, _, _) in outcomes { began.append(kind.rawValue) }
        minute += 1
      }
    }
    // Azimuth 55 is of the same edge and clear: rows of three in a row need a plume that fills the sector.
    #expect(began.isEmpty)
    settings.edges[0].untilDegrees = 50
    watch = LidarWatch()
    minute = 0
    for _ in 0..<4 {
      for azimuth in stride(from: 5.0, to: 360, by: 10) {
        let beam = [Float](repeating: azimuth == 45 ? ratio : 1, count: 40)
        let outcomes = watch.take(
          Self.observation(minute: minute, height: nil, tilt: 85, azimuth: azimuth, beam: beam),
          hour: Self.hour(minute), surface: surface, settings: settings)
        for case .began(let kind, _, _) in outcomes { began.append(kind.rawValue) }
        minute += 1
      }
    }
    #expect(began == (isFound ? ["plume-sector"] : []))
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
