/// Counts of durations by upper bounds, for a Prometheus histogram.
package struct DurationHistogram: Hashable, Sendable {
  /// Bounds of transfers, seconds: ascending, without infinity.
  package static let transferBounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

  /// Upper bounds in seconds.
  package let boundsSeconds: [Double]
  /// Not cumulative; one more than `boundsSeconds`, the last for everything above.
  package private(set) var counts: [UInt64]
  package private(set) var sumSeconds = 0.0
  /// All durations.
  package var count: UInt64 { counts.reduce(0, +) }

  package init(boundsSeconds: [Double] = DurationHistogram.transferBounds) {
    self.boundsSeconds = boundsSeconds
    counts = Array(repeating: 0, count: boundsSeconds.count + 1)
  }

  /// Adds one duration; a negative or non-finite one counts as 0.
  package mutating func observe(seconds: Double) {
    let duration = seconds.isFinite && seconds > 0 ? seconds : 0
    counts[boundsSeconds.firstIndex { duration <= $0 } ?? boundsSeconds.count] += 1
    sumSeconds += duration
  }
}
