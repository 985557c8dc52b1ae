import AirQuality
import ConfigurationFiles
import Engine
import Logging
import Polling
import Timekeeping
import Transport

/// The poller, and what it shares with the other rooms beside bodies.
extension DaemonRuntime {
  func makePoller(
    _ holder: PollerHolder, _ loaded: RuntimeConfiguration, _ intake: FeedIntake, _ clock: any SiteClock,
    _ folders: FolderMemoryFiles, _ memory: PollingMemoryFile?
  ) async throws {
    var transportLimits = TransportLimits()
    transportLimits.maxTransfers = loaded.loaded.limits.connections
    transportLimits.maxTransfersPerHost = loaded.loaded.limits.connectionsPerHost
    let made = try Poller(
      clock: clock, zone: loaded.loaded.site.offset, limits: Self.pollingLimits(clock),
      transportLimits: transportLimits, userAgent: "lantian/\(DaemonOptions.version)",
      folders: FolderStore(
        load: { name, done in folders.load(name, done) }, save: { name, bytes in folders.save(name, bytes) }),
      consumer: { answer in intake.take(answer) { verdict in holder.poller?.report(answer.id, verdict) } },
      observer: { [self] record in note(record) }, clockJumped: { [logger] in Self.log($0, logger) },
      publications: { [logger] in Self.log($0, logger) },
      memoryChanged: { urgency in memory?.schedule(urgency) { await holder.poller?.memory() } })
    if let memory {
      if let earlier = memory.read() { await made.recall(earlier) }
      self.memory = memory
    }
    holder.set(made)
  }

  /// Levels in force by code of the unit: while one is, feeds may be polled more densely.
  static func levels(_ view: SiteView) -> [String: String] {
    var levels: [String: String] = [:]
    for unit in view.units where unit.level.name != "none" { levels[unit.county.code] = unit.level.name }
    return levels
  }

  private static func log(_ news: PublicationNews, _ logger: Logger) {
    if news.isLate {
      logger.warning("publication late", metadata: ["feed": "\(news.feed)", "reason": "\(news.reason)"])
    } else {
      logger.notice("publication there again", metadata: ["feed": "\(news.feed)"])
    }
  }
}
