import AirQuality

/// Everything that is made of one profile: extinction, optical depth, layers.
package struct LidarRetrieval: Sendable, Hashable {
  /// How extinction is made.
  package enum Method: String, Sendable, Hashable {
    case klettFernald = "klett-fernald"
    /// The reference gave no signal; the calibrated signal is solved upward.
    case calibrated = "calibrated-forward"
  }

  /// What is assumed.
  package struct Settings: Sendable, Hashable {
    package var klett = KlettFernald()
    package var gradient = GradientLayerSettings()
    package var wavelet = WaveletLayerSettings()
    /// Metres above sea level; nil for what the file says of the instrument, else sea level.
    package var stationMeters: Double?
    /// Gain of the cross-polarised channel over the parallel one, for lines that are told by the two alone.
    package var crossGain = 1.0
    package init() {}
  }

  /// The channel that everything is made of.
  package var channel: LidarChannel
  /// The channel as attenuated backscatter or range-corrected signal: raw signals with their background taken off and times
  /// the square of the distance.
  package var corrected: [Float]
  package var inversion: KlettFernald.Result?
  /// How it was made: from clean air downward, or from a calibrated signal upward.
  package var method = Method.klettFernald
  /// Why there is no inversion.
  package var refusal: KlettFernald.Refusal?
  /// Total over molecular backscatter, one a bin; nil without an inversion.
  package var scatteringRatio: [Double]?
  /// Height over distance along the beam.
  package var uprightShare: Double
  /// Heights above the instrument, metres: the beam's tilt is taken off. Nil where the beam looks along the ground.
  package var gradientHeightMeters: Double?
  package var wavelet: WaveletLayer?

  /// Nil when the record has no elastic channel.
  package init?(_ record: LidarRecord, _ settings: Settings = Settings()) {
    guard let channel = record.elastic(crossGain: settings.crossGain), !channel.values.isEmpty else { return nil }
    self.channel = channel
    corrected = channel.rangeCorrected
    let station = settings.stationMeters ?? record.altitudeMeters ?? 0
    let wavelength = channel.wavelengthNanometers ?? 1_064
    do throws(KlettFernald.Refusal) {
      inversion = try settings.klett.invert(
        corrected, firstRangeMeters: channel.firstRangeMeters, resolutionMeters: channel.resolutionMeters,
        wavelengthNanometers: wavelength, tiltDegrees: record.tiltDegrees, stationMeters: station)
    } catch {
      refusal = error
      if channel.kind == .attenuatedBackscatter, error == .noSignalAtReference || error == .referenceOutOfRange {
        inversion = try? settings.klett.invertCalibrated(
          corrected, firstRangeMeters: channel.firstRangeMeters, resolutionMeters: channel.resolutionMeters,
          wavelengthNanometers: wavelength, tiltDegrees: record.tiltDegrees, stationMeters: station)
        method = .calibrated
      }
    }
    let upright = Lidar.uprightShare(ofTilt: record.tiltDegrees)
    uprightShare = upright
    if let inversion,
      let air = MolecularAtmosphere(wavelengthNanometers: wavelength, stationMeters: station)
    {
      scatteringRatio = inversion.backscatter.enumerated().map { bin, aerosol in
        1 + aerosol / air.backscatter(atMeters: channel.range(ofBin: bin) * upright)
      }
    }
    guard record.tiltDegrees < LidarGeometry.slantDegrees else { return }
    // The instrument's own cloud ends the search: its top is no mixed layer.
    let cloud = record.cloudBasesMeters.first.map { $0 / upright }
    let profile = LidarProfile(
      station: "", at: record.at ?? Instant(milliseconds: 0), firstRangeMeters: channel.firstRangeMeters,
      resolutionMeters: channel.resolutionMeters, wavelengthNanometers: channel.wavelengthNanometers,
      backscatter: corrected)
    var gradient = settings.gradient
    if let cloud { gradient.maximumMeters = min(gradient.maximumMeters, cloud - gradient.halfWindowMeters) }
    gradientHeightMeters =
      gradient.maximumMeters > gradient.minimumMeters
      ? gradientLayerHeight(profile, settings: gradient).map { $0 * upright } : nil
    wavelet = waveletLayer(
      corrected, firstRangeMeters: channel.firstRangeMeters, resolutionMeters: channel.resolutionMeters,
      cloudBaseMeters: cloud, settings: settings.wavelet)
    wavelet?.heightMeters *= upright
    wavelet?.uncertaintyMeters *= upright
  }

  /// Vertical optical depth between two heights above the instrument, metres; nil without an inversion that reaches them.
  package func opticalDepth(fromHeight from: Double, toHeight to: Double) -> Double? {
    inversion?.column.depth(fromMeters: from / uprightShare, toMeters: to / uprightShare).map { $0 * uprightShare }
  }

  /// Mean extinction of the lowest known bins, up to a height above the first of them, 1/m; nil without an inversion.
  package func meanExtinction(aboveLowest meters: Double) -> Double? {
    guard let column = inversion?.column, let known = column.knownMeters else { return nil }
    let low = known.lowerBound
    let high = min(low + max(meters / uprightShare, channel.resolutionMeters), known.upperBound)
    guard high > low, let depth = column.depth(fromMeters: low, toMeters: high) else { return nil }
    return depth / (high - low)
  }
}
