package import AirQuality
package import Engine
internal import GRDB

/// What bulletins read beside days.
extension Store {
  /// Events from one instant until another, ascending, without those of kinds that are not asked for.
  package func events(
    from: Instant, until: Instant, kinds: Set<EventKind>
  ) throws(StoreError) -> [EventRecord] {
    try reading { database in
      let names = kinds.map(\.rawValue).sorted()
      let marks = names.map { _ in "?" }.joined(separator: ", ")
      var arguments: StatementArguments = [from.milliseconds, until.milliseconds]
      arguments += StatementArguments(names)
      let rows = try Row.fetchCursor(
        database,
        sql:
          "SELECT sequence, at, record FROM events WHERE at >= ? AND at < ? AND kind IN (\(marks)) ORDER BY sequence",
        arguments: arguments)
      var found: [EventRecord] = []
      while let row = try rows.next() {
        found.append(
          try EventRecordCodec.decode(
            try row.bytes(2), sequence: try row.value(0), at: Instant(milliseconds: try row.value(1))))
      }
      return found
    }
  }

  /// The newest sealed month with its digest (lower-case hex); nil before the first.
  package func newestSeal() throws(StoreError) -> (month: CivilMonth, digest: String)? {
    try reading { database in
      try Row.fetchOne(database, sql: "SELECT month, lower(hex(digest)) FROM seals ORDER BY number DESC LIMIT 1")
        .map { (CivilMonth(number: try $0.value(0)), try $0.value(1)) }
    }
  }
}
