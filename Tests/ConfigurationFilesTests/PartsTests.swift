import AirQuality
import Digests
import Testing

@testable import ConfigurationFiles

@Suite("parts")
struct PartsTests {
  @Test(
    arguments: [
      ("1h", 3_600_000), ("7m", 420_000), ("10s", 10_000), ("500ms", 500), ("1d", 86_400_000), ("0s", 0), ("", nil),
      ("h", nil), ("1", nil), ("1 h", nil), ("+1h", nil), ("1H", nil), ("1.5h", nil), ("１h", nil),
      ("106751991168d", nil), ("999999999999999999999h", nil),
    ] as [(String, Int64?)])
  func durations(_ text: String, _ expected: Int64?) {
    #expect(Quantities.milliseconds(text) == expected)
  }

  @Test(
    arguments: [
      ("16MiB", 16_777_216), ("512KiB", 524_288), ("1MB", 1_000_000), ("1GiB", 1 << 30), ("7", 7), ("7B", 7),
      ("1kB", 1_000), ("1mib", nil), ("MiB", nil), ("-1", nil), ("9999999999999GiB", nil),
    ] as [(String, Int64?)])
  func sizes(_ text: String, _ expected: Int64?) {
    #expect(Quantities.bytes(text) == expected)
  }

  @Test(arguments: [("1h", "1h"), ("90m", "90m"), ("1500ms", "1500ms"), ("48h", "2d"), ("0s", "0s")])
  func durationsAreDescribed(_ text: String, _ expected: String) {
    #expect(Quantities.describe(milliseconds: Quantities.milliseconds(text) ?? -1) == expected)
  }

  @Test(
    arguments: [
      ("127.0.0.1:8650", "127.0.0.1:8650", true), ("[::1]:8650", "[::1]:8650", true),
      ("localhost:0", "localhost:0", true),
      ("0.0.0.0:80", "0.0.0.0:80", false), ("[::]:80", "[::]:80", false), ("127.0.0.1", nil, false),
      ("127.0.0.1:65536", nil, false), ("::1:80", nil, false), ("[x]:80", nil, false), (":80", nil, false),
      ("a b:80", nil, false), ("127.0.0.1:-1", nil, false),
    ] as [(String, String?, Bool)])
  func listenAddresses(_ text: String, _ expected: String?, _ isLoopback: Bool) {
    let address = Quantities.listenAddress(text)
    #expect(address?.description == expected)
    if let address { #expect(address.isLoopback == isLoopback) }
  }

  // FIPS 180-4 examples and the lengths around a block's end.
  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func digests(_ text: String, _ expected: String) {
    #expect(SHA256.hex(SHA256.hash(Array(text.utf8))) == expected)
  }

  @Test(
    arguments: [
      ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
      ("a,\"b,c\"\n", [["a", "b,c"]]), ("\"a\"\"b\",c\n", [["a\"b", "c"]]), ("\"a\nb\",c\n", [["a\nb", "c"]]),
      ("a,,\n", [["a", "", ""]]), ("\n\na\n\n", [["a"]]), ("\"\",x\n", [["", "x"]]), (" a , b \n", [["a", "b"]]),
      ("１２，a\n", [["12,a"]]), ("a\rb\r", [["a"], ["b"]]), ("", []), ("a,\"\"", [["a", ""]]),
    ] as [(String, [[String]])])
  func tables(_ text: String, _ expected: [[String]]) throws {
    #expect(try CSVReader.rows(Array(text.utf8)).map(\.fields) == expected)
  }

  @Test func linesCountThroughQuotedBreaks() throws {
    let rows = try CSVReader.rows(Array("a\n\"x\ny\",1\n\nz\n".utf8))
    #expect(rows.map(\.line) == [1, 2, 5])
  }

  @Test func gb18030IsRead() {
    #expect(CSVReader.utf8([0xC2, 0xC0, 0xC1, 0xBA]).map { String(decoding: $0, as: UTF8.self) } == "吕梁")
    // Four-byte characters: U+20087.
    #expect(CSVReader.utf8([0x95, 0x32, 0x90, 0x31]).map { String(decoding: $0, as: UTF8.self) } == "\u{20087}")
    #expect(CSVReader.utf8([0xFF, 0xFF]) == nil)
    #expect(CSVReader.utf8([]) == [])
  }

  @Test(
    arguments: [
      ("evry", "every"), ("hook", "hooks"), ("timout", "timeout"), ("max-body", "max_body"), ("URL", "url"),
      ("ulr", "url"), ("zzz", nil), ("", nil),
    ] as [(String, String?)])
  func nearestKeys(_ text: String, _ expected: String?) {
    #expect(SpellingDistance.nearest(to: text, in: ConfigurationLoader.feedKeys + ["hooks"]) == expected)
  }

  @Test(
    arguments: [
      ("2020/1/31", "2020-01-31"), ("20200131", "2020-01-31"), ("2020年1月31日", "2020-01-31"),
      ("2020-1-31", "2020-01-31"),
      ("31/1", nil), ("20201331", nil), ("", nil),
    ] as [(String, String?)])
  func looseDays(_ text: String, _ expected: String?) {
    #expect(ConfigurationLoader.looseDay(text)?.description == expected)
  }

  @Test(
    arguments: [
      ("https://u:p@h:1/a?b#c", "https://h:1/a?…"), ("https://h/a", "https://h/a"), ("u:p@h", "…"), ("plain", "plain"),
      ("ftp://a@b@c/d", "ftp://c/d"),
    ])
  func redaction(_ text: String, _ expected: String) {
    #expect(WebAddress.redact(text) == expected)
  }

  @Test func errorsAreBounded() throws {
    let folder = TemporaryFolder()
    let feeds = (0..<300).map { "  - {name: f\($0), url: x, format: cnemc, every: 1h}\n" }.joined()
    folder.writeMain("feeds:\n" + feeds)
    let failure = #expect(throws: ConfigurationFailure.self) { try ConfigurationLoader.load(folder.sources()) }
    #expect(failure?.errors.count == ConfigurationBounds.errors + 1)
    #expect(failure?.errors.last?.description.hasSuffix("and 100 more errors: fix the ones above first") == true)
  }
}

@Suite("explanation")
struct ExplanationTests {
  private func explanation(_ name: String) throws -> LoadedConfiguration {
    try ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/\(name).yaml"))
  }

  @Test func saysWhatTheConfigurationAmountsTo() throws {
    let loaded = try explanation("good-everything")
    let value = loaded.explanation
    #expect(value["stations"]?["all"] == .integer(3) && value["stations"]?["assessed"] == .integer(2))
    #expect(value["stations"]?["national"] == .integer(1) && value["stations"]?["micro"] == .integer(1))
    // One poll an hour and one every 500 ms; the disabled feed does not count.
    #expect(abs(loaded.pollsPerMinute - (120 + 1.0 / 60)) < 1e-9)
    #expect(value["polls_per_minute"]?.json == "120.0")
    #expect(value["bounds"]?["series"] == .integer(18))
    #expect(value["bounds"]?["connections"] == .integer(10))
    #expect(loaded.ringMemoryBytes == 18 * 1_024 + 4 * 6 * 400 * 8)
    let lines = loaded.explanationLines
    #expect(lines.contains("feeds: 3"))
    #expect(lines.contains { $0.contains("name duty-room, webhook https://…, signed yes, timeout 5s") })
    #expect(lines.contains("  hook_queue: 50"))
  }

  @Test func jsonEscapes() {
    let value = ExplanationValue.object([.init("a\"\n", .list([.null, .flag(true), .number(-0.25), .text("\u{1}é")]))])
    #expect(value.json == "{\"a\\\"\\n\":[null,true,-0.3,\"\\u0001é\"]}")
  }
}
