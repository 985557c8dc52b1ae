/// A fingerprint of a body, to notice that a feed repeats itself. Not a defence against a forger.
package struct BodyDigest: Hashable, Sendable {
  package let length: Int
  package let hash: UInt64

  /// Reads the body once, eight bytes a step.
  package init(_ body: [UInt8]) {
    length = body.count
    hash = body.withUnsafeBytes { bytes in
      var state: UInt64 = 0x9E37_79B9_7F4A_7C15
      var index = 0
      while index + 8 <= bytes.count {
        state = BodyDigest.fold(state ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        index += 8
      }
      var rest = UInt64(bytes.count) << 56
      var shift: UInt64 = 0
      while index < bytes.count {
        rest ^= UInt64(bytes[index]) << shift
        shift += 8
        index += 1
      }
      return BodyDigest.fold(BodyDigest.fold(state ^ rest) ^ 0xD1B5_4A32_D192_ED03)
    }
  }

  private static func fold(_ word: UInt64) -> UInt64 {
    let product = (word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low ^ (word >> 29)
  }
}
