public import AirQuality

/// One vertical profile of a lidar or ceilometer: range-corrected signal or attenuated backscatter at evenly spaced
/// distances. The unit of the signal is the instrument's own; layer heights do not depend on it.
public struct LidarProfile: Sendable, Hashable {
  /// Station id as the feed writes it.
  public var station: String
  public var at: Instant
  /// Distance of the first bin's centre from the instrument, metres.
  public var firstRangeMeters: Double
  /// Distance between bins, metres, above 0.
  public var resolutionMeters: Double
  /// Nanometres; nil when the feed does not say.
  public var wavelengthNanometers: Double?
  /// Degrees of the beam from the vertical, and clockwise from north; nil azimuth when the feed does not say.
  public var zenithDegrees = 0.0
  public var azimuthDegrees: Double?
  /// One number a bin, nearest first; NaN where the feed has none.
  public var backscatter: [Float]

  public init(
    station: String, at: Instant, firstRangeMeters: Double, resolutionMeters: Double,
    wavelengthNanometers: Double? = nil, backscatter: [Float]
  ) {
    self.station = station
    self.at = at
    self.firstRangeMeters = firstRangeMeters
    self.resolutionMeters = resolutionMeters
    self.wavelengthNanometers = wavelengthNanometers
    self.backscatter = backscatter
  }

  /// Distance of a bin's centre, metres.
  public func range(ofBin bin: Int) -> Double { firstRangeMeters + Double(bin) * resolutionMeters }
}
