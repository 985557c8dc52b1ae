/// How lidar profiles stand in JSON.
package struct LidarMapping: Sendable, Hashable {
  /// What the array of numbers is.
  package enum Signal: String, CaseIterable, Sendable, Hashable {
    /// Attenuated backscatter, or anything already multiplied by the range squared.
    case rangeCorrected = "range-corrected"
    /// Raw signal: multiplied by the range squared on decoding.
    case raw
  }
  /// Path of the profiles.
  package var rows: String
  package var station: String?
  package var time: TimeMapping
  /// Path of the array of numbers.
  package var signal: String
  package var signalKind: Signal
  /// Paths of the distance of the first bin and between bins, in metres …
  package var firstRange: String?
  package var resolution: String?
  /// … or of an array of evenly spaced distances.
  package var ranges: String?
  /// Path of the wavelength in nanometres.
  package var wavelength: String?
  /// Paths of the beam's angle from the vertical and clockwise from north, degrees.
  package var zenith: String?
  package var azimuth: String?

  package init(
    rows: String, station: String?, time: TimeMapping, signal: String, signalKind: Signal = .rangeCorrected,
    firstRange: String? = nil, resolution: String? = nil, ranges: String? = nil, wavelength: String? = nil,
    zenith: String? = nil, azimuth: String? = nil
  ) {
    self.rows = rows
    self.station = station
    self.time = time
    self.signal = signal
    self.signalKind = signalKind
    self.firstRange = firstRange
    self.resolution = resolution
    self.ranges = ranges
    self.wavelength = wavelength
    self.zenith = zenith
    self.azimuth = azimuth
  }
}
