import AirQuality
import ConfigurationFiles
import Dispatch
import Engine
import Feeds
import Lidar
import Logging
import Polling
import Store
import Synchronization

/// The decode queue between polling and the engine: bodies in, batches out, one answer at a time.
///
/// Bounded by bytes: a body that would exceed the bound is refused, counted, and fetched again by the next poll. A body
/// counts against the bound until its batch is committed.
final class FeedIntake: Sendable {
  /// How one feed's answers are read.
  struct Reader: Sendable {
    var decoder: FeedDecoder
    var defaultStation: String?
  }

  struct State {
    var readers: [String: Reader] = [:]
    var offset = CivilOffset.china
    var registry = IntakeRegistry()
    var waitingBytes = 0
    var refusedBodies: UInt64 = 0
    var rowErrors: UInt64 = 0
  }

  private let queue = DispatchQueue(label: "lantian.decode")
  let state = Mutex(State())
  let limitBytes: Int
  let bodies: BodyRing
  let submit: @Sendable (EngineEvent, @escaping EnginePipeline.Completion) -> Void
  let logger: Logger

  init(
    limitBytes: Int, bodies: BodyRing, logger: Logger,
    submit: @escaping @Sendable (EngineEvent, @escaping EnginePipeline.Completion) -> Void
  ) {
    self.limitBytes = limitBytes
    self.bodies = bodies
    self.logger = logger
    self.submit = submit
  }

  /// Takes the readers of a configuration.
  func use(_ readers: [String: Reader], offset: CivilOffset, registry: IntakeRegistry = IntakeRegistry()) {
    state.withLock {
      $0.registry = registry
      $0.readers = readers
      $0.offset = offset
    }
  }

  /// Bytes that wait, bodies refused, and bad rows since the start.
  var counts: (waitingBytes: Int, limitBytes: Int, refusedBodies: UInt64, rowErrors: UInt64) {
    state.withLock { ($0.waitingBytes, limitBytes, $0.refusedBodies, $0.rowErrors) }
  }

  /// Takes an answer; `report` is called exactly once, from any queue.
  func take(_ answer: PollAnswer, report: @escaping @Sendable (PollVerdict) -> Void) {
    let size = answer.body.count
    let admission = state.withLock { state -> Result<Reader, FeedFault> in
      guard let reader = state.readers[answer.feed] else {
        return .failure(
          FeedFault(code: "not_configured", message: "the configuration no longer has a feed \(answer.feed)"))
      }
      guard state.waitingBytes == 0 || state.waitingBytes + size <= limitBytes else {
        state.refusedBodies += 1
        return .failure(FeedFault(code: "backlog_full", message: "\(limitBytes) bytes wait to be decoded"))
      }
      state.waitingBytes += size
      return .success(reader)
    }
    let reader: Reader
    switch admission {
    case .success(let admitted): reader = admitted
    case .failure(let fault): return report(.rejected(fault))
    }
    queue.async { @Sendable [self] in
      decode(answer, reader) { @Sendable [self] verdict in
        state.withLock { $0.waitingBytes -= size }
        report(verdict)
      }
    }
  }

  private func decode(
    _ answer: PollAnswer, _ reader: Reader, _ report: @escaping @Sendable (PollVerdict) -> Void
  ) {
    bodies.keep(feed: answer.feed, receivedAt: answer.receivedAt, bytes: answer.body)
    let (offset, registry) = state.withLock { ($0.offset, $0.registry) }
    var context = DecodeContext(
      receivedAt: answer.receivedAt, siteOffset: offset, defaultStation: reader.defaultStation)
    context.overrides = registry.overrides
    let decoded = reader.decoder.decode(answer.body, context: context)
    logRowErrors(decoded, feed: answer.feed)
    let verdict = Self.verdict(decoded)
    var batch = FeedBatch(decoded, feed: answer.feed, receivedAt: answer.receivedAt)
    batch.places = ReadingPlaces(of: decoded.batch, moving: registry.moving, within: registry.boundaries)
    guard !batch.readings.isEmpty || !batch.layers.isEmpty else { return report(verdict) }
    submit(.batch(batch)) { result in
      switch result {
      case .success: report(verdict)
      case .failure(let failure): report(.rejected(FeedFault(code: "not_committed", message: failure.description)))
      }
    }
  }

  private func logRowErrors(_ decoded: DecodedBody, feed: String) {
    guard decoded.errorCount > 0 else { return }
    state.withLock { $0.rowErrors += UInt64(decoded.errorCount) }
    let first = decoded.errors.first
    logger.warning(
      "bad rows",
      metadata: [
        "feed": "\(feed)", "rows": "\(decoded.errorCount)", "path": "\(first?.path ?? "")",
        "error": "\(first?.message ?? "")",
      ])
  }

  /// What the decoder's verdict means for the feed.
  static func verdict(_ decoded: DecodedBody) -> PollVerdict {
    switch decoded.verdict {
    case .ok:
      let fault = decoded.errors.first.map {
        FeedFault(code: "row_\($0.code.rawValue)", message: $0.message, path: $0.path)
      }
      let period = decoded.batch.readings.lazy.map(\.spanMilliseconds).max() ?? 0
      return .confirmed(
        readings: decoded.batch.readings.count + decoded.profiles.count, fault: fault, periodMilliseconds: Int64(period)
      )
    case .empty:
      return .empty(fault: FeedFault(code: "empty", message: "the answer holds no row"))
    case .failed(let failure):
      let fault = FeedFault(code: failure.code.rawValue, message: failure.message, path: failure.path)
      switch failure.code {
      case .empty: return .empty(fault: fault)
      case .errorReply where Self.speaksOfQuota(failure.message): return .throttled(fault)
      default: return .parseFailed(fault)
      }
    }
  }

  /// Whether a provider's error text says that too many requests were made.
  private static func speaksOfQuota(_ message: String) -> Bool {
    let lower = message.lowercased()
    return ["quota", "rate limit", "too many", "次数", "频率"].contains { lower.contains($0) }
  }
}

extension FeedBatch {
  /// The batch of a decoded answer; of each lidar profile the gradient layer height is kept.
  init(_ decoded: DecodedBody, feed: String, receivedAt: Instant) {
    self.init(
      feed: feed, receivedAt: receivedAt, stations: decoded.batch.stations, readings: decoded.batch.readings,
      layers: decoded.profiles.map { profile in
        LidarLayer(
          station: profile.station, at: profile.at, gradientHeightMeters: gradientLayerHeight(profile))
      })
  }
}
