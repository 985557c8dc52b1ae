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
  /// Why the next record should bring a snapshot: there is none that this version wrote. Nil otherwise.
  package var wantsSnapshot: String?
}

/// Rebuilds the engine from the newest snapshot and the journal's tail (DESIGN.md 3).
package enum EngineRecovery {
  /// A store that is open for reading may go on growing beside the recovery: then the engine is at least as new as when
  /// the store was opened. Records that an earlier version applied may give other events now: those that were stored
  /// stand, and the engine goes on after them.
  ///
  /// - Throws: `StoreError` when the store cannot be read, or when the replayed journal does not give the stored events.
  package static func recover(from store: Store) throws(StoreError) -> RecoveredEngine {
    var engine = Engine()
    var start: Int64 = 0
    let snapshots = try store.snapshots()
    for snapshot in snapshots where snapshot.version == Int(Engine.snapshotVersion) {
      // A snapshot that this version cannot read is passed over: an older one and a longer tail give the same state.
      guard let read = try? Engine(snapshot: snapshot.bytes) else { continue }
      engine = read
      start = snapshot.position
      break
    }
    if let first = try store.firstPosition(), first > start + 1 {
      throw StoreError(
        .newer, path: store.path,
        "the journal begins at record \(first) and no snapshot before it can be read by this version (it reads "
          + "version \(Engine.snapshotVersion), stored are \(snapshots.map { "\($0.version)" }.joined(separator: ", "))); "
          + "start the lantian that wrote the state, or restore a backup")
    }
    var position = start
    var tail = store.journal(after: start)
    while let records = try tail.next() {
      for record in records {
        _ = engine.apply(record.event, at: record.at)
        position = record.position
      }
    }
    let wants = try reasonForSnapshot(store, start: start, newest: snapshots.first?.position ?? 0)
    try settle(&engine, position: position, store, isOwn: wants == nil)
    return RecoveredEngine(engine: engine, position: position, snapshotPosition: start, wantsSnapshot: wants)
  }

  /// Nil when all that was replayed was applied by this version before.
  private static func reasonForSnapshot(_ store: Store, start: Int64, newest: Int64) throws(StoreError) -> String? {
    if store.committed.position == 0 { return nil }
    let writer = try store.engineVersion()
    if writer != Engine.version { return "the state was written under version \(writer) of the rules" }
    return start == newest ? nil : "the newest snapshot cannot be read"
  }

  private static func settle(
    _ engine: inout Engine, position: Int64, _ store: Store, isOwn: Bool
  ) throws(StoreError) {
    let committed = store.committed
    let agrees =
      store.isReadOnly
      ? position >= committed.position && engine.lastSequence >= committed.sequence
      : position == committed.position && engine.lastSequence == committed.sequence
    if agrees { return }
    guard !isOwn, position >= committed.position else {
      throw StoreError(
        .corrupt, path: store.path,
        "replaying the journal gives record \(position) and event \(engine.lastSequence), stored are "
          + "\(committed.position) and \(committed.sequence); restore a backup")
    }
    engine.adopt(lastSequence: committed.sequence)
  }
}
