/// Splits a CSV body (RFC 4180; any line end; white space around fields is the reader's matter) into records.
struct CSVScanner {
  /// A field: a stretch of the body, or of the arena when quotes had to be taken out.
  struct Field {
    var start: Int
    var count: Int
    var unquoted: Bool
  }

  let body: ByteText
  let delimiter: UInt8
  private var index = 0
  /// Line of the next record, from 1.
  private var nextLine = 1
  /// Line of the record last read.
  private(set) var line = 0
  private(set) var fields: [Field] = []
  /// Bytes of unquoted fields of the record last read.
  private(set) var arena: [UInt8] = []
  /// The record last read ended inside quotes, with the body.
  private(set) var isTruncated = false
  /// The record last read ended with the body, not with a line end.
  private(set) var isOpen = false
  /// Fields beyond `FeedLimits.csvFields` were dropped.
  private(set) var isTooWide = false

  init(_ body: ByteText, delimiter: UInt8) {
    self.body = body
    self.delimiter = delimiter
  }

  /// Reads the next record that is not a blank line; false at the end.
  mutating func next() -> Bool {
    while index < body.count {
      line = nextLine
      fields.removeAll(keepingCapacity: true)
      arena.removeAll(keepingCapacity: true)
      isTruncated = false
      isTooWide = false
      record()
      if fields.count > 1 || fields[0].count > 0 { return true }
    }
    return false
  }

  /// Skips one raw line.
  mutating func skipLine() {
    while index < body.count, !endsLine() { index += 1 }
    eatLineEnd()
  }

  private func endsLine() -> Bool { body[index] == 0x0A || body[index] == 0x0D }

  private mutating func eatLineEnd() {
    guard index < body.count else { return }
    if body[index] == 0x0D {
      index += 1
      if index < body.count, body[index] == 0x0A { index += 1 }
    } else if body[index] == 0x0A {
      index += 1
    }
    nextLine += 1
  }

  private mutating func record() {
    while true {
      if index < body.count, body[index] == 0x22 {
        quoted()
      } else {
        let start = index
        while index < body.count, body[index] != delimiter, !endsLine() { index += 1 }
        add(Field(start: start, count: index - start, unquoted: false))
      }
      guard index < body.count, body[index] == delimiter else { break }
      index += 1
    }
    isOpen = index >= body.count
    eatLineEnd()
  }

  private mutating func quoted() {
    let start = arena.count
    index += 1
    while true {
      guard index < body.count else {
        isTruncated = true
        break
      }
      let byte = body[index]
      index += 1
      if byte == 0x22 {
        guard index < body.count, body[index] == 0x22 else { break }
        index += 1
      } else if byte == 0x0A {
        nextLine += 1
      }
      arena.append(byte)
    }
    // Text after the closing quote belongs to the field, as spreadsheets read it.
    while index < body.count, body[index] != delimiter, !endsLine() {
      arena.append(body[index])
      index += 1
    }
    add(Field(start: start, count: arena.count - start, unquoted: true))
  }

  private mutating func add(_ field: Field) {
    guard fields.count < FeedLimits.csvFields else {
      isTooWide = true
      return
    }
    fields.append(field)
  }

  /// The text of a field, without the white space around it.
  func withField<R>(_ number: Int, _ body: (ByteText) -> R) -> R {
    let field = fields[number]
    let range = field.start..<(field.start + field.count)
    if field.unquoted { return arena.withText { body($0[range].trimmed) } }
    return body(self.body[range].trimmed)
  }

  /// The fields as strings.
  var strings: [String] { fields.indices.map { withField($0) { $0.string } } }
}
