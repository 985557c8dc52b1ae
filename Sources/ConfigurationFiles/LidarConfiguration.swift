/// `lidar` as the configuration states it; what is nil is the engine's default.
package struct LidarConfiguration: Sendable, Hashable {
  package var isEnabled: Bool?
  package var layerContrast: Double?
  package var layerMaximumMeters: Double?
  package var layerDistanceMeters: Double?
  package var layerDescentMeters: Double?
  package var fallShare: Double?
  package var usualShare: Double?
  package var fallShareAlone: Double?
  package var riseShare: Double?
  package var plumeRatio: Double?
  package var beginsAfter: Int?
  package var endsAfter: Int?
  package var edges: [Edge] = []

  /// A sector in which a lidar's beam crosses the edge of its county.
  package struct Edge: Sendable, Hashable {
    package var station: String
    /// Degrees clockwise from north.
    package var fromDegrees: Double
    package var untilDegrees: Double
    package var rangeMeters: Double
    package var beyond: String
  }

  package init() {}
}
