/// The checksum of a data segment (HJ 212-2017, annex A).
///
/// The register's low byte is lost with each byte of text: it is the high byte that is combined with the text. That is
/// what tells it from Modbus, with which it shares the polynomial A001. Official vector: `1C80` for the segment of 101
/// bytes printed there; `123456789` gives 2F80.
package struct Checksum: Sendable, Hashable, CustomStringConvertible {
  package var value: UInt16

  package init(_ value: UInt16) { self.value = value }

  package init(of segment: some Sequence<UInt8>) {
    var register: UInt16 = 0xFFFF
    let table = Self.table
    for byte in segment { register = table[Int(register >> 8 ^ UInt16(byte))] }
    value = register
  }

  /// The register after eight shifts, for every value it can have before: the high byte combined with the text.
  private static let table: [UInt16] = (0..<256).map { start in
    var register = UInt16(start)
    for _ in 0..<8 {
      let low = register & 1
      register >>= 1
      if low == 1 { register ^= 0xA001 }
    }
    return register
  }

  /// The checksum written as four hexadecimal digits of either case, as instruments do; nil when it is not that.
  package init?(digits: some Collection<UInt8>) {
    guard digits.count == 4 else { return nil }
    var value: UInt16 = 0
    for byte in digits {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x37
      case 0x61...0x66: digit = byte - 0x57
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    self.value = value
  }

  /// Four upper-case hexadecimal digits, high digit first.
  package var description: String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - text.utf8.count) + text
  }
}
