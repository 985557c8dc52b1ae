import AirQuality
import Engine
import Rollup
import Testing

@Suite("Registry of stations in the engine")
struct RegistryTests {
  private static let day = CivilDay("2020-12-01")!
  private static let noon = Scenario.offset.start(ofHour: day.firstHour + 12)

  private static func configuration(_ registry: StationRegistry, mobile: Bool = false) -> EngineConfiguration {
    var site = Scenario.site
    if mobile {
      site.stations.append(
        Station(id: "V1", name: "", county: "141102", stationClass: .mobile, assessed: false))
    }
    return EngineConfiguration(
      site: site, feeds: ["micro"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [],
      registry: registry)
  }

  private static func linear(_ from: CivilDay = day, slope: Double = 0.5, humidity: Double = -0.1) -> Calibration {
    Calibration(
      station: "M1", pollutant: .pm25, model: .linear, slope: slope, intercept: 10, humidity: humidity, from: from,
      reference: "B1")
  }

  private static func minute(_ pollutant: Pollutant, _ value: Double, _ minutes: Int64, station: UInt32 = 0) -> Reading
  {
    Reading(
      station: station, pollutant: pollutant, value: value, begin: noon.adding(milliseconds: minutes * 60_000),
      periodMilliseconds: 60_000)
  }

  private static func batch(
    _ readings: [Reading], minutes: Int64, stations: [String] = ["M1"], places: ReadingPlaces = ReadingPlaces()
  ) -> (event: EngineEvent, at: Instant) {
    let at = noon.adding(milliseconds: minutes * 60_000 + 90_000)
    return (
      .batch(
        FeedBatch(
          feed: "micro", receivedAt: at, stations: stations, readings: ContiguousArray(readings), places: places)), at
    )
  }

  private static func engine(_ registry: StationRegistry, mobile: Bool = false) -> Engine {
    var engine = Engine()
    _ = engine.apply(.configuration(configuration(registry, mobile: mobile)), at: noon)
    return engine
  }

  private static func value(_ engine: inout Engine, _ pollutant: Pollutant = .pm25, station: String = "M1")
    -> ValueView?
  {
    engine.view(position: 0)?.stations.first { $0.id == station }?.values.first { $0.pollutant == pollutant }
  }

  @Test("a value is calibrated with the humidity of its own batch, whatever the order of the rows")
  func sameBatch() throws {
    for rows in [
      [Self.minute(.pm25, 100, 0), Self.minute(.humidity, 50, 0)],
      [Self.minute(.humidity, 50, 0), Self.minute(.pm25, 100, 0)],
    ] {
      var engine = Self.engine(StationRegistry(calibrations: [Self.linear()]))
      let record = Self.batch(rows, minutes: 0)
      _ = engine.apply(record.event, at: record.at)
      let value = try #require(Self.value(&engine))
      #expect(value.value == 55 && value.flag == .good && value.reasons == .calibrated)
      #expect(Self.value(&engine, .humidity)?.value == 50)
    }
  }

  @Test("humidity up to 15 min older holds, older or later does not: the row stays raw and suspect")
  func memory() throws {
    for (age, isKnown) in [(Int64(15), true), (16, false), (-1, false)] {
      var engine = Self.engine(StationRegistry(calibrations: [Self.linear()]))
      let first = Self.batch([Self.minute(.humidity, 80, 20 - age)], minutes: 21)
      _ = engine.apply(first.event, at: first.at)
      let second = Self.batch([Self.minute(.pm25, 100, 20)], minutes: 22)
      _ = engine.apply(second.event, at: second.at)
      let value = try #require(Self.value(&engine))
      #expect(value.value == (isKnown ? 52 : 100), "\(age)")
      #expect(value.reasons == (isKnown ? .calibrated : .humidity) && value.flag == (isKnown ? .good : .suspect))
      let verdict = try #require(engine.verdicts["micro"])
      #expect(verdict.suspect == (isKnown ? 0 : 1) && verdict.good == (isKnown ? 2 : 1))
    }
  }

  @Test("a row that comes again with later ones gives the same value")
  func repeated() throws {
    var engine = Self.engine(StationRegistry(calibrations: [Self.linear()]))
    let first = Self.batch([Self.minute(.humidity, 80, 0), Self.minute(.pm25, 100, 1)], minutes: 1)
    _ = engine.apply(first.event, at: first.at)
    let again = Self.batch(
      [Self.minute(.humidity, 20, 2), Self.minute(.pm25, 100, 1), Self.minute(.humidity, 20, 3)], minutes: 3)
    _ = engine.apply(again.event, at: again.at)
    #expect(Self.value(&engine)?.value == 52)
    let verdict = try #require(engine.verdicts["micro"])
    #expect(verdict.corrections == 0 && verdict.duplicates == 1)
  }

  @Test("an answer brings its own humidity, however long it looks back")
  func lookBack() throws {
    var engine = Self.engine(StationRegistry(calibrations: [Self.linear(slope: 0.5, humidity: 0.1)]))
    func rows(_ minutes: Range<Int64>) -> [Reading] {
      minutes.flatMap { [Self.minute(.humidity, 50, $0), Self.minute(.pm25, 40, $0)] }
    }
    let first = CivilOffset.china.minute(of: Self.noon)
    func found(_ engine: Engine) -> [SeriesCell] {
      engine.series(station: "M1", pollutant: .pm25, kind: .minutes, windows: first..<first + 200)
    }
    let all = Self.batch(rows(0..<180), minutes: 180)
    _ = engine.apply(all.event, at: all.at)
    #expect(found(engine).count >= 60 && found(engine).allSatisfy { $0.value.value == 35 && $0.flag == .good })
    // Of minutes that the humidity came beside less often, the newest before them counts.
    let again = Self.batch(rows(50..<180) + [Self.minute(.humidity, 50, 180)], minutes: 181)
    _ = engine.apply(again.event, at: again.at)
    #expect(found(engine).allSatisfy { $0.value.value == 35 && $0.flag == .good })
    let verdict = try #require(engine.verdicts["micro"])
    #expect(verdict.corrections == 0 && verdict.suspect == 0)
  }

  @Test("a row that comes again without its humidity replaces no calibrated value")
  func lostHumidity() throws {
    var engine = Self.engine(StationRegistry(calibrations: [Self.linear()]))
    let first = Self.batch([Self.minute(.humidity, 80, 0), Self.minute(.pm25, 100, 0)], minutes: 0)
    _ = engine.apply(first.event, at: first.at)
    // The memory fills with later values.
    let moments = (0..<110 as Range<Int64>).map {
      Reading(
        station: 0, pollutant: .humidity, value: 60, begin: Self.noon.adding(milliseconds: 60_000 + $0 * 10_000),
        periodMilliseconds: 10_000)
    }
    let later = Self.batch(moments, minutes: 20)
    _ = engine.apply(later.event, at: later.at)
    let again = Self.batch([Self.minute(.pm25, 100, 0), Self.minute(.pm25, 90, 0)], minutes: 21)
    _ = engine.apply(again.event, at: again.at)
    let value = try #require(Self.value(&engine))
    #expect(value.value == 52 && value.flag == .good && value.reasons == .calibrated)
    let verdict = try #require(engine.verdicts["micro"])
    #expect(verdict.corrections == 0 && verdict.evidence == 2 && verdict.suspect == 2)
  }

  @Test("a calibration holds from its day on, also when it comes later")
  func validity() throws {
    let before = Self.linear(Self.day.adding(days: -30), slope: 2, humidity: 0)
    var engine = Self.engine(StationRegistry(calibrations: [before]))
    let first = Self.batch([Self.minute(.pm25, 100, 0)], minutes: 0)
    _ = engine.apply(first.event, at: first.at)
    #expect(Self.value(&engine)?.value == 210)
    var ended = before
    ended.until = Self.day
    let next = Self.linear(Self.day.adding(days: 1), slope: 3, humidity: 0)
    _ = engine.apply(
      .configuration(Self.configuration(StationRegistry(calibrations: [ended, next]))), at: first.at)
    _ = engine.apply(first.event, at: first.at)
    #expect(Self.value(&engine)?.value == 210 && engine.verdicts["micro"]?.corrections == 0)
    let tomorrow = Self.batch([Self.minute(.pm25, 100, 1_440)], minutes: 1_440)
    _ = engine.apply(tomorrow.event, at: tomorrow.at)
    #expect(Self.value(&engine)?.value == 310)
  }

  @Test("values of assessed stations and values that failed are never touched")
  func untouched() {
    var assessed = Self.linear()
    assessed.station = "B1"
    var calibrator = Calibrator()
    calibrator.configure(StationRegistry(calibrations: [assessed, Self.linear()]), site: Scenario.site)
    var readings: ContiguousArray = [
      Self.minute(.pm25, 100, 0, station: 0), Self.minute(.pm25, 100, 0, station: 1),
      Self.minute(.pm10, 100, 0, station: 1), Self.minute(.pm25, .nan, 1, station: 1),
    ]
    readings[1].flag = .fail
    let before = readings
    #expect(calibrator.calibrate(&readings, stations: ["B1", "M1"]).isEmpty)
    #expect(readings.indices.allSatisfy { readings[$0] == before[$0] || before[$0].value.isNaN })
  }

  @Test("the snapshot holds what later rows need, and the same records give the same bytes")
  func snapshots() throws {
    let registry = StationRegistry(
      settings: [
        StationSetting(
          station: "M1", units: [.init(pollutant: .co, unit: .microgramsPerCubicMeter)], stamp: .begin,
          periodMilliseconds: 300_000, retired: Self.day.adding(days: 9))
      ],
      assessments: [AssessmentSpan(station: "A1", purpose: .ranking, from: Self.day, until: nil)],
      calibrations: [Self.linear()])
    var engine = Self.engine(registry, mobile: true)
    let places = ReadingPlaces(
      counties: ["141182"], places: [.none, .init(position: Position(latitude: 37.5, longitude: 111.2)!, county: 0)])
    let first = Self.batch(
      [Self.minute(.humidity, 80, 0), Self.minute(.pm25, 70, 0, station: 1)], minutes: 0, stations: ["M1", "V1"],
      places: places)
    _ = engine.apply(first.event, at: first.at)
    let bytes = engine.snapshot()
    var restored = try Engine(snapshot: bytes)
    #expect(restored.snapshot() == bytes && restored.configuration == engine.configuration)
    let second = Self.batch([Self.minute(.pm25, 100, 3)], minutes: 3)
    _ = engine.apply(second.event, at: second.at)
    _ = restored.apply(second.event, at: second.at)
    #expect(Self.value(&restored)?.value == 52 && restored.snapshot() == engine.snapshot())
    for length in stride(from: 0, to: bytes.count, by: 97) {
      #expect(throws: (any Error).self) { try Engine(snapshot: Array(bytes[..<length])) }
    }
  }

  @Test("what a retired station sends enters nothing, is counted and listed")
  func retired() throws {
    let setting = StationSetting(station: "M1", retired: Self.day.adding(days: -1))
    var engine = Self.engine(StationRegistry(settings: [setting]))
    let record = Self.batch([Self.minute(.pm25, 100, 0), Self.minute(.pm10, 100, 0)], minutes: 0)
    _ = engine.apply(record.event, at: record.at)
    #expect(Self.value(&engine) == nil && engine.verdicts["micro"]?.evidence == 2)
    let station = try #require(engine.view(position: 0)?.stations.first { $0.id == "M1" })
    #expect(station.retired == setting.retired && station.sentAfterRetirement == Self.noon.adding(milliseconds: 60_000))
  }

  @Test("readings of a mobile station are placed, and its means are by county")
  func track() throws {
    var engine = Self.engine(StationRegistry(), mobile: true)
    let (lishi, fenyang) = (Position(latitude: 37.5, longitude: 111.1)!, Position(latitude: 37.26, longitude: 111.8)!)
    let abroad = Position(latitude: 39, longitude: 113)!
    let places = ReadingPlaces(
      counties: ["141102", "141182"],
      places: [
        .init(position: lishi, county: 0), .init(position: lishi, county: 0), .init(position: fenyang, county: 1),
        .init(position: abroad), .init(position: fenyang, county: 1),
      ])
    let record = Self.batch(
      [
        Self.minute(.pm25, 40, 0), Self.minute(.pm10, 80, 0), Self.minute(.pm25, 50, 1), Self.minute(.pm25, 60, 3),
        Self.minute(.pm25, 70, 2),
      ], minutes: 3, stations: ["V1"], places: places)
    _ = engine.apply(record.event, at: record.at)
    let points = engine.track(station: "V1", from: Self.noon, until: Self.noon.adding(milliseconds: 3_600_000))
    #expect(points.map(\.county) == ["141102", "141182", "141182", nil])
    #expect(points.map(\.position) == [lishi, fenyang, fenyang, abroad] && points[0].values.count == 2)
    let means = TrackMean.means(of: points, offset: Scenario.offset).filter { $0.pollutant == .pm25 }
    #expect(means.map(\.county) == ["141102", "141182"] && means.map(\.mean.value) == [40, 60])
    let station = try #require(engine.view(position: 0)?.stations.first { $0.id == "V1" })
    #expect(station.position == abroad && station.positionCounty == nil)
    // None of it is part of a county's mean.
    let unit = try #require(engine.view(position: 0)?.units.first { $0.county.code == "141102" })
    #expect(unit.values.allSatisfy { $0.value == nil } && unit.microValues.isEmpty)
    #expect(engine.track(station: "M1", from: Self.noon, until: record.at).isEmpty)
  }

  @Test("a track is bounded, and old points make room")
  func bounded() {
    var engine = Self.engine(StationRegistry(), mobile: true)
    let position = Position(latitude: 37.5, longitude: 111.1)!
    for block in Int64(0)..<20 {
      let readings = (block * 100..<block * 100 + 100).map { Self.minute(.pm25, 40, $0) }
      let places = ReadingPlaces(places: ContiguousArray(repeating: .init(position: position), count: 100))
      let record = Self.batch(readings, minutes: block * 100 + 100, stations: ["V1"], places: places)
      _ = engine.apply(record.event, at: record.at)
    }
    let points = engine.track(station: "V1", from: Self.noon, until: Self.noon.adding(milliseconds: 1_000_000_000))
    #expect(points.count == 1_440)
    #expect(points.first?.begin == Self.noon.adding(milliseconds: 560 * 60_000))
    #expect(points.last?.begin == Self.noon.adding(milliseconds: 1_999 * 60_000))
  }
}
