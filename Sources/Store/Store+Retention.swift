package import AirQuality
internal import Dispatch
internal import Engine
internal import FoundationEssentials
internal import GRDB
internal import Synchronization

/// What a pruning removed.
package struct PruneCounts: Sendable, Hashable {
  package var journal = 0
  package var minutes = 0
  package var hours = 0
  package var deliveries = 0
  package init() {}
}

/// Pruning, in steps of one small transaction each, so that commits come between.
extension Store {
  /// Removes what is older than `policy` allows. `civilNow` is the instant of the newest record, on whose clock journal
  /// and chunks stand; `wallNow` the clock of deliveries. `completion` runs on the store queue.
  package func prune(
    _ policy: RetentionPolicy, civilNow: Instant, offset: CivilOffset, wallNow: Instant,
    completion: @escaping @Sendable (Result<PruneCounts, StoreError>) -> Void
  ) {
    step(
      Pruning(policy: policy, today: offset.day(of: civilNow), civilNow: civilNow, wallNow: wallNow), PruneCounts(),
      completion)
  }

  /// One pruning: the policy and the two clocks.
  struct Pruning: Sendable {
    var policy: RetentionPolicy
    var today: CivilDay
    var civilNow: Instant
    var wallNow: Instant

    func instant(_ days: Int32, before now: Instant) -> Int64 { now.milliseconds - Int64(days) * 86_400_000 }
  }

  private func step(
    _ pruning: Pruning, _ counts: PruneCounts,
    _ completion: @escaping @Sendable (Result<PruneCounts, StoreError>) -> Void
  ) {
    queue.async { @Sendable [self] in
      if let failure {
        return completion(.failure(StoreError(.failed, path: path, "an earlier commit failed: \(failure.message)")))
      }
      var next = counts
      do {
        let before = progress.withLock { $0.journalBytes }
        var bytes = before
        try pool.writeWithoutTransaction { database in
          try database.inTransaction(.immediate) {
            next.journal += try pruneJournal(database, pruning, &bytes)
            next.minutes += try pruneChunks(database, kind: 1, before: pruning.today.number - pruning.policy.minuteDays)
            next.hours += try pruneChunks(database, kind: 0, before: pruning.today.number - pruning.policy.hourDays)
            next.deliveries += try pruneDeliveries(database, pruning)
            return .commit
          }
        }
        let left = bytes
        progress.withLock { $0.journalBytes = left }
      } catch { return completion(.failure(StoreError(error, path: path))) }
      if next == counts { completion(.success(next)) } else { step(pruning, next, completion) }
    }
  }

  /// A prefix of the journal, never beyond the older of two snapshots that this version reads: what was written by an
  /// earlier one is no way back.
  private func pruneJournal(_ database: Database, _ pruning: Pruning, _ bytes: inout Int64) throws -> Int {
    let kept = try Int64.fetchAll(
      database, sql: "SELECT position FROM snapshot WHERE version = ? ORDER BY position DESC LIMIT 2",
      arguments: [Int(Engine.snapshotVersion)])
    guard kept.count == 2 else { return 0 }
    let oldest = pruning.instant(pruning.policy.journalDays, before: pruning.civilNow)
    let rows = try Row.fetchCursor(
      database, sql: "SELECT position, at, length(payload) FROM journal WHERE position <= ? ORDER BY position LIMIT ?",
      arguments: [kept[1], pruning.policy.stepRows])
    var through: Int64?
    var count = 0
    while let row = try rows.next() {
      let at: Int64 = try row.value(1)
      guard at < oldest || bytes > pruning.policy.journalBytes else { break }
      through = try row.value(0)
      let size: Int64 = try row.value(2)
      bytes -= size
      count += 1
    }
    guard let through else { return 0 }
    try database.execute(sql: "DELETE FROM journal WHERE position <= ?", arguments: [through])
    try database.execute(sql: "UPDATE meta SET value = ? WHERE name = 'journal_bytes'", arguments: [bytes])
    return count
  }

  /// The oldest day of each county, when it is before the bound: at most 24 rows a county and step.
  private func pruneChunks(_ database: Database, kind: Int64, before day: Int32) throws -> Int {
    var removed = 0
    var county: String? = try String.fetchOne(
      database, sql: "SELECT min(county) FROM chunks WHERE kind = ?", arguments: [kind])
    while let name = county {
      let oldest = try Int64.fetchOne(
        database, sql: "SELECT min(day) FROM chunks WHERE kind = ? AND county = ?", arguments: [kind, name])
      if let oldest, oldest < Int64(day) {
        try database.execute(
          sql: "DELETE FROM chunks WHERE kind = ? AND county = ? AND day = ?", arguments: [kind, name, oldest])
        removed += database.changesCount
        if kind == 0 {
          // A seal of hours that were removed here is not broken by it.
          try database.execute(
            sql: "UPDATE meta SET value = max(value, ?) WHERE name = 'hours_pruned_before'", arguments: [oldest + 1])
        }
      }
      county = try String.fetchOne(
        database, sql: "SELECT min(county) FROM chunks WHERE kind = ? AND county > ?", arguments: [kind, name])
    }
    return removed
  }

  private func pruneDeliveries(_ database: Database, _ pruning: Pruning) throws -> Int {
    var removed = 0
    for (state, days) in [(Int64(1), pruning.policy.deliveredDays), (2, pruning.policy.deadDays)] {
      try database.execute(
        sql: """
          DELETE FROM outbox WHERE rowid IN (
            SELECT rowid FROM outbox WHERE state > 0 AND state = ? AND created_at < ? LIMIT ?)
          """,
        arguments: [state, pruning.instant(days, before: pruning.wallNow), pruning.policy.stepRows])
      removed += database.changesCount
    }
    return removed
  }
}
