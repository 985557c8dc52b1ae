import AirQuality
import Engine
import Replay
import Reviews
import Testing

/// A set beside what an engine has stored.
struct ReviewDifferenceTests {
  private static let site = ReviewedSetTests.site
  private static let first = CivilDay("2020-12-01")!

  /// The hour chunks that an engine stores of ten days of 120 µg/m³ PM2.5 at A1 and 30 at B1 and B2; in Lishi three days
  /// in the middle at 200.
  private static func chunks() -> [StoredChunk] {
    var engine = Engine()
    var chunks: [ChunkKey: [UInt8]] = [:]
    func take(_ effects: [Effect]) {
      for case .chunk(let key, let bytes) in effects where key.kind == .hours { chunks[key] = bytes }
    }
    take(
      engine.apply(
        .configuration(
          EngineConfiguration(
            site: site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])),
        at: CivilOffset.china.start(of: first)))
    for hour in first.firstHour..<(first.firstHour + 241) {
      let at = CivilOffset.china.start(ofHour: hour + 1).adding(milliseconds: 300_000)
      var readings = ContiguousArray<Reading>()
      for (index, id) in ["A1", "B1", "B2"].enumerated() {
        for pollutant in Pollutant.criteria {
          readings.append(
            Reading(
              station: UInt32(index), pollutant: pollutant, value: value(id, pollutant, hour),
              begin: CivilOffset.china.start(ofHour: hour), periodMilliseconds: 3_600_000))
        }
      }
      take(
        engine.apply(
          .batch(FeedBatch(feed: "f", receivedAt: at, stations: ["A1", "B1", "B2"], readings: readings)), at: at))
    }
    take(engine.apply(.tick, at: CivilOffset.china.start(ofHour: first.firstHour + 243)))
    return chunks.map { StoredChunk(key: $0.key, bytes: $0.value) }
  }

  private static func value(_ station: String, _ pollutant: Pollutant, _ hour: Int32) -> Double {
    guard pollutant == .pm25 else { return pollutant == .co ? 1 : 40 }
    guard station == "A1" else { return 30 }
    return (72..<144).contains(hour - first.firstHour) ? 200 : 120
  }

  private static func facts(_ earlier: [ReviewedDay] = []) -> ReviewDifference.Facts {
    ReviewDifference.Facts(
      site: site, feeds: ["f"], criteria: "mee-2018", edition: "by-date", chunks: chunks(), earlier: earlier)
  }

  private static func day(_ station: String, _ number: Int32, _ value: (Int) -> Double?) -> ReviewedDay {
    ReviewedDay(
      station: station, day: first.adding(days: number), pollutant: .pm25,
      hours: (0..<24).map { value($0).map { Concentration($0) } ?? .missing })
  }

  @Test("hours that are the same, changed, removed and added, and the largest change")
  func hours() throws {
    let set = [Self.day("A1", 1) { $0 == 0 ? nil : $0 == 5 ? 100 : $0 == 6 ? 121 : 120 }]
    let difference = try #require(try ReviewDifference(set, Self.facts()))
    let hours = try #require(difference.hours.first)
    #expect(difference.hours.count == 1 && hours.station == "A1" && hours.pollutant == .pm25)
    #expect(hours.same == 21 && hours.changed == 2 && hours.removed == 1 && hours.added == 0 && hours.empty == 0)
    #expect(hours.largest?.hour == Self.first.firstHour + 29)
    #expect(hours.largest?.before == Concentration(120) && hours.largest?.after == Concentration(100))
  }

  @Test("days of units: what changes, what becomes final, heavy and good days")
  func days() throws {
    // The second heavy day of Lishi is reviewed down to 74; Fenyang is reviewed in one of two stations without change.
    let set = [Self.day("A1", 4) { _ in 74 }, Self.day("B1", 4) { _ in 30 }]
    let difference = try #require(try ReviewDifference(set, Self.facts()))
    #expect(difference.span == Self.first.adding(days: 4)...Self.first.adding(days: 4))
    let lishi = try #require(difference.units.first { $0.unit.code == "141102" })
    #expect(lishi.changedDays == 1 && lishi.heavyBefore == 1 && lishi.heavyAfter == 0)
    #expect(lishi.goodBefore == 0 && lishi.goodAfter == 1)
    let fenyang = try #require(difference.units.first { $0.unit.code == "141182" })
    #expect(fenyang.changedDays == 0 && fenyang.finalDays == 0)
    #expect(difference.days.map(\.unit) == ["141102", "141100"])
    #expect(difference.days[0].aqiBefore == 250 && difference.days[0].aqiAfter == 99)
    // What was reviewed before is the ground.
    let again = try #require(
      try ReviewDifference(set, Self.facts([Self.day("A1", 4) { _ in 74 }])))
    #expect(again.days.isEmpty)
  }

  @Test("findings that reviewed data would change, by the same engine")
  func levels() throws {
    // Three days at 200 give yellow after 48 hours and orange after 72; the review takes the middle day away.
    let unchanged = try #require(try ReviewDifference([Self.day("B1", 4) { _ in 30 }], Self.facts()))
    #expect(unchanged.levels.isEmpty)
    let set = [Self.day("A1", 4) { _ in 60 }]
    let difference = try #require(try ReviewDifference(set, Self.facts()))
    #expect(difference.levels.onlyFirst.contains { $0.county == "141102" && $0.to == "yellow" })
    #expect(difference.levels.onlySecond.isEmpty)
    let tables = difference.tables()
    #expect(tables.count == 5 && tables.last?.rows.isEmpty == false)
    #expect(difference.json(tally: ReviewedSet.Tally()).contains("\"only_provisional\":[{\"county\":\"141102\""))
  }

  @Test("hours of stations that are not assessed are held against what is stored of them")
  func notAssessed() throws {
    var facts = Self.facts()
    facts.site.stations[2].assessed = false
    let set = [Self.day("B2", 4) { _ in 30 }, Self.day("A1", 1) { _ in 120 }]
    let difference = try #require(try ReviewDifference(set, facts))
    let hours = try #require(difference.hours.first { $0.station == "B2" })
    #expect(hours.same == 24 && hours.added == 0)
    #expect(difference.taking.taken == 1 && difference.taking.notAssessed == 1)
    #expect(difference.levels.isEmpty)
  }

  @Test("days that the ledger does not take are counted with the reason, and change no figure")
  func outOfLedger() throws {
    var facts = Self.facts()
    facts.ledger = Self.first.adding(days: 4)...Self.first.adding(days: 5)
    let set = (3...6).map { Self.day("A1", $0) { _ in 74 } }
    let difference = try #require(try ReviewDifference(set, facts))
    #expect(difference.taking.taken == 2 && difference.taking.notTaken == 2)
    #expect(difference.taking.beforeLedger == 1 && difference.taking.notOver == 1)
    #expect(difference.days.filter { $0.unit == "141102" }.map(\.day) == [4, 5].map { Self.first.adding(days: $0) })
    #expect(difference.tables()[0].rows == [["2", "2", "0", "1", "1"]])
    #expect(
      difference.json(tally: ReviewedSet.Tally()).contains(
        "\"taken\":2,\"not_taken\":2,\"not_assessed\":0,\"before_ledger\":1,\"not_over\":1"))
  }

  @Test("days left out for faults stand in the table and the JSON form")
  func leftOut() throws {
    let item = ReviewedSet.LeftOut(station: "A1", day: Self.first, pollutant: .so2, reason: .conflict)
    #expect(ReviewDifference.table([]) == nil)
    let table = try #require(ReviewDifference.table([item]))
    #expect(table.rows.count == 1 && table.rows[0][1] == "A1" && table.rows[0][3].contains("two values"))
    let difference = try #require(try ReviewDifference([Self.day("A1", 1) { _ in 120 }], Self.facts()))
    #expect(
      difference.json(tally: ReviewedSet.Tally(), leftOut: [item]).contains(
        "\"left_out\":[{\"station\":\"A1\",\"day\":\"2020-12-01\",\"pollutant\":\"so2\",\"reason\":\"conflict\"}]"))
  }

  @Test("an empty set has no difference")
  func empty() throws {
    #expect(try ReviewDifference([], Self.facts()) == nil)
  }
}
