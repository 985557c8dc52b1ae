/// What is remembered of pushes by their idempotency keys or signatures, the oldest forgotten first. In memory only:
/// after a restart a repeated body is known by the identity of its readings.
struct PushMemory {
  /// Bytes of a key.
  static let keyBytes = 255
  /// Keys remembered of all feeds together.
  static let limit = 4_096
  /// Signatures remembered of all feeds together: 27 pushes a second over the time that a stamp holds.
  static let signatureLimit = 16_384

  struct Key: Hashable {
    var feed: String
    var text: String
  }

  enum Recollection: Equatable {
    case new
    case running
    /// It was committed with this result.
    case known(ArrivalReport)
    /// The key stood for another body.
    case different
  }

  private struct Entry {
    var digest: [UInt8]
    /// Nil while it is being stored.
    var report: ArrivalReport?
    var number: UInt64
  }

  private let limit: Int
  private var entries: [Key: Entry] = [:]
  /// Keys with the numbers of their entries, oldest first; numbers of forgotten entries are passed over.
  private var order: [(key: Key, number: UInt64)] = []
  private var next: UInt64 = 0

  init(limit: Int = PushMemory.limit) { self.limit = limit }

  /// What is known of a key; a new one is running from now on.
  mutating func begin(_ key: Key, digest: [UInt8]) -> Recollection {
    if let entry = entries[key] {
      guard entry.digest == digest else { return .different }
      return entry.report.map { .known($0) } ?? .running
    }
    next += 1
    entries[key] = Entry(digest: digest, report: nil, number: next)
    order.append((key, next))
    trim()
    return .new
  }

  /// A running push was committed.
  mutating func settle(_ key: Key, _ report: ArrivalReport) { entries[key]?.report = report }

  /// A running push was not committed: its key may come again.
  mutating func forget(_ key: Key) { entries[key] = nil }

  /// A running push is over; without a report it was not committed.
  mutating func end(_ key: Key, _ report: ArrivalReport?) {
    if let report { settle(key, report) } else { forget(key) }
  }

  private mutating func trim() {
    guard order.count > limit * 2 || entries.count > limit else { return }
    order.removeAll { entries[$0.key]?.number != $0.number }
    var excess = entries.count - limit
    var kept: [(key: Key, number: UInt64)] = []
    for item in order {
      // What is being stored is never forgotten.
      if excess > 0, entries[item.key]?.report != nil {
        entries[item.key] = nil
        excess -= 1
      } else {
        kept.append(item)
      }
    }
    order = kept
  }
}
