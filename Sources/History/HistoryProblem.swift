import AirQuality

/// One fault in a history file: where it is, what stands there, what to do.
package struct HistoryProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// As the caller named it.
  package var file: String
  /// Counted from 1, the header included.
  package var line: Int
  /// The column's name as the header writes it; empty when the whole line is meant.
  package var column: String
  /// What stands there, cut for display.
  package var value: String
  /// What is wrong, and what to do about it.
  package var fault: String

  package init(file: String, line: Int, column: String = "", value: String = "", fault: String) {
    self.file = file
    self.line = line
    self.column = column
    self.value = value
    self.fault = fault
  }

  /// `PRSA.csv.gz:17: column PM2.5: "x9": not a number; the value counts as missing`
  package var description: String {
    var text = "\(file):\(line): "
    if !column.isEmpty { text += "column \(column): \"\(value)\": " }
    return text + fault
  }
}
