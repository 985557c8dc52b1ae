import AirQuality
import Dispatch
import Engine
import Feeds
import Lidar
import Receiving
import Synchronization

extension FeedIntake {
  /// Row errors told to whoever sent a body.
  static let toldErrors = 20

  /// Takes what came for a feed by push, spool folder or broker; `done` is called exactly once, from any thread.
  ///
  /// It counts against the same bound of bytes as answers of polls.
  func take(_ arrival: FeedArrival, done: @escaping @Sendable (ArrivalVerdict) -> Void) {
    let size = arrival.bytes.count
    let admission = state.withLock { state -> Result<Reader, ArrivalFault> in
      guard let reader = state.readers[arrival.feed] else {
        return .failure(
          ArrivalFault(code: "not_configured", message: "the configuration no longer has a feed \(arrival.feed)"))
      }
      guard state.waitingBytes == 0 || state.waitingBytes + size <= limitBytes else {
        state.refusedBodies += 1
        return .failure(ArrivalFault(code: "backlog_full", message: "\(limitBytes) bytes wait to be decoded"))
      }
      state.waitingBytes += size
      return .success(reader)
    }
    let reader: Reader
    switch admission {
    case .success(let admitted): reader = admitted
    case .failure(let fault):
      return done(fault.code == "backlog_full" ? .backlogFull(fault) : .notConfigured(fault))
    }
    queue.async { @Sendable [self] in
      let body = Body(
        feed: arrival.feed, name: arrival.name, receivedAt: arrival.receivedAt, bytes: arrival.bytes,
        defaultStation: arrival.station ?? reader.defaultStation, isRetained: arrival.isRetained)
      process(body, reader.decoder) { @Sendable [self] decoded, failure in
        state.withLock { $0.waitingBytes -= size }
        done(Self.arrivalVerdict(decoded, failure))
      }
    }
  }

  /// What the decoder's verdict means for a sender. Good rows beside bad ones are committed; the bad ones are named.
  static func arrivalVerdict(_ decoded: DecodedBody, _ failure: PipelineFailure?) -> ArrivalVerdict {
    if let failure { return .notCommitted(ArrivalFault(code: "not_committed", message: failure.description)) }
    let errors = decoded.errors.prefix(toldErrors).map {
      ArrivalRowError(row: $0.row, code: $0.code.rawValue, message: $0.message, path: $0.path)
    }
    switch decoded.verdict {
    case .ok, .empty:
      return .committed(
        ArrivalReport(
          readings: decoded.batch.readings.count + decoded.profiles.count + decoded.recordCount,
          rows: decoded.rowCount,
          errorCount: decoded.errorCount, errors: errors))
    case .failed(let failure):
      return .unreadable(
        ArrivalFault(code: failure.code.rawValue, message: failure.message, path: failure.path), errors: errors)
    }
  }
}

extension DecodedBody {
  /// Leaves out what has the moment of reception for a stamp: in a message that a broker had kept, that is a value of
  /// unknown age, and each new connection would make a fresh one of it.
  ///
  /// A reading no longer knows its row: one error stands for all rows of a station, with the station's number in the
  /// body.
  mutating func leaveOutRows(receivedAt: Instant) {
    var kept = ReadingBatch(stations: batch.stations)
    var unstamped: Set<Int> = []
    for (index, reading) in batch.readings.enumerated() {
      if reading.begin == receivedAt || reading.end == receivedAt {
        unstamped.insert(Int(reading.station))
        continue
      }
      kept.readings.append(reading)
      if batch.positions.indices.contains(index) { kept.positions.append(batch.positions[index]) }
    }
    var refused = unstamped.sorted().map { (row: $0, station: batch.stations[$0]) }
    for (index, profile) in profiles.enumerated() where profile.at == receivedAt {
      refused.append((row: index, station: profile.station))
    }
    guard !refused.isEmpty else { return }
    batch = kept
    profiles.removeAll { $0.at == receivedAt }
    for row in refused {
      errorCount += 1
      guard errors.count < FeedLimits.keptErrors else { continue }
      errors.append(
        RowError(
          .time, path: "station \(row.station)", row: row.row,
          message: "the broker had kept this message, and its row has no stamp: nobody knows when it was measured"))
    }
    if case .ok = verdict, batch.readings.isEmpty, profiles.isEmpty { verdict = .empty }
  }
}
