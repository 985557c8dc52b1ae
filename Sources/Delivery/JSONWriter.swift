/// Deterministic JSON: members stand in the order of the calls, numbers in their shortest form.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// Whether the next member or element needs a comma, one entry per open container.
  private var comma: [Bool] = [false]

  mutating func object(_ body: (inout JSONWriter) -> Void) { container(0x7B, 0x7D, body) }

  mutating func array(_ body: (inout JSONWriter) -> Void) { container(0x5B, 0x5D, body) }

  mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    object(body)
  }

  mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    array(body)
  }

  mutating func member(_ name: String, _ value: String) {
    key(name)
    text(value)
  }

  mutating func member(_ name: String, _ value: Int64) {
    key(name)
    literal(String(value))
  }

  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    literal(value ? "true" : "false")
  }

  /// Null for nil and for what JSON cannot say.
  mutating func member(_ name: String, _ value: Double?) {
    key(name)
    guard let value, value.isFinite else { return literal("null") }
    if value == value.rounded(), abs(value) < 1e15 {
      literal(String(Int64(value)))
    } else {
      literal("\(value)")
    }
  }

  /// Members in the order of their names.
  mutating func member(_ name: String, _ values: [String: String]) {
    object(name) { writer in
      for (name, value) in values.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
    }
  }

  private mutating func container(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(open)
    comma.append(false)
    body(&self)
    comma.removeLast()
    bytes.append(close)
  }

  private mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(0x3A)
    // The value that follows belongs to this member.
    comma[comma.count - 1] = false
  }

  private mutating func text(_ value: String) {
    separate()
    quote(value)
  }

  private mutating func literal(_ value: String) {
    separate()
    bytes.append(contentsOf: value.utf8)
  }

  private mutating func separate() {
    if comma[comma.count - 1] { bytes.append(0x2C) }
    comma[comma.count - 1] = true
  }

  private mutating func quote(_ value: String) {
    bytes.append(0x22)
    for byte in value.utf8 {
      switch byte {
      case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
      case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
      case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
      case 0..<0x20:
        let hex = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: [0x5C, 0x75, 0x30, 0x30, hex[Int(byte >> 4)], hex[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }
}
