/// How long after the ends of their periods the newest publications were there: bounded, with exact quantiles.
///
/// Nobody sees a publication happen: a poll finds it, and the poll before did not. Where that interval is narrow its end
/// (its middle, if it is less narrow) is taken for the lag; where nobody had looked since the period's end, or not for long, only an upper bound is known.
/// Quantiles are those of the product-limit estimator for such left-censored values (Kaplan and Meier 1958, with time
/// reversed), so that polls that come late do not make the source look slow.
package struct LagSamples: Hashable, Sendable {
  /// Publications kept; the oldest go first.
  package static let capacity = 200

  /// One publication, civil milliseconds after the end of its period.
  package struct Sample: Hashable, Sendable {
    /// The newest poll that did not find it; 0 when none was made after the period's end.
    package var lower: Int64
    /// The first poll that found it, at least `lower`.
    package var upper: Int64

    package init(lower: Int64, upper: Int64) {
      self.lower = max(0, min(lower, upper))
      self.upper = max(0, upper)
    }
  }

  /// Oldest first.
  package private(set) var samples: [Sample] = []

  package init() {}

  /// Takes one more; the oldest goes when there are too many.
  package mutating func add(_ sample: Sample) {
    if samples.count == Self.capacity { samples.removeFirst() }
    samples.append(sample)
  }

  package var count: Int { samples.count }

  /// Samples whose lag is known, with intervals of at most `tolerance` or a quarter of the lag.
  package func exactCount(tolerance: Int64) -> Int { samples.count { Self.isExact($0, tolerance) } }

  private static func isExact(_ sample: Sample, _ tolerance: Int64) -> Bool {
    sample.lower > 0 && sample.upper - sample.lower <= max(tolerance, sample.upper / 4)
  }

  /// The least lag that at least the share `share` of the publications keeps, and whether it was seen (otherwise it is
  /// an upper bound); nil without samples.
  package func quantile(_ share: Double, tolerance: Int64) -> (milliseconds: Int64, isSeen: Bool)? {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.map { sample in
      let isExact = Self.isExact(sample, tolerance)
      let width = sample.upper - sample.lower
      return (lag: isExact && width > tolerance ? sample.upper - width / 2 : sample.upper, isExact: isExact)
    }.sorted { $0.lag < $1.lag }
    // The share that lies at or below the lag looked at.
    var mass = 1.0
    var lowest: Int64?
    var index = sorted.count - 1
    while index >= 0 {
      let lag = sorted[index].lag
      let atRisk = index + 1
      var exact = 0
      while index >= 0, sorted[index].lag == lag {
        if sorted[index].isExact { exact += 1 }
        index -= 1
      }
      guard exact > 0 else { continue }
      lowest = lag
      mass *= 1 - Double(exact) / Double(atRisk)
      // Products are rounded.
      if mass < share - 1e-9 { return (lag, true) }
    }
    // What is left lies below every lag that was seen, or none was.
    guard let lowest else { return (sorted[0].lag, false) }
    return (sorted.last { $0.lag < lowest }?.lag ?? lowest, false)
  }
}
