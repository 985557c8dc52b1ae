import Reports

/// A table for a terminal: columns as wide as their widest cell.
struct TextTable {
  var header: [String]
  var rows: [[String]] = []

  /// The lines, header first, without trailing blanks.
  func lines() -> [String] { TextColumns.lines([header] + rows) }
}
