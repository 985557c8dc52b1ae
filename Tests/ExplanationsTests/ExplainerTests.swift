import AirQuality
import Engine
import Testing

@testable import Explanations

/// What a store would keep of an engine's effects.
private struct Shelf {
  static let offset = CivilOffset.china
  static let day = CivilDay("2020-12-02")!
  static let site = Site(
    name: "吕梁市", code: "141100", offset: offset,
    counties: [
      County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi"),
      County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang"),
    ],
    stations: [
      Station(id: "A1", name: "环保局", county: "141102", stationClass: .national, assessed: true, urban: true),
      Station(id: "A2", name: "水司", county: "141102", stationClass: .national, assessed: true, urban: true),
      Station(id: "B1", name: "汾阳一", county: "141182", stationClass: .provincial, assessed: true),
      Station(id: "M1", name: "微站", county: "141182", stationClass: .micro, assessed: false),
    ])

  var engine = Engine()
  var position: Int64 = 0
  var configurations: [(position: Int64, at: Instant, configuration: EngineConfiguration)] = []
  var chunks: [ChunkKey: [UInt8]] = [:]
  var batches: [Explainer.Facts.JournalRecord] = []
  var values: [DayValueRevision] = []

  init() {
    let configuration = EngineConfiguration(
      site: Self.site, feeds: ["first", "second"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])
    apply(.configuration(configuration), at: Self.offset.start(of: Self.day))
  }

  mutating func apply(_ event: EngineEvent, at: Instant) {
    position += 1
    if case .configuration(let configuration) = event { configurations.append((position, at, configuration)) }
    if case .batch(let batch) = event { batches.append(.init(position: position, batch: batch)) }
    var needs: [(String, CivilDay)] = []
    for effect in engine.apply(event, at: at) {
      switch effect {
      case .need(let county, let day): needs.append((county, day))
      case .chunk(let key, let bytes): chunks[key] = bytes
      case .dayValue(let value):
        let revision = values.count { $0.value.unit == value.unit && $0.value.day == value.day }
        values.append(
          DayValueRevision(
            revision: revision, position: position, at: at, value: value, digest: Self.hash(value.encoded())))
      default: break
      }
    }
    for (county, day) in needs {
      let stored = chunks.filter { $0.key.county == county && $0.key.day == day }
        .map { StoredChunk(key: $0.key, bytes: $0.value) }
      apply(.history(county: county, day: day, chunks: stored), at: at)
    }
  }

  /// A stand-in for SHA-256: the tests compare hashes, they do not trust them.
  static func hash(_ bytes: [UInt8]) -> String {
    String(bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }, radix: 16)
  }

  /// Hour values of PM10 by station; nil marks a missing one.
  mutating func deliver(_ values: [(String, Double?)], hour: Int32, feed: String = "first", after: Int64 = 600_000) {
    let at = Self.offset.start(ofHour: hour + 1).adding(milliseconds: after)
    let readings = ContiguousArray(
      values.enumerated().map { index, value in
        Reading(
          station: UInt32(index), pollutant: .pm10, value: value.1 ?? .nan, begin: Self.offset.start(ofHour: hour),
          periodMilliseconds: 3_600_000, flag: value.1 == nil ? .missing : .unknown)
      })
    apply(
      .batch(FeedBatch(feed: feed, receivedAt: at, stations: values.map(\.0), readings: readings)),
      at: max(at, engine.now))
  }

  /// A whole day: A1 hour by hour 100, 101, …; A2 twice as much; 汾阳 30; then the closing.
  mutating func passDay() {
    for hour in 0..<24 {
      deliver(
        [("A1", 100 + Double(hour)), ("A2", 200 + 2 * Double(hour)), ("B1", 30)], hour: Self.day.firstHour + Int32(hour)
      )
    }
    apply(.tick, at: Self.offset.start(ofHour: Self.day.firstHour + 26))
  }

  func explainer(_ period: ExplanationPeriod, unit: String) throws -> Explainer {
    let closing = period.closing(Self.offset)
    return try Explainer(
      Explainer.Facts(
        configurations: configurations.filter { $0.at <= closing },
        chunks: chunks.filter { $0.key.kind == .hours && period.days.contains($0.key.day) }
          .sorted { $0.key.county < $1.key.county }.map { StoredChunk(key: $0.key, bytes: $0.value) },
        batches: batches, journalReaches: true,
        dayValues: values.filter { $0.value.unit == unit && period.days.contains($0.value.day) }), hash: Self.hash)
  }

  func explain(_ county: String, _ period: String) throws -> Explanation {
    let unit = try #require(Explainer.unit(county, of: Self.site))
    let period = try #require(ExplanationPeriod(period))
    return try explainer(period, unit: unit.code).explain(unit, .pm10, period)
  }
}

@Suite("How a number was made")
struct ExplainerTests {
  @Test func periodsAreNamedByTheirEnd() {
    #expect(ExplanationPeriod("2020-12-02T09") == .hour(Shelf.day.firstHour + 8))
    #expect(ExplanationPeriod("2020-12-02 24:00") == .hour(Shelf.day.firstHour + 23))
    #expect(ExplanationPeriod("2020-12-02T00") == .hour(Shelf.day.firstHour - 1))
    #expect(ExplanationPeriod("2020-12-02") == .day(Shelf.day))
    #expect(ExplanationPeriod("2020-12")?.days.upperBound == CivilDay("2020-12-31"))
    #expect(ExplanationPeriod("2020")?.days.lowerBound == CivilDay("2020-01-01"))
    for bad in ["", "2020-13", "2020-12-02T25", "2020-12-02T9", "20", "tomorrow", "2020-12-02T09:30"] {
      #expect(ExplanationPeriod(bad) == nil, "\(bad)")
    }
  }

  @Test func anHourDownToItsRows() throws {
    var shelf = Shelf()
    shelf.passDay()
    let explanation = try shelf.explain("离石区", "2020-12-02T09")
    // (108 + 216) / 2
    #expect(explanation.value.value == 162 && explanation.published.value == 162)
    #expect(explanation.quotient! == (324_000, 2))
    // PM10 162 on the 24 h nodes: (162 - 150) / (250 - 150) · 50 + 100 = 106.
    #expect(explanation.iaqi == 106)
    #expect(explanation.parts.map(\.name) == ["A1", "A2"] && explanation.parts.allSatisfy { $0.feed == "first" })
    #expect(explanation.rows.map(\.fate) == ["used", "used"])
    #expect(explanation.rows[0].begin == Shelf.offset.start(ofHour: Shelf.day.firstHour + 8))
    #expect(explanation.configurationPosition == 1)
  }

  @Test func aDayAgreesWithWhatWasStored() throws {
    var shelf = Shelf()
    shelf.passDay()
    let explanation = try shelf.explain("141102", "2020-12-02")
    // Means of 100…123 and 200…246: 111.5 and 223.
    #expect(explanation.parts.map(\.value.value) == [111.5, 223])
    #expect(explanation.value.value == 167.25 && explanation.published.value == 167)
    #expect(explanation.agreesWithStored == true)
    #expect(explanation.revisions.map(\.revision) == [0])
    let city = try shelf.explain("吕梁市", "2020-12-02")
    #expect(city.parts.map(\.value.value) == [167.25, 30] && city.value.value == 98.625)
    #expect(city.agreesWithStored == true)
    let urban = try shelf.explain("141100-urban", "2020-12-02")
    #expect(urban.value == explanation.value)
    // A month of one valid day informs only.
    let month = try shelf.explain("141102", "2020-12")
    #expect(month.state == .incomplete && month.valid == 1 && month.expected == 31 && month.value.value == 167.25)
  }

  @Test func everyFateOfARowIsTold() throws {
    var shelf = Shelf()
    let hour = Shelf.day.firstHour
    shelf.deliver([("A1", 50), ("A2", nil)], hour: hour)
    shelf.deliver([("A1", 50), ("A2", nil)], hour: hour, after: 700_000)
    shelf.deliver([("A1", 60)], hour: hour, feed: "second", after: 800_000)
    shelf.deliver([("A1", 55), ("A2", -999)], hour: hour, after: 900_000)
    for next in 1..<24 { shelf.deliver([("A1", 50), ("A2", 70)], hour: hour + Int32(next)) }
    shelf.apply(.tick, at: Shelf.offset.start(ofHour: hour + 26))
    let explanation = try shelf.explain("离石区", "2020-12-02T01")
    let fates = explanation.rows.map { "\($0.feed) \($0.station) \($0.value.map { "\($0)" } ?? "-") \($0.fate)" }
    #expect(
      fates == [
        "first A1 50.0 superseded", "first A2 - superseded", "first A1 50.0 superseded", "first A2 - superseded",
        "second A1 60.0 evidence", "first A1 55.0 used", "first A2 -999.0 excluded",
      ])
    #expect(explanation.value.value == 55 && explanation.state == .incomplete)
    #expect(explanation.parts[1].remark == "flag_4" && !explanation.parts[1].isUsed)
  }

  private static func review(_ day: CivilDay, _ stations: [String], value: Double) -> Explainer.Facts.Review {
    Explainer.Facts.Review(
      position: 7, at: Shelf.offset.start(of: day.adding(days: 40)),
      record: ReviewRecord(
        county: "141102", day: day, source: "reviewed.csv", digest: "d00d", by: "王五",
        days: stations.map {
          ReviewedDay(
            station: $0, day: day, pollutant: .pm10, hours: Array(repeating: Concentration(value), count: 24))
        }))
  }

  /// A day before the state began of which only reviewed hours are known: that is said, not that rows were pruned.
  @Test func aDayOfReviewedRowsAlone() throws {
    var shelf = Shelf()
    shelf.passDay()
    let day = Shelf.day.adding(days: -20)
    let began = shelf.configurations[0].at
    let unit = try #require(Explainer.unit("离石区", of: Shelf.site))
    var facts = Explainer.Facts(
      configurations: shelf.configurations, chunks: [], batches: [], journalReaches: true, dayValues: [],
      reviews: [Self.review(day, ["A1", "A2"], value: 80)], stateBegan: began)
    let lines = try Explainer(facts, hash: Shelf.hash).explain(unit, .pm10, .day(day)).lines().joined(separator: "\n")
    #expect(lines.contains("数值 value  80"))
    #expect(lines.contains("王五  reviewed.csv") && lines.contains("sha256 d00d"))
    #expect(lines.contains("the state began at \(Shelf.offset.format(began))"))
    #expect(lines.contains("the value rests on the reviews above") && !lines.contains("no longer reaches back"))
    facts.stateBegan = nil
    facts.journalReaches = false
    let pruned = try Explainer(facts, hash: Shelf.hash).explain(unit, .pm10, .day(day)).lines().joined(separator: "\n")
    #expect(pruned.contains("no longer reaches back") && pruned.contains("the value rests on the reviews above"))
    #expect(!facts.isEmpty)
  }

  /// Hours stay provisional; what a review made of one is said beside it.
  @Test func anHourOfAReviewedDay() throws {
    var shelf = Shelf()
    shelf.passDay()
    let period = try #require(ExplanationPeriod("2020-12-02T09"))
    let unit = try #require(Explainer.unit("离石区", of: Shelf.site))
    var facts = try shelf.explainer(period, unit: unit.code).facts
    facts.reviews = [Self.review(Shelf.day, ["A1"], value: 80)]
    let explanation = try Explainer(facts, hash: Shelf.hash).explain(unit, .pm10, period)
    #expect(explanation.value.value == 162, "the value is the one that levels were found by")
    #expect(explanation.parts.map(\.remark) == ["reviewed_80", ""])
    #expect(explanation.reviews.map(\.by) == ["王五"])
    #expect(explanation.json().contains("\"by\":\"王五\""))
  }

  /// A late row revises the day; the explanation shows both values, and what is shown is the new one.
  @Test func revisionsAreKept() throws {
    var shelf = Shelf()
    shelf.passDay()
    let before = try shelf.explain("141102", "2020-12-02")
    shelf.deliver([("A1", 500)], hour: Shelf.day.firstHour + 3, after: 30 * 3_600_000)
    let after = try shelf.explain("141102", "2020-12-02")
    #expect(after.revisions.map(\.revision) == [0, 1])
    #expect(after.revisions.first == before.revisions.first)
    // A1: 111.5 + (500 - 103) / 24 = 128.042.
    #expect(after.parts[0].value.value == 128.042 && after.agreesWithStored == true)
    #expect(after.digest != before.digest)
  }

  /// The same bytes whenever it is asked: later days, later configurations change nothing.
  @Test func theSameBytesNextYear() throws {
    var shelf = Shelf()
    shelf.passDay()
    let before = try shelf.explain("141102", "2020-12-02")
    var next = shelf.configurations[0].configuration
    next.site.stations.removeAll { $0.id == "A2" }
    next.feeds = ["second", "first"]
    shelf.apply(.configuration(next), at: Shelf.offset.start(of: CivilDay("2021-06-01")!))
    for hour in 0..<30 {
      shelf.deliver([("A1", 10)], hour: CivilDay("2021-06-01")!.firstHour + Int32(hour))
    }
    let after = try shelf.explain("141102", "2020-12-02")
    #expect(after.lines() == before.lines())
    #expect(after.json() == before.json())
  }

  /// A chunk that was changed behind the program's back is noticed.
  @Test func aForgedChunkDisagrees() throws {
    var honest = Shelf()
    honest.passDay()
    var forged = Shelf()
    for hour in 0..<24 {
      forged.deliver([("A1", 10), ("A2", 20), ("B1", 30)], hour: Shelf.day.firstHour + Int32(hour))
    }
    forged.apply(.tick, at: Shelf.offset.start(ofHour: Shelf.day.firstHour + 26))
    honest.chunks = forged.chunks
    #expect(try honest.explain("141102", "2020-12-02").agreesWithStored == false)
    honest.chunks[ChunkKey(county: "141102", day: Shelf.day, kind: .hours)] = [1, 2, 3]
    #expect(throws: ExplanationProblem.self) { try honest.explain("141102", "2020-12-02") }
  }
}
