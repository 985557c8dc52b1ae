/// A declaration that cannot work, found before the first answer.
package struct MappingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The key inside the format, as configuration writes it: `values.pm25.unit`.
  package var key: String
  /// English: what is wrong and what would be right.
  package var message: String

  package init(_ key: String, _ message: String) {
    self.key = key
    self.message = message
  }

  package var description: String { "\(key): \(message)" }
}

/// The candidate nearest to `word` by edit distance, nil when none is near.
func nearest(to word: String, among candidates: [String]) -> String? {
  let wanted = Array(word.lowercased().utf8.prefix(64))
  var best: (distance: Int, text: String)?
  for candidate in candidates {
    let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
    if best == nil || distance < best!.distance { best = (distance, candidate) }
  }
  guard let best, best.distance <= max(2, wanted.count / 2) else { return nil }
  return best.text
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
