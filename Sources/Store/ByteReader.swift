/// Reads what `ByteWriter` wrote; every count is checked against the bytes left before memory is taken.
struct ByteReader {
  private let bytes: [UInt8]
  private let end: Int
  private(set) var offset: Int
  /// Journal position or event sequence, for errors.
  let position: Int64

  init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil, position: Int64) {
    self.bytes = bytes
    self.offset = start
    self.end = end ?? bytes.count
    self.position = position
  }

  var remaining: Int { end - offset }

  /// An error at this byte.
  func fail(_ reason: String) -> JournalCodecError {
    JournalCodecError(position: position, offset: offset, reason: reason)
  }

  mutating func byte() throws(JournalCodecError) -> UInt8 {
    guard offset < end else { throw fail("the record ends early") }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func varint() throws(JournalCodecError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      if shift == 63 && next > 1 { throw fail("a number has more than 64 bits") }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 {
        if next == 0 && shift > 0 { throw fail("a number is not in its shortest form") }
        return value
      }
      shift += 7
      if shift > 63 { throw fail("a number has more than 64 bits") }
    }
  }

  mutating func signed() throws(JournalCodecError) -> Int64 { unzigzag(try varint()) }

  /// A number that must fit `T`.
  mutating func integer<T: FixedWidthInteger>(_ name: String) throws(JournalCodecError) -> T {
    let value = try signed()
    guard let fitting = T(exactly: value) else { throw fail("\(name) is \(value), out of range") }
    return fitting
  }

  /// A count of elements of at least `width` bytes each.
  mutating func count(of name: String, width: Int = 1) throws(JournalCodecError) -> Int {
    let value = try varint()
    guard value <= UInt64(remaining / width) else {
      throw fail("\(value) \(name) announced, \(remaining) bytes left")
    }
    return Int(value)
  }

  mutating func flag() throws(JournalCodecError) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    case let other: throw fail("a truth value is \(other)")
    }
  }

  mutating func fixed() throws(JournalCodecError) -> UInt64 {
    guard remaining >= 8 else { throw fail("the record ends early") }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
    offset += 8
    return value
  }

  mutating func double() throws(JournalCodecError) -> Double { Double(bitPattern: try fixed()) }

  mutating func text() throws(JournalCodecError) -> String {
    let count = try count(of: "bytes of text")
    guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else {
      throw fail("a text is not UTF-8")
    }
    offset += count
    return text
  }

  mutating func blob() throws(JournalCodecError) -> [UInt8] {
    let count = try count(of: "bytes")
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  mutating func optional<T>(
    _ read: (inout ByteReader) throws(JournalCodecError) -> T
  ) throws(JournalCodecError) -> T? {
    try flag() ? try read(&self) : nil
  }

  mutating func list<T>(
    of name: String, _ read: (inout ByteReader) throws(JournalCodecError) -> T
  ) throws(JournalCodecError) -> [T] {
    let count = try count(of: name)
    var values: [T] = []
    // An element may be larger in memory than on disk: grow with what is really there.
    values.reserveCapacity(min(count, 1_024))
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }

  /// The inverse of `ByteWriter.column`.
  mutating func column(
    _ count: Int, _ take: (Int, Int64) throws(JournalCodecError) -> Void
  ) throws(JournalCodecError) {
    guard count > 0 else { return }
    let mode = try byte()
    guard mode <= 1 else { throw fail("column mode \(mode) is unknown") }
    var value = try signed()
    try take(0, value)
    for index in 1..<max(count, 1) {
      if mode == 1 { value = value &+ (try signed()) }
      try take(index, value)
    }
  }

  /// An enumeration stored by its raw text.
  mutating func named<T: RawRepresentable<String>>(_ type: T.Type) throws(JournalCodecError) -> T {
    let text = try text()
    guard let value = T(rawValue: text) else { throw fail("“\(text)” is no \(type)") }
    return value
  }

  /// An error unless every byte was read.
  func finish() throws(JournalCodecError) {
    guard offset == end else { throw fail("\(end - offset) bytes are left over") }
  }
}
