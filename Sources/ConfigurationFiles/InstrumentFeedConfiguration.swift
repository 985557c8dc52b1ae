package import AirQuality
package import Secrets

/// A feed of instruments that dial in: an item of `feeds` with `listen` in place of `url`.
package struct InstrumentFeedConfiguration: Sendable, Hashable {
  /// Unique among all feeds; stands in logs, metrics and the journal.
  package var name: String
  /// False: kept and checked, not listened for.
  package var enabled: Bool
  package var listen: ListenAddress
  /// `hj212`.
  package var format: String
  package var devices: [Device]
  /// Open connections.
  package var connections: Int
  /// Silence after which a connection is closed.
  package var idleMilliseconds: Int64
  /// Civil time without a stored message after which the feed is late.
  package var lateAfterMilliseconds: Int64
  /// Where the feed stands; no part of its identity.
  package var origin: ConfigurationOrigin

  /// One line of the list of devices.
  package struct Device: Sendable, Hashable {
    /// MN.
    package var identity: String
    /// Nil: the identity is the station's id.
    package var station: String?
    /// Nil: any password is taken.
    package var password: Secret?
    /// Units where they are not the usual ones.
    package var units: [Pollutant: MeasurementUnit]
    /// Its stamps name the end of the period.
    package var stampsEnd: Bool
    /// Period of its minute data, minutes.
    package var minutes: Int
  }
}
