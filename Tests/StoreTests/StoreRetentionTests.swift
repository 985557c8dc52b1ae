import AirQuality
import Engine
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite struct StoreRetentionTests {
  private func filled(_ directory: TemporaryDirectory, snapshots: [Int64]) async throws -> Store {
    let store = try Store(directory: directory.path)
    // A record a minute: 5,760 of them are four days.
    for first in stride(from: Int64(1), through: 5_760, by: 480) {
      _ = try await store.commit(
        try (first..<first + 480).map { try Sample.item($0, snapshot: snapshots.contains($0)) })
    }
    return store
  }

  private func oldest(_ store: Store) throws -> Int64? {
    try store.pool.read { try Int64.fetchOne($0, sql: "SELECT min(position) FROM journal") }
  }

  @Test func theJournalIsNeverCutBeyondTheOlderSnapshot() async throws {
    let directory = TemporaryDirectory()
    let store = try await filled(directory, snapshots: [1_000, 2_000, 3_000])
    var policy = RetentionPolicy()
    policy.journalDays = 0
    policy.stepRows = 100
    let counts = try await store.prune(policy, now: Sample.at(5_760))
    #expect(counts.journal == 2_000)
    #expect(try oldest(store) == 2_001)
    let (snapshot, tail) = try store.recover(version: Int(Engine.snapshotVersion))
    var reader = tail
    #expect(snapshot?.position == 3_000)
    #expect(try reader.next()?.first?.position == 3_001)
    // From empty it cannot be replayed any more, and the reader says so.
    var whole = store.journal(after: 0)
    #expect(throws: StoreError.self) { try whole.next() }
    await store.close()
    let again = try Store(directory: directory.path)
    #expect(again.committed.position == 5_760)
    await again.close()
  }

  @Test func ageAndBytesBoundTheJournal() async throws {
    let directory = TemporaryDirectory()
    let store = try await filled(directory, snapshots: [5_700, 5_750])
    var policy = RetentionPolicy()
    policy.journalDays = 2
    #expect(try await store.prune(policy, now: Sample.at(5_760)).journal == 2_879)
    #expect(try oldest(store) == 2_880)
    let bytes = store.progress.withLock { $0.journalBytes }
    let stored = try await store.pool.read { try Int64.fetchOne($0, sql: "SELECT sum(length(payload)) FROM journal") }
    #expect(bytes == stored)
    policy.journalBytes = bytes / 2
    #expect(try await store.prune(policy, now: Sample.at(5_760)).journal > 1_000)
    #expect(store.progress.withLock { $0.journalBytes } <= bytes / 2)
    #expect(try await store.prune(policy, now: Sample.at(5_760)) == PruneCounts())
    await store.close()
  }

  @Test func withoutTwoSnapshotsTheJournalStays() async throws {
    let directory = TemporaryDirectory()
    let store = try await filled(directory, snapshots: [3_000])
    var policy = RetentionPolicy()
    policy.journalDays = 0
    #expect(try await store.prune(policy, now: Sample.at(5_760)).journal == 0)
    await store.close()
  }

  @Test func minutesGoHoursStayDeliveredRowsGo() async throws {
    let directory = TemporaryDirectory()
    let store = try await filled(directory, snapshots: [])
    let results = (1...100).map { sequence in
      DeliveryResult(
        hook: "duty", sequence: Int64(sequence), state: sequence % 2 == 0 ? .delivered : .dead, attempts: 1)
    }
    try await store.record(results)
    let hours = try store.hoursChunks(
      county: "141101", from: CivilDay(number: 0), through: CivilDay(number: 99_999)
    ).count
    var policy = RetentionPolicy()
    policy.deliveredDays = 1
    policy.stepRows = 7
    let counts = try await store.prune(policy, now: Sample.at(5_760))
    let today = CivilOffset.china.day(of: Sample.at(5_760))
    #expect(counts.minutes > 0 && counts.hours == 0 && counts.deliveries == 50)
    #expect(try store.chunks(county: "141101", day: today.adding(days: -3)).allSatisfy { $0.key.kind == .hours })
    #expect(try store.chunks(county: "141101", day: today.adding(days: -2)).contains { $0.key.kind == .minutes })
    #expect(
      try store.hoursChunks(county: "141101", from: CivilDay(number: 0), through: CivilDay(number: 99_999)).count
        == hours)
    #expect(try store.deadLetters(hook: "duty", limit: 1_000).count == 50)
    #expect(try store.pendingDeliveries(hook: "duty", limit: 5_000).count == 1_820)
    await store.close()
  }
}
