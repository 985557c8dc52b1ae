public import AirQuality

/// A watch of a lidar that runs.
public struct LidarWatchView: Sendable, Hashable {
  public var station: String
  /// Code of the county it is told for.
  public var county: String
  /// `elevated-layer`, `falling-boundary-layer` or `plume-sector`.
  public var kind: String
  public var since: Instant

  public init(station: String, county: String, kind: String, since: Instant) {
    self.station = station
    self.county = county
    self.kind = kind
    self.since = since
  }
}
