package import AirQuality

/// The top of the mixed layer (混合层高度, 边界层高度) of a window of profiles, by two methods, with what it is worth and why.
///
/// The gradient method takes the sharpest fall of the range-corrected signal; the wavelet covariance transform (Brooks, J.
/// Atmos. Oceanic Technol. 20, 1092 (2003)) takes the fall that is largest at several widths. Clouds are screened out of
/// every profile before (`ProfileWindow`): what lies in and above them is not searched, and a cloud's own top is never the
/// layer. Heights are metres above the instrument.
package struct BoundaryLayer: Sendable, Hashable {
  /// How it is looked for.
  package struct Settings: Sendable, Hashable {
    package var gradient = GradientLayerSettings()
    package var wavelet = WaveletLayerSettings()
    /// Two methods agree within this distance, or a tenth of the height where that is more. Metres.
    package var agreementMeters = 100.0
    /// An uncertainty above this, or above a quarter of the height where that is more, is doubtful. Metres.
    package var maximumUncertaintyMeters = 250.0
    /// Profiles of the window whose own heights make the spread; more are thinned out evenly.
    package var spreadProfiles = 60
    /// How clouds are told where a window is made of records.
    package var cloud = CloudBase.Settings()
    package init() {}

    /// The same search between two heights, metres. Below the lower one the overlap of beam and telescope may be incomplete:
    /// no cloud is told there either.
    package mutating func search(_ meters: ClosedRange<Double>) {
      cloud.minimumMeters = meters.lowerBound
      (gradient.minimumMeters, gradient.maximumMeters) = (meters.lowerBound, meters.upperBound)
      (wavelet.minimumMeters, wavelet.maximumMeters) = (meters.lowerBound, meters.upperBound)
    }
  }

  /// What the height is worth.
  package enum Quality: String, CaseIterable, Sendable, Hashable {
    case good
    /// There is a height, but see the reason.
    case doubtful
    /// There is no height.
    case none
  }

  /// A fall of the signal that stands out of the noise.
  package struct Candidate: Sendable, Hashable {
    package var heightMeters: Double
    /// The fall over the mean of both sides.
    package var relativeStep: Double
    package var signalToNoise: Double
  }

  /// Stamps of the oldest and the newest profile; profiles that were taken, and those whose bins did not fit.
  package var from: Instant
  package var until: Instant
  package var profiles: Int
  package var leftOut: Int
  /// Nil when there is none: `quality` is `none` then.
  package var heightMeters: Double?
  /// One standard deviation: the spread over methods, widths and profiles, and half a bin, added as squares.
  package var uncertaintyMeters: Double?
  package var quality: Quality
  package var reason: Reason
  /// What each method found.
  package var gradientMeters: Double?
  package var waveletMeters: Double?
  /// The step at the height over its own standard error.
  package var signalToNoise: Double?
  /// The lowest cloud base of the window, and the share of its profiles with a cloud within the search.
  package var cloudBaseMeters: Double?
  package var cloudyShare: Double
  /// All falls that stand out, lowest first: a residual layer of the day before is among them.
  package var candidates: [Candidate]

  /// Looks for the top of the layer in a window of profiles.
  package init(_ window: ProfileWindow, settings: Settings = Settings()) {
    from = window.from
    until = window.until
    profiles = window.members.count
    leftOut = window.leftOut
    let ceiling = max(settings.gradient.maximumMeters, settings.wavelet.maximumMeters)
    let low = window.cloudBasesMeters.filter { $0 <= ceiling }
    cloudBaseMeters = window.cloudBasesMeters.min()
    cloudyShare = Double(low.count) / Double(max(1, profiles))
    candidates = FallSearch(window, settings.wavelet).candidates
    gradientMeters = gradientLayerHeight(
      LidarProfile(
        station: "", at: window.until, firstRangeMeters: window.firstHeightMeters,
        resolutionMeters: window.resolutionMeters, backscatter: window.signal), settings: settings.gradient)
    let wavelet = waveletLayer(
      window.signal, firstRangeMeters: window.firstHeightMeters, resolutionMeters: window.resolutionMeters,
      settings: settings.wavelet)
    waveletMeters = wavelet?.heightMeters
    quality = .none
    reason = .noStep
    settle(window, wavelet, settings)
  }

  /// Nil when no record can be used: without a stamp, an elastic channel or possible bins.
  package init?(_ records: some Collection<LidarRecord>, settings: Settings = Settings()) {
    guard let window = ProfileWindow(records.compactMap { ProfileWindow.Member($0) }, cloud: settings.cloud)
    else { return nil }
    self.init(window, settings: settings)
  }

  /// Height, uncertainty, quality and reason out of what the methods found.
  private mutating func settle(_ window: ProfileWindow, _ wavelet: WaveletLayer?, _ settings: Settings) {
    let found = [gradientMeters, waveletMeters].compactMap { $0 }
    guard !found.isEmpty else {
      reason = whyNothing(window, settings)
      return
    }
    let difference = (found.max() ?? 0) - (found.min() ?? 0)
    let height = wavelet?.heightMeters ?? found[0]
    let agree = difference <= max(settings.agreementMeters, height / 10)
    // The wavelet's, unless both say the same: it stands on four widths, the gradient on one.
    let settled = agree ? found.reduce(0, +) / Double(found.count) : height
    heightMeters = settled
    let spread = memberSpread(window, around: settled, settings)
    let parts = [difference / 2, wavelet?.uncertaintyMeters ?? 0, spread ?? 0, window.resolutionMeters / 2]
    let uncertainty = parts.reduce(0) { $0 + $1 * $1 }.squareRoot()
    uncertaintyMeters = uncertainty
    signalToNoise = candidates.min { abs($0.heightMeters - settled) < abs($1.heightMeters - settled) }?.signalToNoise
    (quality, reason) =
      if found.count == 1 {
        (.doubtful, .oneMethod)
      } else if !agree {
        (.doubtful, .methodsDiffer)
      } else if uncertainty > max(settings.maximumUncertaintyMeters, settled / 4) {
        (.doubtful, .wideSpread)
      } else if cloudyShare > 0.5 {
        (.doubtful, .underCloud)
      } else {
        (.good, .agreed)
      }
  }

  /// Half the range in which the middle half of the profiles' own heights lie; nil for fewer than four of them.
  private func memberSpread(_ window: ProfileWindow, around height: Double, _ settings: Settings) -> Double? {
    guard window.members.count >= 4 else { return nil }
    var one = settings.wavelet
    one.dilationsMeters = [settings.wavelet.dilationsMeters.max() ?? 400]
    let step = max(1, window.members.count / max(1, settings.spreadProfiles))
    var heights: [Double] = []
    for index in stride(from: 0, to: window.members.count, by: step) {
      let layer = waveletLayer(
        window.members[index], firstRangeMeters: window.firstHeightMeters, resolutionMeters: window.resolutionMeters,
        settings: one)
      if let layer { heights.append(layer.heightMeters) }
    }
    guard heights.count >= 4 else { return nil }
    heights.sort()
    return (heights[heights.count * 3 / 4] - heights[heights.count / 4]) / 2
  }

  private func whyNothing(_ window: ProfileWindow, _ settings: Settings) -> Reason {
    let minimum = min(settings.gradient.minimumMeters, settings.wavelet.minimumMeters)
    if cloudyShare > 0.5, let cloudBaseMeters {
      return cloudBaseMeters < minimum + settings.wavelet.dilationsMeters.reduce(400, max) ? .lowCloud : .cloudHides
    }
    let usable = window.signal.indices.filter {
      let height = window.height(ofBin: $0)
      return height >= minimum && height <= settings.wavelet.maximumMeters && window.signal[$0].isFinite
    }
    if usable.count < 8 { return .noSignal }
    let transform = HaarTransform(window.signal)
    guard let first = usable.first, let last = usable.last, let mean = transform.mean(first, last + 1),
      mean > 0, mean * mean > transform.variance(first, last + 1) / Double(usable.count)
    else { return .noise }
    return .noStep
  }
}
