/// Splits the exposition format of Prometheus (text 0.0.4) and OpenMetrics into samples:
/// `name{label="value",…} 1.5 1606784400000`.
struct MetricsTextScanner {
  struct Piece {
    var start: Int
    var count: Int
    var unescaped: Bool
  }

  struct Fault: Error { var why: String }

  /// What a `#` line says.
  enum Remark { case type(name: ByteText, kind: ByteText), unit(name: ByteText, unit: ByteText), end, other }

  let body: ByteText
  private var index = 0
  private(set) var line = 0
  private(set) var name = Piece(start: 0, count: 0, unescaped: false)
  private(set) var labels: [(key: Piece, value: Piece)] = []
  private(set) var value = Piece(start: 0, count: 0, unescaped: false)
  private(set) var stamp: Piece?
  private var arena: [UInt8] = []

  init(_ body: ByteText) { self.body = body }

  func text<R>(_ piece: Piece, _ body: (ByteText) -> R) -> R {
    let range = piece.start..<(piece.start + piece.count)
    return piece.unescaped ? arena.withText { body($0[range]) } : body(self.body[range])
  }

  /// Reads the next sample; false at the end. Remarks go to `remark`. After a fault the next call goes on behind the line.
  mutating func next(_ remark: (Remark) -> Void) throws(Fault) -> Bool {
    while index < body.count {
      line += 1
      let end = body.index(of: 0x0A, from: index) ?? body.count
      let start = index
      index = end + 1
      let text = body[start..<end].trimmed
      if text.isEmpty { continue }
      if text[0] == 0x23 {
        remark(Self.remark(text))
        continue
      }
      var last = end
      while last > start, [0x20, 0x09, 0x0D].contains(body[last - 1]) { last -= 1 }
      var cursor = start
      while [0x20, 0x09].contains(body[cursor]) { cursor += 1 }
      try sample(&cursor, last)
      return true
    }
    return false
  }

  private static func remark(_ text: ByteText) -> Remark {
    var words: [ByteText] = []
    var index = 1
    while index < text.count, words.count < 4 {
      while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
      let start = index
      while index < text.count, text[index] != 0x20, text[index] != 0x09 { index += 1 }
      if index > start { words.append(text[start..<index]) }
    }
    guard let first = words.first else { return .other }
    if first.equals(Array("EOF".utf8)), words.count == 1 { return .end }
    guard words.count >= 3 else { return .other }
    if first.equals(Array("TYPE".utf8)) { return .type(name: words[1], kind: words[2]) }
    if first.equals(Array("UNIT".utf8)) { return .unit(name: words[1], unit: words[2]) }
    return .other
  }

  private mutating func sample(_ cursor: inout Int, _ end: Int) throws(Fault) {
    labels.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    stamp = nil
    let start = cursor
    while cursor < end, body[cursor] != 0x7B, body[cursor] != 0x20, body[cursor] != 0x09 { cursor += 1 }
    name = Piece(start: start, count: cursor - start, unescaped: false)
    guard name.count > 0 else { throw Fault(why: "the metric's name is missing") }
    while cursor < end, body[cursor] == 0x20 || body[cursor] == 0x09 { cursor += 1 }
    if cursor < end, body[cursor] == 0x7B {
      cursor += 1
      try readLabels(&cursor, end)
    }
    guard let number = word(&cursor, end) else { throw Fault(why: "the sample has no value") }
    value = number
    // Behind `#` stands an exemplar.
    if let next = word(&cursor, end), body[next.start] != 0x23 {
      stamp = next
      if let more = word(&cursor, end), body[more.start] != 0x23 { throw Fault(why: "something follows the stamp") }
    }
  }

  private func word(_ cursor: inout Int, _ end: Int) -> Piece? {
    while cursor < end, body[cursor] == 0x20 || body[cursor] == 0x09 { cursor += 1 }
    let start = cursor
    while cursor < end, body[cursor] != 0x20, body[cursor] != 0x09 { cursor += 1 }
    return cursor > start ? Piece(start: start, count: cursor - start, unescaped: false) : nil
  }

  private mutating func readLabels(_ cursor: inout Int, _ end: Int) throws(Fault) {
    func skip(_ bytes: [UInt8]) { while cursor < end, bytes.contains(body[cursor]) { cursor += 1 } }
    while true {
      skip([0x20, 0x09, 0x2C])
      guard cursor < end else { throw Fault(why: "the labels are not closed") }
      if body[cursor] == 0x7D {
        cursor += 1
        return
      }
      guard labels.count < FeedLimits.pointFields else {
        throw Fault(why: "more than \(FeedLimits.pointFields) labels")
      }
      let start = cursor
      while cursor < end, body[cursor] != 0x3D, body[cursor] != 0x20, body[cursor] != 0x7D { cursor += 1 }
      let key = Piece(start: start, count: cursor - start, unescaped: false)
      skip([0x20, 0x09])
      guard cursor < end, body[cursor] == 0x3D, key.count > 0 else { throw Fault(why: "a label has no value") }
      cursor += 1
      skip([0x20, 0x09])
      guard cursor < end, body[cursor] == 0x22 else { throw Fault(why: "a label's value is not in quotes") }
      cursor += 1
      labels.append((key, try quoted(&cursor, end)))
    }
  }

  private mutating func quoted(_ cursor: inout Int, _ end: Int) throws(Fault) -> Piece {
    let start = cursor
    var from = -1
    while true {
      guard cursor < end else { throw Fault(why: "a label's quotes are not closed") }
      let byte = body[cursor]
      if byte == 0x22 { break }
      if byte == 0x5C, cursor + 1 < end {
        if from < 0 {
          from = arena.count
          arena += body[start..<cursor].bytes
        }
        let escaped = body[cursor + 1]
        arena.append(escaped == UInt8(ascii: "n") ? 0x0A : escaped)
        cursor += 2
      } else {
        if from >= 0 { arena.append(byte) }
        cursor += 1
      }
    }
    defer { cursor += 1 }
    return from < 0
      ? Piece(start: start, count: cursor - start, unescaped: false)
      : Piece(start: from, count: arena.count - from, unescaped: true)
  }
}
