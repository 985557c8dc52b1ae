/// One fault in a target table: where it is, what stands there, what to do.
public struct TargetProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// As the caller named it.
  public var file: String
  /// Counted from 1, the header included.
  public var line: Int
  /// The column's name; empty when the whole line is meant.
  public var column: String
  /// What stands there, cut for display.
  public var value: String
  /// What is wrong, in a few words.
  public var fault: String
  /// What to do about it.
  public var advice: String

  public init(file: String, line: Int, column: String = "", value: String = "", fault: String, advice: String) {
    self.file = file
    self.line = line
    self.column = column
    self.value = value
    self.fault = fault
    self.advice = advice
  }

  /// `targets/2020.csv:7: target "8x": not a number; write …`
  public var description: String {
    var text = "\(file):\(line): "
    if !column.isEmpty { text += "\(column) \"\(value)\": " }
    return text + fault + "; " + advice
  }
}
