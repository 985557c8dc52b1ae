package import Secrets

/// A broker and what is subscribed to there.
package struct MQTTDefinition: Sendable, Hashable {
  package var name: String
  package var host: String
  package var port: Int
  package var usesTLS: Bool
  /// PEM file of the authorities to trust; nil: the system's.
  package var authorityFile: String?
  package var username: String?
  package var password: Secret?
  /// The broker keeps what comes while this client is away under this name; no other client may have it.
  package var clientID: String
  /// Topic filters, `+` and `#` included.
  package var topics: [String]
  /// 0 or 1.
  package var quality: Int
  package var isVersion5: Bool
  package var keepAliveSeconds: Int
  /// Level of the topic, from 0, that names the station of rows that name none.
  package var stationLevel: Int?
  /// Bytes of a message, packed and unpacked.
  package var maxBodyBytes: Int
  package var lateMilliseconds: Int64

  package init(
    name: String, host: String, port: Int, usesTLS: Bool = false, clientID: String, topics: [String],
    maxBodyBytes: Int, lateMilliseconds: Int64
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.usesTLS = usesTLS
    self.clientID = clientID
    self.topics = topics
    self.maxBodyBytes = maxBodyBytes
    self.lateMilliseconds = lateMilliseconds
    quality = 1
    isVersion5 = true
    keepAliveSeconds = 30
  }

  /// The station that a topic names; nil when it has no such level.
  func station(of topic: String) -> String? {
    guard let stationLevel else { return nil }
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard stationLevel < levels.count, !levels[stationLevel].isEmpty else { return nil }
    return String(levels[stationLevel])
  }
}
