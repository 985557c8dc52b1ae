import AirQuality
package import Engine
package import Store

/// An engine as the store has it.
package struct RecoveredEngine: Sendable {
  package var engine: Engine
  /// The newest applied record.
  package var position: Int64
  /// Position of the snapshot it began from; 0 from empty.
  package var snapshotPosition: Int64
}

/// Rebuilds the engine from the newest snapshot and the journal's tail (DESIGN.md 3).
package enum EngineRecovery {
  /// - Throws: `StoreError` when the store cannot be read, or when the replayed journal does not give the stored events.
  ///
  /// A store that is open for reading may go on growing beside the recovery: then the engine is at least as new as when
  /// the store was opened.
  package static func recover(from store: Store) throws(StoreError) -> RecoveredEngine {
    var engine = Engine()
    var start: Int64 = 0
    for snapshot in try store.snapshots() where snapshot.version == Int(Engine.snapshotVersion) {
      // A snapshot that this version cannot read is passed over: an older one and a longer tail give the same state.
      guard let read = try? Engine(snapshot: snapshot.bytes) else { continue }
      engine = read
      start = snapshot.position
      break
    }
    var position = start
    var tail = store.journal(after: start)
    while let records = try tail.next() {
      for record in records {
        _ = engine.apply(record.event, at: record.at)
        position = record.position
      }
    }
    let committed = store.committed
    let agrees =
      store.isReadOnly
      ? position >= committed.position && engine.lastSequence >= committed.sequence
      : position == committed.position && engine.lastSequence == committed.sequence
    guard agrees else {
      throw StoreError(
        .corrupt, path: store.path,
        "replaying the journal gives record \(position) and event \(engine.lastSequence), stored are "
          + "\(store.committed.position) and \(store.committed.sequence); restore a backup")
    }
    return RecoveredEngine(engine: engine, position: position, snapshotPosition: start)
  }
}
