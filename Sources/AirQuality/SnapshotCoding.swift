/// Writes the fixed little-endian layout of snapshots and stored records.
///
/// The same values always give the same bytes: no padding, no hashing order, no host byte order.
public struct SnapshotWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8]

  public init(reserving capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  public mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// By bit pattern, so that a NaN keeps its payload.
  public mutating func write(_ value: Double) { write(value.bitPattern) }

  /// Length (UInt32) and UTF-8.
  public mutating func write(_ text: String) {
    let utf8 = text.utf8
    write(UInt32(utf8.count))
    bytes.append(contentsOf: utf8)
  }

  /// Length (UInt64) and the bytes.
  public mutating func write(block: [UInt8]) {
    write(UInt64(block.count))
    bytes.append(contentsOf: block)
  }

  /// A presence byte, then the value.
  public mutating func write<Value>(optional value: Value?, _ body: (inout SnapshotWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  /// Count (UInt32), then each element.
  public mutating func write<Elements: Collection>(
    each elements: Elements, _ body: (inout SnapshotWriter, Elements.Element) -> Void
  ) {
    write(UInt32(elements.count))
    for element in elements { body(&self, element) }
  }
}

/// Why bytes could not be read back.
public struct SnapshotReadingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Offset at which reading stopped.
  public var offset: Int
  /// What was expected there.
  public var expected: String

  public var description: String { "byte \(offset): expected \(expected)" }
}

/// Reads what `SnapshotWriter` wrote; every length is checked against what is left before memory is taken.
public struct SnapshotReader: ~Copyable {
  private let bytes: [UInt8]
  /// How far reading has come.
  public private(set) var offset = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var remaining: Int { bytes.count - offset }

  public mutating func read<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(SnapshotReadingError) -> Integer {
    let size = MemoryLayout<Integer>.size
    guard remaining >= size else { throw SnapshotReadingError(offset: offset, expected: "\(size) bytes of \(type)") }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Integer.self) }
    offset += size
    return Integer(littleEndian: value)
  }

  public mutating func readBool() throws(SnapshotReadingError) -> Bool {
    switch try read(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw SnapshotReadingError(offset: offset - 1, expected: "0 or 1")
    }
  }

  public mutating func readDouble() throws(SnapshotReadingError) -> Double { Double(bitPattern: try read(UInt64.self)) }

  public mutating func readString() throws(SnapshotReadingError) -> String {
    let count = Int(try read(UInt32.self))
    let slice = try take(count)
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw SnapshotReadingError(offset: offset - count, expected: "UTF-8 text of \(count) bytes")
    }
    return text
  }

  public mutating func readBlock() throws(SnapshotReadingError) -> [UInt8] {
    let count = try read(UInt64.self)
    guard count <= UInt64(remaining) else {
      throw SnapshotReadingError(offset: offset, expected: "a block of \(count) bytes")
    }
    return Array(try take(Int(count)))
  }

  public mutating func readOptional<Value>(
    _ body: (inout SnapshotReader) throws(SnapshotReadingError) -> Value
  ) throws(SnapshotReadingError) -> Value? {
    try readBool() ? try body(&self) : nil
  }

  /// Elements of at least `minimumSize` bytes each: a count that cannot fit is refused before memory is taken.
  public mutating func readEach<Element>(
    minimumSize: Int = 1, _ body: (inout SnapshotReader) throws(SnapshotReadingError) -> Element
  ) throws(SnapshotReadingError) -> [Element] {
    let count = Int(try read(UInt32.self))
    guard count <= remaining / max(1, minimumSize) else {
      throw SnapshotReadingError(offset: offset, expected: "\(count) elements of at least \(minimumSize) bytes")
    }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }

  /// An error at the present offset.
  public func failure(_ expected: String) -> SnapshotReadingError {
    SnapshotReadingError(offset: offset, expected: expected)
  }

  private mutating func take(_ count: Int) throws(SnapshotReadingError) -> ArraySlice<UInt8> {
    guard count <= remaining else { throw SnapshotReadingError(offset: offset, expected: "\(count) bytes") }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }
}
