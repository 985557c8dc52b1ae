import AirQuality
import Dispatch
import Engine
import Store
import Synchronization

/// Fills a state directory through the real engine and store, as fast as they go, under a clock that is only numbers.
struct StateMaker {
  private var engine = Engine()
  private let store: Store
  private var position: Int64 = 0
  private var waiting: [CommitItem] = []
  private(set) var readings = 0
  private var noise: UInt64 = 88_172_645_463_325_252

  /// Records of one transaction.
  static let groupRecords = 64

  init(directory: String) throws { store = try Store(directory: directory) }

  /// Applies a record and queues it with its effects.
  mutating func apply(_ event: EngineEvent, at: Instant, withSnapshot: Bool = false) throws {
    let effects = engine.apply(event, at: at)
    position += 1
    let snapshot =
      withSnapshot
      ? StoredSnapshot(position: position, version: Int(Engine.snapshotVersion), bytes: engine.snapshot()) : nil
    waiting.append(
      try CommitItem(
        JournalRecord(position: position, at: at, event: event), effects: effects, snapshot: snapshot))
    if waiting.count >= Self.groupRecords { try flush() }
  }

  /// One answer of all stations: six pollutants that wander from window to window.
  mutating func batch(feed: String, stations: [String], begin: Instant, period: Int32, at: Instant) throws {
    var rows = ContiguousArray<Reading>()
    rows.reserveCapacity(stations.count * Pollutant.criteriaCount)
    for station in stations.indices {
      noise ^= noise << 13
      noise ^= noise >> 7
      noise ^= noise << 17
      for (index, pollutant) in Pollutant.criteria.enumerated() {
        let wander = Double((noise >> (UInt64(index) * 8)) & 0xFF)
        let value = [
          40 + wander / 4, 110 + wander / 2, 15 + wander / 16, 30 + wander / 8, 60 + wander / 4, 0.8 + wander / 512,
        ]
        rows.append(
          Reading(
            station: UInt32(station), pollutant: pollutant, value: (value[index] * 10).rounded() / 10, begin: begin,
            periodMilliseconds: period))
      }
    }
    readings += rows.count
    try apply(.batch(FeedBatch(feed: feed, receivedAt: at, stations: stations, readings: rows)), at: at)
  }

  mutating func flush() throws {
    guard !waiting.isEmpty else { return }
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<CommittedThrough, StoreError>?>(nil)
    store.commit(group: waiting) { @Sendable result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    _ = try outcome.withLock { $0 }?.get()
    waiting.removeAll()
  }

  mutating func finish() throws {
    try flush()
    let done = DispatchSemaphore(value: 0)
    store.close { @Sendable in done.signal() }
    done.wait()
  }
}
