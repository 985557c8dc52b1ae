/// The subset of JSONPath that mappings use: `$`, `.name`, `['name']`, `[0]`, `[*]`; `^` for what encloses the row;
/// `[#]` for the element that has the row's own number.
struct JSONPath: Sendable, Hashable {
  enum Step: Sendable, Hashable {
    case key(String)
    case index(Int)
    case every
    /// `[#]`: the number of the innermost `[*]`.
    case row
  }

  /// How many `^` it starts with; 0 for `$`.
  var level = 0
  var steps: [Step] = []
  let text: String

  init(_ text: String, key: String) throws(MappingError) {
    self.text = text
    let bytes = Array(text.utf8)
    var index = 0
    func fail(_ why: String) -> MappingError { MappingError(key, "\"\(text)\": \(why)") }
    guard let first = bytes.first, bytes.count <= 512 else { throw fail("a path is needed, such as $.name") }
    if first == UInt8(ascii: "$") {
      index = 1
    } else {
      while index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
      level = index
      guard level > 0, level <= 4 else { throw fail("a path starts with $ (or ^ for what encloses the row)") }
    }
    while index < bytes.count {
      guard steps.count < 32 else { throw fail("more than 32 steps") }
      if bytes[index] == UInt8(ascii: ".") {
        let start = index + 1
        index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "."), bytes[index] != UInt8(ascii: "[") { index += 1 }
        guard index > start else { throw fail("a name is missing after a dot") }
        steps.append(.key(String(decoding: bytes[start..<index], as: UTF8.self)))
      } else if bytes[index] == UInt8(ascii: "[") {
        guard let end = Self.bracketEnd(bytes, index) else { throw fail("a bracket is not closed") }
        guard let step = Self.bracket(bytes[(index + 1)..<end]) else {
          throw fail("between brackets stand 'name', a number from 0, * or #")
        }
        steps.append(step)
        index = end + 1
      } else {
        throw fail("after \"\(String(decoding: bytes[..<index], as: UTF8.self))\" a dot or a bracket is needed")
      }
    }
  }

  private static func bracketEnd(_ bytes: [UInt8], _ open: Int) -> Int? {
    guard open + 1 < bytes.count else { return nil }
    let quote = bytes[open + 1]
    if quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
      guard let close = bytes[(open + 2)...].firstIndex(of: quote), close + 1 < bytes.count,
        bytes[close + 1] == UInt8(ascii: "]")
      else { return nil }
      return close + 1
    }
    return bytes[open...].firstIndex(of: UInt8(ascii: "]"))
  }

  private static func bracket(_ inner: ArraySlice<UInt8>) -> Step? {
    if inner.elementsEqual("*".utf8) { return .every }
    if inner.elementsEqual("#".utf8) { return .row }
    if let first = inner.first, first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
      guard inner.count >= 3 else { return nil }
      return .key(String(decoding: inner.dropFirst().dropLast(), as: UTF8.self))
    }
    guard let number = Int(String(decoding: inner, as: UTF8.self)), (0...1_000_000).contains(number) else { return nil }
    return .index(number)
  }

  /// Steps as text: `.data[3]`.
  static func print(_ steps: some Sequence<Step>) -> String {
    var text = ""
    for step in steps {
      switch step {
      case .key(let name):
        let simple = name.utf8.allSatisfy { $0 != 0x2E && $0 != 0x5B && $0 != 0x5D && $0 != 0x20 }
        text += simple ? "." + name : "['" + name + "']"
      case .index(let number): text += "[\(number)]"
      case .every: text += "[*]"
      case .row: text += "[#]"
      }
    }
    return text
  }
}
