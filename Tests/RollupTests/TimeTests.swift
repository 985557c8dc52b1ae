import AirQuality
import Testing

@testable import Rollup

/// The passing of time: closing, jumps, chunks that are due, the wrap of the rings.
@Suite struct TimeTests {
  static let site = makeSite([assessed("n", "c1"), micro("m", "c2")])

  @Test func hoursAndDaysCloseInTime() {
    var world = World(Self.site)
    world.advance(time("2020-12-01", 22, 10))
    let hour = hourNumber("2020-12-01", 22)
    world.deliver([.minute("m", hour * 60 + 5, 10)], now: time("2020-12-01", 22, 10))
    world.deliver([.hour("n", hour, 10)], now: time("2020-12-01", 23, 5))
    #expect(world.rollup.advance(to: time("2020-12-01", 23, 29)).chunks.isEmpty)
    let due = world.rollup.advance(to: time("2020-12-01", 23, 30))
    #expect(
      due.chunks.map(\.key)
        == [RollupChunkKey(county: "c2", day: CivilDay("2020-12-01")!, kind: .minutes, hour: 22)])
    #expect(due.endedHour == hour && due.closedHour == hour - 1)
    #expect(world.rollup.advance(to: time("2020-12-02", 0, 59)).closedDays.isEmpty)
    let closed = world.rollup.advance(to: time("2020-12-02", 1))
    #expect(closed.closedDays.map(\.description) == ["2020-12-01"])
    #expect(closed.chunks.map(\.key.kind) == [.hours])
    #expect(closed.chunks.map(\.key.county) == ["c1"])
    #expect(closed.closedHour == hour + 1 && closed.closedDay == CivilDay("2020-12-01"))
    // Time never goes back.
    let before = world.bytes
    #expect(world.rollup.advance(to: time("2020-12-01", 12)).chunks.isEmpty)
    #expect(world.bytes == before)
  }

  /// A jump of days makes and stores all that was in the rings, and holds nothing of the days between.
  @Test(arguments: [1, 3, 16, 500] as [Int64])
  func jump(days: Int64) {
    var world = World(Self.site)
    let first = hourNumber("2020-12-01")
    world.advance(time("2020-12-01"))
    for minute in 0..<(10 * 60 + 50) {
      let number = first * 60 + Int32(minute)
      world.deliver(
        [.minute("n", number, 10), .minute("m", number, 20)],
        now: CivilOffset.china.start(ofMinute: number + 1))
    }
    let later = time("2020-12-01", 10, 50).adding(milliseconds: days * 86_400_000)
    world.advance(later)
    // The last hour has fifty minutes, enough for a mean.
    for (county, station, level) in [("c1", "n", Int32(10_000)), ("c2", "m", 20_000)] {
      for hour in UInt8(0)...10 {
        let key = RollupChunkKey(county: county, day: CivilDay("2020-12-01")!, kind: .minutes, hour: hour)
        let content = world.store[key].flatMap { try? ChunkContent(RollupChunk(key: key, bytes: $0)) }
        #expect(content?.cells.first?.prefix(60).count { $0.code == 1 } == (hour == 10 ? 50 : 60), "\(key)")
      }
      let key = RollupChunkKey(county: county, day: CivilDay("2020-12-01")!, kind: .hours)
      let content = world.store[key].flatMap { try? ChunkContent(RollupChunk(key: key, bytes: $0)) }
      #expect(content?.ids == [station])
      #expect(
        content?.cells[0].prefix(24).map(\.value) == Array(repeating: level, count: 11) + Array(repeating: 0, count: 13)
      )
    }
    #expect(world.closedDays.prefix(2).map(\.description) == ["2020-11-30", "2020-12-01"])
    let now = hourNumber("2020-12-01", 10) + Int32(days) * 24
    for hour in now - 8...now { #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: hour).isMissing) }
    // What comes now is taken as ever.
    world.deliver([.hour("n", now - 1, 30)], now: later)
    #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: now - 1).thousandths == 30_000)
  }

  /// The hour is made whether the batch that follows its end comes at once or when its minutes have left the ring.
  @Test(arguments: [61, 90, 115, 119, 121, 200] as [Int32])
  func hoursAreMadeHoweverLateTheNextBatch(minutes: Int32) {
    var world = World(Self.site)
    let hour = hourNumber("2020-12-01", 12)
    world.advance(time("2020-12-01", 12))
    world.deliver((0..<50).map { .minute("n", hour * 60 + $0, 10) }, now: time("2020-12-01", 12, 50))
    let summary = world.deliver([], now: time("2020-12-01", 12, minutes))
    #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: hour).thousandths == 10_000)
    #expect(!(summary.changes.hours + summary.advance.changes.hours).isEmpty)
  }

  /// Fifty hours and sixteen days of hours wrap both hour rings; what has left them is asked for.
  @Test func ringsWrapAndOldRowsAreNeeded() {
    var world = World(Self.site)
    let first = hourNumber("2020-11-01")
    world.advance(time("2020-11-01"))
    let count: Int32 = 17 * 24
    for hour in 0..<count {
      let end = CivilOffset.china.start(ofHour: first + hour + 1)
      world.deliver([.hour("n", first + hour, Double(hour)), .hour("m", first + hour, Double(hour))], now: end)
    }
    // The rings reach ten minutes into the running hour.
    let head = first + count
    for hour in head - 500...head {
      let inside = hour >= max(first, head - 360) && hour < head
      #expect(world.rollup.stationHour(0, pollutant: .pm25, hour: hour).isMissing != inside)
      let ordinary = hour >= head - 48 && hour < head
      #expect(world.rollup.stationHour(1, pollutant: .pm25, hour: hour).isMissing != ordinary)
    }
    // A correction of an hour long gone waits for its chunk, then changes chunk, day and revision.
    let day = CivilDay("2020-11-01")!
    let before = world.rollup.unitDay(0, pollutant: .pm25, day: day).value.thousandths
    #expect(before == 11_500)
    let now = CivilOffset.china.start(ofHour: head)
    let summary = world.deliver([.hour("n", first, 240)], now: now, answer: false)
    #expect(summary.late == 1 && summary.needs == [CountyDay(county: "c1", day: day)])
    #expect(world.deliver([.hour("n", first + 1, 1)], now: now, answer: false).needs.isEmpty)
    #expect(world.rollup.outstandingNeeds == [CountyDay(county: "c1", day: day)])
    world.answer()
    #expect(world.rollup.unitDay(0, pollutant: .pm25, day: day).value.thousandths == 21_500)
    #expect(world.rollup.revision(0, day: day) == 1)
    #expect(world.changes.last?.days.map(\.unit) == [0, world.rollup.unitIndex("city")!])
    // The same again changes nothing.
    world.deliver([.hour("n", first, 240)], now: now)
    #expect(world.rollup.revision(0, day: day) == 1)
  }

  /// The answer to a need was read before the day closed and comes after it: merged into it, the late row would leave one
  /// hour of the day's chunk.
  @Test func anAnswerOlderThanTheChunkIsAskedForAgain() throws {
    var world = World(Self.site)
    let day = CivilDay("2020-12-01")!
    let first = day.firstHour
    world.advance(CivilOffset.china.start(ofHour: first))
    for hour in first..<first + 24 {
      let end = CivilOffset.china.start(ofHour: hour + 1)
      let rows = (0..<60).map { Row.minute("n", hour * 60 + $0, 20) }
      world.deliver(rows + [.hour("m", hour, Double(hour - first))], now: end)
    }
    // A minute of an hour whose minutes are stored: its chunk is asked for, and the store is read …
    let late = world.deliver(
      [.minute("n", first * 60 + 5, 80)], now: CivilOffset.china.start(ofHour: first + 24).adding(milliseconds: 60_000),
      answer: false)
    #expect(late.needs == [CountyDay(county: "c1", day: day)])
    let read = world.stored("c1", day)
    #expect(!read.contains { $0.key.kind == .hours })
    // … the day closes and its hours are stored …
    world.advance(CivilOffset.china.start(ofHour: first + 26))
    let key = RollupChunkKey(county: "c1", day: day, kind: .hours)
    let whole = try RollupChunk(key: key, bytes: #require(world.store[key])).series(station: "n", pollutant: .pm25)
    #expect(whole.count == 24)
    // … and then the old answer comes.
    let stale = world.rollup.history(county: "c1", day: day, chunks: read)
    #expect(stale.chunks.isEmpty && stale.needs == [CountyDay(county: "c1", day: day)])
    #expect(world.rollup.parkedRows == 1)
    var twin = try Rollup(decoding: world.bytes, site: Self.site, feeds: ["a", "b"])
    #expect(twin.outstandingNeeds == [CountyDay(county: "c1", day: day)])
    world.answer()
    let merged = try RollupChunk(key: key, bytes: #require(world.store[key])).series(station: "n", pollutant: .pm25)
    #expect(merged.count == 24 && merged[0].value.value == 21 && merged[1].value.value == 20)
    #expect(world.rollup.parkedRows == 0)
    _ = twin.history(county: "c1", day: day, chunks: world.stored("c1", day))
    #expect(twin.parkedRows == 0)
  }

  /// A late row of a day whose hours retention has removed does not unmake the day.
  @Test func aLateRowOfARemovedDayIsEvidence() {
    var world = World(Self.site)
    let day = CivilDay("2020-11-01")!
    for hour in day.firstHour..<day.firstHour + 24 {
      world.deliver([.hour("n", hour, 30)], now: CivilOffset.china.start(ofHour: hour + 1))
    }
    world.advance(CivilOffset.china.start(ofHour: day.firstHour + 40 * 24))
    world.store = [:]
    let now = CivilOffset.china.start(ofHour: day.firstHour + 40 * 24)
    let late = world.deliver([.hour("n", day.firstHour + 3, 900)], now: now, answer: false)
    #expect(late.late == 1)
    let summary = world.rollup.history(county: "c1", day: day, chunks: [])
    #expect(summary.evidence == ["a": 1] && summary.chunks.isEmpty && summary.changes.isEmpty)
    #expect(world.rollup.unitDay(0, pollutant: .pm25, day: day).value.value == 30)
    #expect(world.rollup.revision(0, day: day) == 0)
  }

  @Test func parkingIsBounded() {
    var settings = RollupSettings()
    settings.maximumParkedRows = 3
    var world = World(Self.site, settings: settings)
    world.advance(time("2020-12-01"))
    let rows = (0..<5).map { Row.hour("m", hourNumber("2020-11-01", $0), 1) }
    let summary = world.deliver(rows, now: time("2020-12-01"), answer: false)
    #expect(summary.late == 3 && summary.dropped == 2 && world.rollup.parkedRows == 3)
    // A day that has left the ledger is not even parked.
    let old = world.deliver([.hour("m", hourNumber("2019-10-01"), 1)], now: time("2020-12-01"), answer: false)
    #expect(old.dropped == 1 && old.needs.isEmpty)
  }

  @Test(arguments: [("2020-02-28", 3), ("2020-12-30", 4), ("2019-12-31", 2)])
  func daysAcrossLeapDayAndYearEnd(from: String, count: Int32) {
    var world = World(Self.site)
    let start = CivilDay(from)!
    world.advance(CivilOffset.china.start(of: start))
    for hour in 0..<count * 24 {
      let end = CivilOffset.china.start(ofHour: start.firstHour + hour + 1)
      world.deliver([.hour("n", start.firstHour + hour, Double(hour / 24 + 1))], now: end)
    }
    for year in start.year...start.adding(days: count - 1).year {
      let values = world.rollup.unitYear(0, pollutant: .pm25, year: year)
      #expect(values.count == CivilDay.days(inYear: year))
      for (index, value) in values.enumerated() {
        let day = CivilDay(year: year, month: 1, day: 1)!.adding(days: Int32(index))
        let number = day.number - start.number
        #expect(value.optional == ((0..<count).contains(number) ? (number + 1) * 1_000 : nil), "\(day)")
      }
    }
  }

  @Test func importedDaysFillWhatStationsDoNotGive() {
    var world = World(Self.site)
    world.advance(time("2020-12-03"))
    let rows = (0..<24).map { Row.hour("n", hourNumber("2020-12-02", $0), 50) }
    world.deliver(rows, now: time("2020-12-03"))
    let result = world.rollup.importDays(
      [
        ("c1", CivilDay("2020-12-01")!, .pm25, Concentration(40)),
        ("c1", CivilDay("2020-12-02")!, .pm25, Concentration(1)),
        ("nowhere", CivilDay("2020-12-01")!, .pm25, Concentration(1)),
        ("c2", CivilDay("2018-12-01")!, .pm25, Concentration(1)),
        ("c2", CivilDay("2020-12-01")!, .humidity, Concentration(1)),
      ], now: time("2020-12-03"))
    #expect(result.refused == 3)
    #expect(result.changes.days.count == 4)
    let days = [CivilDay("2020-12-01")!, CivilDay("2020-12-02")!]
    #expect(days.map { world.rollup.unitDay(0, pollutant: .pm25, day: $0).value.value } == [40, 50])
    // The city is the mean of its counties, imported or not.
    let city = world.rollup.unitIndex("city")!
    #expect(days.map { world.rollup.unitDay(city, pollutant: .pm25, day: $0).value.value } == [40, 50])
    #expect(world.rollup.unitYear(0, pollutant: .pm25, year: 2020).compactMap(\.optional) == [40_000, 50_000])
  }

  @Test func dailyValuesOfAFeedCountBeforeTheHours() {
    var world = World(Self.site)
    world.advance(time("2020-12-02"))
    let day = CivilDay("2020-12-01")!
    world.deliver((0..<24).map { Row.hour("n", day.firstHour + $0, 50) }, now: time("2020-12-02"))
    let begin = CivilOffset.china.start(of: day)
    var row = Row(station: "n", begin: begin, period: 86_400_000, value: 44)
    world.deliver([row], now: time("2020-12-02"))
    #expect(world.rollup.unitDay(0, pollutant: .pm25, day: day).value.value == 44)
    row.flag = .missing
    world.deliver([row], now: time("2020-12-02"))
    #expect(world.rollup.unitDay(0, pollutant: .pm25, day: day).value.value == 50)
    // Not of midnight, not an assessed station's, not ozone's: evidence.
    let others = [
      Row(station: "n", begin: begin.adding(milliseconds: -3_600_000), period: 86_400_000, value: 1),
      Row(station: "m", begin: begin, period: 86_400_000, value: 1),
      Row(station: "n", pollutant: .o3, begin: begin, period: 86_400_000, value: 1),
      Row(station: "n", begin: begin, period: 7_200_000, value: 1),
    ]
    #expect(world.deliver(others, now: time("2020-12-02")).evidence == 4)
  }
}
