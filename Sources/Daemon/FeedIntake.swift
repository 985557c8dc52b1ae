import AirQuality
import ConfigurationFiles
import Dispatch
import Engine
import Feeds
import Lidar
import Logging
import Polling
import Receiving
import Secrets
import Store
import Synchronization

/// The decode queue between polling and the engine: bodies in, batches out, one answer at a time.
///
/// Bounded by bytes: a body that would exceed the bound is refused, counted, and fetched again soon. A body
/// counts against the bound until its batch is committed.
final class FeedIntake: Sendable {
  /// How one feed's answers are read.
  struct Reader: Sendable {
    var decoder: FeedDecoder
    var defaultStation: String?
    /// The newest period of each answer is wanted.
    var followsPublications = false
    /// Of a file, once it is unpacked.
    var maxBodyBytes = 16 << 20
    /// What the feed's provider must not repeat.
    var mask = SecretMask()
  }

  struct State {
    var readers: [String: Reader] = [:]
    var offset = CivilOffset.china
    var registry = IntakeRegistry()
    var waitingBytes = 0
    var refusedBodies: UInt64 = 0
    var rowErrors: UInt64 = 0
  }

  let queue = DispatchQueue(label: "lantian.decode")
  let state = Mutex(State())
  let limitBytes: Int
  let bodies: BodyRing
  /// Where HDF5 files of lidars are read; nil refuses them.
  let isolation: LidarIsolation?
  let submit: @Sendable (EngineEvent, @escaping EnginePipeline.Completion) -> Void
  let logger: Logger

  init(
    limitBytes: Int, bodies: BodyRing, isolation: LidarIsolation? = nil, logger: Logger,
    submit: @escaping @Sendable (EngineEvent, @escaping EnginePipeline.Completion) -> Void
  ) {
    self.limitBytes = limitBytes
    self.bodies = bodies
    self.isolation = isolation
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
    let bytes: [UInt8]
    do throws(FeedFault) {
      bytes = try Self.unpacked(answer, limitBytes: reader.maxBodyBytes)
    } catch {
      return report(.parseFailed(error))
    }
    let body = Body(
      feed: answer.feed, name: answer.fileName, receivedAt: answer.receivedAt, bytes: bytes,
      defaultStation: reader.defaultStation, mask: reader.mask)
    process(body, reader.decoder) { decoded, failure in
      if let failure {
        report(.rejected(FeedFault(code: "not_committed", message: failure.description)))
      } else {
        report(
          Self.verdict(
            decoded, newest: reader.followsPublications ? decoded.newestPeriod(at: answer.receivedAt) : nil,
            receivedAt: answer.receivedAt))
      }
    }
  }

  /// The bytes of an answer; of a file, unpacked when it is gzip.
  static func unpacked(_ answer: PollAnswer, limitBytes: Int) throws(FeedFault) -> [UInt8] {
    guard answer.fileName != nil, Gunzip.isPacked(answer.body) else { return answer.body }
    do {
      return try Gunzip.unpack(answer.body, limitBytes: limitBytes)
    } catch {
      switch error {
      case .tooLarge:
        throw FeedFault(code: "too_large", message: "unpacked it is above \(limitBytes) bytes (max_body)")
      case .damaged: throw FeedFault(code: "bad_gzip", message: "the gzip file is damaged, or cut short")
      }
    }
  }

  /// What is decoded, whichever way it came.
  struct Body {
    var feed: String
    /// Of a file or message; nil for the answer to a poll of one address.
    var name: String?
    var receivedAt: Instant
    var bytes: [UInt8]
    var defaultStation: String?
    /// Of a message that a broker had kept: its rows need stamps of their own.
    var isRetained = false
    /// Of what the decoder says of it.
    var mask = SecretMask()
  }

  /// Keeps a body for audit, decodes it and has its batch committed; `done` is called exactly once, with why the batch
  /// was not committed, if it was not.
  func process(
    _ body: Body, _ decoder: FeedDecoder, _ done: @escaping @Sendable (DecodedBody, PipelineFailure?) -> Void
  ) {
    bodies.keep(feed: body.feed, receivedAt: body.receivedAt, bytes: body.bytes)
    // What is no lidar's file, such as a login page, is the decoder's to name.
    if decoder.format == .preset(.lidarFile), LidarFormat(sniffing: body.bytes) != nil {
      return processLidarFile(body, done)
    }
    let (offset, registry) = state.withLock { ($0.offset, $0.registry) }
    var context = DecodeContext(
      receivedAt: body.receivedAt, siteOffset: offset, defaultStation: body.defaultStation)
    context.overrides = registry.overrides
    var decoded = decoder.decode(body.bytes, context: context)
    decoded.hide(by: body.mask)
    if body.isRetained { decoded.leaveOutRows(receivedAt: body.receivedAt) }
    var batch = FeedBatch(decoded, feed: body.feed, receivedAt: body.receivedAt)
    batch.places = ReadingPlaces(of: decoded.batch, moving: registry.moving, within: registry.boundaries)
    commit(decoded, batch, body, done)
  }

  /// The core links no library of files, and HDF5 is read in a process of its own.
  private func processLidarFile(
    _ body: Body, _ done: @escaping @Sendable (DecodedBody, PipelineFailure?) -> Void
  ) {
    guard LidarIsolation.isNeeded(body.bytes), let isolation else {
      return take(LidarExtract(of: body.bytes, station: body.defaultStation), body, done)
    }
    isolation.extract(body.bytes) { [self] result in
      switch result {
      case .success(let extract): take(extract, body, done)
      case .failure(let failure):
        var decoded = DecodedBody()
        var reason = DecodeFailure(DecodeFailure.Code(rawValue: failure.code) ?? .syntax, failure.message)
        reason.path = "byte 0"
        decoded.verdict = .failed(reason)
        done(decoded, nil)
      }
    }
  }

  private func take(
    _ extract: LidarExtract, _ body: Body, _ done: @escaping @Sendable (DecodedBody, PipelineFailure?) -> Void
  ) {
    var batch = FeedBatch(feed: body.feed, receivedAt: body.receivedAt, stations: [], readings: [])
    batch.observations = extract.observations.map { observation in
      var observation = observation
      if let station = body.defaultStation { observation.station = station }
      return observation
    }
    batch.layers = batch.observations.filter { $0.alongBeam.isEmpty }.map {
      LidarLayer(station: $0.station, at: $0.at, gradientHeightMeters: $0.boundaryLayerMeters)
    }
    commit(extract.body, batch, body, done)
  }

  private func commit(
    _ decoded: DecodedBody, _ batch: FeedBatch, _ body: Body,
    _ done: @escaping @Sendable (DecodedBody, PipelineFailure?) -> Void
  ) {
    logRowErrors(decoded, feed: body.feed, name: body.name)
    guard !batch.readings.isEmpty || !batch.layers.isEmpty || !batch.observations.isEmpty else {
      return done(decoded, nil)
    }
    submit(.batch(batch)) { result in
      switch result {
      case .success: done(decoded, nil)
      case .failure(let failure): done(decoded, failure)
      }
    }
  }

  private func logRowErrors(_ decoded: DecodedBody, feed: String, name: String?) {
    guard decoded.errorCount > 0 else { return }
    state.withLock { $0.rowErrors += UInt64(decoded.errorCount) }
    let first = decoded.errors.first
    var metadata: Logger.Metadata = [
      "feed": "\(feed)", "rows": "\(decoded.errorCount)", "path": "\(first?.path ?? "")",
      "error": "\(first?.message ?? "")",
    ]
    if let name { metadata["file"] = "\(name)" }
    logger.warning("bad rows", metadata: metadata)
  }

  /// What the decoder's verdict means for the feed.
  ///
  /// - Parameter receivedAt: rows of that moment have no stamp of their own.
  static func verdict(
    _ decoded: DecodedBody, newest: NewestPeriod? = nil, receivedAt: Instant? = nil
  ) -> PollVerdict {
    switch decoded.verdict {
    case .ok:
      let fault = decoded.errors.first.map {
        FeedFault(code: "row_\($0.code.rawValue)", message: $0.message, path: $0.path)
      }
      let period = decoded.batch.readings.lazy.map(\.spanMilliseconds).max() ?? 0
      return .confirmed(
        readings: decoded.batch.readings.count + decoded.profiles.count + decoded.recordCount, fault: fault,
        periodMilliseconds: Int64(period), newest: newest,
        isOfReception: decoded.batch.readings.contains { $0.begin == receivedAt || $0.end == receivedAt })
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
  /// The batch of a decoded answer; of lidar profiles their observations and gradient layer heights are kept.
  init(_ decoded: DecodedBody, feed: String, receivedAt: Instant) {
    self.init(
      feed: feed, receivedAt: receivedAt, stations: decoded.batch.stations, readings: decoded.batch.readings,
      layers: decoded.profiles.map { profile in
        LidarLayer(
          station: profile.station, at: profile.at, gradientHeightMeters: gradientLayerHeight(profile))
      })
    observations = LidarObserver.observations(decoded.profiles.map { LidarRecord($0) }, station: nil)
  }
}
