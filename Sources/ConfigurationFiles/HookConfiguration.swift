package import Secrets

/// One receiver of events.
package struct HookConfiguration: Sendable, Hashable {
  package var name: String
  package var target: HookTarget
  /// Among `blue yellow orange red`.
  package var levels: [String]
  /// Among `level alert data watch task notice`.
  package var kinds: [String]
  /// Where the hook stands; no part of its identity.
  package var origin: ConfigurationOrigin
  package var location: SourceLocation { origin.location }

  package static let allLevels = ["blue", "yellow", "orange", "red"]
  package static let allKinds = ["level", "alert", "data", "watch", "task", "notice", "inspection"]
  package static let defaultKinds = ["level", "alert"]
}

/// Where a hook delivers.
package enum HookTarget: Sendable, Hashable {
  case webhook(Webhook)
  /// The program and its arguments; started without a shell, the JSON on standard input.
  case exec(command: [String], timeoutMilliseconds: Int64)

  /// A receiver over HTTP.
  package struct Webhook: Sendable, Hashable {
    package var url: Secret
    /// Scheme and host alone: paths of chat robots are keys.
    package var display: String
    /// Key of the HMAC; nil sends unsigned.
    package var secret: Secret?
    package var timeoutMilliseconds: Int64
    package var headers: [FeedConfiguration.Header]
    package var tls: TLSConfiguration
    package var proxy: ProxyConfiguration?
  }
}
