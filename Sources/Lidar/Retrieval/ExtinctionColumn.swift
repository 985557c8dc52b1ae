/// Extinction along the beam, and the optical depth (光学厚度) between any two distances.
package struct ExtinctionColumn: Sendable, Hashable {
  /// 1/m; NaN where nothing is known.
  private let extinction: [Double]
  private let firstRangeMeters: Double
  private let resolutionMeters: Double
  /// Optical depth from the first known bin's middle up to each bin's; gaps within hold the extinction of the bin below.
  private let depths: [Double]
  private let lowest: Int?
  private let highest: Int

  package init(_ extinction: [Double], firstRangeMeters: Double, resolutionMeters: Double) {
    self.extinction = extinction
    self.firstRangeMeters = firstRangeMeters
    self.resolutionMeters = resolutionMeters
    lowest = extinction.firstIndex(where: \.isFinite)
    highest = extinction.lastIndex(where: \.isFinite) ?? 0
    var depths = [Double](repeating: 0, count: extinction.count)
    if let lowest {
      var last = extinction[lowest]
      for bin in (lowest + 1)..<max(lowest + 1, highest + 1) {
        let value = extinction[bin].isFinite ? extinction[bin] : last
        depths[bin] = depths[bin - 1] + resolutionMeters * (last + value) / 2
        last = value
      }
    }
    self.depths = depths
  }

  /// The distances between which extinction is known, metres; nil when it is known nowhere.
  package var knownMeters: ClosedRange<Double>? {
    lowest.map { range($0)...range(highest) }
  }

  /// Optical depth between two distances, metres along the beam; below the lowest known bin its extinction goes on.
  ///
  /// Nil when nothing is known, the distances are not in order, or the upper one lies beyond the highest known bin.
  package func depth(fromMeters from: Double, toMeters to: Double) -> Double? {
    guard from.isFinite, to.isFinite, from <= to, let upper = depth(to), let lower = depth(from) else { return nil }
    return upper - lower
  }

  private func range(_ bin: Int) -> Double { firstRangeMeters + Double(bin) * resolutionMeters }

  /// From the lowest known bin; below zero beneath it.
  private func depth(_ meters: Double) -> Double? {
    guard let lowest else { return nil }
    let low = range(lowest)
    if meters <= low { return -(low - meters) * extinction[lowest] }
    // Half a bin above the highest middle still belongs to that bin.
    guard meters <= range(highest) + resolutionMeters / 2 else { return nil }
    let place = (meters - firstRangeMeters) / resolutionMeters
    let bin = min(highest, max(lowest, Int(place)))
    let rest = (place - Double(bin)) * resolutionMeters
    guard bin < highest else { return depths[highest] + rest * extinction[highest] }
    return depths[bin] + (depths[bin + 1] - depths[bin]) * rest / resolutionMeters
  }
}
