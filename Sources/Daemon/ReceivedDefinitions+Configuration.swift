import ConfigurationFiles
import Polling
import Receiving
import Secrets

extension PushDefinition {
  /// Nil for a feed that takes no pushes.
  init?(_ feed: ReceivedFeedConfiguration) {
    guard case .push(let push) = feed.way else { return nil }
    let proof: Proof =
      switch push {
      case .token(let token): .token(token)
      case .signature(let secret): .signature(secret)
      }
    self.init(
      name: feed.name, proof: proof, maxBodyBytes: Int(feed.maxBodyBytes),
      lateMilliseconds: feed.lateAfterMilliseconds)
  }
}

extension SpoolDefinition {
  /// Nil for a feed without a folder.
  init?(_ feed: ReceivedFeedConfiguration) {
    guard case .spool(let spool) = feed.way else { return nil }
    self.init(
      name: feed.name, path: spool.path, pattern: FileNamePattern(spool.pattern),
      ending: Ending(rawValue: spool.ending.rawValue) ?? .keep, everyMilliseconds: spool.everyMilliseconds,
      maxBodyBytes: Int(feed.maxBodyBytes), lateMilliseconds: feed.lateAfterMilliseconds)
  }
}

extension MQTTDefinition {
  /// Nil for a feed without a broker.
  init?(_ feed: ReceivedFeedConfiguration, site: String) {
    guard case .mqtt(let broker) = feed.way else { return nil }
    self.init(
      name: feed.name, host: broker.host, port: broker.port, usesTLS: broker.usesTLS,
      clientID: broker.clientID ?? "lantian-\(site)-\(feed.name)", topics: broker.topics,
      maxBodyBytes: Int(feed.maxBodyBytes), lateMilliseconds: feed.lateAfterMilliseconds)
    authorityFile = broker.authorityFile
    username = broker.username
    password = broker.password
    quality = broker.quality
    isVersion5 = broker.isVersion5
    keepAliveSeconds = broker.keepAliveSeconds
    stationLevel = broker.stationLevel
  }
}
