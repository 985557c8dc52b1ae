package import AirQuality
internal import Digests
package import Engine
internal import FoundationEssentials
internal import GRDB

/// Reads of committed state: any queue but the store queue may call them; they never wait for the writer.
extension Store {
  /// A read in one snapshot, with errors as `StoreError`.
  func reading<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
    do { return try pool.read(body) } catch { throw StoreError(error, path: path) }
  }

  /// The kept snapshots, newest first; one whose digest differs is left out.
  package func snapshots() throws(StoreError) -> [StoredSnapshot] {
    try reading { database in
      var found: [StoredSnapshot] = []
      let rows = try Row.fetchCursor(
        database, sql: "SELECT position, version, digest, bytes FROM snapshot ORDER BY position DESC")
      while let row = try rows.next() {
        let bytes = try row.bytes(3)
        guard SHA256.hash(bytes) == (try row.bytes(2)) else { continue }
        found.append(StoredSnapshot(position: try row.value(0), version: try row.value(1), bytes: bytes))
      }
      return found
    }
  }

  /// `Engine.version` under which the newest snapshot was stored, and what follows it applied; 0 when unknown.
  package func engineVersion() throws(StoreError) -> Int {
    try reading { try Int.fetchOne($0, sql: "SELECT value FROM meta WHERE name = 'engine_version'") ?? 0 }
  }

  /// Where a start begins: the newest intact snapshot of that version, and the journal behind it. Without such a
  /// snapshot the journal from its first record; an error when that has been pruned.
  package func recover(
    version: Int
  ) throws(StoreError) -> (snapshot: StoredSnapshot?, tail: JournalReader) {
    let snapshot = try snapshots().first { $0.version == version }
    return (snapshot, JournalReader(store: self, after: snapshot?.position ?? 0))
  }

  /// The journal behind a position, in bounded batches.
  package func journal(after position: Int64) -> JournalReader { JournalReader(store: self, after: position) }

  /// All chunks of a county and day, hours first.
  package func chunks(county: String, day: CivilDay) throws(StoreError) -> [StoredChunk] {
    try chunks(
      where: "kind IN (0, 1) AND county = ? AND day = ? ORDER BY kind, hour", [county, Int64(day.number)])
  }

  /// The first day of which no county's hours were pruned for their age; nil before any were.
  package func hoursPrunedBefore() throws(StoreError) -> CivilDay? {
    try reading { Int32(exactly: try Store.hoursPrunedBefore($0)) }.flatMap {
      $0 == .min ? nil : CivilDay(number: $0)
    }
  }

  /// The number of that day; far in the past before any were.
  static func hoursPrunedBefore(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT value FROM meta WHERE name = 'hours_pruned_before'") ?? .min
  }

  /// The hour chunks of a county from one day through another, ascending.
  package func hoursChunks(
    county: String, from: CivilDay, through: CivilDay
  ) throws(StoreError) -> [StoredChunk] {
    try chunks(
      where: "kind = 0 AND county = ? AND day BETWEEN ? AND ? ORDER BY day",
      [county, Int64(from.number), Int64(through.number)])
  }

  private func chunks(where condition: String, _ arguments: StatementArguments) throws(StoreError) -> [StoredChunk] {
    try reading { database in
      let statement = try database.cachedStatement(
        sql: "SELECT county, day, kind, hour, bytes FROM chunks WHERE \(condition)")
      let rows = try Row.fetchCursor(statement, arguments: arguments)
      var found: [StoredChunk] = []
      while let row = try rows.next() {
        let code: UInt8 = try row.value(2)
        guard let kind = ChunkKind(rawValue: code) else {
          throw StoreError(.newer, path: path, "chunk kind \(code) is unknown: written by a newer lantian")
        }
        found.append(
          StoredChunk(
            key: ChunkKey(
              county: try row.value(0), day: CivilDay(number: try row.value(1)), kind: kind, hour: try row.value(3)),
            bytes: try row.bytes(4)))
      }
      return found
    }
  }

  /// Events with a sequence above `since`, ascending, at most `limit`.
  package func events(since: Int64, limit: Int = 1_000) throws(StoreError) -> [EventRecord] {
    try reading { database in
      let statement = try database.cachedStatement(
        sql: "SELECT sequence, at, record FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?")
      let rows = try Row.fetchCursor(statement, arguments: [since, max(0, limit)])
      var found: [EventRecord] = []
      while let row = try rows.next() {
        found.append(
          try EventRecordCodec.decode(
            try row.bytes(2), sequence: try row.value(0), at: Instant(milliseconds: try row.value(1))))
      }
      return found
    }
  }

  /// The newest committed sequence, 0 before the first event.
  package var lastSequence: Int64 { committed.sequence }

  /// SQLite's own examination of the whole file; empty when it is sound. Takes long on a large database.
  package func integrityProblems() throws(StoreError) -> [String] {
    try reading { database in
      try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
    }
  }

}

/// Reading a column throws, where GRDB's subscripts trap: a damaged file must not end the program.
extension Row {
  func value<T: DatabaseValueConvertible>(_ index: Int) throws -> T { try decode(T.self, atIndex: index) }

  func bytes(_ index: Int) throws -> [UInt8] { Array(try decode(Data.self, atIndex: index)) }
}
