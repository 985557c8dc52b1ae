import AirQuality
import Assessment
import Engine
import Reports
import Store
import TestSupport
import Testing

@testable import Daemon

/// Bulletins from a state that the engine made out of hours.
@Suite("Stored bulletins")
struct StoredBulletinTests {
  private static let first = CivilOffset.china.day(of: Sample.start)

  /// An hour of all six; SO2 is above 500 in the first five hours of each day.
  private static func batch(hour: Int, pm25: Double, receivedAfter hours: Int) -> EngineEvent {
    let begin = Sample.start.adding(milliseconds: Int64(hour) * 3_600_000)
    let values: [(Pollutant, Double)] = [
      (.pm25, pm25), (.pm10, pm25 + 20), (.so2, hour % 24 < 5 ? 501 : 20), (.no2, 40), (.o3, 60), (.co, 1.2),
    ]
    return .batch(
      FeedBatch(
        feed: "reference", receivedAt: Sample.start.adding(milliseconds: Int64(hours) * 3_600_000), stations: ["A1"],
        readings: ContiguousArray(
          values.map {
            Reading(station: 0, pollutant: $0, value: $1, begin: begin, periodMilliseconds: 3_600_000)
          })))
  }

  /// Sixty hours; then the ninth hour of the first day is corrected.
  private func fill(_ store: Store, hours: Int = 60, corrected: Bool = true, tick: Int64? = nil) throws {
    var engine = Engine()
    var events: [(EngineEvent, Int)] = [(.configuration(Sample.configuration), 0)]
    events += (0..<hours).map { (Self.batch(hour: $0, pm25: 60, receivedAfter: $0 + 1), $0 + 1) }
    if corrected { events.append((Self.batch(hour: 9, pm25: 300, receivedAfter: 61), 61)) }
    for (index, item) in events.enumerated() {
      let at = Sample.start.adding(milliseconds: Int64(item.1) * 3_600_000)
      let effects = engine.apply(item.0, at: at)
      try store.commitAndWait([
        try CommitItem(JournalRecord(position: Int64(index + 1), at: at, event: item.0), effects: effects)
      ])
    }
    guard let tick else { return }
    let at = Sample.start.adding(milliseconds: tick)
    let effects = engine.apply(.tick, at: at)
    try store.commitAndWait([
      try CommitItem(JournalRecord(position: Int64(events.count + 1), at: at, event: .tick), effects: effects)
    ])
  }

  /// The bulletin of a kind at an hour of the data's clock.
  private func made(_ store: Store, _ period: AssessmentPeriod) throws -> BulletinFacts {
    var bulletin = try StoredBulletin(store: store)
    return try bulletin.facts(period, tasks: [])
  }

  @Test func daysHoursAndRevisions() throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    try fill(store)
    #expect(try StoredBulletin(store: store).today == Self.first.adding(days: 2))
    let day = try #require(try made(store, .day(Self.first)).units.first)
    // 23 hours of 60 and the corrected one of 300.
    #expect(day.measured[.pm25].mean.text() == "70")
    #expect(day.exceedanceHours?[.so2] == 5 && (day.exceedanceHours?[.no2] ?? 0) == 0)
    // The revision that counts is the newest, and its index is the engine's.
    let stored = try #require(try store.dayValues(unit: "141102", day: Self.first).last)
    #expect(stored.revision > 0 && stored.value.means[0].value.thousandths == 70_000)
    #expect(day.measured.dailyAQI == [stored.value.aqi])
    let month = try made(store, try #require(AssessmentPeriod(.month, "2020-12")))
    #expect(month.through == Self.first.adding(days: 1) && month.units[0].measured.daysOver == 2)
    #expect(month.units[0].exceedanceHours?[.so2] == 10)
  }

  /// Hours that retention removed are counted for no period: the count begins behind them, or is none.
  @Test func prunedHoursAreNotCountedAsNone() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    try fill(store)
    let december = try #require(AssessmentPeriod(.month, "2020-12"))
    #expect(try made(store, december).units[0].exceedanceHoursFrom == nil)
    var policy = RetentionPolicy()
    policy.hourDays = 1
    let now = Sample.start.adding(milliseconds: 61 * 3_600_000)
    let counts = try await withCheckedContinuation { continuation in
      store.prune(policy, civilNow: now, offset: .china, wallNow: now) { continuation.resume(returning: $0) }
    }.get()
    #expect(counts.hours > 0)
    let month = try made(store, december)
    #expect(month.units[0].exceedanceHours?[.so2] == 5)
    #expect(month.units[0].exceedanceHoursFrom == Self.first.adding(days: 1))
    let day = try made(store, .day(Self.first))
    #expect(day.units[0].exceedanceHours == nil && day.units[0].exceedanceHoursFrom == nil)
    let next = try made(store, .day(Self.first.adding(days: 1)))
    #expect(next.units[0].exceedanceHours?[.so2] == 5 && next.units[0].exceedanceHoursFrom == nil)
  }

  /// In the first hour yesterday is not closed: the last day that is over is the one before, not an empty one.
  @Test func yesterdayIsOverWhenItIsClosed() throws {
    for (minutes, days) in [(0, 1), (30, 1), (90, 2)] as [(Int64, Int32)] {
      let directory = TemporaryDirectory()
      let store = try Store(directory: directory.path)
      defer { store.closeAndWait() }
      try fill(store, hours: 47, corrected: false, tick: 48 * 3_600_000 + minutes * 60_000)
      let bulletin = try StoredBulletin(store: store)
      #expect(bulletin.today == Self.first.adding(days: days), "\(minutes) min after midnight")
      let last = try #require(AssessmentPeriod.last(.day, before: bulletin.today))
      #expect(try made(store, last).units[0].measured.daysOver == 1)
      #expect(try made(store, last).units[0].measured.dailyAQI != [nil], "\(minutes) min after midnight")
    }
  }

  @Test func aStateWithoutConfigurationSaysSo() throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    #expect(throws: StoredBulletin.Problem.self) { try StoredBulletin(store: store) }
  }
}
