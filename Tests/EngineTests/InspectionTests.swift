import AirQuality
import Engine
import Testing

/// Cases for inspectors: told in a log of their own, to hooks of their own, and concluded by people.
struct InspectionTests {
  private static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [
      County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang"),
      County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi"),
    ],
    stations: ["B1", "B2", "B3"].map {
      Station(id: $0, name: "", county: "141182", stationClass: .national, assessed: true)
    } + [Station(id: "M1", name: "", county: "141182", stationClass: .micro, assessed: false)])

  private struct Run {
    var engine = Engine()
    var effects: [Effect] = []
    var records: [(event: EngineEvent, at: Instant)] = []
    var hour = CivilDay("2020-12-01")!.firstHour

    init() {
      let configuration = EngineConfiguration(
        site: site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date",
        hooks: [
          HookSubscription(name: "inspectors", levels: [], kinds: [.inspection]),
          HookSubscription(
            name: "all", levels: ["yellow"], kinds: [.level, .alert, .data, .watch, .task, .notice]),
        ])
      apply(.configuration(configuration), at: CivilOffset.china.start(ofHour: hour))
    }

    @discardableResult
    mutating func apply(_ event: EngineEvent, at: Instant) -> [Effect] {
      let made = engine.apply(event, at: at)
      records.append((event, at))
      effects += made
      return made
    }

    var end: Instant { CivilOffset.china.start(ofHour: hour) }

    mutating func step(_ pm25: [String: Double]) {
      hour += 1
      let stations = pm25.keys.sorted()
      var readings = ContiguousArray<Reading>()
      for (index, id) in stations.enumerated() {
        for (pollutant, value) in [(Pollutant.pm25, pm25[id, default: 0]), (.no2, 40 + Double(hour % 3)), (.co, 1)] {
          readings.append(
            Reading(
              station: UInt32(index), pollutant: pollutant, value: value,
              begin: CivilOffset.china.start(ofHour: hour - 1), periodMilliseconds: 3_600_000))
        }
      }
      let at = end.adding(milliseconds: 600_000)
      apply(.batch(FeedBatch(feed: "f", receivedAt: at, stations: stations, readings: readings)), at: at)
      apply(.tick, at: end.adding(milliseconds: 3_660_000))
    }

    var inspections: [EventRecord] {
      effects.compactMap { if case .inspection(let event) = $0 { event } else { nil } }
    }

    var events: [EventRecord] {
      effects.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }
  }

  /// B1 and the micro-station fall to a third while the others go on.
  private func dropped() -> Run {
    var run = Run()
    for hour in 0..<12 {
      let wave = Double(hour % 2)
      let isLow = hour >= 8
      run.step(["B1": isLow ? 60 + wave : 200 + wave, "B2": 190 + wave, "B3": 205 + wave, "M1": isLow ? 60 : 200])
    }
    return run
  }

  @Test func aDropIsToldToInspectorsOnly() throws {
    let run = dropped()
    let event = try #require(run.inspections.first)
    #expect(run.inspections.count == 1)
    #expect(event.kind == .inspection && event.rule == "interference/sudden-drop" && event.county == "141182")
    #expect(event.sequence == 1_000_000_000_001 && event.to == "open")
    #expect(event.inputs.contains(.init("station", .text("B1"))))
    #expect(event.textChinese.hasPrefix("数据异常待核查 B1 PM2.5") && event.textEnglish.contains("for inspectors only"))
    #expect(event.textChinese.split(separator: "\n")[0].count <= 70)
    // The public log knows nothing of it, its numbers stay gapless, and no other hook is told.
    #expect(!run.events.contains { $0.kind == .inspection || $0.rule.hasPrefix("interference") })
    #expect(run.events.enumerated().allSatisfy { $1.sequence == Int64($0 + 1) })
    let deliveries = run.effects.compactMap {
      if case .deliver(let hook, let sequence) = $0, sequence == event.sequence { hook } else { nil }
    }
    #expect(deliveries == ["inspectors"])
    // The value stays in the means.
    let series = run.engine.series(
      station: "B1", pollutant: .pm25, kind: .hours, windows: (run.hour - 2)..<(run.hour - 1))
    #expect(series.count == 1 && run.engine.inspections.first?.station == "B1")
  }

  @Test func aCaseIsConcludedOnce() throws {
    var run = dropped()
    let id = try #require(run.engine.inspections.first).id
    let act = OperatorAct.concludeInspection(
      id: "c1", inspection: id, finding: .cleared, by: "王五", reason: "采样泵故障")
    run.apply(.act(act), at: run.end.adding(milliseconds: 3_700_000))
    run.apply(.act(act), at: run.end.adding(milliseconds: 3_710_000))
    run.apply(
      .act(.concludeInspection(id: "c2", inspection: id, finding: .confirmed, by: "x", reason: "y")),
      at: run.end.adding(milliseconds: 3_720_000))
    #expect(run.inspections.count == 2)
    let event = try #require(run.inspections.last)
    #expect(event.id == id && event.to == "cleared" && event.ends && event.sequence == 1_000_000_000_002)
    #expect(run.engine.inspections.first?.conclusion?.by == "王五")
  }

  @Test func anEditAfterTheSealIsACase() throws {
    var run = Run()
    var chunks: [ChunkKey: [UInt8]] = [:]
    func keep(_ run: Run) { for case .chunk(let key, let bytes) in run.effects { chunks[key] = bytes } }
    // November's last day, and time until the month is sealed.
    run = Run()
    let day = CivilDay("2020-12-02")!
    for _ in 0..<48 { run.step(["B1": 80 + Double(run.hour % 5), "B2": 82, "B3": 85]) }
    while run.hour < CivilDay("2021-01-12")!.firstHour {
      run.step(["B1": 80 + Double(run.hour % 5), "B2": 82, "B3": 85])
    }
    keep(run)
    #expect(run.effects.contains(.seal(CivilMonth(day))) && run.inspections.isEmpty)
    let begin = CivilOffset.china.start(ofHour: day.firstHour + 5)
    func late(_ station: String, _ value: Double, hour: Int64 = 0) -> [Effect] {
      let at = run.end.adding(milliseconds: 3_700_000)
      let made = run.apply(
        .batch(
          FeedBatch(
            feed: "f", receivedAt: at, stations: [station],
            readings: [
              Reading(
                station: 0, pollutant: .pm25, value: value, begin: begin.adding(milliseconds: hour * 3_600_000),
                periodMilliseconds: 3_600_000)
            ])), at: at)
      var all = made
      for case .need(let county, let needed) in made {
        let stored = chunks.filter { $0.key.county == county && $0.key.day == needed }
          .map { StoredChunk(key: $0.key, bytes: $0.value) }
        all += run.apply(.history(county: county, day: needed, chunks: stored), at: at)
      }
      return all
    }
    // A value that had never come is no edit.
    _ = late("M1", 50)
    #expect(run.inspections.isEmpty)
    _ = late("B1", 12)
    let event = try #require(run.inspections.first)
    #expect(event.rule == "interference/edit-after-seal" && event.inputs.contains(.init("found", .text("12"))))
  }

  @Test func replayAndSnapshotGiveTheSameBytes() throws {
    let run = dropped()
    var again = Engine()
    for (index, record) in run.records.enumerated() {
      _ = again.apply(record.event, at: record.at)
      if index == run.records.count - 4 { again = try Engine(snapshot: again.snapshot()) }
    }
    #expect(again.snapshot() == run.engine.snapshot())
  }
}
