package import Secrets

/// A feed whose data come without being asked for: an item of `feeds` with `push`, `spool` or `mqtt` in place of `url`.
package struct ReceivedFeedConfiguration: Sendable, Hashable {
  /// Unique among all feeds; stands in logs, metrics and the journal.
  package var name: String
  /// False: kept and checked, not received.
  package var enabled: Bool
  package var way: Way
  package var format: FeedFormat
  /// Station of all rows when the data name none.
  package var station: String?
  /// Of a body, file or message, packed and unpacked.
  package var maxBodyBytes: Int64
  /// Civil time without committed data after which the feed is late.
  package var lateAfterMilliseconds: Int64
  /// Where the feed stands; no part of its identity.
  package var origin: ConfigurationOrigin
  package var location: SourceLocation { origin.location }

  /// How the data come.
  package enum Way: Sendable, Hashable {
    case push(PushConfiguration)
    case spool(SpoolConfiguration)
    case mqtt(MQTTConfiguration)

    /// `push`, `spool` or `mqtt`.
    package var name: String {
      switch self {
      case .push: "push"
      case .spool: "spool"
      case .mqtt: "mqtt"
      }
    }
  }
}

/// How a sender of pushes proves who it is.
package enum PushConfiguration: Sendable, Hashable {
  /// A bearer token.
  case token(Secret)
  /// An HMAC-SHA256 signature, as of this program's webhooks.
  case signature(Secret)
}

/// A folder that others put files into.
package struct SpoolConfiguration: Sendable, Hashable {
  /// What happens with a file whose rows are committed.
  package enum Ending: String, Sendable, CaseIterable {
    case delete
    /// Into `done/` inside the folder.
    case move
    /// It stays where it is and is remembered.
    case keep
  }

  /// Absolute.
  package var path: String
  /// `*` stands for any characters of a name, `?` for one.
  package var pattern: String
  package var ending: Ending
  /// Time between two looks; a file is taken when two looks find it the same.
  package var everyMilliseconds: Int64
}

/// A broker and what is subscribed to there.
package struct MQTTConfiguration: Sendable, Hashable {
  package var host: String
  package var port: Int
  /// `mqtts`.
  package var usesTLS: Bool
  /// The URL without credentials.
  package var display: String
  package var topics: [String]
  package var username: String?
  package var password: Secret?
  package var clientID: String?
  /// 0 or 1.
  package var quality: Int
  /// MQTT 5; otherwise 3.1.1.
  package var isVersion5: Bool
  package var keepAliveSeconds: Int
  package var authorityFile: String?
  /// Level of the topic, from 0, that names the station of rows that name none.
  package var stationLevel: Int?
}
