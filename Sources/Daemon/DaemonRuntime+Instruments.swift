import AirQuality
import ConfigurationFiles
import HJ212
import Instruments
import Logging
import Synchronization
import Timekeeping

/// Instruments that dial in.
extension DaemonRuntime {
  func makeInstruments(_ intake: FeedIntake, _ clock: any SiteClock) -> InstrumentHub {
    let logger = logger
    return InstrumentHub(
      sink: InstrumentSink(
        commit: { feed, upload, done in intake.take(upload, feed: feed, receivedAt: clock.now(), done: done) },
        report: { Self.log($0, logger) }, now: { clock.now() }))
  }

  /// Listens as a configuration says; on an error everything is as it was.
  func listenForInstruments(_ configuration: RuntimeConfiguration) async throws(InstrumentError) {
    defer { inspectorToken.withLock { $0 = configuration.loaded.inspectorToken } }
    guard let instruments else { return }
    try await instruments.apply(configuration.listeners)
    let patience = configuration.loaded.instruments.map { ($0.name, $0.lateAfterMilliseconds) }
    instrumentPatience.withLock { $0 = Dictionary(patience, uniquingKeysWith: { first, _ in first }) }
    for listener in instruments.statuses {
      logger.notice(
        "listening for instruments", metadata: ["feed": "\(listener.name)", "listen": "\(listener.address)"])
    }
  }

  private static func log(_ report: InstrumentReport, _ logger: Logger) {
    switch report {
    case .connected(let feed, let peer):
      logger.info("instrument connected", metadata: ["feed": "\(feed)", "peer": "\(peer)"])
    case .disconnected(let feed, let peer):
      logger.info("instrument disconnected", metadata: ["feed": "\(feed)", "peer": "\(peer)"])
    case .closed(let feed, let peer, let reason):
      logger.warning(
        "instrument's connection ended", metadata: ["feed": "\(feed)", "peer": "\(peer)", "reason": "\(reason)"])
    case .refused(let feed, let peer, let refusal):
      logger.warning(
        "frame refused",
        metadata: [
          "feed": "\(feed)", "peer": "\(peer)", "device": "\(refusal.device)", "code": "\(refusal.kind.rawValue)",
          "error": "\(refusal.message)",
        ])
    }
  }
}
