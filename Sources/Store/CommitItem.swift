package import AirQuality
package import Engine

/// One delivery to be made: the body is rendered once, every attempt sends the same bytes.
package struct OutboxRow: Sendable, Hashable {
  package var hook: String
  package var sequence: Int64
  /// The event's id: deliveries of one hook and one id keep their order.
  package var eventID: String
  /// `Idempotency-Key`.
  package var key: String
  package var body: [UInt8]
  /// On the clock of deliveries (wall clock); not part of the state digest.
  package var createdAt: Instant

  package init(hook: String, sequence: Int64, eventID: String, key: String, body: [UInt8], createdAt: Instant) {
    self.hook = hook
    self.sequence = sequence
    self.eventID = eventID
    self.key = key
    self.body = body
    self.createdAt = createdAt
  }
}

/// The engine's state after a position, as bytes only the engine understands.
package struct StoredSnapshot: Sendable, Hashable {
  package var position: Int64
  /// The engine's format version.
  package var version: Int
  package var bytes: [UInt8]

  package init(position: Int64, version: Int, bytes: [UInt8]) {
    self.position = position
    self.version = version
    self.bytes = bytes
  }
}

/// One journal record with all of its effects: they commit together or not at all.
package struct CommitItem: Sendable {
  package var position: Int64
  package var at: Instant
  package var kind: JournalCodec.Kind
  /// Sealed by `JournalCodec` for this position and instant.
  package var payload: [UInt8]
  package var events: [EventRecord]
  /// Events for inspectors alone.
  package var inspections: [EventRecord] = []
  package var chunks: [StoredChunk]
  package var dayValues: [DayValue]
  /// Reviewed hours by county and day.
  package var reviews: [ReviewRecord]
  /// County days that this record asked for, or whose stored hours it changed after the day: where to look for late rows.
  package var late: [(county: String, day: CivilDay)]
  /// Months to be sealed once the chunks of this record are written.
  package var seals: [CivilMonth]
  package var outbox: [OutboxRow]
  /// The state after this record.
  package var snapshot: StoredSnapshot?

  /// Encodes `record` and takes events and chunks out of `effects`; deliveries come rendered as `outbox`.
  package init(
    _ record: JournalRecord, effects: [Effect] = [], outbox: [OutboxRow] = [], snapshot: StoredSnapshot? = nil
  ) throws(JournalCodecError) {
    self.position = record.position
    self.at = record.at
    self.kind = JournalCodec.kind(of: record.event)
    self.payload = try JournalCodec.encode(record)
    self.events = []
    self.chunks = []
    self.seals = []
    self.dayValues = []
    self.reviews = []
    self.late = []
    self.outbox = outbox
    self.snapshot = snapshot
    for effect in effects {
      switch effect {
      case .event(let event): events.append(event)
      case .inspection(let event): inspections.append(event)
      case .chunk(let key, let bytes):
        chunks.append(StoredChunk(key: key, bytes: bytes))
        if kind == .batch, key.kind == .hours { late.append((key.county, key.day)) }
      case .need(let county, let day): late.append((county, day))
      case .dayValue(let value): dayValues.append(value)
      case .seal(let month): seals.append(month)
      case .review(let record): reviews.append(record)
      case .deliver, .screened: break
      }
    }
  }

  /// Bytes that wait in memory until the commit.
  var bytes: Int {
    var sum = payload.count + 128 + (snapshot?.bytes.count ?? 0) + (events.count + inspections.count) * 1_024
    for chunk in chunks { sum += chunk.bytes.count + 64 }
    for row in outbox { sum += row.body.count + 128 }
    return sum
  }
}

/// How far the durable state reaches.
package struct CommittedThrough: Sendable, Hashable {
  /// Newest journal position; 0 in an empty store.
  package var position: Int64
  /// Newest event sequence; 0 before the first event.
  package var sequence: Int64

  package init(position: Int64, sequence: Int64) {
    self.position = position
    self.sequence = sequence
  }
}
