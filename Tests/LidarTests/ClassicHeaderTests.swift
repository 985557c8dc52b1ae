import Lidar
import LidarFiles
import Testing

/// What the header of a classic NetCDF file claims is held against the file before libnetcdf believes it.
@Suite("headers of classic NetCDF files")
struct ClassicHeaderTests {
  /// A header in words: tag and count of dimensions, attributes, variables, and what stands in them.
  static func file(version: UInt8 = 1, _ words: [UInt32], tail: Int = 0) -> [UInt8] {
    [0x43, 0x44, 0x46, version]
      + words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
      + [UInt8](repeating: 0, count: tail)
  }

  private static let name: [UInt32] = [1, 0x6100_0000]

  @Test(
    "counts that the file does not hold",
    arguments: [
      (file(version: 3, []), "version"), (file([]), "its end"), (file([0, 9, 1]), "no list of dimensions"),
      (file([0, 0, 5]), "no list of dimensions"), (file([0, 10, 0x6500_1000], tail: 64), "1694502912 dimensions"),
      (file([0, 10, 1, 0], tail: 64), "a name of 0 characters"),
      (file([0, 10, 1, 0xFFFF_FFFF], tail: 64), "a name of"),
      (file([0, 10, 1] + name + [0xFFFF_FFFF], tail: 64), "a dimension of"),
      (file([0, 0, 0, 12, 0x7FFF_FFFF], tail: 64), "attributes"),
      (file([0, 0, 0, 12, 1] + name + [99, 1], tail: 64), "an attribute of no type"),
      (file([0, 0, 0, 12, 1] + name + [6, 0x4000_0000], tail: 64), "an attribute of 1073741824 values"),
      (file([0, 0, 0, 0, 0, 11, 0xFFFF_FFFF], tail: 64), "variables"),
      (file([0, 0, 0, 0, 0, 11, 1] + name + [0xFFFF], tail: 64), "a variable over 65535 dimensions"),
      (file([0, 0, 0, 0, 0, 11, 1] + name + [1, 3], tail: 64), "dimension 3 of 0"),
      (file([0, 0, 0, 0, 0, 11, 1] + name + [0, 0, 0, 77, 4, 0], tail: 64), "a variable of no type"),
      (file([0, 0, 0, 0, 0, 11, 1] + name + [0, 0, 0, 5, 4, 0xFFFF_FFF0], tail: 64), "begins at byte 4294967280"),
      (file(version: 5, [0, 0, 10, 0xFFFF_FFFF, 0xFFFF_FFFF], tail: 64), "dimensions"),
    ])
  func refused(_ bytes: [UInt8], _ said: String) {
    let content = NetCDFDecoder.decode(bytes)
    #expect(content.records.isEmpty && content.faults.first?.message.contains(said) == true, "\(content.faults)")
  }

  @Test("an empty header is a file without profiles", arguments: [1, 2] as [UInt8])
  func empty(version: UInt8) {
    let content = NetCDFDecoder.decode(Self.file(version: version, [0, 0, 0, 0, 0, 0, 0]))
    #expect(content.faults.map(\.message) == ["none of beta_raw, beta_att and attenuated_backscatter_0 is in the file"])
  }
}
