import JSONText

/// A value of an explanation: what JSON can say, with keys in their order.
package indirect enum ExplanationValue: Sendable, Hashable {
  case text(String)
  case integer(Int64)
  /// Shown with one decimal.
  case number(Double)
  case flag(Bool)
  case null
  case list([ExplanationValue])
  case object([Member])

  /// A named value of an object.
  package struct Member: Sendable, Hashable {
    package var key: String
    package var value: ExplanationValue
    package init(_ key: String, _ value: ExplanationValue) {
      self.key = key
      self.value = value
    }
  }

  /// Compact JSON.
  package var json: String {
    switch self {
    case .text(let text): JSONWriter.quoted(text)
    case .integer(let value): String(value)
    case .number(let value): Self.oneDecimal(value)
    case .flag(let value): value ? "true" : "false"
    case .null: "null"
    case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { JSONWriter.quoted($0.key) + ":" + $0.value.json }.joined(separator: ",") + "}"
    }
  }

  /// The member of an object.
  package subscript(key: String) -> ExplanationValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The value as one word or phrase of a line.
  var plain: String {
    switch self {
    case .text(let text): text
    case .integer(let value): String(value)
    case .number(let value): Self.oneDecimal(value)
    case .flag(let value): value ? "yes" : "no"
    case .null: "-"
    case .list(let items): items.isEmpty ? "-" : items.map(\.plain).joined(separator: ", ")
    case .object(let members): members.map { "\($0.key) \($0.value.plain)" }.joined(separator: ", ")
    }
  }

  private static func oneDecimal(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "null" }
    let tenths = Int64((value * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
