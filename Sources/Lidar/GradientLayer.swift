/// How the gradient method looks for the top of the mixed layer.
public struct GradientLayerSettings: Sendable, Hashable {
  /// Nothing below is searched: the overlap of beam and telescope is incomplete there. Metres.
  public var minimumMeters = 100.0
  /// Nothing above is searched. Metres.
  public var maximumMeters = 3_000.0
  /// Half the height over which the signal is averaged on each side of a candidate. Metres.
  public var halfWindowMeters = 120.0
  /// The step in the means must exceed this many times its own standard error.
  public var minimumSignalToNoise = 5.0
  /// The step must be at least this share of the mean below it: a faint bend in a smooth decay is no layer.
  public var minimumRelativeStep = 0.1

  public init() {}
}

/// Height of the sharpest fall of the signal between 100 m and 3 km (gradient method), metres above the instrument; nil
/// when no fall stands out of the noise.
///
/// The derivative is the difference of the means of the bins just above and just below each height, which is the
/// covariance with a Haar step of the same width: differentiating and smoothing in one. The sharpest fall is taken, not
/// the first. Where the signal jumps up by a cloud, its own top is not the layer: the search ends at a cloud's base,
/// the first rise to more than ten times the mean below it. A fall that is no more than the decay around it is none.
public func gradientLayerHeight(
  _ profile: LidarProfile, settings: GradientLayerSettings = GradientLayerSettings()
) -> Double? {
  guard
    LidarGeometry.isPossible(
      firstRangeMeters: profile.firstRangeMeters, resolutionMeters: profile.resolutionMeters)
  else { return nil }
  let half = binCount(
    ofMeters: settings.halfWindowMeters, resolutionMeters: profile.resolutionMeters, atLeast: 2,
    bins: profile.backscatter.count)
  guard profile.backscatter.count >= 2 * half else { return nil }
  let sums = RunningSums(profile.backscatter)
  let transform = HaarTransform(profile.backscatter)
  var best: (step: Double, height: Double)?
  // `edge` is the first bin above the candidate height.
  for edge in half...(profile.backscatter.count - half) {
    let height = profile.range(ofBin: edge) - profile.resolutionMeters / 2
    if height < settings.minimumMeters { continue }
    if height > settings.maximumMeters { break }
    guard let below = sums.window(edge - half, edge), let above = sums.window(edge, edge + half) else { continue }
    if above.mean > 10 * below.mean, below.mean > 0 { break }
    let step = below.mean - above.mean
    // Two short windows may look calm by chance: the noise is no less than that of the wider neighbourhood.
    let noise = max((below.variance + above.variance) / 2, sums.noise(edge - 2 * half, edge + 2 * half))
    let error = (2 * noise / Double(half)).squareRoot()
    guard step > 0, step >= settings.minimumSignalToNoise * error, step >= settings.minimumRelativeStep * below.mean
    else { continue }
    if best.map({ step > $0.step }) ?? true,
      transform.standsOut(.init(below: below.mean, above: above.mean, error: error), at: edge, half)
    {
      best = (step, height)
    }
  }
  return best?.height
}

/// Sums of a profile, so that any window's mean and variance cost the same.
private struct RunningSums {
  private var first: [Double] = [0]
  private var second: [Double] = [0]
  private var counts: [Int] = [0]
  /// Half the squared differences of neighbouring bins, and how many there are.
  private var differences: [Double] = [0]
  private var pairs: [Int] = [0]

  init(_ values: [Float]) {
    var sum = 0.0
    var squares = 0.0
    var count = 0
    var jumps = 0.0
    var pairCount = 0
    var last = Float.nan
    for value in values {
      if last.isFinite, value.isFinite {
        jumps += (Double(value) - Double(last)) * (Double(value) - Double(last)) / 2
        pairCount += 1
      }
      last = value
      differences.append(jumps)
      pairs.append(pairCount)
      if value.isFinite {
        sum += Double(value)
        squares += Double(value) * Double(value)
        count += 1
      }
      first.append(sum)
      second.append(squares)
      counts.append(count)
    }
  }

  /// The variance of the noise between two bins, from the differences of neighbours: a slope does not count.
  func noise(_ start: Int, _ end: Int) -> Double {
    let low = max(0, start)
    let high = min(differences.count - 1, end)
    guard low < high, pairs[high] > pairs[low] else { return 0 }
    return (differences[high] - differences[low]) / Double(pairs[high] - pairs[low])
  }

  /// Mean and variance of the bins from `start` up to `end`; nil when fewer than three quarters of them hold a number.
  func window(_ start: Int, _ end: Int) -> (mean: Double, variance: Double)? {
    let count = counts[end] - counts[start]
    guard count >= 2, count * 4 >= (end - start) * 3 else { return nil }
    let mean = (first[end] - first[start]) / Double(count)
    let variance = (second[end] - second[start]) / Double(count) - mean * mean
    return (mean, max(0, variance) * Double(count) / Double(count - 1))
  }
}
