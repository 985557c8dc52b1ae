package import Secrets

/// A superior platform (上级平台) to which hour means are reported.
package struct ForwardConfiguration: Sendable, Hashable {
  /// Unique among the forwards; stands in logs, metrics and the queue.
  package var name: String
  /// False: checked, not reported to. What waits stays.
  package var enabled: Bool
  package var address: ListenAddress
  /// `hj212`.
  package var format: String
  /// Access password (PW) at the platform.
  package var password: Secret?
  /// From the end of an hour to its report.
  package var delayMilliseconds: Int64
  package var sources: [Source]
  /// Where it stands; no part of its identity.
  package var origin: ConfigurationOrigin

  /// What is reported under one MN.
  package struct Source: Sendable, Hashable {
    /// MN at the platform.
    package var device: String
    /// A station's id, or the code of a county, the city or the urban district.
    package var source: String
    /// ST.
    package var system: Int
  }
}
