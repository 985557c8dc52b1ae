internal import AirQuality
internal import Engine
internal import GRDB

/// Walks the journal upwards in batches of bounded size, checking that no record is missing or altered.
package struct JournalReader {
  /// Most records of a batch.
  package static let batchRecords = 256
  /// Bytes after which a batch ends.
  package static let batchBytes = 8 << 20

  private let store: Store
  /// The last position handed out.
  package private(set) var position: Int64

  init(store: Store, after position: Int64) {
    self.store = store
    self.position = position
  }

  /// The next records, ascending; nil behind the last one.
  package mutating func next() throws(StoreError) -> [JournalRecord]? {
    let start = position
    let records = try store.reading { database in
      let statement = try database.cachedStatement(
        sql: "SELECT position, at, kind, payload FROM journal WHERE position > ? ORDER BY position LIMIT ?")
      let rows = try Row.fetchCursor(statement, arguments: [start, JournalReader.batchRecords])
      var records: [JournalRecord] = []
      var bytes = 0
      var last = start
      while bytes < JournalReader.batchBytes, let row = try rows.next() {
        let position: Int64 = try row.value(0)
        guard position == last + 1 else {
          throw StoreError(
            .corrupt, path: store.path,
            "the journal goes on at \(position) behind \(last): records are missing. \(StoreError.corruptAdvice)")
        }
        let at = Instant(milliseconds: try row.value(1))
        let payload = try row.bytes(3)
        let event = try JournalCodec.decode(payload, position: position, at: at)
        let kind: Int64 = try row.value(2)
        guard Int64(JournalCodec.kind(of: event).rawValue) == kind else {
          throw StoreError(
            .corrupt, path: store.path, "record \(position) is filed under a wrong kind. \(StoreError.corruptAdvice)")
        }
        records.append(JournalRecord(position: position, at: at, event: event))
        bytes += payload.count
        last = position
      }
      return records
    }
    guard let last = records.last else { return nil }
    position = last.position
    return records
  }
}
