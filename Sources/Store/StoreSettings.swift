/// Bounds of the store.
package struct StoreSettings: Sendable, Hashable {
  /// Most items of one transaction.
  package var transactionItems = 4_096
  /// Bytes after which a transaction takes no further group.
  package var transactionBytes = 32 << 20
  /// Bytes waiting for the store queue beyond which a commit is refused.
  package var backlogBytes = 256 << 20
  /// Concurrent snapshot readers.
  package var readers = 4
  /// Seconds a connection waits for another program's lock.
  package var busySeconds = 5.0
  /// Largest database, bytes; nil leaves it to the disk.
  package var maximumBytes: Int64?
  /// The write-ahead log is cut to this many bytes after a checkpoint.
  package var walBytes = 64 << 20

  package init() {}
}

/// What is kept, and for how long. Ages are days of the instants in the records.
package struct RetentionPolicy: Sendable, Hashable {
  /// Journal records older than this and older than the older kept snapshot go.
  package var journalDays: Int32 = 400
  /// So do the oldest records while the journal is larger than this.
  package var journalBytes: Int64 = 16 << 30
  package var minuteDays: Int32 = 2
  /// Three plan years.
  package var hourDays: Int32 = 1_100
  package var deliveredDays: Int32 = 30
  package var deadDays: Int32 = 400
  /// Most rows one step (one transaction) removes.
  package var stepRows = 500

  package init() {}
}
