import CSimdjson

/// One value of a row, of whatever container. Like `ByteText`, it lives no longer than its row.
@safe
struct Cell {
  private let raw: lantian_cell

  @inline(__always)
  init(_ raw: lantian_cell) { unsafe self.raw = raw }

  enum Kind {
    case absent
    case null
    case integer(Int64)
    case number(Double)
    case text(ByteText)
    case truth(Bool)
    case array
    case object
    case duplicate
    case numbers(Numbers)
    case tooLong(Int)
  }

  @inline(__always)
  var kind: Kind {
    switch Int(unsafe raw.kind) {
    case LANTIAN_CELL_NULL: .null
    case LANTIAN_CELL_INTEGER: unsafe .integer(raw.integer)
    case LANTIAN_CELL_NUMBER: unsafe .number(raw.number)
    case LANTIAN_CELL_TEXT: unsafe .text(ByteText(raw.text, count: Int(raw.length)))
    case LANTIAN_CELL_TRUE: .truth(true)
    case LANTIAN_CELL_FALSE: .truth(false)
    case LANTIAN_CELL_ARRAY: .array
    case LANTIAN_CELL_OBJECT: .object
    case LANTIAN_CELL_DUPLICATE: .duplicate
    case LANTIAN_CELL_NUMBERS: unsafe .numbers(Numbers(raw.numbers, count: Int(raw.length)))
    case LANTIAN_CELL_TOO_LONG: .tooLong(Int(unsafe raw.length))
    default: .absent
    }
  }

  /// Whether there is nothing at its place, not even null.
  @inline(__always)
  var isAbsent: Bool {
    if case .absent = kind { true } else { false }
  }

  /// Whether there is nothing at its place, or null.
  var isNothing: Bool {
    switch kind {
    case .absent, .null: true
    default: false
    }
  }

  /// Whether there is nothing at its place, null, or an empty text.
  var isVacant: Bool {
    switch kind {
    case .absent, .null: true
    case .text(let text): text.trimmed.isEmpty
    default: false
    }
  }

  /// A number, or a text that is one.
  var numeric: Double? {
    switch kind {
    case .number(let number): return number
    case .integer(let integer): return Double(integer)
    case .text(let text):
      if case .number(let number) = NumberText(text) { return number }
      return nil
    default: return nil
    }
  }

  /// What it is, for messages: `text "n/a"`, `a list`.
  var description: String {
    switch kind {
    case .absent: "nothing"
    case .null: "null"
    case .integer(let value): String(value)
    case .number(let value): "\(value)"
    case .text(let text): excerpt(text)
    case .truth(let value): String(value)
    case .array, .numbers: "a list"
    case .object: "an object"
    case .duplicate: "two values under one key"
    case .tooLong(let count): "a list of \(count)"
    }
  }

  /// A list of numbers, NaN where an element was none.
  @safe
  struct Numbers {
    private let base: UnsafePointer<Double>?
    let count: Int
    init(_ base: UnsafePointer<Double>?, count: Int) {
      unsafe self.base = base
      self.count = count
    }
    subscript(index: Int) -> Double {
      precondition(index >= 0 && index < count)
      return unsafe base.unsafelyUnwrapped[index]
    }
  }
}

/// The cells of one row.
@safe
struct CellRow {
  private let base: UnsafePointer<lantian_cell>
  let count: Int

  init(_ base: UnsafePointer<lantian_cell>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  @inline(__always)
  subscript(index: Int) -> Cell {
    precondition(index >= 0 && index < count)
    return unsafe Cell(base[index])
  }
}

/// Where a row stands in its body.
struct RowPosition {
  /// Indices of the row path's `[*]`, outermost first (JSON); the row's own number else.
  var indices: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  /// Line in the body, from 1 (CSV, XML).
  var line = 0
}
