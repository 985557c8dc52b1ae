/// The error of a room that reads bytes: what was read, where reading stopped, and why.
public protocol ByteReadingFailure: Error {
  /// What the room calls the bytes: a journal position, a name.
  associatedtype Subject: Sendable
  /// `offset` is the byte at which reading stopped.
  init(subject: Subject, offset: Int, reason: String)
}

/// Reads what `ByteWriter` wrote; every count is checked against the bytes left before memory is taken.
public struct ByteReader<Failure: ByteReadingFailure> {
  @usableFromInline let bytes: [UInt8]
  /// How far reading has come.
  public var offset: Int { position }
  @usableFromInline var position = 0
  /// What the bytes are, for errors.
  public let subject: Failure.Subject

  /// Reads from the first byte.
  public init(_ bytes: [UInt8], subject: Failure.Subject) {
    self.bytes = bytes
    self.subject = subject
  }

  /// Bytes not read yet.
  @inlinable public var remaining: Int { bytes.count - position }

  /// An error at this byte.
  public func fail(_ reason: String) -> Failure { Failure(subject: subject, offset: position, reason: reason) }

  /// One byte.
  @inlinable
  public mutating func byte() throws(Failure) -> UInt8 {
    guard position < bytes.count else { throw fail("the record ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// A number of the type's size.
  @inlinable
  public mutating func fixed<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(Failure) -> Integer {
    let size = MemoryLayout<Integer>.size
    guard remaining >= size else { throw fail("the record ends early") }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Integer.self) }
    position += size
    return Integer(littleEndian: value)
  }

  /// LEB128 in its shortest form.
  @inlinable
  public mutating func varint() throws(Failure) -> UInt64 {
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
    }
  }

  /// Zigzag LEB128.
  @inlinable
  public mutating func signed() throws(Failure) -> Int64 { unzigzag(try varint()) }

  /// A signed number that must fit the type.
  public mutating func integer<Integer: FixedWidthInteger>(_ name: String) throws(Failure) -> Integer {
    let value = try signed()
    guard let fitting = Integer(exactly: value) else { throw fail("\(name) is \(value), out of range") }
    return fitting
  }

  /// A count of elements of at least `width` bytes each.
  public mutating func count(of name: String = "elements", width: Int = 1) throws(Failure) -> Int {
    let value = try varint()
    guard value <= UInt64(remaining / max(width, 1)) else {
      throw fail("\(value) \(name) announced, \(remaining) bytes left")
    }
    return Int(value)
  }

  /// 0 or 1.
  public mutating func flag() throws(Failure) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    case let other: throw fail("a truth value is \(other)")
    }
  }

  /// A number by its bit pattern.
  public mutating func double() throws(Failure) -> Double { Double(bitPattern: try fixed(UInt64.self)) }

  /// Counted UTF-8.
  public mutating func text() throws(Failure) -> String {
    let count = try count(of: "bytes of text")
    guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else {
      throw fail("a text is not UTF-8")
    }
    position += count
    return text
  }

  /// Counted bytes.
  public mutating func blob() throws(Failure) -> [UInt8] {
    let count = try count(of: "bytes")
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// As many bytes as `target` has.
  public mutating func raw(into target: UnsafeMutableRawBufferPointer) throws(Failure) {
    guard remaining >= target.count else { throw fail("the record ends early") }
    bytes.withUnsafeBytes { source in
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[position..<position + target.count]))
    }
    position += target.count
  }

  /// A value behind its presence byte.
  public mutating func optional<Value>(
    _ read: (inout ByteReader) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    try flag() ? try read(&self) : nil
  }

  /// Counted elements of at least `width` bytes each.
  public mutating func list<Element>(
    of name: String = "elements", width: Int = 1, _ read: (inout ByteReader) throws(Failure) -> Element
  ) throws(Failure) -> [Element] {
    let count = try count(of: name, width: width)
    var values: [Element] = []
    // An element may be larger in memory than on disk: grow with what is really there.
    values.reserveCapacity(min(count, 1_024))
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }

  /// Counted texts.
  public mutating func texts() throws(Failure) -> [String] {
    try list(of: "texts") { reader throws(Failure) in try reader.text() }
  }

  /// The inverse of `ByteWriter.column`.
  @inlinable
  public mutating func column(_ count: Int, _ take: (Int, Int64) throws(Failure) -> Void) throws(Failure) {
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

  /// An enumeration stored by its raw value.
  public mutating func named<Value: RawRepresentable>(_ type: Value.Type) throws(Failure) -> Value
  where Value.RawValue == String {
    let text = try text()
    guard let value = Value(rawValue: text) else { throw fail("“\(text)” is no \(type)") }
    return value
  }

  /// An enumeration stored by its code.
  public mutating func coded<Value: RawRepresentable>(_ type: Value.Type) throws(Failure) -> Value
  where Value.RawValue == UInt8 {
    let code = try byte()
    guard let value = Value(rawValue: code) else { throw fail("\(code) is no \(type)") }
    return value
  }

  /// An error unless every byte was read.
  public mutating func finish() throws(Failure) {
    guard remaining == 0 else { throw fail("\(remaining) bytes are left over") }
  }
}
