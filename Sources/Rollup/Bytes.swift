/// Appends integers, strings and memory to bytes; little-endian (the hosts Lantian runs on are).
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init() {}
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func fixed<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// LEB128.
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Zigzag, then LEB128.
  mutating func signed(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  mutating func string(_ text: String) {
    varint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func raw(_ memory: UnsafeRawBufferPointer) { bytes.append(contentsOf: memory) }
  mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }
}

/// Reads what `ByteWriter` wrote, checking every bound.
struct ByteReader {
  private let bytes: [UInt8]
  private(set) var offset = 0
  /// What the bytes are, for errors.
  let what: String

  init(_ bytes: [UInt8], what: String) {
    self.bytes = bytes
    self.what = what
  }

  var remaining: Int { bytes.count - offset }

  func damaged() -> RollupError { .damaged(what: what, offset: offset) }

  mutating func byte() throws(RollupError) -> UInt8 {
    guard offset < bytes.count else { throw damaged() }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func fixed<T: FixedWidthInteger>(_ type: T.Type) throws(RollupError) -> T {
    var value: T = 0
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw damaged() }
    withUnsafeMutableBytes(of: &value) { target in
      for index in 0..<size { target[index] = bytes[offset + index] }
    }
    offset += size
    return T(littleEndian: value)
  }

  mutating func varint() throws(RollupError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      guard shift < 63 || next <= 1 else { throw damaged() }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
      guard shift <= 63 else { throw damaged() }
    }
  }

  mutating func signed() throws(RollupError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// A count of things that take at least `size` bytes each.
  mutating func count(ofSize size: Int = 1) throws(RollupError) -> Int {
    let value = try varint()
    guard value <= UInt64(remaining / max(size, 1)) else { throw damaged() }
    return Int(value)
  }

  mutating func string() throws(RollupError) -> String {
    let length = try count()
    defer { offset += length }
    return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
  }

  mutating func raw(into target: UnsafeMutableRawBufferPointer) throws(RollupError) {
    guard remaining >= target.count else { throw damaged() }
    bytes.withUnsafeBytes { source in
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + target.count]))
    }
    offset += target.count
  }

  mutating func finish() throws(RollupError) {
    guard remaining == 0 else { throw damaged() }
  }
}
