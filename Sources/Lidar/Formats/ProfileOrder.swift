package import AirQuality

/// Which profiles of a file can be told by their stamps: the most that follow one another. One damaged stamp, before or
/// after its neighbours, costs its own profile alone.
package enum ProfileOrder {
  /// - Parameter stamps: in the order of the file; nil for a profile without one, which is kept.
  /// - Returns: whether each is kept. Of several choices the one that begins earlier in the file.
  package static func kept(_ stamps: [Instant?]) -> [Bool] {
    // By length of a rising run that ends there: its members in the order of the file, their stamps never rising.
    var ends: [[Int]] = []
    var before = [Int](repeating: -1, count: stamps.count)
    var longest = -1
    for (index, stamp) in stamps.enumerated() {
      guard let stamp else { continue }
      // Lengths whose last stamp lies before this one come first.
      let length = Self.partition(ends.count) { stamps[ends[$0][ends[$0].count - 1]]! < stamp }
      if length > 0 {
        let run = ends[length - 1]
        before[index] = run[Self.partition(run.count) { stamps[run[$0]]! >= stamp }]
      }
      if length == ends.count {
        ends.append([index])
        longest = index
      } else {
        ends[length].append(index)
      }
    }
    var kept = stamps.map { $0 == nil }
    while longest >= 0 {
      kept[longest] = true
      longest = before[longest]
    }
    return kept
  }

  /// How many of the first indices hold, of which all that hold stand before all that do not.
  private static func partition(_ count: Int, _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What is said of a profile that is left out.
  package static func fault(_ stamp: Instant) -> String {
    "the stamp \(CivilOffset.utc.format(stamp)) does not fit between those of the profiles around it; the profile is left out"
  }
}
