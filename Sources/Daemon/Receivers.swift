import AirQuality
import ConfigurationFiles
import Logging
import Receiving
import Timekeeping

/// Everything that receives data which come by themselves: the gate of pushes, spool folders, brokers.
final class Receivers: Sendable {
  let gate: PushGate
  private let spools: SpoolHub
  private let brokers: MQTTHub

  init(_ intake: FeedIntake, clock: any SiteClock, limitBytes: Int, folders: FolderMemoryFiles, logger: Logger) {
    let log = FaultLog(logger)
    let handler: ArrivalHandler = { arrival, done in
      intake.take(arrival) { verdict in
        if case .committed = verdict { log.settle(arrival.feed) }
        done(verdict)
      }
    }
    gate = PushGate(
      limitBytes: limitBytes, clock: clock, wallSeconds: { WallClock().now().milliseconds / 1_000 }, handler: handler,
      report: { feed, fault in log.note(feed, fault) })
    spools = SpoolHub(
      SpoolServices(
        clock: clock, handler: handler, report: { feed, fault in log.note(feed, fault) },
        loadMemory: { feed, done in folders.load(feed, done) }, saveMemory: { feed, bytes in folders.save(feed, bytes) }
      ))
    brokers = MQTTHub(
      MQTTServices(
        clock: clock, handler: handler, report: { feed, fault in log.note(feed, fault) },
        connected: { feed in
          log.settle(feed)
          logger.info("subscribed", metadata: ["feed": "\(feed)"])
        }))
  }

  /// In configuration order of each way, from any thread.
  var statuses: [ArrivalStatus] { gate.statuses + spools.statuses + brokers.statuses }

  /// Receives what a configuration says.
  func apply(_ loaded: LoadedConfiguration) async {
    let enabled = loaded.received.filter(\.enabled)
    gate.apply(enabled.compactMap { PushDefinition($0) })
    await spools.apply(enabled.compactMap { SpoolDefinition($0) })
    await brokers.apply(enabled.compactMap { MQTTDefinition($0, site: loaded.site.code) })
  }

  /// Takes nothing more from folders and brokers, and returns when what is under way has its verdict.
  func stop() async {
    gate.close()
    await spools.stop()
    await brokers.stop()
  }
}
