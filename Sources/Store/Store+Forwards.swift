package import AirQuality
internal import Dispatch
internal import FoundationEssentials
internal import GRDB

/// The hour means of one source for a superior platform (上级平台).
package struct ForwardRow: Sendable, Hashable {
  /// The name of the forward in the configuration.
  package var forward: String
  /// Ascending within the forward; given by the store.
  package var number: Int64
  /// The MN under which it is reported.
  package var source: String
  /// Civil hour.
  package var hour: Int32
  /// The request number under which it is sent; the same on every attempt.
  package var request: String
  /// What is sent, without the password.
  package var content: String
  package var createdAt: Instant
  /// Attempts that failed so far.
  package var attempts: Int
  package var lastError: String

  package init(
    forward: String, number: Int64 = 0, source: String, hour: Int32, request: String, content: String,
    createdAt: Instant, attempts: Int = 0, lastError: String = ""
  ) {
    self.forward = forward
    self.number = number
    self.source = source
    self.hour = hour
    self.request = request
    self.content = content
    self.createdAt = createdAt
    self.attempts = attempts
    self.lastError = lastError
  }
}

/// What waits for one superior platform.
package struct ForwardBacklog: Sendable, Hashable {
  package var forward: String
  package var pending: Int
  /// When the oldest pending row was made; nil when none is pending.
  package var oldestPendingAt: Instant?

  package init(forward: String, pending: Int, oldestPendingAt: Instant?) {
    self.forward = forward
    self.pending = pending
    self.oldestPendingAt = oldestPendingAt
  }
}

/// The queue of reports upward: made from committed hours, so it is no part of what the journal gives.
extension Store {
  /// Adds rows in one durable transaction, behind every commit that was asked for before.
  ///
  /// Of each forward at most `limit` rows wait: the oldest beyond are given up. Rows that are done or given up go with
  /// hours before `doneBefore`. `completion` runs on the store queue with the number given up. A failure leaves the
  /// store usable.
  package func enqueueForwards(
    _ rows: [ForwardRow], limit: Int, doneBefore: Int32,
    completion: @escaping @Sendable (Result<Int, StoreError>) -> Void
  ) {
    queue.async { @Sendable [self] in
      if let failure {
        return completion(.failure(StoreError(.failed, path: path, "an earlier commit failed: \(failure.message)")))
      }
      do {
        let dropped = try pool.writeWithoutTransaction { database in
          var dropped = 0
          try database.inTransaction(.immediate) {
            for row in rows { try insert(row, into: database) }
            try database.execute(sql: "DELETE FROM forwards WHERE state > 0 AND hour < ?", arguments: [doneBefore])
            for forward in Set(rows.map(\.forward)) {
              try database.execute(
                sql: """
                  UPDATE forwards SET state = 2 WHERE forward = ? AND state = 0 AND number <= (
                    SELECT number FROM forwards WHERE forward = ? AND state = 0 ORDER BY number DESC LIMIT 1 OFFSET ?)
                  """, arguments: [forward, forward, limit])
              dropped += database.changesCount
            }
            return .commit
          }
          return dropped
        }
        completion(.success(dropped))
      } catch { completion(.failure(StoreError(error, path: path))) }
    }
  }

  private func insert(_ row: ForwardRow, into database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO forwards(forward, number, source, hour, request, content, created_at)
        VALUES(?, (SELECT coalesce(max(number), 0) + 1 FROM forwards WHERE forward = ?), ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      arguments: [
        row.forward, row.forward, row.source, Int64(row.hour), row.request, row.content, row.createdAt.milliseconds,
      ])
  }

  /// The oldest row of a forward that is still to be answered, rows of the `excluding` sources passed over; nil when
  /// none waits. Rows of one source come out in their order whatever is passed over.
  package func pendingForward(
    _ forward: String, excluding sources: Set<String> = []
  ) throws(StoreError) -> ForwardRow? {
    let marks = Array(repeating: "?", count: sources.count).joined(separator: ", ")
    let condition = sources.isEmpty ? "" : "AND source NOT IN (\(marks))"
    return try reading { database in
      var arguments: StatementArguments = [forward]
      arguments += StatementArguments(Array(sources))
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT number, source, hour, request, content, created_at, attempts, last_error FROM forwards
          WHERE state = 0 AND forward = ? \(condition) ORDER BY number LIMIT 1
          """, arguments: arguments)
      guard let row = try rows.next() else { return nil }
      return ForwardRow(
        forward: forward, number: try row.value(0), source: try row.value(1), hour: try row.value(2),
        request: try row.value(3), content: try row.value(4), createdAt: Instant(milliseconds: try row.value(5)),
        attempts: try row.value(6), lastError: try row.value(7))
    }
  }

  /// The newest content of each source and hour of a forward from an hour on, by `source`, then hour.
  package func newestForwards(_ forward: String, from hour: Int32) throws(StoreError) -> [String: [Int32: String]] {
    try reading { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT source, hour, content FROM forwards WHERE forward = ? AND hour >= ? ORDER BY number",
        arguments: [forward, Int64(hour)])
      var found: [String: [Int32: String]] = [:]
      while let row = try rows.next() {
        let source: String = try row.value(0)
        found[source, default: [:]][try row.value(1)] = try row.value(2)
      }
      return found
    }
  }

  /// Records that a row was answered, or that an attempt failed with `error`. `completion` runs on the store queue.
  package func settleForward(
    _ forward: String, number: Int64, delivered: Bool, error: String = "",
    completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
  ) {
    queue.async { @Sendable [self] in
      if let failure {
        return completion(.failure(StoreError(.failed, path: path, "an earlier commit failed: \(failure.message)")))
      }
      do {
        try pool.writeWithoutTransaction { database in
          let text = String(decoding: Array(error.utf8.prefix(Store.maximumErrorBytes)), as: UTF8.self)
          try database.execute(
            sql: """
              UPDATE forwards SET state = ?, attempts = attempts + ?, last_error = ?
              WHERE forward = ? AND number = ? AND state = 0
              """, arguments: [delivered ? 1 : 0, delivered ? 0 : 1, text, forward, number])
        }
        completion(.success(()))
      } catch { completion(.failure(StoreError(error, path: path))) }
    }
  }

  /// What waits for each forward that has rows, by name.
  package func forwardBacklogs() throws(StoreError) -> [ForwardBacklog] {
    try reading { database in
      let rows = try Row.fetchCursor(
        database,
        sql: "SELECT forward, count(*), min(created_at) FROM forwards WHERE state = 0 GROUP BY forward ORDER BY forward"
      )
      var found: [ForwardBacklog] = []
      while let row = try rows.next() {
        let oldest: Int64? = try row.value(2)
        found.append(
          ForwardBacklog(
            forward: try row.value(0), pending: try row.value(1),
            oldestPendingAt: oldest.map { Instant(milliseconds: $0) }))
      }
      return found
    }
  }
}
