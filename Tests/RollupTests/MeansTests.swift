import AirQuality
import Testing

@testable import Rollup

@Suite struct MeansTests {
  static let day = "2020-12-01"
  static var first: Int32 { hourNumber(day) }

  func world(_ stations: [Station], counties: [String] = ["c1", "c2"]) -> World {
    var world = World(makeSite(stations, counties: counties))
    world.advance(time(Self.day))
    return world
  }

  // MARK: Minutes to hours

  @Test(arguments: [(44, false), (45, true), (46, true), (60, true)])
  func anHourNeedsFortyFiveMinutes(count: Int, valid: Bool) {
    var world = world([assessed("n", "c1"), micro("m", "c1")])
    for station in ["n", "m"] {
      let rows = (0..<count).map { Row.minute(station, Self.first * 60 + Int32($0), Double(10 + $0 % 2)) }
      world.deliver(rows, now: time(Self.day, 0, 59))
    }
    #expect(world.rollup.unitHour(0, hour: Self.first)[.pm25].value.isMissing)
    world.advance(time(Self.day, 1))
    let value = world.rollup.unitHour(0, hour: Self.first)[.pm25]
    #expect(value.value.isMissing == !valid)
    #expect(world.rollup.microHour(0, hour: Self.first)[0].value.isMissing == !valid)
    if count == 60 { #expect(value.value.thousandths == 10_500 && value.state == .known) }
  }

  @Test func flagsInMeans() {
    var world = world([assessed("n", "c1"), micro("m", "c1")])
    func rows(_ station: String, _ flag: QualityFlag, _ count: Int32) -> [Row] {
      (0..<count).map { Row.minute(station, Self.first * 60 + $0, 20).flagged(flag) }
        + (count..<60).map { Row.minute(station, Self.first * 60 + $0, 10) }
    }
    // 16 suspect minutes leave an ordinary station 44; an assessed one keeps all 60.
    world.deliver(rows("n", .suspect, 16) + rows("m", .suspect, 16), now: time(Self.day, 1))
    #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: Self.first).thousandths == 12_667)
    #expect(world.rollup.stationHour(1, pollutant: .pm25, hour: Self.first).isMissing)
    #expect(world.rollup.deep[Self.first, 0].code == Cell.rolledSuspect)
    // Failed and missing minutes never count; a correction makes the hour again.
    world.deliver(rows("n", .fail, 16), now: time(Self.day, 1))
    #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: Self.first).isMissing)
    world.deliver(rows("n", .missing, 15), now: time(Self.day, 1))
    world.deliver([Row.minute("n", Self.first * 60 + 15, 10)], now: time(Self.day, 1))
    #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: Self.first).thousandths == 10_000)
  }

  @Test func longerPeriodsFillTheMinutesWhoseMidpointTheyCover() {
    var world = world([micro("m", "c1")])
    let start = time(Self.day, 0, 10).adding(milliseconds: 31_000)
    world.deliver([Row(station: "m", begin: start, period: 300_000, value: 7)], now: time(Self.day, 0, 30))
    let filled = (0..<60).filter { world.rollup.minutes[Self.first * 60 + Int32($0), 0].code != 0 }
    #expect(filled == [11, 12, 13, 14, 15])
    world.deliver([Row(station: "m", begin: start, period: 0, value: 8)], now: time(Self.day, 0, 30))
    #expect(world.rollup.minutes[Self.first * 60 + 10, 0].value == 8_000)
  }

  @Test func anHourOfAFeedCountsBeforeItsMinutes() {
    var world = world([assessed("n", "c1")])
    let minutes = (0..<60).map { Row.minute("n", Self.first * 60 + $0, 10) }
    func hour() -> Int32? { world.rollup.stationHour(0, pollutant: .pm25, hour: Self.first).optional }
    world.deliver(minutes, now: time(Self.day, 1))
    #expect(hour() == 10_000)
    world.deliver([.hour("n", Self.first, 50)], now: time(Self.day, 1))
    #expect(hour() == 50_000)
    // Withdrawn, it is made from minutes again; a failed one stays and is no value.
    world.deliver([.hour("n", Self.first, 0).flagged(.missing)], now: time(Self.day, 1))
    #expect(hour() == 10_000)
    world.deliver([.hour("n", Self.first, 50).flagged(.fail)], now: time(Self.day, 1))
    #expect(hour() == nil)
  }

  // MARK: Windows

  @Test(arguments: [(19, false), (20, true), (21, true), (24, true)])
  func aRunningMeanNeedsTwentyHours(count: Int, valid: Bool) {
    var world = world([assessed("n", "c1")])
    let rows = (0..<24).filter { $0 >= 24 - count }.map { Row.hour("n", Self.first + Int32($0), 30) }
    world.deliver(rows, now: time("2020-12-02"))
    let running = world.rollup.running24(0, endHour: Self.first + 23)
    #expect(running[.pm25].state == (valid ? .known : .indeterminate))
    #expect(running[.pm25].value.optional == (valid ? 30_000 : nil))
    #expect(running.completeness == Double(count) / 144)
    #expect(running.leading[0] == (valid ? 0 : nil))
    #expect(world.rollup.unitDay(0, pollutant: .pm25, day: CivilDay(Self.day)!).value.isMissing == !valid)
  }

  /// Twenty-four, twenty-five and twenty-six consecutive windows need 47, 48 and 49 hours of air.
  @Test(arguments: [24, 25, 26] as [Int32])
  func consecutiveWindows(windows: Int32) {
    var world = world([assessed("n", "c1")])
    let count = windows + 23
    for hour in 0..<count {
      let end = CivilOffset.china.start(ofHour: Self.first + hour + 1)
      world.deliver([.hour("n", Self.first + hour, 200)], now: end.adding(milliseconds: 60_000))
    }
    let known = (0..<count + 8).filter {
      world.rollup.running24(0, endHour: Self.first + $0)[.pm25].value.thousandths == 200_000
    }
    // Twenty hours make a mean, so windows that reach before the first hour and after the last count as well.
    #expect(known == Array(19..<count + 4))
    let whole = (0..<count + 8).filter {
      world.rollup.running24(0, endHour: Self.first + $0).completeness == 24.0 / 144
    }
    #expect(whole.count == Int(windows))
  }

  @Test(arguments: [(13, 100.0, false), (14, 100.0, true), (5, 160.0, false), (5, 160.001, true)])
  func highestEightHourMean(windows: Int, level: Double, valid: Bool) {
    var world = world([assessed("n", "c1")])
    // Windows end with hours 7 to 23; `windows` of them have six of their hours when the first values are kept.
    let hours = windows + 5
    world.deliver(
      (0..<Int32(hours)).map { .hour("n", Self.first + $0, level, .o3) }, now: time("2020-12-02"))
    let expected = valid ? Concentration(level).thousandths : nil
    #expect(world.rollup.unitDay(0, pollutant: .o3, day: CivilDay(Self.day)!).value.optional == expected)
    #expect(world.rollup.running24(0, endHour: Self.first + 23)[.o3].value.optional == expected)
  }

  @Test func ozoneEightHourNeedsSixHours() {
    var world = world([assessed("n", "c1")])
    world.deliver((0..<5).map { .hour("n", Self.first + $0, 60, .o3) }, now: time(Self.day, 8))
    #expect(world.rollup.unitHour(0, hour: Self.first + 7).ozoneEightHour.value.isMissing)
    world.deliver([.hour("n", Self.first + 5, 120, .o3)], now: time(Self.day, 8))
    #expect(world.rollup.unitHour(0, hour: Self.first + 7).ozoneEightHour.value.thousandths == 70_000)
  }

  // MARK: Shares

  @Test(arguments: 1...8)
  func shareOfStations(expected: Int) {
    for valid in 0...expected {
      var world = world((0..<expected).map { assessed("n\($0)", "c1") })
      world.deliver((0..<valid).map { .hour("n\($0)", Self.first, 10) }, now: time(Self.day, 1))
      let value = world.rollup.unitHour(0, hour: Self.first)[.pm25]
      let needed = [1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 6][expected]!
      #expect(value.state.hasValue == (valid >= needed), "\(valid) of \(expected)")
      #expect((value.state == .known) == (valid == expected))
      #expect(value.valid == valid && value.expected == expected)
      #expect(value.value.isMissing == (valid < needed))
    }
  }

  @Test(arguments: [(8, 13, false), (9, 13, false), (10, 13, true), (13, 13, true), (2, 3, false), (3, 4, true)])
  func cityNeedsThreeQuartersOfItsMonitoredCounties(valid: Int, monitored: Int, known: Bool) {
    // One county more has no station: it is unmonitored and counts nowhere.
    let counties = (0...monitored).map { "c\($0)" }
    var world = world((0..<monitored).map { assessed("n\($0)", "c\($0)") }, counties: counties)
    world.deliver((0..<valid).map { .hour("n\($0)", Self.first, Double($0)) }, now: time(Self.day, 1))
    let city = world.rollup.unitIndex("city")!
    let value = world.rollup.unitHour(city, hour: Self.first)[.pm25]
    #expect(value.state.hasValue == known && value.expected == monitored)
    #expect((value.state == .known) == (valid == monitored))
    if known { #expect(value.value.thousandths == Int32(valid - 1) * 500) }
    #expect(world.rollup.unitHour(monitored, hour: Self.first)[.pm25].state == .unmonitored)
    #expect(world.rollup.running24(monitored, endHour: Self.first).isUnmonitored)
  }

  @Test func urbanDistrictIsItsNationalStationsWithoutTheBackground() {
    var world = world([
      assessed("a", "c1", urban: true), assessed("b", "c1", urban: true, background: true),
      assessed("c", "c1", urban: true, class: .county), assessed("d", "c1"), micro("m", "c1"),
    ])
    world.deliver(
      [("a", 10.0), ("b", 20), ("c", 30), ("d", 40), ("m", 900)].map { .hour($0.0, Self.first, $0.1) },
      now: time(Self.day, 1))
    let urban = world.rollup.unitIndex("city-urban")!
    #expect(world.rollup.unitHour(urban, hour: Self.first)[.pm25].value.thousandths == 10_000)
    #expect(world.rollup.unitHour(0, hour: Self.first)[.pm25].value.thousandths == 25_000)
    #expect(world.rollup.microHour(0, hour: Self.first)[0].value.thousandths == 900_000)
    #expect(world.rollup.microHour(urban, hour: Self.first)[0].state == .unmonitored)
  }

  @Test func assessmentHasDates() {
    var world = world([assessed("a", "c1", until: Self.day), assessed("b", "c1", from: "2020-12-02")])
    let next = Self.first + 24
    world.deliver(
      [.hour("a", Self.first, 10), .hour("b", Self.first, 20), .hour("a", next, 10), .hour("b", next, 20)],
      now: time("2020-12-02", 1))
    #expect(world.rollup.unitHour(0, hour: Self.first)[.pm25].value.thousandths == 10_000)
    #expect(world.rollup.unitHour(0, hour: next)[.pm25].value.thousandths == 20_000)
  }

  @Test func anHourIsCompleteWhenEveryAssessedStationDelivered() {
    var world = world([assessed("a", "c1"), assessed("b", "c1"), micro("m", "c1")])
    func complete() -> Bool { world.rollup.hourIsComplete(0, hour: Self.first) }
    world.deliver([.hour("a", Self.first, 10)], now: time(Self.day, 1))
    #expect(!complete())
    let minutes = (0..<59).map { Row.minute("b", Self.first * 60 + $0, 10) }
    world.deliver(minutes, now: time(Self.day, 1))
    #expect(!complete())
    world.deliver([.minute("b", Self.first * 60 + 59, 10)], now: time(Self.day, 1))
    #expect(complete())
    #expect(!world.rollup.hourIsComplete(1, hour: Self.first))
    #expect(!world.rollup.hourIsComplete(0, hour: Self.first + 1))
    // Delivered as missing is delivered.
    world.deliver([.hour("b", Self.first, 0).flagged(.missing)], now: time(Self.day, 1))
    #expect(complete())
  }
}
