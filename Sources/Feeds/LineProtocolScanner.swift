/// Splits InfluxDB line protocol into points: `measurement,tag=value field=1.5,other="text" 1606784400000000000`.
///
/// Escapes (`\,` `\ ` `\=` outside quotes, `\"` and `\\` within) are taken out. Texts in quotes may run over lines.
struct LineProtocolScanner {
  /// A stretch of the body, or of the arena when escapes had to be taken out.
  struct Piece {
    var start: Int
    var count: Int
    var unescaped: Bool
    /// Stood in quotes.
    var quoted = false
  }

  enum Fault: Error {
    /// What is missing in the line.
    case malformed(String)
    case truncated(String)
    case tooWide
  }

  let body: ByteText
  private var index = 0
  private var nextLine = 1
  /// Line where the point last read begins, from 1.
  private(set) var line = 0
  private(set) var measurement = Piece(start: 0, count: 0, unescaped: false)
  private(set) var tags: [(key: Piece, value: Piece)] = []
  private(set) var fields: [(key: Piece, value: Piece)] = []
  private(set) var stamp: Piece?
  private var arena: [UInt8] = []

  init(_ body: ByteText) { self.body = body }

  /// Reads the next point, skipping blank lines and comments; false at the end. After a fault the next call goes on
  /// behind the faulty line.
  mutating func next() throws(Fault) -> Bool {
    while true {
      skipBlanks()
      guard index < body.count else { return false }
      if body[index] == 0x23 {
        skipLine()
        continue
      }
      line = nextLine
      do throws(Fault) {
        try point()
        return true
      } catch {
        skipLine()
        throw error
      }
    }
  }

  func text<R>(_ piece: Piece, _ body: (ByteText) -> R) -> R {
    let range = piece.start..<(piece.start + piece.count)
    return piece.unescaped ? arena.withText { body($0[range]) } : body(self.body[range])
  }

  private var atLineEnd: Bool { index >= body.count || body[index] == 0x0A || body[index] == 0x0D }

  private mutating func skipBlanks() {
    while index < body.count, [0x20, 0x09, 0x0A, 0x0D].contains(body[index]) {
      if body[index] == 0x0A { nextLine += 1 }
      index += 1
    }
  }

  private mutating func skipLine() {
    while index < body.count, body[index] != 0x0A { index += 1 }
  }

  private mutating func point() throws(Fault) {
    tags.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    stamp = nil
    measurement = name(endsAtEquals: false)
    guard measurement.count > 0 else { throw .malformed("the measurement's name is missing") }
    while index < body.count, body[index] == 0x2C {
      index += 1
      let key = name(endsAtEquals: true)
      guard index < body.count, body[index] == 0x3D else { throw .malformed("a tag has no value") }
      index += 1
      try push(&tags, key, name(endsAtEquals: true))
    }
    guard skipSpaces() else { throw .malformed("no fields follow the measurement") }
    repeat {
      let key = name(endsAtEquals: true)
      guard index < body.count, body[index] == 0x3D, key.count > 0 else { throw .malformed("a field has no value") }
      index += 1
      try push(&fields, key, try value())
    } while take(0x2C)
    if skipSpaces(), !atLineEnd {
      let start = index
      while !atLineEnd, body[index] != 0x20, body[index] != 0x09 { index += 1 }
      stamp = Piece(start: start, count: index - start, unescaped: false)
      _ = skipSpaces()
    }
    guard atLineEnd else { throw .malformed("something follows the stamp, or a space is not escaped") }
  }

  private func push(
    _ list: inout [(key: Piece, value: Piece)], _ key: Piece, _ value: Piece
  ) throws(Fault) {
    guard list.count < FeedLimits.pointFields else { throw .tooWide }
    list.append((key, value))
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < body.count, body[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipSpaces() -> Bool {
    let start = index
    while index < body.count, body[index] == 0x20 || body[index] == 0x09 { index += 1 }
    return index > start
  }

  /// A measurement, tag or key: up to a comma, a space or (`endsAtEquals`) an equals sign that is not escaped.
  private mutating func name(endsAtEquals: Bool) -> Piece {
    let start = index
    var from = -1
    while !atLineEnd {
      let byte = body[index]
      if byte == 0x2C || byte == 0x20 || (endsAtEquals && byte == 0x3D) { break }
      if byte == 0x5C, index + 1 < body.count, [0x2C, 0x20, 0x3D, 0x5C].contains(body[index + 1]) {
        if from < 0 {
          from = arena.count
          arena += body[start..<index].bytes
        }
        arena.append(body[index + 1])
        index += 2
      } else {
        if from >= 0 { arena.append(byte) }
        index += 1
      }
    }
    return from < 0
      ? Piece(start: start, count: index - start, unescaped: false)
      : Piece(start: from, count: arena.count - from, unescaped: true)
  }

  private mutating func value() throws(Fault) -> Piece {
    guard take(0x22) else {
      let start = index
      while !atLineEnd, body[index] != 0x2C, body[index] != 0x20, body[index] != 0x09 { index += 1 }
      guard index > start else { throw .malformed("a field has no value") }
      return Piece(start: start, count: index - start, unescaped: false)
    }
    let from = arena.count
    while true {
      guard index < body.count else { throw .truncated("the body ends inside quotes") }
      let byte = body[index]
      index += 1
      if byte == 0x22 { break }
      if byte == 0x0A { nextLine += 1 }
      if byte == 0x5C, index < body.count, body[index] == 0x22 || body[index] == 0x5C {
        arena.append(body[index])
        index += 1
      } else {
        arena.append(byte)
      }
    }
    return Piece(start: from, count: arena.count - from, unescaped: true, quoted: true)
  }
}
