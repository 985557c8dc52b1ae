internal import Digests
internal import GRDB

/// Hashes of what commits wrote, for comparing two stores.
package struct StateDigest: Sendable, Hashable {
  /// Events in order, every byte, then those for inspectors.
  package var events: String
  /// Hook, sequence, event id, key and body of every outbox row; not what became of it.
  package var outbox: String
  /// Every chunk.
  package var chunks: String
  /// Every revision of every day's values.
  package var dayValues: String
  /// Every review.
  package var reviews: String
  /// Seals, what they hold, and amendments.
  package var seals: String
  /// Through which record.
  package var position: Int64
}

extension Store {
  /// The state as hashes: equal stores give equal digests, whenever their rows were received or delivered. It reads
  /// everything, in one snapshot.
  package func stateDigest() throws(StoreError) -> StateDigest {
    try reading { database in
      StateDigest(
        events: try Store.hash(
          database, "SELECT sequence, position, at, id, kind, county, record FROM events ORDER BY sequence")
          + Store.hash(database, "SELECT sequence, position, at, id, county, record FROM inspections ORDER BY sequence"),
        outbox: try Store.hash(
          database, "SELECT hook, sequence, event_id, key, body FROM outbox ORDER BY hook, sequence"),
        chunks: try Store.hash(
          database, "SELECT kind, county, day, hour, bytes FROM chunks ORDER BY kind, county, day, hour"),
        dayValues: try Store.hash(
          database, "SELECT unit, day, revision, position, at, record FROM day_values ORDER BY unit, day, revision"),
        reviews: try Store.hash(
          database,
          "SELECT number, county, day, position, at, source, digest, reviewer, record, chain FROM reviews ORDER BY number"
        ),
        seals: try Store.hash(
          database, "SELECT number, month, position, at, amendment, review, digest FROM seals ORDER BY number")
          + Store.hash(database, "SELECT month, county, day, bytes FROM sealed_chunks ORDER BY month, county, day")
          + Store.hash(
            database, "SELECT number, county, day, position, at, chunk, digest FROM amendments ORDER BY number"),
        position: try Int64.fetchOne(database, sql: "SELECT value FROM meta WHERE name = 'applied_through'") ?? -1)
    }
  }

  private static func hash(_ database: Database, _ sql: String) throws -> String {
    var digest = SHA256()
    let rows = try Row.fetchCursor(database, sql: sql)
    while let row = try rows.next() {
      for index in 0..<row.count {
        switch (row[index] as DatabaseValue).storage {
        case .int64(let value): digest.number(value)
        case .string(let text): digest.field(Array(text.utf8))
        case .blob(let data): digest.field(Array(data))
        case .double(let value): digest.number(Int64(bitPattern: value.bitPattern))
        case .null: digest.number(-1)
        }
      }
    }
    return SHA256.hex(digest.finalize())
  }
}
