/// Means on both sides of a height, over any width, at one cost: the covariance of a profile with Haar wavelets (Brooks, J.
/// Atmos. Oceanic Technol. 20, 1092 (2003)), with the noise that the profile itself shows.
struct HaarTransform: Sendable {
  /// The two sides of a height.
  struct Step: Sendable {
    var below: Double
    var above: Double
    /// Standard error of the difference of the two means, out of the noise of neighbouring bins.
    var error: Double
    /// Above zero where the signal falls with height.
    var fall: Double { below - above }
    /// Fall over its error; large where the profile has no noise at all.
    var signalToNoise: Double { fall / max(error, Double.leastNormalMagnitude) }
  }

  /// Number of bins.
  let count: Int
  private var sums: [Double] = [0]
  private var known: [Int] = [0]
  /// Half the squared differences of neighbours, which a slope hardly changes, and how many there are.
  private var noise: [Double] = [0]
  private var pairs: [Int] = [0]

  init(_ signal: [Float]) {
    count = signal.count
    sums.reserveCapacity(count + 1)
    known.reserveCapacity(count + 1)
    noise.reserveCapacity(count + 1)
    pairs.reserveCapacity(count + 1)
    var (sum, number, jumps, pairCount) = (0.0, 0, 0.0, 0)
    var last = Float.nan
    for value in signal {
      if value.isFinite {
        sum += Double(value)
        number += 1
        if last.isFinite {
          let jump = Double(value) - Double(last)
          jumps += jump * jump / 2
          pairCount += 1
        }
      }
      last = value
      sums.append(sum)
      known.append(number)
      noise.append(jumps)
      pairs.append(pairCount)
    }
  }

  /// Mean of the bins from `start` up to `end`; nil when fewer than three quarters of them hold a number, or they are not all
  /// there.
  func mean(_ start: Int, _ end: Int) -> Double? {
    guard start >= 0, end <= count, start < end else { return nil }
    let number = known[end] - known[start]
    return number * 4 >= (end - start) * 3 ? (sums[end] - sums[start]) / Double(number) : nil
  }

  /// Variance of the noise of one bin between two bins; zero when it cannot be told.
  func variance(_ start: Int, _ end: Int) -> Double {
    let low = max(0, start)
    let high = min(count, end)
    guard low < high, pairs[high] > pairs[low] else { return 0 }
    return max(0, noise[high] - noise[low]) / Double(pairs[high] - pairs[low])
  }

  /// Standard error of the difference of two means of `half` bins each, out of the noise below an edge alone: what rises
  /// there, however sharply, is none of it. At least 12 bins tell the noise; nil where they are not there.
  func errorBelow(_ edge: Int, _ half: Int) -> Double? {
    let start = edge - max(12, 2 * half)
    guard start >= 0, edge <= count, pairs[edge] - pairs[start] >= 6 else { return nil }
    return (2 * variance(start, edge) / Double(half)).squareRoot()
  }

  /// The two sides of the lower edge of bin `edge`, `half` bins each; nil where the profile does not reach or has gaps.
  func step(_ edge: Int, _ half: Int) -> Step? {
    guard half >= 1, let below = mean(edge - half, edge), let above = mean(edge, edge + half) else { return nil }
    let spread = variance(edge - 2 * half, edge + 2 * half)
    return Step(below: below, above: above, error: (2 * spread / Double(half)).squareRoot())
  }

  /// Whether a fall is more than the decay around it: light that haze takes away falls by the same share at every height, a
  /// layer's top by more than the heights one side's width below and above it.
  func standsOut(_ step: Step, at edge: Int, _ half: Int) -> Bool {
    let neighbours = [edge - half, edge + half].compactMap { self.step($0, half) }.filter { $0.below > 0 }
    guard step.below > 0, let least = neighbours.map({ $0.fall / $0.below }).min() else { return true }
    let excess = step.fall - max(0, least) * step.below
    return excess >= 0.3 * step.fall && excess >= 2 * step.error
  }
}

/// Bins that a length covers, between `least` and the profile's bins: any length, also one that is no number.
func binCount(ofMeters meters: Double, resolutionMeters: Double, atLeast least: Int, bins: Int) -> Int {
  let exact = (meters / resolutionMeters).rounded()
  guard exact.isFinite, exact > Double(least) else { return least }
  return exact < Double(bins) ? Int(exact) : max(least, bins)
}
