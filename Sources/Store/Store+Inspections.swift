internal import AirQuality
package import Engine
internal import FoundationEssentials
internal import GRDB

/// The inspectors' log (数据异常待核查): events with numbers of their own, kept apart from those that everybody sees.
extension Store {
  /// Events of inspections with a sequence above `since`, ascending, at most `limit`; of one case with `id`.
  package func inspections(
    since: Int64 = 0, id: String? = nil, limit: Int = 1_000
  ) throws(StoreError) -> [EventRecord] {
    try reading { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT sequence, at, record FROM inspections WHERE sequence > ? AND (? IS NULL OR id = ?)
          ORDER BY sequence LIMIT ?
          """)
      let rows = try Row.fetchCursor(statement, arguments: [since, id, id, max(0, limit)])
      var found: [EventRecord] = []
      while let row = try rows.next() {
        found.append(
          try EventRecordCodec.decode(
            try row.bytes(2), sequence: try row.value(0), at: Instant(milliseconds: try row.value(1))))
      }
      return found
    }
  }

  /// Appends the inspections of a record; their order is the engine's.
  func writeInspections(of item: CommitItem, to database: Database) throws {
    for event in item.inspections {
      let statement = try database.cachedStatement(sql: "INSERT INTO inspections VALUES(?, ?, ?, ?, ?, ?)")
      statement.setUncheckedArguments([
        event.sequence, item.position, event.at.milliseconds, event.id, event.county,
        Data(EventRecordCodec.encode(event)),
      ])
      try statement.execute()
    }
  }
}
