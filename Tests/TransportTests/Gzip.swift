/// Hand-made gzip streams, so that the tests need no compressor.
enum Gzip {
  private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  /// A valid stream with one stored block; at most 65,535 bytes.
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt16(bytes.count)
    let block: [UInt8] = [1, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
    return header + block + bytes + little(crc(bytes)) + little(UInt32(bytes.count))
  }

  /// A stream that inflates to about `size` zeros: one literal, then matches of length 258 at distance 1.
  static func bomb(size: Int) -> [UInt8] {
    var writer = BitWriter()
    writer.put([1, 1, 0])
    writer.put([0, 0, 1, 1, 0, 0, 0, 0])
    for _ in 0..<(size / 258) {
      writer.put([1, 1, 0, 0, 0, 1, 0, 1])
      writer.put([0, 0, 0, 0, 0])
    }
    writer.put([0, 0, 0, 0, 0, 0, 0])
    return header + writer.bytes + [0, 0, 0, 0, 0, 0, 0, 0, 0]
  }

  private static func little(_ word: UInt32) -> [UInt8] { (0..<4).map { UInt8(word >> (8 * $0) & 0xFF) } }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }

  private struct BitWriter {
    var bytes: [UInt8] = []
    private var used = 8
    mutating func put(_ bits: [UInt8]) {
      for bit in bits {
        if used == 8 {
          bytes.append(0)
          used = 0
        }
        bytes[bytes.count - 1] |= bit << UInt8(used)
        used += 1
      }
    }
  }
}
