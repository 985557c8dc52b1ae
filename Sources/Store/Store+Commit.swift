internal import AirQuality
internal import Digests
internal import Engine
internal import FoundationEssentials
internal import GRDB
internal import Synchronization

/// The one transaction that makes records, effects, deliveries and progress durable. Runs on the store queue.
extension Store {
  /// Writes all groups or none; on success the new progress is visible to `committed`.
  func transact(_ groups: [Group]) -> Result<CommittedThrough, StoreError> {
    var next = progress.withLock { $0 }
    do {
      try pool.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          for group in groups {
            for item in group.items { try write(item, to: database, progress: &next) }
          }
          let meta = try database.cachedStatement(sql: "UPDATE meta SET value = ? WHERE name = ?")
          try meta.execute(arguments: [next.committed.position, "applied_through"])
          try meta.execute(arguments: [next.committed.sequence, "last_sequence"])
          try meta.execute(arguments: [next.journalBytes, "journal_bytes"])
          return .commit
        }
      }
    } catch { return .failure(StoreError(error, path: path)) }
    let reached = next
    progress.withLock { $0 = reached }
    return .success(reached.committed)
  }

  private func write(_ item: CommitItem, to database: Database, progress: inout Progress) throws {
    guard item.position == progress.committed.position + 1 else {
      throw StoreError(
        .order, path: path, "record \(item.position) does not follow \(progress.committed.position)")
    }
    let journal = try database.cachedStatement(sql: "INSERT INTO journal VALUES(?, ?, ?, ?)")
    journal.setUncheckedArguments([
      item.position, item.at.milliseconds, Int64(item.kind.rawValue), Data(item.payload),
    ])
    try journal.execute()
    progress.committed.position = item.position
    progress.journalBytes += Int64(item.payload.count)
    if item.position == 1 { try noteEngine(in: database) }
    for event in item.events {
      guard event.sequence == progress.committed.sequence + 1 else {
        throw StoreError(.order, path: path, "event \(event.sequence) does not follow \(progress.committed.sequence)")
      }
      let statement = try database.cachedStatement(sql: "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?)")
      statement.setUncheckedArguments([
        event.sequence, item.position, event.at.milliseconds, event.id, event.kind.rawValue, event.county,
        Data(EventRecordCodec.encode(event)),
      ])
      try statement.execute()
      progress.committed.sequence = event.sequence
    }
    try writeInspections(of: item, to: database)
    for chunk in item.chunks {
      try write(chunk, to: database)
      if chunk.key.kind == .hours { try amend(chunk, of: item, in: database) }
    }
    for review in item.reviews { try write(review, of: item, to: database) }
    try writeExplanations(of: item, to: database)
    for month in item.seals { try seal(month, of: item, in: database) }
    for row in item.outbox {
      guard
        row.sequence <= progress.committed.sequence || item.inspections.contains(where: { $0.sequence == row.sequence })
      else {
        throw StoreError(.order, path: path, "a delivery to “\(row.hook)” names the unknown event \(row.sequence)")
      }
      let statement = try database.cachedStatement(
        sql: "INSERT INTO outbox(hook, sequence, event_id, key, body, created_at) VALUES(?, ?, ?, ?, ?, ?)")
      statement.setUncheckedArguments([
        row.hook, row.sequence, row.eventID, row.key, Data(row.body), row.createdAt.milliseconds,
      ])
      try statement.execute()
    }
    if let snapshot = item.snapshot { try write(snapshot, of: item, to: database) }
  }

  /// Under whose rules what follows is applied.
  private func noteEngine(in database: Database) throws {
    try database.execute(sql: "UPDATE meta SET value = ? WHERE name = 'engine_version'", arguments: [Engine.version])
  }

  private func write(_ chunk: StoredChunk, to database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO chunks VALUES(?, ?, ?, ?, ?)
        ON CONFLICT(kind, county, day, hour) DO UPDATE SET bytes = excluded.bytes
        """)
    statement.setUncheckedArguments([
      Int64(chunk.key.kind.rawValue), chunk.key.county, Int64(chunk.key.day.number), Int64(chunk.key.hour),
      Data(chunk.bytes),
    ])
    try statement.execute()
  }

  private func write(_ snapshot: StoredSnapshot, of item: CommitItem, to database: Database) throws {
    guard snapshot.position == item.position else {
      throw StoreError(.order, path: path, "a snapshot of \(snapshot.position) came with record \(item.position)")
    }
    try database.execute(
      sql: "INSERT INTO snapshot VALUES(?, ?, ?, ?)",
      arguments: [
        snapshot.position, snapshot.version, Data(SHA256.hash(snapshot.bytes)), Data(snapshot.bytes),
      ])
    try noteEngine(in: database)
    // The last two are kept: if the newer cannot be read, the older and a longer tail give the same state.
    try database.execute(
      sql: "DELETE FROM snapshot WHERE position NOT IN (SELECT position FROM snapshot ORDER BY position DESC LIMIT 2)")
  }
}
