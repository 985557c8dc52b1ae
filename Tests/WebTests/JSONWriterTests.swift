import AirQuality
import Testing

@testable import Web

@Suite struct JSONWriterTests {
  @Test(arguments: [
    (29.0, "29"), (0, "0"), (-0.0004, "0"), (0.5, "0.5"), (0.05, "0.05"), (0.005, "0.005"), (61.0625, "61.062"),
    (1.2345, "1.234"), (-3.5, "-3.5"), (1_000_000, "1000000"), (99.9996, "100"), (.nan, "null"), (.infinity, "null"),
    (0.1 + 0.2, "0.3"), (1e20, "1e+20"), (-2_147_483.647, "-2147483.647"),
  ])
  func numbersHaveAtMostThreeDecimals(number: Double, text: String) {
    var writer = JSONWriter(offset: .china)
    writer.value(number)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
  }

  @Test(arguments: [
    ("吕梁市", "\"吕梁市\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("1\n2\r3\t4", "\"1\\n2\\r3\\t4\""),
    ("\u{0}\u{1F}", "\"\\u0000\\u001f\""), ("é/😀", "\"é/😀\""), ("", "\"\""),
  ])
  func stringsAreEscaped(text: String, json: String) {
    var writer = JSONWriter(offset: .china)
    writer.value(text)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == json)
  }

  @Test func commasStandBetweenMembersOnly() {
    var writer = JSONWriter(offset: .china)
    writer.beginObject()
    writer.field("a", 1)
    writer.field("none", nil as String?)
    writer.array("list", [1, 2]) { $0.value($1) }
    writer.array("empty", [Int]()) { $0.value($1) }
    writer.object("o") { _ in }
    writer.field("at", SampleSite.now)
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a":1,"none":null,"list":[1,2],"empty":[],"o":{},"at":"2020-12-05T14:00:00+08:00"}"#)
  }

  @Test(arguments: [
    ("2020-12-05T14:00:00+08:00", 1_607_148_000_000), ("2020-12-05T06:00:00Z", 1_607_148_000_000),
    ("2020-12-05T06:00:00.25Z", 1_607_148_000_250), ("2020-12-05", 1_607_097_600_000),
  ])
  func instantsAreRead(text: String, milliseconds: Int64) {
    #expect(Query.instant(text, offset: .china) == Instant(milliseconds: milliseconds))
  }

  @Test(arguments: [
    "", "now", "2020-13-01", "2020-12-05T14:00", "2020-12-05T24:00:00Z", "2020-12-05T14:60:00Z", "2020-12-05T14:00:00",
    "2020-12-05 14:00:00Z", "2020-12-05T14:00:00.Z", "2020-12-05T14:00:00+8", "1607148000",
  ])
  func otherTimesAreRefused(text: String) {
    #expect(Query.instant(text, offset: .china) == nil)
  }
}

@Suite struct HTTPDateTests {
  @Test(arguments: [
    (1_607_148_000_000, "Sat, 05 Dec 2020 06:00:00 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
  ])
  func datesAreFixed(milliseconds: Int64, text: String) {
    #expect(HTTPDate.text(of: Instant(milliseconds: milliseconds)) == text)
  }
}
