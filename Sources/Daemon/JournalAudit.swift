import Engine
package import Store

/// Replays a store's journal from empty into a fresh store and compares what both hold, byte for byte.
///
/// Reception times aside nothing may differ: the same records give the same events, chunks and deliveries.
package enum JournalAudit {
  /// What the replay gave beside what is stored.
  package struct Finding: Sendable {
    package var records: Int64
    package var stored: StateDigest
    package var replayed: StateDigest
    /// The stored snapshots equal the replayed engine's at their positions.
    package var snapshotsAgree: Bool
    package var agrees: Bool { stored == replayed && snapshotsAgree }
  }

  /// `scratch` is an empty directory for the replayed store. The journal must reach back to its first record.
  /// `progress` is told now and then how many records are done, of how many.
  package static func replay(
    _ store: Store, scratch: String, progress: (_ done: Int64, _ all: Int64) -> Void = { _, _ in }
  ) throws -> Finding {
    let copy = try Store(directory: scratch)
    defer { copy.closeAndWait() }
    let snapshots = try store.snapshots()
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
        for snapshot in snapshots
        where snapshot.position == record.position && snapshot.version == Int(Engine.snapshotVersion) {
          agree = agree && snapshot.bytes == engine.snapshot()
        }
      }
      try copy.commitAndWait(items)
      progress(copy.committed.position, store.committed.position)
    }
    return Finding(
      records: copy.committed.position, stored: try store.stateDigest(), replayed: try copy.stateDigest(),
      snapshotsAgree: agree)
  }
}
