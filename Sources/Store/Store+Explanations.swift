package import AirQuality
internal import Digests
package import Engine
internal import FoundationEssentials
internal import GRDB

/// What explains a number afterwards: every revision of the daily values, the configurations that were in force, and
/// where late rows came. None of it is pruned.
extension Store {
  func writeExplanations(of item: CommitItem, to database: Database) throws {
    if item.kind == .configuration {
      try database.execute(
        sql: "INSERT INTO configurations VALUES(?, ?, ?)",
        arguments: [item.position, item.at.milliseconds, Data(item.payload)])
    }
    for mark in item.late {
      let statement = try database.cachedStatement(sql: "INSERT OR IGNORE INTO late_rows VALUES(?, ?, ?)")
      try statement.execute(arguments: [mark.county, mark.day.number, item.position])
    }
    for value in item.dayValues {
      let record = Data(value.encoded())
      let newest = try database.cachedStatement(
        sql: "SELECT revision, record FROM day_values WHERE unit = ? AND day = ? ORDER BY revision DESC LIMIT 1")
      let before = try Row.fetchOne(newest, arguments: [value.unit, value.day.number])
      if let before, try before.decode(Data.self, atIndex: 1) == record { continue }
      let revision: Int64 = try before.map { try $0.decode(Int64.self, atIndex: 0) + 1 } ?? 0
      let insert = try database.cachedStatement(sql: "INSERT INTO day_values VALUES(?, ?, ?, ?, ?, ?)")
      try insert.execute(
        arguments: [value.unit, value.day.number, revision, item.position, item.at.milliseconds, record])
    }
  }

  /// Every revision of a unit's day, the first one first.
  package func dayValues(unit: String, day: CivilDay) throws(StoreError) -> [DayValueRevision] {
    try dayValues(where: "unit = ? AND day = ? ORDER BY revision", [unit, day.number])
  }

  /// The newest revision of each of a unit's days, ascending.
  package func dayValues(
    unit: String, from: CivilDay, through: CivilDay
  ) throws(StoreError) -> [DayValueRevision] {
    try dayValues(
      where: """
        unit = ? AND day BETWEEN ? AND ? AND revision = (
          SELECT max(revision) FROM day_values n WHERE n.unit = v.unit AND n.day = v.day) ORDER BY day
        """, [unit, from.number, through.number])
  }

  private func dayValues(where condition: String, _ arguments: StatementArguments) throws(StoreError)
    -> [DayValueRevision]
  {
    try reading { database in
      let statement = try database.cachedStatement(
        sql: "SELECT revision, position, at, record FROM day_values v WHERE \(condition)")
      let rows = try Row.fetchCursor(statement, arguments: arguments)
      var found: [DayValueRevision] = []
      while let row = try rows.next() {
        let record = try row.bytes(3)
        found.append(
          DayValueRevision(
            revision: try row.value(0), position: try row.value(1), at: Instant(milliseconds: try row.value(2)),
            value: try DayValue(encoded: record), digest: SHA256.hex(SHA256.hash(record))))
      }
      return found
    }
  }

  /// The configurations of all generations whose records are not after an instant, oldest first.
  package func configurations(
    through instant: Instant
  ) throws(StoreError) -> [(position: Int64, at: Instant, configuration: EngineConfiguration)] {
    try reading { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT position, at, payload FROM configurations WHERE at <= ? ORDER BY position",
        arguments: [instant.milliseconds])
      var found: [(position: Int64, at: Instant, configuration: EngineConfiguration)] = []
      while let row = try rows.next() {
        let position: Int64 = try row.value(0)
        let at = Instant(milliseconds: try row.value(1))
        let event = try JournalCodec.decode(try row.bytes(2), position: position, at: at)
        guard case .configuration(let configuration) = event else {
          throw StoreError(
            .corrupt, path: path, "record \(position) is no configuration. \(StoreError.corruptAdvice)")
        }
        found.append((position, at, configuration))
      }
      return found
    }
  }

  /// The position of the oldest record that is still in the journal; nil when it is empty.
  package func firstPosition() throws(StoreError) -> Int64? {
    try reading { try Int64.fetchOne($0, sql: "SELECT min(position) FROM journal") }
  }

  /// The instant of the oldest record that is still in the journal; nil when it is empty.
  package func journalBegin() throws(StoreError) -> Instant? {
    try reading { database in
      try Int64.fetchOne(database, sql: "SELECT at FROM journal ORDER BY position LIMIT 1")
        .map { Instant(milliseconds: $0) }
    }
  }

  /// The instant of the newest record; nil when the journal is empty.
  package func journalEnd() throws(StoreError) -> Instant? {
    try reading { database in
      try Int64.fetchOne(database, sql: "SELECT at FROM journal ORDER BY position DESC LIMIT 1")
        .map { Instant(milliseconds: $0) }
    }
  }

  /// The acts of people on flags of readings since an instant, ascending; empty as far as the journal has been pruned.
  package func flagActs(
    since instant: Instant
  ) throws(StoreError) -> [(position: Int64, at: Instant, act: OperatorAct)] {
    try reading { database in
      // Each issued an event of this kind: the journal need not be read through.
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT position, at, payload FROM journal WHERE kind = \(JournalCodec.Kind.act.rawValue) AND position IN
          (SELECT position FROM events WHERE at >= ? AND kind = ?) ORDER BY position
          """, arguments: [instant.milliseconds, EventKind.data.rawValue])
      var found: [(position: Int64, at: Instant, act: OperatorAct)] = []
      while let row = try rows.next() {
        let position: Int64 = try row.value(0)
        let at = Instant(milliseconds: try row.value(1))
        guard case .act(let act) = try JournalCodec.decode(try row.bytes(2), position: position, at: at) else {
          throw StoreError(.corrupt, path: path, "record \(position) is no act. \(StoreError.corruptAdvice)")
        }
        switch act {
        case .overrideFlag, .withdrawOverride: found.append((position, at, act))
        default: continue
        }
      }
      return found
    }
  }

  /// The batches journalled from one instant until another, and those known to have brought late rows of a county and
  /// day; ascending, of the named feeds and stations only. Empty as far as the journal has been pruned.
  package func batches(
    from: Instant, until: Instant, lateRowsOf county: String, days: ClosedRange<CivilDay>, feeds: Set<String>,
    stations: Set<String>
  ) throws(StoreError) -> [JournalRecord] {
    try reading { database in
      let late = try Int64.fetchAll(
        database, sql: "SELECT position FROM late_rows WHERE county = ? AND day BETWEEN ? AND ? ORDER BY position",
        arguments: [county, days.lowerBound.number, days.upperBound.number])
      // Instants never fall along the journal: its ends are found by halving.
      let first = try Store.position(database, notBefore: from)
      let last = try Store.position(database, notBefore: until)
      var records: [JournalRecord] = []
      func read(_ condition: String, _ arguments: StatementArguments) throws {
        let statement = try database.cachedStatement(
          sql: "SELECT position, at, payload FROM journal WHERE kind = 2 AND \(condition) ORDER BY position")
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
          let payload = try row.bytes(2)
          guard JournalCodec.isBatch(payload, of: feeds, naming: stations) else { continue }
          let position: Int64 = try row.value(0)
          let at = Instant(milliseconds: try row.value(1))
          records.append(
            JournalRecord(
              position: position, at: at, event: try JournalCodec.decode(payload, position: position, at: at)))
        }
      }
      for position in late where position < first { try read("position = ?", [position]) }
      try read("position >= ? AND position < ?", [first, last])
      for position in late where position >= last { try read("position = ?", [position]) }
      return records
    }
  }

  /// The first position whose record is not before an instant; one behind the last when there is none.
  private static func position(_ database: Database, notBefore instant: Instant) throws -> Int64 {
    var low = try Int64.fetchOne(database, sql: "SELECT min(position) FROM journal") ?? 1
    var high = try Int64.fetchOne(database, sql: "SELECT max(position) + 1 FROM journal") ?? 1
    let statement = try database.cachedStatement(sql: "SELECT at FROM journal WHERE position = ?")
    while low < high {
      let middle = low + (high - low) / 2
      let at = try Int64.fetchOne(statement, arguments: [middle]) ?? .max
      if at < instant.milliseconds { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
