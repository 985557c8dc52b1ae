/// How the covariance with Haar wavelets looks for the top of the mixed layer (Brooks, J. Atmos. Oceanic Technol. 20, 1092
/// (2003)).
package struct WaveletLayerSettings: Sendable, Hashable {
  /// Nothing below or above is searched, metres.
  package var minimumMeters = 100.0
  package var maximumMeters = 3_000.0
  /// Widths of the wavelet, metres: the height is the median over them, its uncertainty half their spread.
  package var dilationsMeters: [Double] = [160, 240, 320, 400]
  /// The step must be this share of the mean of both sides, and more than the decay around it.
  package var minimumRelativeStep = 0.05
  /// The covariance must exceed this many times its own noise.
  package var minimumSignalToNoise = 5.0

  package init() {}
}

/// The top of the mixed layer by wavelets.
package struct WaveletLayer: Sendable, Hashable {
  /// Metres along the beam.
  package var heightMeters: Double
  /// Half the spread over the dilations, at least half a bin, metres.
  package var uncertaintyMeters: Double
  /// Dilations that found it, of those that were tried.
  package var found: Int
  package var tried: Int
}

/// The height at which W(a, b) = (1/a)·[∫_{b−a/2}^{b} f − ∫_{b}^{b+a/2} f] is largest; nil when no step stands out of noise, or
/// the search ends at a cloud.
///
/// - Parameter cloudBaseMeters: nothing within a wavelet of it is searched; the signal's own clouds (a rise to more than ten
///   times the mean below) end the search too.
package func waveletLayer(
  _ signal: [Float], firstRangeMeters: Double, resolutionMeters: Double, cloudBaseMeters: Double? = nil,
  settings: WaveletLayerSettings = WaveletLayerSettings()
) -> WaveletLayer? {
  guard LidarGeometry.isPossible(firstRangeMeters: firstRangeMeters, resolutionMeters: resolutionMeters),
    signal.count >= 8
  else { return nil }
  let transform = HaarTransform(signal)
  var heights: [Double] = []
  for dilation in settings.dilationsMeters {
    let half = binCount(
      ofMeters: dilation / 2, resolutionMeters: resolutionMeters, atLeast: 2, bins: signal.count)
    guard half < signal.count / 2 else { continue }
    var best: (step: Double, height: Double)?
    for edge in half...(signal.count - half) {
      let height = firstRangeMeters + (Double(edge) - 0.5) * resolutionMeters
      if height < settings.minimumMeters { continue }
      if height > settings.maximumMeters { break }
      if let cloudBaseMeters, height + dilation / 2 > cloudBaseMeters { break }
      guard let step = transform.step(edge, half) else { continue }
      if step.below > 0, step.above > 10 * step.below { break }
      guard step.fall > 0, step.fall >= settings.minimumRelativeStep * (abs(step.below) + abs(step.above)) / 2,
        step.fall >= settings.minimumSignalToNoise * step.error
      else { continue }
      if best.map({ step.fall > $0.step }) ?? true, transform.standsOut(step, at: edge, half) {
        best = (step.fall, height)
      }
    }
    if let best { heights.append(best.height) }
  }
  guard heights.count * 2 >= settings.dilationsMeters.count, !heights.isEmpty else { return nil }
  heights.sort()
  let middle = heights.count / 2
  let median = heights.count % 2 == 1 ? heights[middle] : (heights[middle - 1] + heights[middle]) / 2
  let spread = ((heights.last ?? 0) - (heights.first ?? 0)) / 2
  return WaveletLayer(
    heightMeters: median, uncertaintyMeters: max(spread, resolutionMeters / 2), found: heights.count,
    tried: settings.dilationsMeters.count)
}
