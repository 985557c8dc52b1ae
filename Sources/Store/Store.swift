internal import Dispatch
internal import GRDB
internal import Glibc
internal import Synchronization

/// The durable state: journal, events, outbox, chunks and snapshots in one SQLite database.
///
/// One serial queue writes; readers see committed snapshots only. A `DatabasePool` carries both, because its readers
/// never wait for the writer; its writer's `synchronous` is set to FULL after the pool's own set-up and read back.
/// Commits that arrive while a transaction runs join the next one. After a failed commit nothing of it is visible and
/// the store stays failed until it is opened again: the owner discards the engine and rebuilds it from the store.
package final class Store: Sendable {
  /// The state directory.
  package let directory: String
  /// The database file.
  package let path: String
  let settings: StoreSettings
  /// Whether another program may be writing it.
  package let isReadOnly: Bool
  let pool: DatabasePool
  let queue = DispatchQueue(label: "lantian.store")
  let progress: Mutex<Progress>
  private let lock: Mutex<StateLock?>
  private let inbox = Mutex(Inbox())

  /// What the store queue knows of the committed state.
  struct Progress: Sendable {
    var committed: CommittedThrough
    var journalBytes: Int64
  }

  /// Items that commit together, and who is told.
  struct Group: Sendable {
    var items: [CommitItem]
    var completion: @Sendable (Result<CommittedThrough, StoreError>) -> Void
  }

  private struct Inbox {
    var groups: [Group] = []
    var bytes = 0
    var scheduled = false
    var failure: StoreError?
  }

  /// Opens or creates the state directory, takes its lock, and brings the schema to this version.
  package init(directory: String, settings: StoreSettings = StoreSettings()) throws(StoreError) {
    self.directory = directory
    self.path = directory + "/lantian.sqlite"
    self.settings = settings
    isReadOnly = false
    guard unsafe mkdir(directory, 0o750) == 0 || errno == EEXIST else {
      throw StoreError(.io, path: directory, "cannot create the state directory: \(errorText(errno))")
    }
    self.lock = Mutex(try StateLock(directory: directory))
    let path = path
    try StoreSchema.claim(path: path)
    do {
      var configuration = Configuration()
      configuration.maximumReaderCount = settings.readers
      configuration.busyMode = .timeout(settings.busySeconds)
      configuration.label = "lantian.sqlite"
      let pool = try DatabasePool(path: path, configuration: configuration)
      self.pool = pool
      self.progress = Mutex(
        try pool.writeWithoutTransaction { database in
          try Store.prepareWriter(database, settings: settings, path: path)
          try StoreSchema.migrate(database, path: path)
          return try Store.loadProgress(database, path: path)
        })
    } catch { throw StoreError(error, path: path) }
  }

  /// Opens an existing state for reading only, beside a daemon that may be writing it: no lock, no change. Commits fail.
  ///
  /// - Throws: `StoreError` when there is none, or when it is of another version.
  package init(reading directory: String) throws(StoreError) {
    self.directory = directory
    path = directory + "/lantian.sqlite"
    settings = StoreSettings()
    isReadOnly = true
    lock = Mutex(nil)
    let path = path
    guard unsafe access(path, R_OK) == 0 else {
      throw StoreError(.io, path: path, "there is no state to read: \(errorText(errno))")
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(settings.busySeconds)
      configuration.label = "lantian.sqlite"
      let pool = try DatabasePool(path: path, configuration: configuration)
      self.pool = pool
      progress = Mutex(
        try pool.read { database in
          try StoreSchema.expectCurrent(database, path: path)
          return try Store.loadProgress(database, path: path)
        })
    } catch { throw StoreError(error, path: path) }
    fail(StoreError(.failed, path: path, "the state was opened for reading"))
  }

  /// How far the durable state reaches.
  package var committed: CommittedThrough { progress.withLock { $0.committed } }

  /// The error that ended this store; nil while it works.
  package var failure: StoreError? { inbox.withLock { $0.failure } }

  /// Bytes that wait for the store queue.
  package var backlogBytes: Int { inbox.withLock { $0.bytes } }

  /// Queues records with their effects; `completion` runs on the store queue once they are durable, or failed.
  ///
  /// Positions follow the last queued one without a gap, event sequences likewise. Groups complete in the order of
  /// their calls, and a group is never split over two transactions.
  package func commit(
    group items: [CommitItem], completion: @escaping @Sendable (Result<CommittedThrough, StoreError>) -> Void
  ) {
    let bytes = items.reduce(0) { $0 + $1.bytes }
    inbox.withLock { inbox in
      if inbox.failure == nil && inbox.bytes + bytes > settings.backlogBytes {
        inbox.failure = StoreError(
          .backlog, path: path,
          "\(inbox.bytes) bytes wait for the disk, the limit is \(settings.backlogBytes); the disk is too slow")
      }
      inbox.groups.append(Group(items: items, completion: completion))
      inbox.bytes += bytes
      guard !inbox.scheduled else { return }
      inbox.scheduled = true
      queue.async { @Sendable [self] in drain() }
    }
  }

  /// Runs on the store queue: one transaction, then the completions, then again if more came.
  private func drain() {
    let (groups, failure) = inbox.withLock { inbox in
      let taken = inbox.failure == nil ? transactionShare(of: inbox.groups) : inbox.groups.count
      let groups = Array(inbox.groups.prefix(taken))
      inbox.groups.removeFirst(taken)
      inbox.bytes -= groups.reduce(0) { $0 + $1.items.reduce(0) { $0 + $1.bytes } }
      return (groups, inbox.failure)
    }
    let outcome: Result<CommittedThrough, StoreError>
    if let failure {
      outcome = .failure(StoreError(.failed, path: path, "an earlier commit failed: \(failure.message)"))
    } else {
      outcome = transact(groups)
    }
    if case .failure(let error) = outcome { fail(error) }
    for group in groups { group.completion(outcome) }
    inbox.withLock { inbox in
      inbox.scheduled = !inbox.groups.isEmpty
      if inbox.scheduled { queue.async { @Sendable [self] in drain() } }
    }
  }

  private func fail(_ error: StoreError) {
    inbox.withLock { inbox in
      if inbox.failure == nil { inbox.failure = error }
    }
  }

  /// How many of the waiting groups one transaction takes: at least one.
  private func transactionShare(of groups: [Group]) -> Int {
    var items = 0
    var bytes = 0
    for (index, group) in groups.enumerated() {
      items += group.items.count
      bytes += group.items.reduce(0) { $0 + $1.bytes }
      if index > 0 && (items > settings.transactionItems || bytes > settings.transactionBytes) { return index }
    }
    return groups.count
  }

  /// Finishes what is queued, folds the write-ahead log into the database, closes it and gives the lock back.
  /// `completion` runs on the store queue; later calls fail.
  package func close(completion: @escaping @Sendable () -> Void) {
    queue.async { @Sendable [self] in
      if inbox.withLock({ $0.scheduled }) {
        // The drain that is queued behind this block comes first.
        return close(completion: completion)
      }
      fail(StoreError(.failed, path: path, "the store is closed"))
      try? pool.writeWithoutTransaction { database in _ = try database.checkpoint(.truncate) }
      try? pool.close()
      lock.withLock { $0 = nil }
      completion()
    }
  }

  /// FULL makes every commit wait for the disk; GRDB's pool has just set NORMAL, so this comes after it.
  private static func prepareWriter(_ database: Database, settings: StoreSettings, path: String) throws {
    try database.execute(sql: "PRAGMA synchronous = FULL")
    try database.execute(sql: "PRAGMA journal_size_limit = \(settings.walBytes)")
    if let maximum = settings.maximumBytes {
      let pageSize = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
      try database.execute(sql: "PRAGMA max_page_count = \(max(1, maximum / pageSize))")
    }
    guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2,
      try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal"
    else {
      throw StoreError(.io, path: path, "SQLite does not give durable commits here; use a local disk")
    }
  }

  private static func loadProgress(_ database: Database, path: String) throws -> Progress {
    func meta(_ name: String) throws -> Int64 {
      guard let value = try Int64.fetchOne(database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [name])
      else { throw StoreError(.corrupt, path: path, "“\(name)” is missing. \(StoreError.corruptAdvice)") }
      return value
    }
    let committed = CommittedThrough(position: try meta("applied_through"), sequence: try meta("last_sequence"))
    let newest = try Int64.fetchOne(database, sql: "SELECT max(position) FROM journal") ?? committed.position
    let event = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM events") ?? committed.sequence
    guard newest == committed.position, event == committed.sequence else {
      throw StoreError(
        .corrupt, path: path,
        "applied through \(committed.position) and event \(committed.sequence), but the newest record is \(newest) "
          + "and the newest event \(event). \(StoreError.corruptAdvice)")
    }
    return Progress(committed: committed, journalBytes: try meta("journal_bytes"))
  }

  /// The writer's `PRAGMA synchronous`: 2 is FULL.
  package func synchronousLevel() throws(StoreError) -> Int {
    do {
      return try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
    } catch { throw StoreError(error, path: path) }
  }
}

extension Store {
  /// Runs `body` on the store queue after what is queued: proof that the queue is alive.
  package func ping(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}
