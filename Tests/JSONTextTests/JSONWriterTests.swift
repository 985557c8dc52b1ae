import AirQuality
import JSONText
import Testing

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
    writer.field("at", Instant(milliseconds: 1_607_148_000_000))
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"a":1,"none":null,"list":[1,2],"empty":[],"o":{},"at":"2020-12-05T14:00:00+08:00"}"#)
  }

  @Test func textsOfADictionaryStandInTheOrderOfTheirNames() {
    var writer = JSONWriter()
    writer.object { body in
      body.field("a\"\\", "/é🌫️\u{7f}")
      body.field("m", ["z": "1", "b": "2"])
    }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a\"\\":"/é🌫️\u007f","m":{"b":"2","z":"1"}}"#)
  }
}
