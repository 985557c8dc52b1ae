/// Finds what somebody probably meant to write.
enum SpellingDistance {
  /// The member of `valid` nearest to `text`, nil when none is near (more than a third of the letters off).
  static func nearest(to text: String, in valid: [String]) -> String? {
    let folded = fold(text)
    guard folded.count <= 64 else { return nil }
    var best: (String, Int)?
    for candidate in valid {
      let distance = levenshtein(folded, fold(candidate))
      guard distance <= max(1, max(folded.count, candidate.count) / 3) else { continue }
      if best.map({ distance < $0.1 }) ?? true { best = (candidate, distance) }
    }
    return best?.0
  }

  /// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
  static func levenshtein(_ a: [Character], _ b: [Character]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for row in 0..<a.count {
      var current = [row + 1]
      for column in 0..<b.count {
        var cost = min(
          previous[column] + (a[row] == b[column] ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
        if row > 0 && column > 0 && a[row] == b[column - 1] && a[row - 1] == b[column] {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[b.count]
  }

  private static func fold(_ text: String) -> [Character] {
    Array(text.lowercased().map { $0 == "-" ? "_" : $0 })
  }
}
