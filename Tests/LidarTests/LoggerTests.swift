import AirQuality
import Lidar
import Testing

/// What loggers and transmissions do to the messages of ceilometers.
@Suite("messages as loggers keep them")
struct LoggerTests {
  private static let whole = "2021-03-04T05:06:07+00:00"

  private static func stamps(_ content: LidarFileContent) -> [String?] {
    content.records.map { $0.at.map { CivilOffset.utc.format($0) } }
  }

  @Test(
    "stamps of every kind",
    arguments: [
      "-2021-03-04 05:06:07", "2021-03-04 05:06:07,", "2021/03/04 05:06:07", "2021-03-04T05:06:07.5Z",
      "2021-03-04T13:06:07+08:00", "2021-03-04T13:06:07+0800", "2021-03-04 01:36:07-03:30", "20210304T050607Z",
      "20210304050607", "[2021-03-04 05:06:07]", "\"2021-03-04 05:06:07\"", "1614834367", "1614834367000",
    ])
  func stamps(_ text: String) {
    let content = VaisalaDecoder.decode(FileFormatTests.message([1, 2, 3], stamp: text))
    #expect(Self.stamps(content) == [Self.whole] && content.faultCount == 0, "\(content.faults)")
  }

  @Test func theEndOfADay() {
    let content = VaisalaDecoder.decode(FileFormatTests.message([1], stamp: "-2021-03-03 24:00:00"))
    #expect(Self.stamps(content) == ["2021-03-04T00:00:00+00:00"])
  }

  @Test(
    "what should have been a stamp is named, and the profile has none",
    arguments: ["04/03/2021 05:06:07", "-2021-03-0x 05:06:07", "2021-13-04 05:06:07", "2021-03-04 25:06:07"])
  func unread(_ text: String) {
    let content = VaisalaDecoder.decode(FileFormatTests.message([1, 2, 3], stamp: text))
    #expect(Self.stamps(content) == [nil] && content.faultCount == 1)
    #expect(content.faults.first?.message.contains("is not understood") == true, "\(content.faults)")
  }

  @Test("a damaged message takes its stamp with it", arguments: [false, true])
  func staleStamps(isCut: Bool) {
    var middle = FileFormatTests.message([5, 6, 7], stamp: "-2021-03-04 05:07:07")
    if isCut {
      middle = Array(middle.prefix(100)) + [0x0D, 0x0A]
    } else {
      middle[middle.count - 20] = middle[middle.count - 20] == 0x30 ? 0x31 : 0x30
    }
    let bytes =
      FileFormatTests.message([1]) + middle + FileFormatTests.message([3, 4], stamp: "#")
      + FileFormatTests.message([5], stamp: "-2021-03-04 05:09:07")
    let content = VaisalaDecoder.decode(bytes)
    #expect(Self.stamps(content) == [Self.whole, nil, "2021-03-04T05:09:07+00:00"] && content.faultCount == 1)
  }

  @Test("a message cut inside its header is named")
  func cutHeader() {
    let content = VaisalaDecoder.decode(
      FileFormatTests.message([1]) + Array("-2021-03-04 05:07:07\r\n\u{1}CL0".utf8))
    #expect(content.records.count == 1 && content.faults.map(\.place).count == 1)
    #expect(content.faults.first?.message.contains("no header") == true, "\(content.faults)")
  }

  @Test("a checksum that cannot be read is one that does not fit; one that is not there cannot be checked")
  func checksums() {
    let message = FileFormatTests.message([1, 2, 3])
    let end = message.lastIndex(of: 0x03)!
    let illegible = VaisalaDecoder.decode(message[...end] + Array("zzzz\u{4}\r\n".utf8))
    #expect(illegible.records.isEmpty && illegible.faults.first?.message.contains("checksum") == true)
    let cut = VaisalaDecoder.decode(Array(message.prefix(end + 3)))
    #expect(cut.records.isEmpty && cut.faultCount == 1)
    let without = VaisalaDecoder.decode(message[...end] + [0x0D, 0x0A])
    #expect(without.records.count == 1 && without.records[0].isVerified == nil && without.faultCount == 0)
  }

  @Test func everyLineEndAndALongHead() {
    let text = String(decoding: FileFormatTests.message([1, 2, 3]), as: UTF8.self)
    let doubled = text.unicodeScalars.reduce(into: "") { $0 += $1 == "\n" ? "\r\n" : String($1) }
    let content = VaisalaDecoder.decode(Array(doubled.utf8))
    #expect(content.records.first?.isVerified == true && content.faultCount == 0, "\(content.faults)")
    let head = Array(String(repeating: "# a line of the logger\n", count: 1_000).utf8)
    #expect(LidarFormat(sniffing: head + Array(text.utf8)) == .vaisala)
  }

  /// A CT25K message with a status and a tilt.
  private static func ct25k(status: String, tilt: String, rows: [Int] = Array(0..<16)) -> LidarFileContent {
    func digits(_ number: Int) -> String { String(repeating: "0", count: 3 - String(number).count) + String(number) }
    let head = ["CT02073", "10 01220 ///// ///// \(status)", "100 N  99 +22  85  200 \(tilt)    6 LF7HN1 172"]
    let profile = rows.map { digits($0 * 16) + String(repeating: "0010", count: 16) }
    return VaisalaDecoder.decode(Array((["-2020-10-29 23:59:18"] + head + profile).joined(separator: "\n").utf8))
  }

  @Test("CT25K: metres by its own bit, its tilt, its gates in order")
  func ct25k() throws {
    let meters = try #require(Self.ct25k(status: "00000100", tilt: "+15").records.first)
    #expect(meters.cloudBasesMeters == [1_220] && meters.tiltDegrees == 15)
    let feet = try #require(Self.ct25k(status: "00000080", tilt: "-2").records.first)
    #expect(abs(feet.cloudBasesMeters[0] - 371.856) < 1e-9 && feet.tiltDegrees == 2)
    let swapped = Self.ct25k(status: "00000100", tilt: "+0", rows: [0, 2, 1] + Array(3..<16))
    #expect(swapped.records.isEmpty && swapped.faults.first?.message.contains("gate 16") == true, "\(swapped.faults)")
  }
}
