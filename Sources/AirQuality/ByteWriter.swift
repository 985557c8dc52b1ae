/// Writes the one little-endian layout of snapshots, chunks and stored records: fixed numbers, LEB128 numbers, counted
/// texts and columns.
///
/// The same values always give the same bytes: no padding, no hashing order, no host byte order.
public struct ByteWriter: Sendable {
  /// What has been written.
  public var bytes: [UInt8] { storage }
  @usableFromInline var storage: [UInt8]

  /// An empty writer with room for `capacity` bytes.
  public init(capacity: Int = 64) {
    storage = []
    storage.reserveCapacity(capacity)
  }

  /// Goes on behind bytes that stand already.
  public init(_ bytes: [UInt8]) { storage = bytes }

  /// One byte.
  @inlinable public mutating func byte(_ value: UInt8) { storage.append(value) }

  /// As many bytes as the type has, little-endian.
  @inlinable public mutating func fixed<Integer: FixedWidthInteger>(_ value: Integer) {
    withUnsafeBytes(of: value.littleEndian) { storage.append(contentsOf: $0) }
  }

  /// LEB128, 1 to 10 bytes.
  @inlinable public mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    storage.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Zigzag LEB128: small for small magnitudes of either sign.
  @inlinable public mutating func signed(_ value: Int64) { varint(zigzag(value)) }

  /// How many elements or bytes follow.
  @inlinable public mutating func count(_ value: Int) { varint(UInt64(value)) }

  /// A truth value, 0 or 1.
  @inlinable public mutating func flag(_ value: Bool) { storage.append(value ? 1 : 0) }

  /// The bit pattern: NaN payloads and the sign of zero survive.
  public mutating func double(_ value: Double) { fixed(value.bitPattern) }

  /// A count and UTF-8.
  public mutating func text(_ value: String) {
    count(value.utf8.count)
    storage.append(contentsOf: value.utf8)
  }

  /// A count and the bytes.
  public mutating func blob(_ value: [UInt8]) {
    count(value.count)
    storage.append(contentsOf: value)
  }

  /// Bytes as they are.
  public mutating func raw(_ value: some Sequence<UInt8>) { storage.append(contentsOf: value) }

  /// A presence byte, and the value when there is one.
  public mutating func optional<Value>(_ value: Value?, _ write: (inout ByteWriter, Value) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  /// A count and the elements.
  public mutating func list<Elements: Collection>(
    _ values: Elements, _ write: (inout ByteWriter, Elements.Element) -> Void
  ) {
    count(values.count)
    for value in values { write(&self, value) }
  }

  /// `count` numbers: byte 0 and the number when all are equal, byte 1 and the differences otherwise.
  public mutating func column(_ count: Int, _ value: (Int) -> Int64) {
    guard count > 0 else { return }
    let first = value(0)
    var constant = true
    for index in 1..<max(count, 1) where value(index) != first {
      constant = false
      break
    }
    byte(constant ? 0 : 1)
    signed(first)
    guard !constant else { return }
    var previous = first
    for index in 1..<count {
      let next = value(index)
      signed(next &- previous)
      previous = next
    }
  }
}

/// 0, -1, 1, -2 … as 0, 1, 2, 3 …
@inlinable
public func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

/// The inverse of `zigzag`.
@inlinable
public func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
