import AirQuality
import Engine
import HJ212
import Logging
import Store
import Synchronization

extension FeedIntake {
  /// Takes the readings of an instrument's message; `done` is called exactly once, from any thread: with true when they
  /// are committed, with false when the instrument must send them again.
  ///
  /// Its frames are kept for audit like any answer, and count, with its batch, against the same bound of bytes.
  func take(
    _ upload: InstrumentUpload, feed: String, receivedAt: Instant, done: @escaping @Sendable (Bool) -> Void
  ) {
    let size = upload.record.count + upload.batch.readings.count * MemoryLayout<Reading>.stride
    let isAdmitted = state.withLock { state in
      guard state.waitingBytes == 0 || state.waitingBytes + size <= limitBytes else {
        state.refusedBodies += 1
        return false
      }
      state.waitingBytes += size
      // Those of a refused one are counted when it is sent again.
      state.rowErrors += UInt64(upload.issues.count)
      return true
    }
    guard isAdmitted else { return done(false) }
    bodies.keep(feed: feed, receivedAt: receivedAt, bytes: upload.record)
    logIssues(of: upload, feed: feed)
    guard !upload.batch.readings.isEmpty else {
      state.withLock { $0.waitingBytes -= size }
      return done(true)
    }
    let batch = FeedBatch(
      feed: feed, receivedAt: receivedAt, stations: upload.batch.stations, readings: upload.batch.readings)
    submit(.batch(batch)) { [self] result in
      state.withLock { $0.waitingBytes -= size }
      switch result {
      case .success: done(true)
      case .failure(let failure):
        logger.error(
          "an instrument's message is not committed",
          metadata: ["feed": "\(feed)", "device": "\(upload.device)", "error": "\(failure)"])
        done(false)
      }
    }
  }

  private func logIssues(of upload: InstrumentUpload, feed: String) {
    if let first = upload.issues.first {
      logger.warning(
        "bad rows",
        metadata: [
          "feed": "\(feed)", "device": "\(upload.device)", "rows": "\(upload.issues.count)", "path": "\(first.place)",
          "error": "\(first.message)",
        ])
    }
    guard !upload.missingPackets.isEmpty else { return }
    logger.warning(
      "packets of a split message did not come; the others are taken",
      metadata: ["feed": "\(feed)", "device": "\(upload.device)", "missing": "\(upload.missingPackets)"])
  }
}
