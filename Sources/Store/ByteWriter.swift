/// Appends little-endian numbers, varints and counted texts to a byte array.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  /// LEB128, 1 to 10 bytes.
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Zigzag varint: small for small magnitudes of either sign.
  mutating func signed(_ value: Int64) { varint(zigzag(value)) }

  mutating func count(_ value: Int) { varint(UInt64(value)) }

  mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// Eight bytes, little-endian.
  mutating func fixed(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
  }

  /// The bit pattern: NaN payloads and the sign of zero survive.
  mutating func double(_ value: Double) { fixed(value.bitPattern) }

  mutating func text(_ value: String) {
    count(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }

  mutating func blob(_ value: [UInt8]) {
    count(value.count)
    bytes.append(contentsOf: value)
  }

  mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

  /// A presence byte, and the value when there is one.
  mutating func optional<T>(_ value: T?, _ write: (inout ByteWriter, T) -> Void) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  /// A count and the elements.
  mutating func list<T>(_ values: [T], _ write: (inout ByteWriter, T) -> Void) {
    count(values.count)
    for value in values { write(&self, value) }
  }

  /// `count` numbers: byte 0 and the number when all are equal, byte 1 and the differences otherwise.
  mutating func column(_ count: Int, _ value: (Int) -> Int64) {
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
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

/// The inverse of `zigzag`.
func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
