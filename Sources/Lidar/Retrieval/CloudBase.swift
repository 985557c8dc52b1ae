/// Where a cloud begins (云底高度), told by the profile itself: a sharp rise to far more than anything below it.
///
/// Droplets scatter ten to a thousand times as much as haze, and within some ten metres; an elevated layer of aerosol
/// rises as sharply only over clean air, but not beyond the haze below. Hence two conditions: the rise against what lies
/// just below, and the peak against the strongest signal between the overlap and the rise. Fog from the ground up has no
/// rise and is not told.
package struct CloudBase: Sendable, Hashable {
  /// What makes a cloud.
  package struct Settings: Sendable, Hashable {
    /// Nothing below is searched: the overlap of beam and telescope is incomplete there. Metres.
    package var minimumMeters = 100.0
    /// Width of the two sides of a rise. Metres.
    package var windowMeters = 60.0
    /// The mean just above over the mean just below.
    package var minimumRise = 3.0
    /// The peak over the strongest mean below.
    package var minimumPeakRatio = 3.0
    /// The rise over its standard error, which the bins below tell.
    package var minimumSignalToNoise = 6.0
    /// How far above the rise the peak is looked for. Metres.
    package var peakWithinMeters = 300.0
    package init() {}
  }

  /// Where the signal begins to rise, metres, as the profile's bins are counted.
  package var baseMeters: Double
  /// Where it is strongest, metres.
  package var peakMeters: Double

  /// The lowest cloud of a range-corrected profile; nil without one, or when the bins cannot be.
  package static func lowest(
    in signal: [Float], firstRangeMeters: Double, resolutionMeters: Double, settings: Settings = Settings()
  ) -> CloudBase? {
    guard LidarGeometry.isPossible(firstRangeMeters: firstRangeMeters, resolutionMeters: resolutionMeters) else {
      return nil
    }
    let transform = HaarTransform(signal)
    let half = binCount(
      ofMeters: settings.windowMeters, resolutionMeters: resolutionMeters, atLeast: 2, bins: signal.count)
    let reach = binCount(
      ofMeters: settings.peakWithinMeters, resolutionMeters: resolutionMeters, atLeast: half, bins: signal.count)
    guard signal.count > 2 * half else { return nil }
    var strongest = 0.0
    for edge in half...(signal.count - half) {
      let height = firstRangeMeters + (Double(edge) - 0.5) * resolutionMeters
      guard height >= settings.minimumMeters, let step = transform.step(edge, half) else { continue }
      strongest = max(strongest, step.below)
      // Over a few coarse bins the cloud's own edges would pass for noise.
      let error = min(step.error, transform.errorBelow(edge, half) ?? step.error)
      guard step.above > settings.minimumRise * max(step.below, error),
        -step.fall > settings.minimumSignalToNoise * error,
        let peak = peak(signal, from: edge, until: min(signal.count, edge + reach)),
        Double(signal[peak]) > settings.minimumPeakRatio * strongest
      else { continue }
      return CloudBase(
        baseMeters: base(signal, below: peak, from: edge - half, level: step.below, firstRangeMeters, resolutionMeters),
        peakMeters: firstRangeMeters + Double(peak) * resolutionMeters)
    }
    return nil
  }

  private static func peak(_ signal: [Float], from start: Int, until end: Int) -> Int? {
    var best: Int?
    for bin in start..<end where signal[bin].isFinite {
      if best.map({ signal[bin] > signal[$0] }) ?? true { best = bin }
    }
    return best
  }

  /// Down from the peak to the first bin that holds less than a tenth of the rise: the lower edge of the bin above it.
  private static func base(
    _ signal: [Float], below peak: Int, from lowest: Int, level: Double, _ firstRangeMeters: Double,
    _ resolutionMeters: Double
  ) -> Double {
    let threshold = level + (Double(signal[peak]) - level) / 10
    var bin = peak
    while bin > lowest, bin > 0, !(Double(signal[bin - 1]) < threshold) { bin -= 1 }
    return firstRangeMeters + (Double(bin) - 0.5) * resolutionMeters
  }
}
