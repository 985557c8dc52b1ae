internal import AirQuality
internal import Dispatch
internal import Engine
internal import Synchronization

/// How fast readings become durable.
package struct StoreBenchmarkResult: Sendable, Hashable {
  package var batches: Int
  package var rows: Int
  package var encodeSeconds: Double
  /// From the first commit call to the last completion, encoding excluded.
  package var commitSeconds: Double
  package var payloadBytes: Int
  /// Seconds of one durable commit of a tick alone: about one fsync.
  package var emptyCommitSeconds: Double

  /// Encoding and committing, rows a second.
  package var rowsPerSecond: Double { Double(rows) / (encodeSeconds + commitSeconds) }
  package var bytesPerRow: Double { Double(payloadBytes) / Double(rows) }
}

/// The store's part of the benchmark: durable batches, one transaction each.
package enum StoreBenchmark {
  /// Writes `batches` batches of `rowsPerBatch` readings into a fresh store in `directory`, waiting for each commit.
  package static func run(
    directory: String, batches: Int = 200, rowsPerBatch: Int = 10_000
  ) throws -> StoreBenchmarkResult {
    let store = try Store(directory: directory)
    let clock = ContinuousClock()
    var result = StoreBenchmarkResult(
      batches: batches, rows: batches * rowsPerBatch, encodeSeconds: 0, commitSeconds: 0, payloadBytes: 0,
      emptyCommitSeconds: 0)
    let start: Int64 = 1_606_752_000_000
    for number in 0..<batches {
      let at = Instant(milliseconds: start + Int64(number) * 60_000)
      let batch = sample(rows: rowsPerBatch, at: at, salt: number)
      let made = clock.now
      let item = try CommitItem(
        JournalRecord(position: store.committed.position + 1, at: at, event: .batch(batch)))
      let encoded = clock.now
      try commit(item, to: store)
      result.encodeSeconds += seconds(encoded - made)
      result.commitSeconds += seconds(clock.now - encoded)
      result.payloadBytes += item.payload.count
    }
    let began = clock.now
    for _ in 0..<50 {
      let position = store.committed.position + 1
      try commit(
        try CommitItem(JournalRecord(position: position, at: Instant(milliseconds: start), event: .tick)), to: store)
    }
    result.emptyCommitSeconds = seconds(clock.now - began) / 50
    let closed = DispatchSemaphore(value: 0)
    store.close { closed.signal() }
    closed.wait()
    return result
  }

  private static func commit(_ item: CommitItem, to store: Store) throws {
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<CommittedThrough, StoreError>?>(nil)
    store.commit(group: [item]) { result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    _ = try outcome.withLock { $0 }?.get()
  }

  /// One minute of many stations, six pollutants each, values that wander.
  private static func sample(rows: Int, at: Instant, salt: Int) -> FeedBatch {
    let stations = (0..<(rows + 5) / 6).map { "S\(100_000 + $0)" }
    var readings = ContiguousArray<Reading>()
    readings.reserveCapacity(rows)
    for row in 0..<rows {
      let mixed = UInt64(truncatingIfNeeded: (row &* 2_654_435_761) ^ (salt &* 40_503)) % 150_000
      readings.append(
        Reading(
          station: UInt32(row / 6), pollutant: Pollutant.criteria[row % 6], value: Double(mixed) / 1_000, begin: at,
          periodMilliseconds: 60_000))
    }
    return FeedBatch(feed: "bench", receivedAt: at, stations: stations, readings: readings)
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
