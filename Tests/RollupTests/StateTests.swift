import AirQuality
import Testing

@testable import Rollup

/// Snapshots, chunks, identity and reconfiguration.
@Suite struct StateTests {
  static let site = makeSite([assessed("n", "c1"), micro("m", "c2"), assessed("p", "c2", urban: true)])

  /// A world with something of everything.
  static func world(seed: UInt64 = 7) -> World {
    var generator = SeededGenerator(seed: seed)
    var world = World(site)
    let first = hourNumber("2020-12-01")
    world.advance(time("2020-12-01"))
    for hour in 0..<Int32(30) {
      var rows: [Row] = []
      for station in ["n", "p", "x\(hour % 3)"] where Int.random(in: 0..<6, using: &generator) > 0 {
        rows.append(.hour(station, first + hour, Double.random(in: 0..<200, using: &generator), .so2))
        rows.append(.hour(station, first + hour, Double.random(in: -30..<40, using: &generator), .temperature))
      }
      for minute in 0..<Int32(60) {
        rows.append(.minute("m", (first + hour) * 60 + minute, Double.random(in: 0..<50, using: &generator)))
      }
      let end = CivilOffset.china.start(ofHour: first + hour + 1).adding(milliseconds: 90_000)
      world.deliver(rows, feed: hour % 4 == 0 ? "b" : "a", now: end)
    }
    // Something parked, imported and withdrawn.
    world.deliver(
      [.hour("m", first - 100, 9), .hour("n", first, 0, .so2).flagged(.missing)], now: time("2020-12-02", 7),
      answer: false)
    _ = world.rollup.importDays([("c1", CivilDay("2020-06-01")!, .pm10, Concentration(80))], now: time("2020-12-02", 7))
    return world
  }

  @Test func aSnapshotIsTheState() throws {
    let world = Self.world()
    let bytes = world.bytes
    #expect(bytes == Self.world().bytes)
    var loaded = try Rollup(decoding: bytes, site: Self.site, feeds: ["a", "b"])
    var again: [UInt8] = []
    loaded.encode(into: &again)
    #expect(again == bytes)
    #expect(loaded.outstandingNeeds == world.rollup.outstandingNeeds && !loaded.outstandingNeeds.isEmpty)
    // Both go on alike.
    var other = world
    var restarted = World(Self.site)
    restarted.rollup = loaded
    restarted.store = other.store
    let first = hourNumber("2020-12-02", 7)
    for hour in 0..<Int32(20) {
      let rows = [
        Row.hour("n", first + hour - 3, Double(hour)), .minute("m", (first + hour) * 60 + 59, 4),
        .hour("new", first + hour, 1),
      ]
      let now = CivilOffset.china.start(ofHour: first + hour + 1)
      #expect(other.deliver(rows, now: now) == restarted.deliver(rows, now: now))
    }
    #expect(other.bytes == restarted.bytes && other.store == restarted.store)
    loaded.configure(site: Self.site, feeds: ["b", "a"])
    #expect(loaded.outstandingNeeds == world.rollup.outstandingNeeds)
  }

  @Test func damagedSnapshotsAreRefused() {
    let bytes = Self.world().bytes
    for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
      #expect(throws: RollupError.self) {
        try Rollup(decoding: Array(bytes[..<cut]), site: Self.site, feeds: ["a", "b"])
      }
    }
    #expect(throws: RollupError.self) { try Rollup(decoding: bytes + [0], site: Self.site, feeds: ["a", "b"]) }
    #expect(throws: RollupError.self) {
      try Rollup(decoding: bytes, site: makeSite([assessed("n", "c1")]), feeds: ["a", "b"])
    }
    var newer = bytes
    newer[2] = 9
    #expect(throws: RollupError.version(what: "the snapshot of the rings", found: 9)) {
      try Rollup(decoding: newer, site: Self.site, feeds: ["a", "b"])
    }
    // Any byte turned over is refused or read; it never traps.
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      var turned = bytes
      turned[Int.random(in: 0..<min(3_000, bytes.count), using: &generator)] ^= UInt8.random(
        in: 1...255, using: &generator)
      _ = try? Rollup(decoding: turned, site: Self.site, feeds: ["a", "b"])
    }
  }

  @Test func chunksHoldTheCells() throws {
    let world = Self.world()
    #expect(world.store.keys.contains { $0.county.isEmpty && $0.kind == .hours })
    for (key, bytes) in world.store {
      let content = try ChunkContent(RollupChunk(key: key, bytes: bytes))
      #expect(content.encoded()?.bytes == bytes)
      for (row, id) in content.ids.enumerated() where key.kind == .hours {
        let station = try #require(world.rollup.stationIndex(id))
        for hour in 0..<24 {
          let cell = world.rollup.hourCell(
            station: station, lane: 2, hour: key.day.firstHour + Int32(hour))
          #expect(content[row, 2, hour].code == cell.code || cell.code == Cell.missing)
          if cell.code != Cell.missing { #expect(content[row, 2, hour].value == cell.value) }
        }
      }
    }
  }

  @Test func damagedChunksAreRefusedAndLeftAlone() throws {
    var world = Self.world()
    let (key, bytes) = try #require(world.store.first { $0.key.kind == .minutes })
    for cut in 0..<bytes.count {
      #expect(throws: RollupError.self) { try ChunkContent(RollupChunk(key: key, bytes: Array(bytes[..<cut]))) }
    }
    var wrong = key
    wrong.hour ^= 1
    #expect(throws: RollupError.self) { try ChunkContent(RollupChunk(key: wrong, bytes: bytes)) }
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<2_000 {
      var turned = bytes
      turned[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
      _ = try? ChunkContent(RollupChunk(key: key, bytes: turned))
    }
    let need = try #require(world.rollup.outstandingNeeds.first)
    let bad = RollupChunk(key: RollupChunkKey(county: need.county, day: need.day, kind: .hours), bytes: [1, 2, 3])
    let summary = world.rollup.history(county: need.county, day: need.day, chunks: [bad])
    #expect(summary.errors.count == 1 && summary.chunks.isEmpty && world.rollup.parkedRows == 0)
  }

  @Test func theFirstFeedInTheConfigurationCounts() {
    var world = World(Self.site)
    let hour = hourNumber("2020-12-01")
    let now = time("2020-12-01", 1)
    world.advance(now)
    func value() -> Int32? { world.rollup.stationHour(0, pollutant: .pm25, hour: hour).optional }
    #expect(world.deliver([.hour("n", hour, 2)], feed: "b", now: now).accepted == 1)
    #expect(world.deliver([.hour("n", hour, 1)], feed: "a", now: now).accepted == 1)
    #expect(value() == 1_000)
    #expect(world.deliver([.hour("n", hour, 3)], feed: "b", now: now).evidence == 1)
    #expect(world.deliver([.hour("n", hour, 1)], feed: "a", now: now).duplicates == 1)
    #expect(world.deliver([.hour("n", hour, 4)], feed: "a", now: now).corrections == 1)
    #expect(value() == 4_000)
    let latest = world.rollup.latest(station: 0, pollutant: .pm25)
    #expect(latest.map { world.rollup.feedName($0.feed) } == "a" && latest?.value.thousandths == 4_000)
    // The order of preference is the configuration's of now.
    world.rollup.configure(site: Self.site, feeds: ["b", "a"])
    #expect(world.deliver([.hour("n", hour, 5)], feed: "b", now: now).accepted == 1)
    #expect(value() == 5_000)
  }

  @Test func moreSourcesThanAStationRemembers() {
    var world = World(Self.site, feeds: (0..<40).map { "f\($0)" })
    let hour = hourNumber("2020-12-01")
    world.advance(time("2020-12-01", 1))
    for feed in (0..<40).reversed() {
      world.deliver([.hour("n", hour, Double(feed))], feed: "f\(feed)", now: time("2020-12-01", 1))
    }
    // Those beyond the thirty-first never outrank.
    #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: hour).thousandths == 9_000)
  }

  @Test func readingsAreCountedOnce() {
    var world = World(Self.site)
    let now = time("2020-12-01", 1)
    world.advance(now)
    var rows = [
      Row.hour("n", hourNumber("2020-12-01"), 1), .hour("unknown", hourNumber("2020-12-01"), 1).flagged(.fail),
    ]
    rows.append(.hour("n", hourNumber("2020-12-01", 3), 1))
    let summary = world.deliver(rows, now: now)
    #expect(summary.accepted == 2 && summary.dropped == 1)
    #expect(summary.unusable == 1 && summary.unknownStationRows == 1)
    let city = world.rollup.unitIndex("city")!
    #expect(
      summary.changes.hours
        == [0, city].map { UnitSpan(unit: $0, firstHour: hourNumber("2020-12-01"), lastHour: hourNumber("2020-12-01")) }
    )
    var quarantined = Reading(station: 0, pollutant: .pm25, value: 1, begin: now, periodMilliseconds: 0, flag: .fail)
    quarantined.reasons = .futureStamp
    let other = world.rollup.insert(feed: "a", stations: ["n"], readings: [quarantined], now: now)
    #expect(other.quarantined == 1 && other.accepted == 0)
  }

  @Test func unknownStationsAreBounded() {
    var settings = RollupSettings()
    settings.maximumUnknownStations = 2
    var world = World(Self.site, settings: settings)
    world.advance(time("2020-12-01", 1))
    let rows = (0..<4).map { Row.hour("u\($0)", hourNumber("2020-12-01"), 1) }
    let summary = world.deliver(rows, now: time("2020-12-01", 1))
    #expect(summary.accepted == 2 && summary.dropped == 2 && world.rollup.stationCount == 5)
  }

  @Test func reconfigurationKeepsTheStationsThatStay() throws {
    var world = Self.world()
    let old = world.rollup
    let hour = hourNumber("2020-12-02", 2)
    let newSite = makeSite(
      [assessed("q", "c1"), micro("p", "c1"), assessed("m", "c2"), assessed("x1", "c2")], counties: ["c2", "c1"])
    world.rollup.configure(site: newSite, feeds: ["b"])
    let new = world.rollup
    #expect(new.stationIndex("n") == nil && new.stationIndex("q") == 0)
    for id in ["p", "m", "x0", "x1", "x2"] {
      let (from, to) = (try #require(old.stationIndex(id)), try #require(new.stationIndex(id)))
      #expect(old.latest(station: from, pollutant: .temperature) == new.latest(station: to, pollutant: .temperature))
      for pollutant in Pollutant.criteria {
        #expect(old.latest(station: from, pollutant: pollutant) == new.latest(station: to, pollutant: pollutant))
        for back in 0..<Int32(40) {
          #expect(
            old.stationHour(from, pollutant: pollutant, hour: hour - back)
              == new.stationHour(to, pollutant: pollutant, hour: hour - back))
        }
      }
    }
    // Units follow the new registry; imported days follow their unit.
    let county = try #require(new.unitIndex("c1"))
    #expect(new.unitDay(county, pollutant: .pm10, day: CivilDay("2020-06-01")!).value.value == 80)
    #expect(new.outstandingNeeds == [CountyDay(county: "c2", day: CivilDay(hour: hourNumber("2020-12-01") - 100))])
    #expect(world.deliver([.hour("m", hour + 3, 12)], feed: "b", now: time("2020-12-02", 8)).accepted == 1)
  }
}
