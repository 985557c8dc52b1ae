/// Layers above the mixed layer (抬升气溶胶层): smoke, dust and residual layers carried aloft, with clouds told apart.
///
/// The range-corrected signal is divided by what clean air would send back (molecular backscatter and transmission), so that
/// clean air is level and every layer stands on it. A layer begins at the sharpest rise that stands out of the noise and ends
/// at the sharpest fall back to near the level below. Metres above the instrument.
package struct LayerDetection: Sendable, Hashable {
  /// What counts as a layer.
  package struct Settings: Sendable, Hashable {
    /// Nothing above is searched. Metres.
    package var maximumMeters = 10_000.0
    /// Width of the two sides of an edge. Metres.
    package var windowMeters = 120.0
    /// The rise over its own standard error, and over the level below.
    package var minimumSignalToNoise = 5.0
    package var minimumRelativeRise = 0.25
    /// A layer ends where this share of its rise is left.
    package var remainingShare = 0.35
    /// Thinner ones are noise. Metres.
    package var minimumThicknessMeters = 90.0
    package var cloud = CloudBase.Settings()
    /// Metres above sea level of the instrument; nil for what the file says of it, else sea level.
    package var stationMeters: Double?
    /// At most so many layers are told.
    package var maximumLayers = 16
    package init() {}
  }

  /// What a layer is made of, as far as one signal tells.
  package enum Kind: String, CaseIterable, Sendable, Hashable {
    case aerosol
    /// Droplets (a sharp rise to far more than anything below), or ice: a layer where the standard atmosphere is colder than
    /// 235 K, at which no droplet stays liquid.
    case cloud
  }

  /// One layer.
  package struct Layer: Sendable, Hashable {
    package var kind: Kind
    package var baseMeters: Double
    package var topMeters: Double
    /// False when the signal ends within it: the top is where it ends.
    package var isTopSeen: Bool
    package var peakMeters: Double
    /// The signal at the peak, in the channel's unit (three bins' mean).
    package var peakSignal: Double
    /// The peak over the level of the air just below, both against clean air: 1 is no layer.
    package var contrast: Double
    /// The rise at the base over its own standard error.
    package var signalToNoise: Double
  }

  /// Lowest first.
  package var layers: [Layer]

  /// No layer.
  package init() { layers = [] }

  /// Layers above a height (the top of the mixed layer, or nil for the lowest height of the cloud search).
  ///
  /// `signal` is range-corrected and holds its clouds: a window's mean, of which they are screened out, has none to tell. The
  /// search ends with the lowest cloud of droplets: little light comes through it, and what is noise above would pass for
  /// layers.
  /// - Parameter cloudBaseMeters: of the lowest cloud that the instrument names; nil for none.
  package init(
    signal: [Float], firstHeightMeters: Double, resolutionMeters: Double, wavelengthNanometers: Double?,
    aboveMeters: Double?, cloudBaseMeters: Double? = nil, settings: Settings = Settings()
  ) {
    layers = []
    guard LidarGeometry.isPossible(firstRangeMeters: firstHeightMeters, resolutionMeters: resolutionMeters) else {
      return
    }
    let air = MolecularAtmosphere(
      wavelengthNanometers: wavelengthNanometers ?? 1_064, stationMeters: settings.stationMeters ?? 0)
    var search = LayerSearch(
      signal, firstHeightMeters, resolutionMeters, { air?.attenuated(atMeters: $0) ?? 1 }, settings)
    search.run(aboveMeters: aboveMeters ?? settings.cloud.minimumMeters, cloudBaseMeters: cloudBaseMeters)
    layers = search.layers
  }

  /// Layers of a record's elastic channel, none where the beam looks along the ground; nil without such a channel.
  package init?(_ record: LidarRecord, aboveMeters: Double?, settings: Settings = Settings()) {
    guard let channel = record.elastic, !channel.values.isEmpty else { return nil }
    var settings = settings
    settings.stationMeters = settings.stationMeters ?? record.altitudeMeters
    guard record.tiltDegrees < LidarGeometry.slantDegrees else {
      self.init()
      return
    }
    let upright = uprightShare(ofTilt: record.tiltDegrees)
    self.init(
      signal: channel.rangeCorrected, firstHeightMeters: channel.firstRangeMeters * upright,
      resolutionMeters: channel.resolutionMeters * upright, wavelengthNanometers: channel.wavelengthNanometers,
      aboveMeters: aboveMeters, cloudBaseMeters: record.cloudBasesMeters.filter { $0 >= 0 }.min(), settings: settings)
  }
}
