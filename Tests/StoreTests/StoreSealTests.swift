import AirQuality
import Engine
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Store

/// Two months of one county under a real engine, sealed, and then changed behind the program's back.
@Suite("Sealed months")
struct StoreSealTests {
  private static let offset = CivilOffset.china
  private static let site = Site(
    name: "吕梁市", code: "141100", offset: offset,
    counties: [County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi")],
    stations: [
      Station(id: "A1", name: "", county: "141102", stationClass: .national, assessed: true),
      Station(id: "A2", name: "", county: "141102", stationClass: .national, assessed: true),
    ])

  /// An engine and the items its records make.
  private struct Source {
    var engine = Engine()
    var position: Int64 = 0

    mutating func item(_ event: EngineEvent, at: Instant) throws -> CommitItem {
      position += 1
      let effects = engine.apply(event, at: at)
      return try CommitItem(JournalRecord(position: position, at: at, event: event), effects: effects)
    }
  }

  private static func hours(_ hours: [Int32], value: Double, at: Instant) -> EngineEvent {
    var readings = ContiguousArray<Reading>()
    for hour in hours {
      for station in 0..<2 {
        readings.append(
          Reading(
            station: UInt32(station), pollutant: .pm10, value: value + Double(station),
            begin: offset.start(ofHour: hour), periodMilliseconds: 3_600_000))
      }
    }
    return .batch(FeedBatch(feed: "f", receivedAt: at, stations: ["A1", "A2"], readings: readings))
  }

  /// From 20 November: a day's hours at each day's end, until 15 January. November and December are sealed.
  private func filled(_ directory: TemporaryDirectory) async throws -> (Store, Source) {
    let store = try Store(directory: directory.path)
    var source = Source()
    var day = CivilDay("2020-11-20")!
    var items = [
      try source.item(
        .configuration(
          EngineConfiguration(
            site: Self.site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])),
        at: Self.offset.start(of: day))
    ]
    while day < CivilDay("2021-01-15")! {
      let at = Self.offset.start(ofHour: day.firstHour + 24).adding(milliseconds: 300_000)
      let hours = (0..<24).map { day.firstHour + Int32($0) }
      items.append(try source.item(Self.hours(hours, value: Double(day.number % 50 + 30), at: at), at: at))
      day = day.adding(days: 1)
    }
    _ = try await store.commit(items)
    return (store, source)
  }

  private func change(_ directory: TemporaryDirectory, _ sql: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: directory.path + "/lantian.sqlite")
    try queue.writeWithoutTransaction { try $0.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }

  private func verify(_ directory: TemporaryDirectory) throws -> SealFinding {
    let store = try Store(reading: directory.path)
    defer { try? store.pool.close() }
    return try store.verifySeals()
  }

  @Test func monthsAreSealedTenDaysAfterTheirEndAndFit() async throws {
    let directory = TemporaryDirectory()
    let (store, _) = try await filled(directory)
    let finding = try store.verifySeals()
    #expect(finding.fault == nil)
    #expect(finding.months.map(\.month.description) == ["2020-11", "2020-12"])
    #expect(finding.months.map(\.chunks) == [11, 31])
    #expect(Set(finding.months.map(\.digest)).count == 2)
    // The first record of the eleventh day seals.
    #expect(finding.months[0].at == Self.offset.start(of: CivilDay("2020-12-11")!).adding(milliseconds: 300_000))
    // A reader beside the writer sees the same.
    #expect(try verify(directory) == finding)
    await store.close()
  }

  /// The chain is a pure function of the records: another store of the same records has the same digests.
  @Test func theSameRecordsGiveTheSameChain() async throws {
    let (first, second) = (TemporaryDirectory(), TemporaryDirectory())
    let (a, _) = try await filled(first)
    let (b, _) = try await filled(second)
    #expect(try a.stateDigest() == b.stateDigest())
    await a.close()
    await b.close()
  }

  @Test func aLateRowIsAnAmendmentAndFits() async throws {
    let directory = TemporaryDirectory()
    var (store, source) = try await filled(directory)
    let day = CivilDay("2020-12-20")!
    let at = Self.offset.start(of: CivilDay("2021-01-16")!)
    let late = try source.item(Self.hours([day.firstHour + 5], value: 99, at: at), at: at)
    _ = try await store.commit([late])
    // The row is older than the ring: the engine asks, the store answers, the chunk is rewritten.
    let chunks = try store.chunks(county: "141102", day: day)
    _ = try await store.commit([try source.item(.history(county: "141102", day: day, chunks: chunks), at: at)])
    let finding = try store.verifySeals()
    #expect(finding.fault == nil)
    #expect(finding.months.map(\.amendments) == [0, 1])
    await store.close()
  }

  @Test func theFirstChangedRowIsNamed() async throws {
    let directory = TemporaryDirectory()
    let (store, _) = try await filled(directory)
    let day = CivilDay("2020-12-20")!
    let mine = try #require(try store.chunks(county: "141102", day: day).first { $0.key.kind == .hours })
    await store.close()
    // What another engine would have stored had 07:00 to 08:00 been 12 instead.
    var source = Source()
    _ = try source.item(
      .configuration(
        EngineConfiguration(
          site: Self.site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])),
      at: Self.offset.start(of: day))
    var forged: [UInt8]?
    let honest = Double(day.number % 50 + 30)
    for hour in day.firstHour..<day.firstHour + 26 {
      let at = Self.offset.start(ofHour: hour + 1).adding(milliseconds: 300_000)
      let value = hour == day.firstHour + 7 ? 12 : honest
      let event = hour < day.firstHour + 24 ? Self.hours([hour], value: value, at: at) : EngineEvent.tick
      for chunk in try source.item(event, at: at).chunks where chunk.key == mine.key { forged = chunk.bytes }
    }
    let bytes = try #require(forged)
    #expect(bytes != mine.bytes)
    try change(
      directory, "UPDATE chunks SET bytes = ? WHERE kind = 0 AND day = ?", [Data(bytes), day.number])
    let fault = try #require(try verify(directory).fault)
    #expect(fault.month.description == "2020-12" && fault.county == "141102" && fault.day == day)
    let row = try #require(fault.row)
    #expect(row.station == "A1" && row.pollutant == .pm10 && row.hour == day.firstHour + 7)
    #expect(row.sealed?.value == honest && row.found?.value == 12)
  }

  /// Each way of covering traces is found; the last column says in which month.
  @Test(arguments: [
    ("DELETE FROM chunks WHERE kind = 0 AND day = 18600", "2020-12"),
    ("UPDATE sealed_chunks SET bytes = x'00' WHERE day = 18590", "2020-11"),
    ("DELETE FROM sealed_chunks WHERE day = 18590", "2020-11"),
    ("UPDATE seals SET at = at + 1 WHERE number = 1", "2020-11"),
    ("UPDATE seals SET digest = x'00' WHERE number = 2", "2020-12"),
    ("DELETE FROM seals WHERE number = 1", "2020-12"),
    (
      "INSERT INTO chunks SELECT kind, 'forged', day, hour, bytes FROM chunks WHERE kind = 0 AND day = 18600", "2020-12"
    ),
  ])
  func everyChangeIsFound(sql: String, month: String) async throws {
    let directory = TemporaryDirectory()
    let (store, _) = try await filled(directory)
    await store.close()
    #expect(try verify(directory).fault == nil)
    try change(directory, sql)
    #expect(try verify(directory).fault?.month.description == month)
  }

  /// An amendment that is taken away, or changed, breaks what rests on it.
  @Test(arguments: ["DELETE FROM amendments", "UPDATE amendments SET chunk = x'01'"])
  func amendmentsCannotBeRemoved(sql: String) async throws {
    let directory = TemporaryDirectory()
    var (store, source) = try await filled(directory)
    let day = CivilDay("2020-12-20")!
    let at = Self.offset.start(of: CivilDay("2021-01-16")!)
    _ = try await store.commit([try source.item(Self.hours([day.firstHour + 5], value: 99, at: at), at: at)])
    let chunks = try store.chunks(county: "141102", day: day)
    _ = try await store.commit([try source.item(.history(county: "141102", day: day, chunks: chunks), at: at)])
    await store.close()
    #expect(try verify(directory).fault == nil)
    try change(directory, sql)
    #expect(try verify(directory).fault?.day == day)
  }

  private static func review(_ day: CivilDay, value: Double, id: String) -> EngineEvent {
    .reviewed(
      ReviewedImport(
        id: id, source: "r.csv", digest: "d", by: "Wang",
        days: ["A1", "A2"].map {
          ReviewedDay(
            station: $0, day: day, pollutant: .pm10, hours: Array(repeating: Concentration(value), count: 24))
        }))
  }

  /// Reviews are chained; the next seal covers the newest of them.
  @Test func reviewsAreKeptInOrderAndCovered() async throws {
    let directory = TemporaryDirectory()
    var (store, source) = try await filled(directory)
    let day = CivilDay("2020-12-20")!
    let at = Self.offset.start(of: CivilDay("2021-01-16")!)
    for (value, id) in [(50.0, "a"), (60, "b")] {
      _ = try await store.commit([try source.item(Self.review(day, value: value, id: id), at: at)])
    }
    let found = try store.reviews(county: "141102", from: day, through: day)
    #expect(
      found.map { $0.record.days.map(\.hours[7]) } == [[50, 50], [60, 60]].map { $0.map { Concentration($0) } })
    #expect(found.allSatisfy { $0.record.by == "Wang" && $0.record.source == "r.csv" && $0.at == at })
    #expect(try store.reviews(county: "141102", from: day.adding(days: 1), through: day.adding(days: 9)).isEmpty)
    _ = try await store.commit([try source.item(.tick, at: Self.offset.start(of: CivilDay("2021-02-12")!))])
    let finding = try store.verifySeals()
    #expect(finding.fault == nil && finding.reviews == 2 && finding.months.count == 3)
    await store.close()
  }

  /// Whatever is done to a review behind the program's back is found, also when the newest is taken away.
  @Test(arguments: [
    "UPDATE reviews SET reviewer = 'Li' WHERE number = 1", "UPDATE reviews SET record = x'0100' WHERE number = 2",
    "UPDATE reviews SET day = day + 1 WHERE number = 1", "DELETE FROM reviews WHERE number = 1",
    "DELETE FROM reviews WHERE number = 2", "DELETE FROM reviews",
  ])
  func reviewsCannotBeChanged(sql: String) async throws {
    let directory = TemporaryDirectory()
    var (store, source) = try await filled(directory)
    let at = Self.offset.start(of: CivilDay("2021-01-16")!)
    for (value, id) in [(50.0, "a"), (60, "b")] {
      let event = Self.review(CivilDay("2020-12-20")!, value: value, id: id)
      _ = try await store.commit([try source.item(event, at: at)])
    }
    _ = try await store.commit([try source.item(.tick, at: Self.offset.start(of: CivilDay("2021-02-12")!))])
    await store.close()
    #expect(try verify(directory).fault == nil)
    try change(directory, sql)
    #expect(try verify(directory).fault != nil)
  }

  /// Hours that retention removed are no fault; their seals stay whole.
  @Test func retentionBreaksNoSeal() async throws {
    let directory = TemporaryDirectory()
    let (store, _) = try await filled(directory)
    var policy = RetentionPolicy()
    policy.hourDays = 30
    let now = Self.offset.start(of: CivilDay("2021-01-15")!)
    #expect(try await store.prune(policy, now: now).hours > 20)
    let finding = try store.verifySeals()
    #expect(finding.fault == nil && finding.months.count == 2)
    await store.close()
  }

  @Test func aReaderNeedsAStateAndChangesNothing() async throws {
    let directory = TemporaryDirectory()
    #expect(throws: StoreError.self) { try Store(reading: directory.path) }
    let (store, source) = try await filled(directory)
    let reader = try Store(reading: directory.path)
    #expect(reader.committed == store.committed)
    var further = source
    let item = try further.item(.tick, at: Self.offset.start(of: CivilDay("2021-02-01")!))
    await #expect(throws: StoreError.self) { try await reader.commit([item]) }
    #expect(reader.committed == store.committed)
    await reader.close()
    _ = try await store.commit([item])
    await store.close()
  }
}
