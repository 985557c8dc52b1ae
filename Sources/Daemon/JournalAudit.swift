import AirQuality
import Engine
package import Store

/// Replays a store's journal and compares what it gives with what is stored, byte for byte.
///
/// Reception times aside nothing may differ: the same records give the same events, chunks and deliveries. A journal that
/// still begins at its first record is replayed from empty into a fresh store. One that retention has cut is replayed from
/// the older kept snapshot, which retention never cuts beyond; then what came after it is compared.
package enum JournalAudit {
  /// What the replay gave beside what is stored.
  package struct Finding: Sendable {
    /// The first record replayed, and how many there were.
    package var first: Int64
    package var records: Int64
    /// What was compared, and whether it is equal.
    package var parts: [(name: String, equal: Bool)]
    package var agrees: Bool { parts.allSatisfy(\.equal) }
  }

  /// - Parameters:
  ///   - scratch: an empty directory for the replayed store.
  ///   - progress: told now and then how many records are done, of how many.
  /// - Throws: `StoreError` when the store cannot be read, or when neither its first record nor a snapshot that this
  ///   version reads is there.
  package static func replay(
    _ store: Store, scratch: String, progress: (_ done: Int64, _ all: Int64) -> Void = { _, _ in }
  ) throws -> Finding {
    let first = try store.firstPosition() ?? 1
    if first == 1 { return try replayWhole(store, scratch: scratch, progress) }
    return try replayTail(store, first: first, progress)
  }

  private static func snapshots(_ store: Store) throws -> [StoredSnapshot] {
    try store.snapshots().filter { $0.version == Int(Engine.snapshotVersion) }
  }

  private static func replayWhole(
    _ store: Store, scratch: String, _ progress: (Int64, Int64) -> Void
  ) throws -> Finding {
    let copy = try Store(directory: scratch)
    defer { copy.closeAndWait() }
    let snapshots = try snapshots(store)
    var engine = Engine()
    var agree = true
    var tail = store.journal(after: 0)
    while let records = try tail.next() {
      var items: [CommitItem] = []
      for record in records {
        let effects = engine.apply(record.event, at: record.at)
        items.append(
          try CommitItem(
            record, effects: effects, outbox: OutboxRow.rendered(effects, of: engine, createdAt: record.at)))
        for snapshot in snapshots where snapshot.position == record.position {
          agree = agree && snapshot.bytes == engine.snapshot()
        }
      }
      try copy.commitAndWait(items)
      progress(copy.committed.position, store.committed.position)
    }
    let (stored, replayed) = (try store.stateDigest(), try copy.stateDigest())
    return Finding(
      first: 1, records: copy.committed.position,
      parts: [
        ("events", stored.events == replayed.events), ("outbox", stored.outbox == replayed.outbox),
        ("chunks", stored.chunks == replayed.chunks), ("day values", stored.dayValues == replayed.dayValues),
        ("seals", stored.seals == replayed.seals), ("snapshots", agree),
      ])
  }

  private static func replayTail(
    _ store: Store, first: Int64, _ progress: (Int64, Int64) -> Void
  ) throws -> Finding {
    let snapshots = try snapshots(store)
    guard let base = snapshots.filter({ $0.position + 1 >= first }).min(by: { $0.position < $1.position }) else {
      throw StoreError(
        .corrupt, path: store.path,
        "the journal begins at record \(first), and no snapshot before it can be read by this version")
    }
    var engine = try Engine(snapshot: base.bytes)
    var events = EventComparison(store: store, since: engine.lastSequence)
    var chunks: [ChunkKey: [UInt8]] = [:]
    var agree = true
    var tail = store.journal(after: base.position)
    while let records = try tail.next() {
      for record in records {
        for effect in engine.apply(record.event, at: record.at) {
          switch effect {
          case .event(let event): try events.take(event)
          case .chunk(let key, let bytes): chunks[key] = bytes
          default: break
          }
        }
        for snapshot in snapshots where snapshot.position == record.position {
          agree = agree && snapshot.bytes == engine.snapshot()
        }
      }
      progress(tail.position - base.position, store.committed.position - base.position)
    }
    return Finding(
      first: base.position + 1, records: tail.position - base.position,
      parts: [
        ("events", try events.finish()), ("chunks", try equal(chunks, store)), ("snapshots", agree),
      ])
  }

  /// Whether every chunk given out last is stored so; those that retention removed are left out.
  private static func equal(_ chunks: [ChunkKey: [UInt8]], _ store: Store) throws -> Bool {
    var days: [String: Set<CivilDay>] = [:]
    for key in chunks.keys { days[key.county, default: []].insert(key.day) }
    for (county, days) in days {
      for day in days {
        for chunk in try store.chunks(county: county, day: day) {
          if let made = chunks[chunk.key], made != chunk.bytes { return false }
        }
      }
    }
    return true
  }

  /// Stored events beside replayed ones, in order.
  private struct EventComparison {
    let store: Store
    var since: Int64
    var waiting: ArraySlice<EventRecord> = []
    var isEqual = true

    mutating func take(_ event: EventRecord) throws {
      if waiting.isEmpty {
        waiting = try store.events(since: since)[...]
        since = waiting.last?.sequence ?? since
      }
      isEqual = waiting.popFirst() == event && isEqual
    }

    mutating func finish() throws -> Bool {
      try isEqual && waiting.isEmpty && store.events(since: since, limit: 1).isEmpty
    }
  }
}
