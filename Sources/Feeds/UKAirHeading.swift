/// The line above a UK-AIR header, with the places of its texts.
///
/// Above a line an hour it names the sites: `,,"Harwell",,,"Chilbolton",,,`, each above its first column of values, or
/// one alone. Above a day a line it is a `UKAirTitle`.
struct UKAirHeading {
  /// The texts and the fields they begin in; neighbours are one text, which had a comma in it.
  private(set) var names: [(field: Int, text: String)] = []

  init() {}

  init(_ fields: [String]) {
    var next = -1
    for (field, text) in fields.enumerated() where !text.isEmpty {
      if field == next {
        names[names.count - 1].text += ", " + text
      } else {
        names.append((field, text))
      }
      next = field + 1
    }
  }

  /// The line as a whole.
  var text: String { names.map(\.text).joined(separator: ", ") }

  /// The name that covers a column: the last that begins there or before; empty when there is none.
  func name(above field: Int) -> String { names.last { $0.field <= field }?.text ?? "" }

  /// Whether a line is one of sites rather than a row whose date is lost: neither date nor time, and no value.
  static func namesSites(_ fields: [String]) -> Bool {
    fields.prefix(2).allSatisfy { $0.isEmpty }
      && fields.allSatisfy { $0.isEmpty || Double($0) == nil && !UKAirDecoder.isMissing($0) }
  }
}
