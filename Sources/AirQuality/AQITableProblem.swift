/// One fault in the input of `AQITable`: where it is, what stands there, what to do.
public struct AQITableProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: Sendable, Hashable {
    /// The header names none of the columns.
    case noKnownColumn(expected: [String])
    /// The header names a column twice.
    case duplicateColumn
    /// The line has another number of fields than the header.
    case fieldCount(found: Int, expected: Int)
    /// A quote that is not closed, or text behind a closing quote.
    case quoting
    /// Neither a plain decimal number nor one of the marks for "no value".
    case notANumber
    /// Below zero, as instruments write it for "no value".
    case negative
    /// The line is longer than `AQITable.maximumLineBytes`.
    case tooLong(bytes: Int)
  }

  public var kind: Kind
  /// Counted from 1, the header included.
  public var line: Int
  /// The column's name, or its number when it has none; empty when the whole line is meant.
  public var column: String
  /// What stands there, cut for display.
  public var value: String

  public init(kind: Kind, line: Int, column: String = "", value: String = "") {
    self.kind = kind
    self.line = line
    self.column = column
    self.value = value
  }

  /// `line 3, column pm25: "abc" is not a number; write …`
  public var description: String {
    let place = "line \(line)" + (column.isEmpty ? "" : ", column \(column)") + ": "
    switch kind {
    case .noKnownColumn(let expected):
      return place + "no concentration column in the header; name at least one of " + expected.joined(separator: ", ")
    case .duplicateColumn:
      return place + "the column stands twice; keep one of them"
    case .fieldCount(let found, let expected):
      return place + "\(found) fields, the header has \(expected); the row is left out, quote fields that hold commas"
    case .quoting:
      return place + "a quote is not closed or text follows it; the row is left out, write quotes inside a field twice"
    case .notANumber:
      return place + "\"\(value)\" is not a number; write a plain decimal number, or leave the field empty if missing"
    case .negative:
      return place + "\"\(value)\" is below zero; leave the field empty if the value is missing"
    case .tooLong(let bytes):
      return place + "\(bytes) bytes in one line, at most \(AQITable.maximumLineBytes) are read; the row is left out"
    }
  }
}
