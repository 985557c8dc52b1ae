/// Walks JSON (RFC 8259) byte by byte: what is asked for is taken, everything else is skipped. Nothing is kept of it, so
/// that a file costs no more memory than what is taken out of it.
struct JSONCursor {
  /// What is wrong, and at which byte.
  struct Problem: Error {
    var offset: Int
    var reason: String
  }

  private let bytes: [UInt8]
  private(set) var offset: Int

  /// Containers inside containers.
  static let maximumDepth = 64
  /// Bytes of a number.
  private static let numberBytes = 64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The line of an offset, from 1.
  func line(at offset: Int) -> Int {
    1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
  }

  mutating func move(to offset: Int) { self.offset = min(max(0, offset), bytes.count) }

  /// The next byte that is no white space; nil at the end.
  mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return bytes[offset]
      }
    }
    return nil
  }

  func fail(_ reason: String) -> Problem { Problem(offset: offset, reason: reason) }

  mutating func expect(_ byte: UInt8, _ what: String) throws(Problem) {
    guard peek() == byte else {
      throw fail(offset < bytes.count ? "expected \(what)" : "the file ends where \(what) should stand")
    }
    offset += 1
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }

  /// Calls `body` with each key of an object; it must take the value.
  mutating func object(
    _ body: (inout JSONCursor, String) throws(Problem) -> Void
  ) throws(Problem) {
    try expect(UInt8(ascii: "{"), "an object {")
    if take(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      try expect(UInt8(ascii: ":"), "a colon")
      try body(&self, key)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"), "a comma or }")
  }

  /// Calls `body` with the index of each element of an array; it must take the value.
  mutating func array(
    _ body: (inout JSONCursor, Int) throws(Problem) -> Void
  ) throws(Problem) {
    try expect(UInt8(ascii: "["), "a list [")
    if take(UInt8(ascii: "]")) { return }
    var index = 0
    repeat {
      try body(&self, index)
      index += 1
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"), "a comma or ]")
  }

  mutating func string() throws(Problem) -> String {
    try expect(UInt8(ascii: "\""), "a text in quotes")
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else { throw fail("the text is not UTF-8") }
        return valid
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fail("a control character stands in a text")
      default: text.append(byte)
      }
    }
    throw fail("the file ends within a text")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Problem) {
    guard offset < bytes.count else { throw fail("the file ends within a text") }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
          throw fail("half of a surrogate pair stands alone")
        }
        offset += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw fail("half of a surrogate pair stands alone") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fail("half of a surrogate pair stands alone") }
      text += Array(String(Character(scalar)).utf8)
    default: throw fail("\\ is followed by a character that JSON does not know")
    }
  }

  private mutating func hexadecimal() throws(Problem) -> UInt32 {
    guard offset + 4 <= bytes.count,
      let text = String(validating: bytes[offset..<offset + 4], as: UTF8.self),
      text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }), let code = UInt32(text, radix: 16)
    else { throw fail("\\u needs four hexadecimal digits") }
    offset += 4
    return code
  }

  mutating func number() throws(Problem) -> Double {
    let first = peek()
    let start = offset
    while offset < bytes.count, offset - start < Self.numberBytes, Self.isOfNumber(bytes[offset]) { offset += 1 }
    guard let first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
      let text = String(validating: bytes[start..<offset], as: UTF8.self), let value = Double(text), value.isFinite
    else {
      offset = start
      throw fail("expected a number")
    }
    return value
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// Passes over any value.
  mutating func skip(depth: Int = 0) throws(Problem) {
    guard depth < Self.maximumDepth else { throw fail("more than \(Self.maximumDepth) levels of nesting") }
    switch peek() {
    case UInt8(ascii: "{"): try object { cursor, _ throws(Problem) in try cursor.skip(depth: depth + 1) }
    case UInt8(ascii: "["): try array { cursor, _ throws(Problem) in try cursor.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  private mutating func word(_ word: String) throws(Problem) {
    guard bytes[offset...].starts(with: Array(word.utf8)) else { throw fail("expected \(word)") }
    offset += word.utf8.count
  }

  /// Nothing but white space may follow.
  mutating func finish() throws(Problem) {
    if peek() != nil { throw fail("something follows the end of the value") }
  }
}
