import AirQuality

/// The header of UK-AIR's layout of an hour a line.
///
/// Files of one site have `Date,time,"Ozone",status,unit,…`. The data selector's have `Date,Time,"Ozone",Status,…` (older
/// ones `status/unit`), with the unit in the status cell, behind its letter.
struct UKAirNarrowHeader {
  /// Where each row tells the unit of a value.
  enum UnitPlace {
    /// In a cell of its own: `ugm-3 (TEOM FDMS)`.
    case unit(field: Int)
    /// Behind the status: `V ugm-3 (TEOM FDMS)`.
    case status(field: Int)

    var field: Int {
      switch self {
      case .unit(let field), .status(let field): field
      }
    }

    /// The unit's spelling in a row; empty when the cell has none.
    func spelling(in fields: [String]) -> String {
      guard field < fields.count else { return "" }
      // The method in brackets is no part of the unit.
      var words = fields[field].prefix { $0 != "(" }.split { $0.isWhitespace }[...]
      if case .status = self, let letter = words.first, Self.isStatus(letter) { words = words.dropFirst() }
      return words.joined(separator: " ")
    }

    /// `R`, `V`, `N`, `P` or `P*`.
    private static func isStatus(_ word: Substring) -> Bool {
      guard let letter = word.first, letter.isLetter else { return false }
      return word.dropFirst().allSatisfy { $0 == "*" }
    }
  }

  /// A column of values.
  struct Value {
    var field: Int
    var pollutant: Pollutant
    /// Nil when neither status nor unit stands beside it.
    var unit: UnitPlace?
  }

  /// The columns of pollutants known here.
  private(set) var values: [Value] = []
  /// The fields of other quantities, such as calcium in PM10.
  private(set) var unknown: [Int] = []

  /// - Parameter fields: date and time come first.
  init(_ fields: [String]) {
    for (field, label) in fields.enumerated().dropFirst(2) where !label.isEmpty && !Self.isBeside(label) {
      guard let pollutant = UKAirTitle.pollutant(beginning: label) else {
        unknown.append(field)
        continue
      }
      // Not beyond the next quantity: what stands there is of that one.
      let beside = fields[(field + 1)...].prefix(2).prefix { $0.isEmpty || Self.isBeside($0) }
      var unit: UnitPlace?
      if let found = beside.firstIndex(where: { Self.isUnit($0) }) {
        unit = .unit(field: found)
      } else if let found = beside.firstIndex(where: { Self.isStatus($0) }) {
        unit = .status(field: found)
      }
      values.append(Value(field: field, pollutant: pollutant, unit: unit))
    }
  }

  /// Whether a column holds values, known or not.
  func holdsValues(_ field: Int) -> Bool { unknown.contains(field) || values.contains { $0.field == field } }

  private static func isBeside(_ label: String) -> Bool { isUnit(label) || isStatus(label) }
  private static func isUnit(_ label: String) -> Bool { label.lowercased().hasPrefix("unit") }
  private static func isStatus(_ label: String) -> Bool { label.lowercased().hasPrefix("status") }
}
