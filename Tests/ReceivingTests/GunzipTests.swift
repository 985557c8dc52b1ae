import CGzip
import Receiving
import Testing

@Suite("Packed bodies")
struct GunzipTests {
  static func packed(_ bytes: [UInt8]) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: cgzip_gzip_bound(bytes.count))
    let size = cgzip_gzip(bytes, bytes.count, &target, target.count, 6)
    return Array(target.prefix(size))
  }

  static func zeros(_ count: UInt64) -> [UInt8] {
    var target = [UInt8](repeating: 0, count: Int(count / 500) + 4_096)
    let size = cgzip_gzip_zeros(count, &target, target.count)
    return Array(target.prefix(size))
  }

  @Test("what was packed comes out, member by member, with zeros at the end")
  func roundTrip() throws {
    for size in [0, 1, 2, 1_000, 65_535, 65_536, 65_537, 1_000_000] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }
      #expect(try Gunzip.unpack(Self.packed(bytes), limitBytes: size) == bytes, "\(size)")
    }
    let two = Self.packed([1, 2, 3]) + Self.packed([4, 5]) + [0, 0, 0]
    #expect(try Gunzip.unpack(two, limitBytes: 5) == [1, 2, 3, 4, 5])
    #expect(Gunzip.isPacked(two) && !Gunzip.isPacked([0x1F]) && !Gunzip.isPacked(Array("{}".utf8)))
  }

  @Test("a bomb is too large, and no more than the bound is taken for it")
  func bomb() {
    let bomb = Self.zeros(1 << 30)
    #expect(bomb.count < 2 << 20)
    #expect(throws: Gunzip.Problem.tooLarge) { try Gunzip.unpack(bomb, limitBytes: 1 << 20) }
    let two = Self.packed([UInt8](repeating: 1, count: 100)) + Self.packed([2])
    #expect(throws: Gunzip.Problem.tooLarge) { try Gunzip.unpack(two, limitBytes: 100) }
    #expect(throws: Gunzip.Problem.tooLarge) { try Gunzip.unpack(Self.packed([1]), limitBytes: 0) }
  }

  @Test("every cut and every changed byte is damage or changes nothing")
  func damage() {
    let content = Array(#"{"a":[1,2,3,"x"]}"#.utf8)
    let whole = Self.packed(content)
    for length in 0..<whole.count {
      #expect(throws: Gunzip.Problem.damaged, "\(length)") {
        try Gunzip.unpack(Array(whole.prefix(length)), limitBytes: 1_000)
      }
    }
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 0x55
      // Time stamp and system in the header are not covered by the checksum.
      if let unpacked = try? Gunzip.unpack(bytes, limitBytes: 1_000) { #expect(unpacked == content, "\(index)") }
    }
    #expect(throws: Gunzip.Problem.damaged) { try Gunzip.unpack(whole + [7], limitBytes: 1_000) }
  }
}
