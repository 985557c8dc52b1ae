import HJ212
import Testing

@Suite("the checksum of annex A")
struct ChecksumTests {
  @Test(
    "known values",
    arguments: [
      ("", "FFFF"), ("Q", "BC81"), ("QN", "8581"), ("QN=", "7200"), ("QN=2", "F001"), ("123456789", "2F80"),
      (
        "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&", "1C80"
      ),
    ])
  func vectors(_ text: String, _ written: String) {
    #expect(Checksum(of: Array(text.utf8)).description == written)
  }

  @Test("digits are read in either case, and nothing else is")
  func digits() {
    for value in 0...UInt16.max {
      let text = Checksum(value).description
      #expect(text.utf8.count == 4)
      #expect(Checksum(digits: Array(text.utf8))?.value == value)
      #expect(Checksum(digits: Array(text.lowercased().utf8))?.value == value)
    }
    for text in ["", "1C8", "1C800", "1C8G", " 1C8", "+1C8", "0x1C"] {
      #expect(Checksum(digits: Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("every change of one byte changes it", .enabled(if: RecordedFrames.arePresent, "no recorded frames"))
  func sensitivity() {
    for row in RecordedFrames.rows.prefix(4) {
      let bytes = Array(row.segment.utf8)
      let whole = Checksum(of: bytes)
      for index in bytes.indices {
        var other = bytes
        other[index] ^= 0x01
        #expect(Checksum(of: other) != whole)
      }
    }
  }
}
