import AirQuality
import Engine
import Rollup
import Screening
import Testing

/// Screening with its memory inside the engine: means, verdicts of people, events, and the same bytes after a restart.
struct ScreeningEngineTests {
  static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang")],
    stations: [
      Station(id: "B1", name: "", county: "141182", stationClass: .provincial, assessed: true),
      Station(id: "B2", name: "", county: "141182", stationClass: .provincial, assessed: true),
    ]
      + (1...7).map { Station(id: "M\($0)", name: "", county: "141182", stationClass: .micro, assessed: false) })

  static let configuration = EngineConfiguration(
    site: site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date",
    hooks: [HookSubscription(name: "desk", levels: ["yellow"], kinds: [.data])])

  /// An engine that keeps what it was given, so that a test can give it again.
  struct Run {
    var engine = Engine()
    var records: [(event: EngineEvent, at: Instant)] = []
    var effects: [Effect] = []
    var hour = CivilDay("2020-12-01")!.firstHour

    init() { apply(.configuration(configuration), at: CivilOffset.china.start(ofHour: hour)) }

    @discardableResult
    mutating func apply(_ event: EngineEvent, at: Instant) -> [Effect] {
      let made = engine.apply(event, at: at)
      records.append((event.with(made), at))
      effects += made
      return made
    }

    var end: Instant { CivilOffset.china.start(ofHour: hour) }

    /// The hour that ends next, by station, ten minutes after its end.
    @discardableResult
    mutating func step(_ values: [String: [Pollutant: Double]]) -> [Effect] {
      hour += 1
      let stations = values.keys.sorted()
      var readings = ContiguousArray<Reading>()
      for (index, id) in stations.enumerated() {
        for (pollutant, value) in values[id, default: [:]].sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
          readings.append(
            Reading(
              station: UInt32(index), pollutant: pollutant, value: value,
              begin: CivilOffset.china.start(ofHour: hour - 1), periodMilliseconds: 3_600_000))
        }
      }
      let at = end.adding(milliseconds: 600_000)
      return apply(.batch(FeedBatch(feed: "f", receivedAt: at, stations: stations, readings: readings)), at: at)
    }

    mutating func tick(minutes: Int64) { apply(.tick, at: end.adding(milliseconds: minutes * 60_000)) }

    var events: [EventRecord] {
      effects.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    func cell(_ station: String, _ pollutant: Pollutant = .pm25, hoursAgo: Int32 = 1) -> SeriesProbe? {
      engine.series(
        station: station, pollutant: pollutant, kind: .hours, windows: (hour - hoursAgo)..<(hour - hoursAgo + 1)
      ).first.map { SeriesProbe(value: $0.value.value, flag: $0.flag) }
    }
  }

  struct SeriesProbe: Equatable {
    var value: Double
    var flag: QualityFlag
  }

  private func wavering(_ base: Double, _ hour: Int) -> Double { base + Double(hour % 3) }

  @Test func aSpikeChangesTheFlagOfThePastHour() {
    var run = Run()
    for hour in 0..<6 { run.step(["M1": [.pm25: wavering(40, hour)], "B1": [.pm25: wavering(40, hour)]]) }
    run.step(["M1": [.pm25: 340], "B1": [.pm25: 340]])
    #expect(run.cell("M1") == SeriesProbe(value: 340, flag: .good))
    let effects = run.step(["M1": [.pm25: 41], "B1": [.pm25: 41]])
    #expect(run.cell("M1", hoursAgo: 2) == SeriesProbe(value: 340, flag: .suspect))
    #expect(run.cell("B1", hoursAgo: 2) == SeriesProbe(value: 340, flag: .suspect))
    let verdicts = effects.compactMap { if case .screened(let verdicts) = $0 { verdicts } else { nil } }.flatMap { $0 }
    #expect(verdicts.count == 2 && verdicts.allSatisfy { $0.reasons == .spike && $0.flag == .suspect })
    // The journal keeps them, and replaying the record does not depend on them.
    guard case .batch(let batch)? = run.records.last?.event else {
      Issue.record("the newest record is no batch")
      return
    }
    #expect(batch.verdicts == verdicts)
  }

  /// Hours of two feeds that send the same assessed station.
  private static func twoFeeds(_ rows: [(feed: String, hour: Int, value: Double)]) -> Engine {
    var engine = Engine()
    var configuration = configuration
    configuration.feeds = ["national", "mirror"]
    let first = CivilDay("2020-12-01")!.firstHour
    _ = engine.apply(.configuration(configuration), at: CivilOffset.china.start(ofHour: first))
    for row in rows {
      let begin = CivilOffset.china.start(ofHour: first + Int32(row.hour))
      let at = begin.adding(milliseconds: 3_900_000)
      let reading = Reading(
        station: 0, pollutant: .pm25, value: row.value, begin: begin, periodMilliseconds: 3_600_000)
      _ = engine.apply(
        .batch(FeedBatch(feed: row.feed, receivedAt: at, stations: ["B1"], readings: [reading])), at: at)
    }
    return engine
  }

  private static func hours(_ engine: Engine) -> [SeriesProbe] {
    let first = CivilDay("2020-12-01")!.firstHour
    return engine.series(station: "B1", pollutant: .pm25, kind: .hours, windows: first..<first + 24).map {
      SeriesProbe(value: $0.value.value, flag: $0.flag)
    }
  }

  @Test func aSecondFeedChangesNoValueOfTheFirst() {
    let start: [(String, Int, Double)] = [("national", 0, 49), ("national", 1, 48), ("national", 2, 50)]
    let engine = Self.twoFeeds(start + [("mirror", 2, 500), ("national", 3, 52), ("mirror", 3, 51)])
    #expect(Self.hours(engine).map(\.value) == [49, 48, 50, 52] && Self.hours(engine).allSatisfy { $0.flag == .good })
    // A spike of the first is flagged, whoever sends the next hour first.
    let spike = Self.twoFeeds(start + [("national", 3, 400), ("mirror", 4, 51), ("national", 4, 50)])
    #expect(Self.hours(spike).map(\.value) == [49, 48, 50, 400, 50])
    #expect(Self.hours(spike).map(\.flag) == [.good, .good, .good, .suspect, .good])
  }

  @Test func neighboursThatDisagreeAreSuspectAfterTheClosing() {
    var run = Run()
    for hour in 0..<4 {
      var values: [String: [Pollutant: Double]] = [:]
      for id in 1...5 { values["M\(id)"] = [.pm25: wavering(40 + Double(id), hour)] }
      values["M6"] = [.pm25: wavering(160, hour)]
      values["B1"] = [.pm25: wavering(38, hour)]
      run.step(values)
    }
    #expect(run.cell("M6")?.flag == .good)
    run.tick(minutes: 61)
    #expect(run.cell("M6") == SeriesProbe(value: 160, flag: .suspect))
    #expect((1...5).allSatisfy { run.cell("M\($0)")?.flag == .good } && run.cell("B1")?.flag == .good)
    // The feed sends the hour again: it stays what it was found to be.
    let begin = CivilOffset.china.start(ofHour: run.hour - 1)
    let at = run.end.adding(milliseconds: 4_000_000)
    run.apply(
      .batch(
        FeedBatch(
          feed: "f", receivedAt: at, stations: ["M6"],
          readings: [
            Reading(station: 0, pollutant: .pm25, value: 160, begin: begin, periodMilliseconds: 3_600_000)
          ])), at: at)
    #expect(run.cell("M6") == SeriesProbe(value: 160, flag: .suspect))
  }

  @Test func anHourThatLateMinutesMakeAnewIsComparedAgain() {
    var run = Run()
    var start = run.end
    func send(_ values: [(id: String, value: Double)], minutes: Range<Int>, at: Instant) {
      let readings = minutes.flatMap { minute in
        values.enumerated().map { index, entry in
          Reading(
            station: UInt32(index), pollutant: .pm25, value: entry.value + Double(minute % 7),
            begin: start.adding(milliseconds: Int64(minute) * 60_000), periodMilliseconds: 60_000)
        }
      }
      let batch = FeedBatch(feed: "f", receivedAt: at, stations: values.map(\.id), readings: ContiguousArray(readings))
      run.apply(.batch(batch), at: at)
    }
    let hour = 3_600_000 as Int64
    var usual: [(id: String, value: Double)] = (1...5).map { (id: "M\($0)", value: 40 + Double($0)) }
    usual.append((id: "M6", value: 160))
    run.tick(minutes: 61)
    start = run.end.adding(milliseconds: hour)
    send(usual, minutes: 0..<50, at: start.adding(milliseconds: 50 * 60_000))
    func flag(_ id: String) -> QualityFlag? {
      let hour = CivilOffset.china.hour(of: start)
      return run.engine.series(station: id, pollutant: .pm25, kind: .hours, windows: hour..<hour + 1).first?.flag
    }
    run.apply(.tick, at: start.adding(milliseconds: hour + 60_000))
    #expect(flag("M6") == .good)
    run.apply(.tick, at: start.adding(milliseconds: 2 * hour + 60_000))
    #expect(flag("M6") == .suspect)
    // Late minutes of the station, and of one beside it.
    send([(id: "M6", value: 160)], minutes: 50..<55, at: start.adding(milliseconds: 2 * hour + 70_000))
    #expect(flag("M6") == .suspect)
    send(usual, minutes: 55..<60, at: start.adding(milliseconds: 2 * hour + 80_000))
    #expect(flag("M6") == .suspect && flag("M1") == .good)
    // An hour that comes only after the comparison is compared as well.
    let late = Reading(station: 0, pollutant: .pm25, value: 170, begin: start, periodMilliseconds: 3_600_000)
    let at = start.adding(milliseconds: 2 * hour + 90_000)
    run.apply(.batch(FeedBatch(feed: "f", receivedAt: at, stations: ["M7"], readings: [late])), at: at)
    #expect(flag("M7") == .suspect)
  }

  @Test func aPersonFailsAnHourAndTakesItBack() throws {
    var run = Run()
    for hour in 0..<30 {
      run.step([
        "B1": [.pm25: wavering(hour == 20 ? 900 : 60, hour)], "B2": [.pm25: wavering(70, hour)],
      ])
    }
    let end = run.end
    let from = CivilOffset.china.start(ofHour: run.hour - 10)
    let until = from.adding(milliseconds: 3_600_000)
    #expect(run.cell("B1", hoursAgo: 10)?.flag == .suspect)
    let act = OperatorAct.overrideFlag(
      id: "o1", station: "B1", pollutant: .pm25, from: from, until: until, flag: .fail, by: "张三", reason: "校准")
    run.apply(.act(act), at: end.adding(milliseconds: 700_000))
    #expect(run.cell("B1", hoursAgo: 10) == SeriesProbe(value: 902, flag: .fail))
    let stated = try #require(run.events.last)
    #expect(stated.kind == .data && stated.rule == "screening/override" && stated.county == "141182")
    #expect(stated.textChinese.contains("张三") && stated.textEnglish.contains("校准"))
    #expect(stated.inputs.contains(.init("changed", .number(1))))
    // Asked again, it does nothing.
    let count = run.events.count
    run.apply(.act(act), at: end.adding(milliseconds: 710_000))
    #expect(run.events.count == count)
    // The feed's repetition does not undo it.
    let row = Reading(
      station: 0, pollutant: .pm25, value: 902, begin: from, periodMilliseconds: 3_600_000)
    run.apply(
      .batch(FeedBatch(feed: "f", receivedAt: end, stations: ["B1"], readings: [row])),
      at: end.adding(milliseconds: 720_000))
    #expect(run.cell("B1", hoursAgo: 10)?.flag == .fail)
    run.apply(
      .act(.withdrawOverride(id: "w1", override: "o1", by: "李四", reason: "误判")), at: end.adding(milliseconds: 730_000))
    #expect(run.cell("B1", hoursAgo: 10) == SeriesProbe(value: 902, flag: .suspect))
    #expect(run.events.last?.ends == true && run.engine.screeningOverrides.first?.withdrawal?.by == "李四")
  }

  // MARK: A person's verdict against everything that comes later

  private func override(
    _ run: inout Run, _ station: String, hours: Range<Int32>, _ flag: QualityFlag, minutes: Int64 = 11
  ) {
    run.apply(
      .act(
        .overrideFlag(
          id: "o-\(station)-\(hours.lowerBound)", station: station, pollutant: .pm25,
          from: CivilOffset.china.start(ofHour: hours.lowerBound),
          until: CivilOffset.china.start(ofHour: hours.upperBound), flag: flag, by: "张三", reason: "标气")),
      at: run.end.adding(milliseconds: minutes * 60_000))
  }

  private func withdraw(_ run: inout Run, _ id: String) {
    run.apply(
      .act(.withdrawOverride(id: "w-" + id, override: id, by: "李四", reason: "重核")),
      at: run.end.adding(milliseconds: 900_000))
  }

  @Test func aSpikeSeenLaterLeavesAPersonsVerdictStanding() {
    var run = Run()
    for hour in 0..<4 { run.step(["B1": [.pm25: wavering(50, hour)]]) }
    let hour = run.hour
    override(&run, "B1", hours: hour..<hour + 1, .fail)
    run.step(["B1": [.pm25: 900]])
    #expect(run.cell("B1") == SeriesProbe(value: 900, flag: .fail))
    run.step(["B1": [.pm25: 51]])
    #expect(run.cell("B1", hoursAgo: 2) == SeriesProbe(value: 900, flag: .fail))
    withdraw(&run, "o-B1-\(hour)")
    #expect(run.cell("B1", hoursAgo: 2) == SeriesProbe(value: 900, flag: .suspect))
  }

  @Test func aCorrectionUnderAVerdictIsWhatComesBack() {
    var run = Run()
    for hour in 0..<4 { run.step(["B1": [.pm25: wavering(50, hour)]]) }
    let hour = run.hour - 1
    override(&run, "B1", hours: hour..<hour + 1, .fail)
    let row = Reading(
      station: 0, pollutant: .pm25, value: 80, begin: CivilOffset.china.start(ofHour: hour),
      periodMilliseconds: 3_600_000)
    let at = run.end.adding(milliseconds: 800_000)
    run.apply(.batch(FeedBatch(feed: "f", receivedAt: at, stations: ["B1"], readings: [row])), at: at)
    #expect(run.cell("B1") == SeriesProbe(value: 80, flag: .fail))
    withdraw(&run, "o-B1-\(hour)")
    #expect(run.cell("B1") == SeriesProbe(value: 80, flag: .good))
  }

  @Test func whatComesBackIsCalibratedOnce() {
    var run = Run()
    var configuration = Self.configuration
    configuration.registry.calibrations = [
      Calibration(
        station: "M1", pollutant: .pm25, model: .linear, slope: 0.5, from: CivilDay("2020-11-01")!, reference: "B1")
    ]
    run.apply(.configuration(configuration), at: run.end)
    for hour in 0..<4 { run.step(["M1": [.pm25: wavering(100, hour)]]) }
    let known = run.cell("M1")
    #expect(known?.value == wavering(100, 3) / 2)
    // One hour that is in the rings already, and one that comes under the verdict.
    let hour = run.hour
    override(&run, "M1", hours: hour - 1..<hour + 1, .fail)
    run.step(["M1": [.pm25: 110]])
    #expect(run.cell("M1")?.flag == .fail && run.cell("M1", hoursAgo: 2)?.flag == .fail)
    withdraw(&run, "o-M1-\(hour - 1)")
    #expect(run.cell("M1") == SeriesProbe(value: 55, flag: .good) && run.cell("M1", hoursAgo: 2) == known)
  }

  @Test func aPersonOverrulesTheNeighbours() {
    var run = Run()
    for hour in 0..<4 {
      var values: [String: [Pollutant: Double]] = ["M6": [.pm25: wavering(160, hour)]]
      for id in 1...5 { values["M\(id)"] = [.pm25: wavering(40 + Double(id), hour)] }
      run.step(values)
    }
    run.tick(minutes: 61)
    #expect(run.cell("M6")?.flag == .suspect)
    let hour = run.hour - 1
    override(&run, "M6", hours: hour..<hour + 1, .good, minutes: 62)
    #expect(run.cell("M6")?.flag == .good)
    run.tick(minutes: 63)
    #expect(run.cell("M6")?.flag == .good)
    run.apply(
      .act(.withdrawOverride(id: "w", override: "o-M6-\(hour)", by: "李四", reason: "重核")),
      at: run.end.adding(milliseconds: 64 * 60_000))
    #expect(run.cell("M6")?.flag == .suspect)
  }

  @Test func aRetiredStationStaysOutOfTheRings() {
    var run = Run()
    var configuration = Self.configuration
    configuration.registry.settings = [StationSetting(station: "M1", retired: CivilDay("2020-11-30"))]
    run.apply(.configuration(configuration), at: run.end)
    for value in [50, 51, 900, 50.0] { run.step(["M1": [.pm25: value]]) }
    #expect((1...4).allSatisfy { run.cell("M1", hoursAgo: $0) == nil })
  }

  // MARK: After a start from a snapshot

  @Test func whatFollowsFromTheConfigurationHoldsAfterARestart() throws {
    var run = Run()
    var configuration = Self.configuration
    configuration.edition = "hj633-2026"
    configuration.screening[.provincial, .pm25].highest = 100
    run.apply(.configuration(configuration), at: run.end)
    for hour in 0..<30 { run.step(["B1": [.pm25: wavering(70, hour)], "B2": [.pm25: wavering(75, hour)]]) }
    var restored = run
    restored.engine = try Engine(snapshot: run.engine.snapshot())
    let shown = run.engine.view(position: 0)?.units.map(\.aqi)
    let again = restored.engine.view(position: 0)?.units.map(\.aqi)
    #expect(shown != nil && again == shown)
    for value in [150, 71.0] {
      run.step(["B1": [.pm25: value]])
      restored.step(["B1": [.pm25: value]])
    }
    #expect(run.cell("B1", hoursAgo: 2)?.flag == .fail && restored.cell("B1", hoursAgo: 2)?.flag == .fail)
    #expect(restored.engine.snapshot() == run.engine.snapshot())
  }

  @Test func hoursComparedBeforeARestartAreComparedAgainWhenTheyChange() throws {
    var run = Run()
    for hour in 0..<4 {
      var values: [String: [Pollutant: Double]] = [:]
      for id in 1...7 { values["M\(id)"] = [.pm25: wavering(40 + Double(id), hour)] }
      run.step(values)
    }
    run.tick(minutes: 61)
    run.engine = try Engine(snapshot: run.engine.snapshot())
    let row = Reading(
      station: 0, pollutant: .pm25, value: 200, begin: CivilOffset.china.start(ofHour: run.hour - 1),
      periodMilliseconds: 3_600_000)
    let at = run.end.adding(milliseconds: 62 * 60_000)
    run.apply(.batch(FeedBatch(feed: "f", receivedAt: at, stations: ["M7"], readings: [row])), at: at)
    #expect(run.cell("M7") == SeriesProbe(value: 200, flag: .suspect))
  }

  @Test func inventedStationsTakeNoMemoryFromRegisteredOnes() throws {
    var run = Run()
    var configuration = Self.configuration
    configuration.maximumUnknownStations = 10
    run.apply(.configuration(configuration), at: run.end)
    let before = run.engine.snapshot().count
    for round in 0..<5 {
      let at = run.end.adding(milliseconds: Int64(round) * 1_000)
      let ids = (0..<2_000).map { "x\(round)-\($0)" }
      let rows = ids.indices.map {
        Reading(
          station: UInt32($0), pollutant: .pm25, value: 40, begin: CivilOffset.china.start(ofHour: run.hour - 1),
          periodMilliseconds: 3_600_000)
      }
      run.apply(.batch(FeedBatch(feed: "f", receivedAt: at, stations: ids, readings: ContiguousArray(rows))), at: at)
    }
    #expect(run.engine.snapshot().count < before + 100_000)
    for value in [50, 51, 900, 50.0] { run.step(["B1": [.pm25: value]]) }
    #expect(run.cell("B1", hoursAgo: 2)?.flag == .suspect)
  }

  @Test func aFrozenFeedIsOneEvent() throws {
    var run = Run()
    let still: [Pollutant: Double] = [.pm25: 60, .pm10: 90, .so2: 20]
    for _ in 0..<5 { run.step(["B1": still, "B2": still]) }
    let frozen = run.events.filter { $0.rule == "screening/frozen-feed" }
    #expect(frozen.count == 1 && frozen.first?.to == "frozen")
    #expect(run.effects.contains(.deliver(hook: "desk", sequence: try #require(frozen.first).sequence)))
    // Suspect hours of assessed stations enter their means.
    #expect(run.cell("B1") == SeriesProbe(value: 60, flag: .suspect))
    run.step(["B1": [.pm25: 61, .pm10: 90, .so2: 20], "B2": still])
    let over = try #require(run.events.last { $0.rule == "screening/frozen-feed" })
    #expect(over.to == "ok" && over.ends && over.id == frozen.first?.id)
  }

  @Test func thresholdsComeFromTheConfiguration() {
    var run = Run()
    var configuration = Self.configuration
    configuration.screening[course: .provincial, .pm25].rateFail = 50
    run.apply(.configuration(configuration), at: run.end)
    for hour in 0..<4 { run.step(["B1": [.pm25: wavering(60, hour)]]) }
    run.step(["B1": [.pm25: 130]])
    #expect(run.cell("B1") == SeriesProbe(value: 130, flag: .fail))
  }

  /// The records give the same bytes again, and from a snapshot in their midst.
  @Test func replayGivesTheSameBytes() throws {
    var run = Run()
    for hour in 0..<40 {
      var values: [String: [Pollutant: Double]] = [:]
      for id in 1...6 {
        values["M\(id)"] = [
          .pm25: hour == 20 ? 400 : wavering(40, hour + id), .humidity: Double(60 + hour), .pm10: 80,
        ]
      }
      values["B1"] = [.pm25: hour == 21 ? 0.04 : wavering(50, hour), .pm10: wavering(80, hour)]
      run.step(values)
      if hour == 25 {
        run.apply(
          .act(
            .overrideFlag(
              id: "o", station: "M2", pollutant: nil, from: run.end.adding(milliseconds: -7_200_000),
              until: run.end.adding(milliseconds: 36_000_000), flag: .fail, by: "a", reason: "b")),
          at: run.end.adding(milliseconds: 660_000))
      }
      run.tick(minutes: 62)
    }
    let last = run.engine.snapshot()
    for cut in [0, 10, run.records.count / 2, run.records.count - 3] {
      var engine = Engine()
      for record in run.records.prefix(cut) { _ = engine.apply(record.event, at: record.at) }
      if cut > 0 { engine = try Engine(snapshot: engine.snapshot()) }
      for record in run.records.dropFirst(cut) { _ = engine.apply(record.event, at: record.at) }
      #expect(engine.snapshot() == last, "cut at \(cut)")
    }
  }
}
