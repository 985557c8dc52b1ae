public import AirQuality

/// A watch of a lidar that runs.
public struct LidarWatchView: Sendable, Hashable {
  public var station: String
  /// Code of the county it is told for.
  public var county: String
  /// `elevated-layer`, `falling-boundary-layer` or `plume-sector`.
  public var kind: String
  public var since: Instant
}
