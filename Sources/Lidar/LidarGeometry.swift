/// What distances of a profile can be; every decoder holds its files against these bounds.
package enum LidarGeometry {
  /// Distance between two bins, metres: from a centimetre to ten kilometres.
  package static let resolutionMeters = 0.01...10_000.0
  /// Distance of the first bin, metres: instruments on mountains give it as a height above sea level, some below zero.
  package static let firstRangeMeters = -1_000_000.0...1_000_000.0

  /// Beams tilted from the vertical by as many degrees look along the ground: they have no layers above the instrument.
  package static let slantDegrees = 80.0

  /// Whether a profile's distances lie within the bounds; false for what is no number.
  package static func isPossible(firstRangeMeters first: Double, resolutionMeters resolution: Double) -> Bool {
    resolutionMeters.contains(resolution) && firstRangeMeters.contains(first)
  }

  /// Why a distance between bins is refused; names the value.
  package static func refusal(ofResolution meters: Double) -> String {
    "\(meters) m between bins; \(resolutionMeters.lowerBound) to \(Int(resolutionMeters.upperBound)) m are possible"
  }
}
