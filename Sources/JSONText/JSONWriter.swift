package import AirQuality

/// Writes JSON straight into bytes: UTF-8, no spaces, numbers with at most three decimals (degrees seven), times in the site's offset.
///
/// The caller keeps the structure right: `end…` for every `begin…`, `key` before every value of an object.
package struct JSONWriter: Sendable {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []
  /// In which times are written.
  package let offset: CivilOffset
  /// Whether the next value or key needs a comma before it.
  private var needsComma = false

  /// `offset`: of the times written. `capacity`: bytes reserved.
  package init(offset: CivilOffset = .utc, capacity: Int = 1_024) {
    self.offset = offset
    bytes.reserveCapacity(capacity)
  }

  /// Opens an object, as a value or behind a key.
  package mutating func beginObject() { open(0x7B) }
  /// Closes the innermost object.
  package mutating func endObject() { close(0x7D) }
  /// Opens an array, as a value or behind a key.
  package mutating func beginArray() { open(0x5B) }
  /// Closes the innermost array.
  package mutating func endArray() { close(0x5D) }

  private mutating func open(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func close(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(0x2C) }
    needsComma = true
  }

  /// The name of the value that follows.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(0x3A)
    needsComma = false
  }

  /// The value null.
  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// A string, escaped.
  package mutating func value(_ text: String) {
    separate()
    quote(text)
  }

  /// `true` or `false`.
  package mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  /// A whole number.
  package mutating func value(_ number: some BinaryInteger) {
    separate()
    bytes.append(contentsOf: String(number).utf8)
  }

  /// A number with at most three decimals, ties to even, without trailing zeros; null when not finite.
  package mutating func value(_ number: Double) {
    separate()
    Self.append(number, to: &bytes)
  }

  /// A measured number in its shortest form, with an exponent where it is small; null when not finite.
  package mutating func value(measured number: Float) {
    separate()
    bytes.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
  }

  /// Degrees with at most seven decimals (a centimetre), without trailing zeros; null when not finite.
  package mutating func value(degrees number: Double) {
    separate()
    guard number.isFinite, abs(number) <= 360 else { return bytes.append(contentsOf: "null".utf8) }
    let scaled = Int64((number * 1e7).rounded(.toNearestOrEven))
    if scaled < 0 { bytes.append(0x2D) }
    bytes.append(contentsOf: String(scaled.magnitude / 10_000_000).utf8)
    var digits = String(scaled.magnitude % 10_000_000 + 10_000_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    if !digits.isEmpty { bytes.append(contentsOf: ("." + digits).utf8) }
  }

  /// RFC 3339 in the site's offset.
  package mutating func value(_ instant: Instant) {
    separate()
    quote(offset.format(instant))
  }

  private static func append(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else {
      bytes.append(contentsOf: "null".utf8)
      return
    }
    let scaled = (number * 1_000).rounded(.toNearestOrEven)
    guard abs(scaled) < 9e15 else {
      // Beyond exact thousandths there are no decimals worth writing; Swift's shortest form is valid JSON.
      bytes.append(contentsOf: "\(number)".utf8)
      return
    }
    let thousandths = Int64(scaled)
    let magnitude = thousandths.magnitude
    if thousandths < 0 { bytes.append(0x2D) }
    bytes.append(contentsOf: String(magnitude / 1_000).utf8)
    var fraction = magnitude % 1_000
    guard fraction != 0 else { return }
    bytes.append(0x2E)
    var divisor: UInt64 = 100
    while fraction != 0 {
      bytes.append(UInt8(0x30 + fraction / divisor))
      fraction %= divisor
      divisor /= 10
    }
  }

  private mutating func quote(_ text: String) { Self.quote(text, into: &bytes) }

  /// Appends a JSON string (RFC 8259, 7), quotes included; control characters and DEL are escaped.
  package static func quote(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C:
        bytes.append(0x5C)
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
      case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
      case 0..<0x20, 0x7F:
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }

  /// A JSON string, quotes included.
  package static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    quote(text, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONWriter {
  /// A string or null under a key.
  package mutating func field(_ name: String, _ text: String?) {
    key(name)
    if let text { value(text) } else { null() }
  }
  /// A truth value or null under a key.
  package mutating func field(_ name: String, _ flag: Bool?) {
    key(name)
    if let flag { value(flag) } else { null() }
  }
  /// A whole number or null under a key.
  package mutating func field<Number: BinaryInteger>(_ name: String, _ number: Number?) {
    key(name)
    if let number { value(number) } else { null() }
  }
  /// A number or null under a key; null too when not finite.
  package mutating func field(_ name: String, _ number: Double?) {
    key(name)
    if let number { value(number) } else { null() }
  }
  /// Degrees or null under a key.
  package mutating func field(_ name: String, degrees: Double?) {
    key(name)
    if let degrees { value(degrees: degrees) } else { null() }
  }

  /// A time or null under a key.
  package mutating func field(_ name: String, _ instant: Instant?) {
    key(name)
    if let instant { value(instant) } else { null() }
  }
  /// An array of strings under a key.
  package mutating func field(_ name: String, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { value(text) }
    endArray()
  }
  /// An object of texts under a key, in the order of their names.
  package mutating func field(_ name: String, _ texts: [String: String]) {
    object(name) { writer in
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) { writer.field(name, text) }
    }
  }
  /// An object as a value.
  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    beginObject()
    body(&self)
    endObject()
  }
  /// An object under a key.
  package mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    object(body)
  }
  /// An array of objects or values, each written by `body`.
  package mutating func array<Elements: Sequence>(
    _ name: String, _ elements: Elements, _ body: (inout JSONWriter, Elements.Element) -> Void
  ) {
    key(name)
    beginArray()
    for element in elements { body(&self, element) }
    endArray()
  }
}
