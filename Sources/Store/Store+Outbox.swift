package import AirQuality
internal import Dispatch
internal import FoundationEssentials
internal import GRDB

/// A delivery that is still to be made.
package struct PendingDelivery: Sendable, Hashable {
  package var row: OutboxRow
  /// Attempts that failed so far.
  package var attempts: Int
  /// Not before this moment of the wall clock; 0 for at once.
  package var nextAttemptAt: Instant
  package var lastError: String

  package init(
    row: OutboxRow, attempts: Int = 0, nextAttemptAt: Instant = Instant(milliseconds: 0), lastError: String = ""
  ) {
    self.row = row
    self.attempts = attempts
    self.nextAttemptAt = nextAttemptAt
    self.lastError = lastError
  }
}

/// What became of one attempt.
package struct DeliveryResult: Sendable, Hashable {
  /// Where the delivery stands after the attempt.
  package enum State: Sendable, Hashable {
    case delivered
    case pending(nextAttemptAt: Instant)
    case dead
  }
  package var hook: String
  package var sequence: Int64
  package var state: State
  package var attempts: Int
  package var lastError: String

  package init(hook: String, sequence: Int64, state: State, attempts: Int, lastError: String = "") {
    self.hook = hook
    self.sequence = sequence
    self.state = state
    self.attempts = attempts
    self.lastError = lastError
  }
}

/// What waits for one hook.
package struct HookBacklog: Sendable, Hashable {
  package var hook: String
  package var pending: Int
  package var dead: Int
  /// When the oldest pending delivery was made; nil when none is pending.
  package var oldestPendingAt: Instant?
}

/// Deliveries that were given up because too many waited.
package struct GivenUpDeliveries: Sendable, Hashable {
  package var count = 0
  /// By hook: everything that waited through this sequence.
  package var through: [String: Int64] = [:]
  package init() {}
}

/// The outbox: rows come with commits, attempts are recorded here. Results are the shell's state, not the engine's.
extension Store {
  /// Longest `last_error` kept, bytes.
  package static let maximumErrorBytes = 4_096

  /// Pending deliveries of a hook with a sequence above `after`, ascending, at most `limit`.
  package func pendingDeliveries(hook: String, after: Int64 = 0, limit: Int) throws(StoreError) -> [PendingDelivery] {
    try deliveries(state: 0, hook: hook, after: after, limit: limit)
  }

  /// Deliveries that were given up, ascending, at most `limit`.
  package func deadLetters(hook: String, after: Int64 = 0, limit: Int) throws(StoreError) -> [PendingDelivery] {
    try deliveries(state: 2, hook: hook, after: after, limit: limit)
  }

  private func deliveries(
    state: Int, hook: String, after: Int64, limit: Int
  ) throws(StoreError) -> [PendingDelivery] {
    try reading { database in
      // The literal lets SQLite use the partial index.
      let statement = try database.cachedStatement(
        sql: """
          SELECT sequence, event_id, key, body, created_at, attempts, next_attempt_at, last_error FROM outbox
          WHERE state = \(state) AND hook = ? AND sequence > ? ORDER BY sequence LIMIT ?
          """)
      let rows = try Row.fetchCursor(statement, arguments: [hook, after, max(0, limit)])
      var found: [PendingDelivery] = []
      while let row = try rows.next() {
        let outbox = OutboxRow(
          hook: hook, sequence: try row.value(0), eventID: try row.value(1), key: try row.value(2),
          body: try row.bytes(3),
          createdAt: Instant(milliseconds: try row.value(4)))
        found.append(
          PendingDelivery(
            row: outbox, attempts: try row.value(5), nextAttemptAt: Instant(milliseconds: try row.value(6)),
            lastError: try row.value(7)))
      }
      return found
    }
  }

  /// What waits for each hook that ever had a delivery pending or given up, by name.
  package func outboxBacklog() throws(StoreError) -> [HookBacklog] {
    try reading { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT hook, sum(state = 0), sum(state = 2), min(CASE state WHEN 0 THEN created_at END) FROM (
            SELECT hook, state, created_at FROM outbox WHERE state = 0
            UNION ALL SELECT hook, state, created_at FROM outbox WHERE state = 2)
          GROUP BY hook ORDER BY hook
          """)
      var found: [HookBacklog] = []
      while let row = try rows.next() {
        let oldest: Int64? = try row.value(3)
        found.append(
          HookBacklog(
            hook: try row.value(0), pending: try row.value(1), dead: try row.value(2),
            oldestPendingAt: oldest.map { Instant(milliseconds: $0) }))
      }
      return found
    }
  }

  /// Writes the results of attempts in one durable transaction of their own; only rows still pending change.
  /// `completion` runs on the store queue. A failure here leaves the store usable: the same results can be given again.
  package func record(
    _ results: [DeliveryResult], completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
  ) {
    queue.async { @Sendable [self] in
      if let failure {
        return completion(.failure(StoreError(.failed, path: path, "an earlier commit failed: \(failure.message)")))
      }
      do {
        try pool.writeWithoutTransaction { database in
          try database.inTransaction(.immediate) {
            for result in results { try write(result, to: database) }
            return .commit
          }
        }
        completion(.success(()))
      } catch { completion(.failure(StoreError(error, path: path))) }
    }
  }

  /// Gives up the oldest pending deliveries of every hook that has more than `limit`; they stay, as given up, for as long
  /// as the retention of dead letters. `completion` runs on the store queue with their number.
  package func giveUpDeliveries(
    beyond limit: Int, completion: @escaping @Sendable (Result<GivenUpDeliveries, StoreError>) -> Void
  ) {
    queue.async { @Sendable [self] in
      if let failure {
        return completion(.failure(StoreError(.failed, path: path, "an earlier commit failed: \(failure.message)")))
      }
      do {
        let given = try pool.writeWithoutTransaction { database in
          var given = GivenUpDeliveries()
          try database.inTransaction(.immediate) {
            let hooks = try String.fetchAll(
              database, sql: "SELECT hook FROM outbox WHERE state = 0 GROUP BY hook HAVING count(*) > ?",
              arguments: [limit])
            for hook in hooks {
              let through = try Int64.fetchOne(
                database,
                sql: "SELECT sequence FROM outbox WHERE hook = ? AND state = 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?",
                arguments: [hook, limit])
              guard let through else { continue }
              try database.execute(
                sql: "UPDATE outbox SET state = 2, last_error = ? WHERE hook = ? AND state = 0 AND sequence <= ?",
                arguments: ["more than \(limit) deliveries waited", hook, through])
              given.count += database.changesCount
              given.through[hook] = through
            }
            return .commit
          }
          return given
        }
        completion(.success(given))
      } catch { completion(.failure(StoreError(error, path: path))) }
    }
  }

  private func write(_ result: DeliveryResult, to database: Database) throws {
    let state: Int64
    var next: Int64 = 0
    switch result.state {
    case .delivered: state = 1
    case .pending(let at):
      state = 0
      next = at.milliseconds
    case .dead: state = 2
    }
    let statement = try database.cachedStatement(
      sql: """
        UPDATE outbox SET state = ?, attempts = ?, next_attempt_at = ?, last_error = ?
        WHERE hook = ? AND sequence = ? AND (state = 0 OR (?1 = 1 AND state = 2))
        """)
    let error = String(decoding: Array(result.lastError.utf8.prefix(Store.maximumErrorBytes)), as: UTF8.self)
    try statement.execute(
      arguments: [state, Int64(result.attempts), next, error, result.hook, result.sequence])
  }
}
