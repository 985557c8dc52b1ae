import AirQuality
import CSyncCounter
import Dispatch
import Engine
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite struct StoreCommitTests {
  @Test func aCommitCarriesRecordEffectsAndDeliveries() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let reached = try await store.commit(try (1...9).map { try Sample.item($0, snapshot: $0 == 6) })
    #expect(reached == CommittedThrough(position: 9, sequence: 3))
    #expect(store.committed == reached)
    let events = try store.events(since: 1)
    #expect(events == [Sample.event(2, position: 6), Sample.event(3, position: 9)])
    #expect(try store.events(since: 0, limit: 1).map(\.sequence) == [1])
    #expect(try store.pendingDeliveries(hook: "duty", limit: 10).map(\.row.key) == firstEvents(3).map(\.idempotencyKey))
    #expect(try store.pendingDeliveries(hook: "duty", after: 2, limit: 10).map(\.row.sequence) == [3])
    let (snapshot, tail) = try store.recover(version: Int(Engine.snapshotVersion))
    #expect(snapshot == StoredSnapshot(position: 6, version: Int(Engine.snapshotVersion), bytes: [1, 2, 3, 6]))
    var reader = tail
    #expect(try reader.next()?.map(\.position) == [7, 8, 9])
    #expect(try reader.next() == nil)
    let day = CivilOffset.china.day(of: Sample.at(1))
    #expect(try store.chunks(county: "141101", day: day).map(\.key.kind) == [.hours, .minutes, .minutes])
    #expect(try store.hoursChunks(county: "141101", from: day, through: day.adding(days: 9)).count == 1)
    #expect(try store.hoursChunks(county: "141101", from: day.adding(days: 1), through: day.adding(days: 9)).isEmpty)
    await store.close()
  }

  private func firstEvents(_ count: Int64) -> [EventRecord] { (1...count).map { Sample.event($0, position: $0 * 3) } }

  @Test(arguments: ["outbox twice", "sequence gap", "position gap", "snapshot elsewhere", "unknown event"])
  func oneBadItemTakesItsWholeTransactionBack(fault: String) async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    _ = try await store.commit(try (1...3).map { try Sample.item($0) })
    let before = try store.stateDigest()
    var items = try (4...6).map { try Sample.item($0) }
    switch fault {
    case "outbox twice": items[2].outbox.append(items[2].outbox[0])
    case "sequence gap": items[2].events[0].sequence += 1
    case "position gap": items[2].position += 1
    case "unknown event":
      items[0].outbox = [
        OutboxRow(hook: "h", sequence: 99, eventID: "e", key: "e-99", body: [], createdAt: Sample.start)
      ]
    default: items[1].snapshot = StoredSnapshot(position: 1, version: 1, bytes: [])
    }
    let bad = items
    let error = await #expect(throws: StoreError.self) { try await store.commit(bad) }
    #expect(error?.code == .order)
    #expect(try store.stateDigest() == before)
    #expect(store.committed.position == 3)
    // Failed until it is opened again.
    let later = await #expect(throws: StoreError.self) { try await store.commit([try Sample.item(4)]) }
    #expect(later?.code == .failed)
    await store.close()
    let reopened = try Store(directory: directory.path)
    #expect(try await reopened.commit(try (4...6).map { try Sample.item($0) }).position == 6)
    await reopened.close()
  }

  @Test func aFullDatabaseFailsTheCommitAndKeepsTheRest() async throws {
    let directory = TemporaryDirectory()
    var settings = StoreSettings()
    settings.maximumBytes = 400_000
    let store = try Store(directory: directory.path, settings: settings)
    _ = try await store.commit([try Sample.item(1)])
    var item = try Sample.item(2)
    item.chunks.append(
      StoredChunk(
        key: ChunkKey(county: "x", day: CivilDay(number: 1), kind: .hours), bytes: .init(repeating: 1, count: 900_000)))
    let large = item
    let error = await #expect(throws: StoreError.self) { try await store.commit([large]) }
    #expect(error?.code == .full)
    #expect(store.committed.position == 1)
    await store.close()
    let reopened = try Store(directory: directory.path)
    #expect(try await reopened.commit([try Sample.item(2)]).position == 2)
    await reopened.close()
  }

  @Test func aBacklogBeyondItsBoundIsRefused() async throws {
    let directory = TemporaryDirectory()
    var settings = StoreSettings()
    settings.backlogBytes = 100
    let store = try Store(directory: directory.path, settings: settings)
    await #expect(throws: StoreError.self) { try await store.commit([try Sample.item(1)]) }
    #expect(store.failure?.code == .backlog)
    #expect(store.committed.position == 0)
    await store.close()
  }

  @Test func groupsCompleteInOrderAndShareTransactions() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    let order = Mutex<[Int64]>([])
    let reached = Mutex<[Int64]>([])
    let items = try (1...60).map { try Sample.item($0) }
    // The store queue is held back, so that all groups wait and one transaction takes them.
    store.queue.suspend()
    await withCheckedContinuation { continuation in
      for item in items {
        let position = item.position
        store.commit(group: [item]) { result in
          order.withLock { $0.append(position) }
          reached.withLock { $0.append((try? result.get())?.position ?? -1) }
          if position == 60 { continuation.resume() }
        }
      }
      store.queue.resume()
    }
    #expect(order.withLock { $0 } == Array(1...60))
    #expect(Set(reached.withLock { $0 }) == [60])
    await store.close()
  }

  /// PRAGMA read back, and the disk really asked: a commit of FULL costs an fsync of the log, one of NORMAL none.
  @Test func commitsReachTheDisk() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    #expect(try store.synchronousLevel() == 2)
    _ = try await store.commit([try Sample.item(1)])
    lantian_watch_syncs(store.path + "-wal")
    for position in 2...21 as ClosedRange<Int64> { _ = try await store.commit([try Sample.item(position)]) }
    #expect(lantian_watched_syncs() >= 20)
    await store.close()

    let other = TemporaryDirectory()
    let path = other.path + "/normal.sqlite"
    let pool = try DatabasePool(path: path)
    try await pool.write { try $0.execute(sql: "CREATE TABLE t(x)") }
    lantian_watch_syncs(path + "-wal")
    for _ in 0..<20 { try await pool.write { try $0.execute(sql: "INSERT INTO t VALUES(1)") } }
    #expect(lantian_watched_syncs() == 0)
    try pool.close()
  }

  @Test func resultsOfAttemptsChangeOnlyPendingRows() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    _ = try await store.commit(try (1...12).map { try Sample.item($0) })
    let digest = try store.stateDigest()
    try await store.record([
      DeliveryResult(hook: "duty", sequence: 1, state: .delivered, attempts: 1),
      DeliveryResult(hook: "duty", sequence: 2, state: .dead, attempts: 3, lastError: "HTTP 404"),
      DeliveryResult(
        hook: "duty", sequence: 3, state: .pending(nextAttemptAt: Instant(milliseconds: 77)), attempts: 2,
        lastError: "no"),
    ])
    try await store.record([DeliveryResult(hook: "duty", sequence: 1, state: .dead, attempts: 9)])
    let pending = try store.pendingDeliveries(hook: "duty", limit: 10)
    #expect(pending.map(\.row.sequence) == [3, 4])
    #expect(pending[0].attempts == 2 && pending[0].nextAttemptAt.milliseconds == 77 && pending[0].lastError == "no")
    #expect(try store.deadLetters(hook: "duty", limit: 10).map(\.row.sequence) == [2])
    #expect(
      try store.outboxBacklog() == [
        HookBacklog(hook: "duty", pending: 2, dead: 1, oldestPendingAt: Sample.at(9)),
        HookBacklog(hook: "siren", pending: 4, dead: 0, oldestPendingAt: Sample.at(3)),
      ])
    #expect(try store.stateDigest() == digest)
    await store.close()
  }
}
