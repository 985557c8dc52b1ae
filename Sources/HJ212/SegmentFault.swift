/// Why a text with the right length and checksum is no data segment.
package enum SegmentFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// A part that is no `name=value`.
  case field(String)
  /// A field stands twice with different values.
  case contradiction(String)
  case value(field: String, value: String)
  case tooManyFields
  /// `CP=&&` without the `&&` that ends it.
  case openContent

  package var description: String {
    switch self {
    case .field(let text): "\(Excerpt.quoted(text)) is no field; name=value is needed"
    case .contradiction(let name): "\(name) stands twice with different values; neither is taken"
    case .value(let field, let value): "\(field) is \(Excerpt.quoted(value)); look at the instrument's settings"
    case .tooManyFields: "more than \(HJ212Limits.fields) fields outside CP"
    case .openContent: "the data after CP=&& do not end with &&"
    }
  }
}

/// Foreign text in messages: bounded, on one line, in quotes.
enum Excerpt {
  static func quoted(_ text: String) -> String { "\"\(plain(text))\"" }

  static func plain(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      if shown.utf8.count >= HJ212Limits.excerptBytes { return shown + "…" }
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      shown.unicodeScalars.append(isControl ? "·" : scalar)
    }
    return shown
  }
}
