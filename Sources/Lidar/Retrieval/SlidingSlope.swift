/// The slope of a profile over a window: a Savitzky–Golay filter (Anal. Chem. 36, 1627 (1964)) of first derivative, whose
/// straight line and parabola have the same slope in the middle of a full window. Any window costs the same.
struct SlidingSlope {
  /// Slope a bin, and its standard error out of the noise of neighbours.
  struct Slope {
    var perBin: Double
    var error: Double
  }

  private let count: Int
  private let noise: HaarTransform
  /// Sums up to every bin: how many hold a number, and of x, y, x·x and x·y over those. Sums of whole x are exact.
  private var sums: [(n: Double, x: Double, y: Double, xx: Double, xy: Double)]

  /// NaN where a value is missing.
  init(_ values: [Double]) {
    count = values.count
    noise = HaarTransform(values.map { Float($0) })
    let known = values.filter(\.isFinite)
    // About the mean, so that sums keep their digits.
    let mean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
    var sum = (n: 0.0, x: 0.0, y: 0.0, xx: 0.0, xy: 0.0)
    sums = [sum]
    sums.reserveCapacity(values.count + 1)
    for (bin, value) in values.enumerated() {
      if value.isFinite {
        let (x, y) = (Double(bin), value - mean)
        sum = (sum.n + 1, sum.x + x, sum.y + y, sum.xx + x * x, sum.xy + x * y)
      }
      sums.append(sum)
    }
  }

  /// Least squares over the bins within `half` of a bin; nil when fewer than three quarters of them hold a number, or the
  /// window reaches out of the profile.
  func slope(at bin: Int, half: Int) -> Slope? {
    guard half >= 1, bin - half >= 0, bin + half < count else { return nil }
    let (low, high) = (sums[bin - half], sums[bin + half + 1])
    let number = high.n - low.n
    guard number >= 2, number * 4 >= Double(2 * half + 1) * 3 else { return nil }
    let (sumX, sumY) = (high.x - low.x, high.y - low.y)
    let spread = (high.xx - low.xx) - sumX * sumX / number
    guard spread > 0 else { return nil }
    let slope = ((high.xy - low.xy) - sumX * sumY / number) / spread
    // Differences of neighbours hold the slope itself, half squared.
    let variance = max(0, noise.variance(bin - half, bin + half + 1) - slope * slope / 2)
    return Slope(perBin: slope, error: (variance / spread).squareRoot())
  }
}
