import AirQuality
import Testing

@testable import Rollup

/// Rows that change flags alone, and rows that fill what is free: in the rings, and in days that are stored.
@Suite struct ClaimTests {
  static let site = makeSite([assessed("n", "c1"), micro("m", "c1")])

  private static func series(_ world: World, _ station: Int, _ hour: Int32) -> SeriesCell? {
    world.rollup.hourSeries(station, pollutant: .pm25, hours: hour..<hour + 1).first
  }

  private static func minutes(_ world: World, _ minute: Int32) -> SeriesCell? {
    world.rollup.minuteSeries(1, pollutant: .pm25, minutes: minute..<minute + 1).first
  }

  @Test func aVerdictChangesTheFlagOfTheSameValueOfTheSameFeed() {
    var world = World(Self.site)
    let hour = hourNumber("2020-12-01", 8)
    let now = time("2020-12-01", 9, 10)
    world.deliver([.hour("n", hour, 48), .hour("m", hour, 40)], now: now)
    world.settle([Row.hour("n", hour, 500).flagged(.suspect)], claim: .flag, now: now)
    world.settle([Row.hour("m", hour, 40).flagged(.suspect)], feed: "b", claim: .flag, now: now)
    #expect(Self.series(world, 0, hour)?.flag == .good && Self.series(world, 1, hour)?.flag == .good)
    world.settle([Row.hour("n", hour, 48).flagged(.suspect)], claim: .flag, now: now)
    #expect(Self.series(world, 0, hour) == SeriesCell(window: hour, value: Concentration(48), flag: .suspect))
    // Of nothing there is no verdict.
    world.settle([Row.hour("n", hour - 1, 48).flagged(.suspect)], claim: .flag, now: now)
    #expect(Self.series(world, 0, hour - 1) == nil)
  }

  @Test func aMinuteThatFailsMakesItsHourAnew() {
    var world = World(Self.site)
    let first = hourNumber("2020-12-01", 8) * 60
    world.deliver((0..<46).map { .minute("m", first + $0, $0 == 9 ? 900 : 40) }, now: time("2020-12-01", 9, 1))
    world.deliver([.minute("m", first + 60, 40)], now: time("2020-12-01", 9, 2))
    #expect((Self.series(world, 1, first / 60)?.value.value ?? 0) > 50)
    let now = time("2020-12-01", 9, 3)
    world.settle([Row.minute("m", first + 9, 900).flagged(.fail)], claim: .flag, now: now)
    #expect(Self.minutes(world, first + 9)?.flag == .fail)
    // 45 are left.
    #expect(Self.series(world, 1, first / 60)?.value.value == 40)
  }

  @Test func verdictsReachStoredDays() throws {
    var world = World(Self.site)
    let hour = hourNumber("2020-12-01", 23)
    world.deliver([.hour("n", hour, 400)], now: time("2020-12-02", 0, 10))
    world.advance(time("2020-12-02", 2))
    let day = CivilDay("2020-12-01")!
    func stored() throws -> [SeriesCell] {
      try world.stored("c1", day).flatMap { chunk throws(RollupError) in
        try chunk.series(station: "n", pollutant: .pm25)
      }
    }
    #expect(try stored().map(\.flag) == [.good])
    world.settle([Row.hour("n", hour, 401).flagged(.suspect)], claim: .flag, now: time("2020-12-02", 2, 1))
    #expect(try stored().map(\.flag) == [.good])
    world.settle([Row.hour("n", hour, 400).flagged(.suspect)], claim: .flag, now: time("2020-12-02", 2, 1))
    #expect(try stored() == [SeriesCell(window: hour, value: Concentration(400), flag: .suspect)])
    // Beyond the rings it waits for what is stored, and is held against that.
    let late = time("2020-12-20", 3)
    let past = CivilDay("2020-12-01")!.firstHour + 23
    world.deliver([.hour("m", past, 30)], now: late)
    for (feed, value) in [("b", 30.0), ("a", 31)] {
      world.settle([Row.hour("m", past, value).flagged(.fail)], feed: feed, claim: .flag, now: late)
    }
    world.settle([Row.hour("m", past, 35).flagged(.suspect)], claim: .vacancy, now: late)
    world.settle([Row.hour("m", past - 1, 35).flagged(.suspect)], claim: .vacancy, now: late)
    func micro() throws -> [SeriesCell] {
      try world.stored("c1", day).flatMap { chunk throws(RollupError) in
        try chunk.series(station: "m", pollutant: .pm25)
      }
    }
    #expect(try micro().map(\.value.value) == [35, 30] && micro().map(\.flag) == [.suspect, .good])
    world.settle([Row.hour("m", past, 30).flagged(.fail)], claim: .flag, now: late)
    #expect(try micro().map(\.flag) == [.suspect, .fail])
  }

  @Test func claimsThatWaitAreKept() throws {
    var world = World(Self.site)
    let now = time("2020-12-20", 3)
    let past = hourNumber("2020-12-01", 4)
    world.advance(now)
    world.settle([Row.hour("m", past, 35).flagged(.suspect)], claim: .vacancy, now: now, answer: false)
    let bytes = world.bytes
    world.rollup = try Rollup(decoding: bytes, site: Self.site, feeds: ["a", "b"])
    #expect(world.bytes == bytes && world.rollup.parkedRows == 1)
  }

  @Test func whatIsWorthLeastReplacesNothing() {
    var world = World(Self.site)
    let hour = hourNumber("2020-12-01", 8)
    let now = time("2020-12-01", 9, 10)
    world.deliver([.hour("m", hour, 25)], now: now)
    world.settle([Row.hour("m", hour, 40).flagged(.suspect)], claim: .vacancy, now: now)
    #expect(Self.series(world, 1, hour)?.value.value == 25)
    #expect(world.rollup.latest(station: 1, pollutant: .pm25)?.value.value == 25)
    world.settle([Row.hour("m", hour - 1, 40).flagged(.suspect)], claim: .vacancy, now: now)
    #expect(Self.series(world, 1, hour - 1) == SeriesCell(window: hour - 1, value: Concentration(40), flag: .suspect))
    world.deliver([.hour("m", hour - 1, 24)], now: now)
    #expect(Self.series(world, 1, hour - 1)?.value.value == 24)
  }
}
