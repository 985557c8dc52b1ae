/// The robust centre of some values: their median, and the median of their distances from it (MAD).
package struct RobustCentre: Sendable, Hashable {
  /// Thousandths of the unit.
  package var median: Int32
  package var deviation: Int32
  package var count: Int

  /// Nil for no value. Medians of an even number are the mean of the middle two, rounded down.
  package init?(_ values: [Int32]) {
    guard !values.isEmpty else { return nil }
    count = values.count
    let middle = Self.median(values)
    median = middle
    deviation = Self.median(values.map { Int32(clamping: (Int64($0) - Int64(middle)).magnitude) })
  }

  private static func median(_ values: [Int32]) -> Int32 {
    let sorted = values.sorted()
    let half = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[half] }
    return Int32(truncatingIfNeeded: (Int64(sorted[half - 1]) + Int64(sorted[half])) >> 1)
  }

  /// Whether a value lies outside: beyond `deviations` robust standard deviations (1.4826 MAD), beyond `share` of the
  /// median, and beyond `least` thousandths.
  package func excludes(_ value: Int32, deviations: Double, share: Double, least: Int32) -> Bool {
    let distance = Double((Int64(value) - Int64(median)).magnitude)
    return distance > Double(least) && distance > share * Double(median.magnitude)
      && distance > deviations * 1.4826 * Double(deviation)
  }
}
