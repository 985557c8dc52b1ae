internal import Polling

/// Which files of a spool folder are whole: those that two looks in a row find the same, in name order.
struct SpoolLooks {
  /// Of the newest look.
  private var seen: [String: ListedFile] = [:]

  /// Notes a look and returns the files that did not change since the look before.
  mutating func stable(_ files: [ListedFile]) -> [ListedFile] {
    let before = seen
    seen = Dictionary(files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return files.filter { before[$0.name] == $0 }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
