import AirQuality
import Engine
import Testing

@testable import History
@testable import Replay

@Suite struct ReplayTests {
  /// The same records put into an engine by hand, an hour a call, as `run` would: the same events, in the same order.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func theReplayIsTheEngineFedHourByHour(seed: UInt64) throws {
    let input = input(generated(seed: seed))
    let result = replay(input)
    #expect(result.events.count { $0.kind == .level } >= 4, "seed \(seed)")

    var byHour: [Int64: [(station: String, values: [Int32])]] = [:]
    let table = HistoryReader.read(
      Array(generated(seed: seed).utf8), file: "", defaultStation: "", options: HistoryOptions())
    for (index, row) in table.rows.enumerated() {
      byHour[row.begin, default: []].append(
        (table.stations[Int(row.station)], Array(table.values[index * 6..<index * 6 + 6])))
    }
    var engine = Engine()
    var events: [EventRecord] = []
    func apply(_ event: EngineEvent, at: Int64) {
      for effect in engine.apply(event, at: Instant(milliseconds: at)) {
        guard case .event(let record) = effect else { continue }
        events.append(record)
        if record.rule.hasSuffix("lift-proposed") {
          let act = OperatorAct.lift(
            id: "\(record.sequence)", county: record.county, by: "replay", reason: "按提议解除 (as proposed)")
          apply(.act(act), at: at)
        }
      }
    }
    let hour: Int64 = 3_600_000
    let first = try #require(byHour.keys.min())
    let last = try #require(byHour.keys.max())
    let configuration = EngineConfiguration(
      site: site(input), feeds: ["history"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])
    apply(.configuration(configuration), at: first)
    for begin in stride(from: first - hour, through: last + hour, by: 3_600_000) {
      let at = begin + hour
      guard let rows = byHour[begin] else {
        apply(.tick, at: at)
        continue
      }
      var batch = FeedBatch(feed: "history", receivedAt: Instant(milliseconds: at), stations: [], readings: [])
      for row in rows {
        if !batch.stations.contains(row.station) { batch.stations.append(row.station) }
        let station = UInt32(batch.stations.firstIndex(of: row.station) ?? 0)
        for (pollutant, value) in zip(Pollutant.criteria, row.values) {
          batch.readings.append(
            Reading(
              station: station, pollutant: pollutant, value: value == .min ? .nan : Double(value) / 1_000,
              begin: Instant(milliseconds: begin), periodMilliseconds: 3_600_000,
              flag: value == .min ? .missing : .unknown))
        }
      }
      apply(.batch(batch), at: at)
    }
    #expect(result.events == events, "seed \(seed)")
  }

  /// However an hour's rows are cut into answers, and whichever files they come from, the end is the same to the byte.
  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func batchesAndFilesMakeNoDifference(seed: UInt64) {
    let text = generated(seed: seed)
    // Nobody lifts: an act comes between two hours that are judged at one instant, or after both.
    let whole = replay(input(text), lifting: .never)
    let single = replay(input(text), lifting: .never, batching: .station)
    // Two hours judged at one instant come unit by unit or hour by hour; for each unit nothing differs.
    for unit in ["900001", "900000"] {
      #expect(Self.events(whole, unit) == Self.events(single, unit), "seed \(seed)")
    }
    #expect(whole.stateHash == single.stateHash, "seed \(seed)")
    let lines = text.split(separator: "\n")
    // By station, later stations first in no file but their own; the header again in each.
    let files = (0..<4).map { station in
      ([lines[0]] + lines.dropFirst().filter { $0.contains(",S\(station),") }).joined(separator: "\n")
    }
    let split = replay(input(files[0], files[1], files[2], files[3]), lifting: .never)
    #expect(whole.events == split.events, "seed \(seed)")
    #expect(whole.years == split.years && whole.episodes == split.episodes)
  }

  /// A unit's events without their numbers.
  private static func events(_ result: ReplayResult, _ unit: String) -> [EventRecord] {
    result.events.filter { $0.county == unit }.map { event in
      var event = event
      event.sequence = 0
      return event
    }
  }

  @Test func twoRunsEndInTheSameBytes() {
    let input = input(generated(seed: 21))
    #expect(replay(input).stateHash == replay(input).stateHash)
  }

  @Test func repeatedHoursAreDuplicatesAndOtherValuesCorrections() {
    let header = "time,station,PM2.5\n"
    let input = input(
      header + "2020-01-01 01:00,A,10\n2020-01-01 01:00,A,10\n2020-01-01 02:00,A,10\n2020-01-01 02:00,A,30\n")
    let verdicts = Dictionary(uniqueKeysWithValues: replay(input).verdicts.map { ($0.name, $0.count) })
    #expect(verdicts["accepted"] == 2 && verdicts["duplicate"] == 1 && verdicts["corrected"] == 1)
  }

  /// Two days of nothing inside an episode: the level stays, and somebody is told that data are missing.
  @Test func aGapHoldsTheLevel() {
    let header = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    func rows(_ days: [Int], _ fine: Int) -> String {
      days.map { day in
        (1...24).map { "2020-01-\(day < 10 ? "0" : "")\(day) \($0):00,A,\(fine),300,10,40,20,1\n" }.joined()
      }.joined()
    }
    let result = replay(input(header + rows([1, 2, 3], 280) + rows([6, 7, 8, 9], 20)))
    let events = result.events.filter { $0.county == result.units[0].code }
    let levels = events.filter { $0.kind == .level }
    // From the 20th hour of the first day on windows are known: 25 of them end at 20:00 of the second.
    #expect(levels.map(\.to) == ["yellow", "orange", "none"])
    #expect(result.site.offset.format(levels[0].at) == "2020-01-02T20:00:00+08:00")
    #expect(result.site.offset.format(levels[1].at) == "2020-01-03T20:00:00+08:00")
    #expect(events.contains { $0.kind == .data && $0.to == "indeterminate" && $0.at > levels[1].at })
    // The first clean window of 20 hours ends at 20:00 of the sixth; the 36th 35 hours later.
    #expect(result.site.offset.format(levels[2].at) == "2020-01-08T07:00:00+08:00")
    #expect(result.episodes.count == 1 && result.episodes[0].peak == "orange")
  }

  @Test func withoutLiftingALevelStays() {
    let result = replay(input(generated(seed: 31)), lifting: .never)
    #expect(result.events.contains { $0.rule.hasSuffix("/lift-proposed") })
    #expect(result.episodes.allSatisfy { $0.end == nil })
  }

  @Test func daysOfCitiesFillTheLedger() throws {
    let lines = (0..<800).map {
      "吕梁,\(CivilDay("2015-01-01")!.adding(days: Int32($0))),65,1~2,良,\($0 < 365 ? 40 : 60),90,30,1.5,20,50,1"
    }
    let result = replay(input(lines.joined(separator: "\n")))
    #expect(result.years.map(\.year) == [2015, 2016, 2017])
    let first = try #require(result.years.first)
    #expect(first.means.map { $0.text() } == ["40", "90", "30", "20", "50", "1.5"])
    #expect(first.validDays == Array(repeating: 365, count: 6) && first.judgedDays == 365 && first.goodDays == 365)
    #expect(result.years[1].means[0].text() == "60" && result.years[1].validDays[0] == 366)
    #expect(result.years[2].days == 69 && result.years[2].validDays[0] == 69)
    #expect(result.units.map(\.nameChinese) == ["吕梁"])
  }

  @Test func targetsAreJudgedAtTheEndOfTheirYear() throws {
    let input = input(
      (0..<370).map { "吕梁,\(CivilDay("2015-01-01")!.adding(days: Int32($0))),65,1~2,良,40,90,30,1.5,20,50,1" }
        .joined(separator: "\n"))
    let site = site(input)
    let target = TargetRow(
      year: 2015, county: site.counties[0].code, indicator: "pm25_annual_mean", target: 35, unit: "ug/m3")
    var run = Replay(input, site: site, targets: [target], criteria: "mee-2018", edition: "by-date")
    let row = try #require(run.run().targets.first)
    #expect(row.state == "missed" && row.valueToDate == 40 && row.days == 365)
  }

  @Test func countiesComeFromTheMapping() {
    let input = input(generated(seed: 41))
    let site = ReplayRegistry(
      siteName: "市", counties: [("S0", "141102"), ("S1", "甲县"), ("S2", "甲县")]
    ).site(stations: input.stations, cities: [])
    #expect(site.counties.map(\.code) == ["141102", "900002"])
    #expect(site.stations.map(\.id) == ["S0", "S1", "S2"])
    var run = Replay(input, site: site, criteria: "mee-2018", edition: "by-date")
    let result = run.run()
    #expect(result.units.map(\.code) == ["141102", "900002", "900000"])
    #expect(result.verdicts.first { $0.name == "unknown_station" }.map { $0.count > 0 } == true)
  }

  @Test func progressEndsAtTheEnd() {
    let input = input(generated(seed: 51, days: 3))
    var run = Replay(input, site: site(input), criteria: "mee-2018", edition: "by-date")
    var seen: [(Int, Int)] = []
    _ = run.run { seen.append(($0, $1)) }
    #expect(seen.count >= 3 && seen.last.map { $0.0 == $0.1 } == true)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.0 <= $1.0 })
  }
}

@Suite struct ReplayComparisonTests {
  @Test func aSchemeHeldAgainstItselfDiffersInNothing() {
    let result = replay(input(generated(seed: 61)))
    let comparison = ReplayComparison(result, result)
    #expect(comparison.isEmpty && comparison.same == result.events.count { $0.kind == .level && $0.county == "900001" })
  }

  /// Three days above 200, never above 300: 2017 has blue first and no orange.
  @Test func schemesDifferWhereTheirTextsDo() {
    let header = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    let rows = (1...9).map { day in
      (1...24).map { "2020-01-0\(day) \($0):00,A,\(day <= 4 ? 200 : 20),100,10,40,20,1\n" }.joined()
    }.joined()
    let input = input(header + rows)
    let comparison = ReplayComparison(replay(input), replay(input, criteria: "mee-2017"))
    #expect(comparison.onlyFirst.map(\.to) == ["orange"])
    #expect(comparison.onlySecond.map(\.to) == ["blue"])
    #expect(comparison.moved.isEmpty && comparison.days.isEmpty)
    // Yellow, and the end of the episode.
    #expect(comparison.same == 2)
    let later = ReplayComparison(replay(input), replay(input, criteria: "mee-2024"))
    #expect(later.onlyFirst.isEmpty && later.onlySecond.isEmpty)
    // Yellow from the first window, orange after 48 h, and the end once 36 windows are not above 150.
    #expect(later.moved.map(\.first.to) == ["yellow", "orange", "none"])
    #expect(later.moved.prefix(2).map(\.hours) == [-24, -24])
  }

  /// 70 µg/m³ of PM2.5 is an AQI of 94 by 2012 and above 100 by 2026.
  @Test func editionsDifferInDays() {
    let header = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    let rows = (1...3).map { day in
      (1...24).map { "2020-01-0\(day) \($0):00,A,70,80,10,40,20,1\n" }.joined()
    }.joined()
    let comparison = ReplayComparison(
      replay(input(header + rows)), replay(input(header + rows), edition: "hj633-2026"))
    #expect(comparison.onlyFirst.isEmpty && comparison.onlySecond.isEmpty && comparison.moved.isEmpty)
    #expect(comparison.days.map(\.differentAQI) == [3])
    #expect(comparison.days.map(\.goodFirst) == [3] && comparison.days.map(\.goodSecond) == [0])
  }
}
