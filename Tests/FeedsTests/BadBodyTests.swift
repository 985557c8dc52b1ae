import AirQuality
import Feeds
import Testing

@Suite("bodies that are not what they should be")
struct BadBodyTests {
  static let formats: [FeedFormat] =
    FeedPreset.allCases.map { .preset($0) } + [Mappings.park, Mappings.csv, Mappings.xml].map { .mapping($0) }

  @Test(
    "faults in XML are the provider's own words",
    arguments: [
      ("<Fault xmlns=\"a\"><Code>Receiver</Code><Reason><Text>timed out</Text></Reason></Fault>", "timed out"),
      (
        "<DomainServiceFault xmlns=\"b\"><ErrorCode>401</ErrorCode><ErrorMessage>Access denied</ErrorMessage></DomainServiceFault>",
        "Access denied"
      ),
      (
        "<s:Envelope xmlns:s=\"c\"><s:Body><s:Fault><s:Reason>no such city</s:Reason></s:Fault></s:Body></s:Envelope>",
        "no such city"
      ),
      ("<Error><Code>AccessDenied</Code><Message>Forbidden</Message></Error>", "AccessDenied Forbidden"),
      (
        "<ows:ExceptionReport xmlns:ows=\"d\"><ows:ExceptionText>bad request</ows:ExceptionText></ows:ExceptionReport>",
        "bad request"
      ),
    ])
  func faults(_ text: String, _ said: String) {
    let body = FeedFormat.preset(.cnemc).decode(Array(("<?xml version=\"1.0\"?>\n" + text).utf8), context: .test)
    #expect(body.failure?.code == .errorReply && body.failure?.message.contains(said) == true, "\(body.verdict)")
  }

  @Test("an XML answer without rows and without a fault is empty")
  func noRows() {
    let body = FeedFormat.preset(.cnemc).decode(Array("<Lives><Note>none</Note></Lives>".utf8), context: .test)
    #expect(body.verdict == .empty)
  }

  @Test("nothing at all", arguments: formats)
  func empty(_ format: FeedFormat) {
    #expect(decode(format, "").failure?.code == .empty)
    #expect(decode(format, " \r\n\t").failure?.code == .empty)
  }

  @Test("an HTML page", arguments: formats)
  func html(_ format: FeedFormat) {
    for page in [
      "<!DOCTYPE html><html><head><title>Log in</title></head></html>", "\n<HTML>", "<?xml version=\"1.0\"?><html/>",
    ] {
      let failure = decode(format, page).failure
      #expect(failure.map { [.notJSON, .notCSV, .notXML, .notText, .notHJ212, .notLidar].contains($0.code) } == true)
      #expect(failure?.message.contains("HTML page") == true)
    }
  }

  @Test("bytes of no meaning", arguments: formats)
  func noise(_ format: FeedFormat) {
    for bytes in [
      [UInt8](repeating: 0, count: 10_000), [0xFF, 0xFE, 0x00], [0x1F, 0x8B, 8, 0, 0], Array("[".utf8),
      Array("\u{FEFF}".utf8), Array("nonsense".utf8), [UInt8](repeating: UInt8(ascii: "["), count: 100_000),
    ] {
      let body = format.decode(bytes, context: .test)
      #expect(body.failure != nil, "\(bytes.prefix(8)) is taken by \(format.name)")
      #expect(body.batch.readings.isEmpty)
    }
  }

  /// Bodies of presets that end every line.
  static let ended: [(FeedPreset, String)] = [
    (
      .airNowHourly,
      "07/27/26|19:00|000010601|Goose Bay|-4|PM2.5|UG/M3|13.2|Canada\n"
        + "07/27/26|19:00|000010601|Goose Bay|-4|OZONE|PPB|38|Canada\n"
    ),
    (
      .ukAir,
      "All Data GMT hour ending\nLeeds PM<sub>10</sub> particulate matter (Hourly measured) ugm-3\n"
        + "Date,01:00,02:00\n31-12-2021,15,16.5\n01-01-2022,17,18.25\n"
    ),
  ]

  @Test("a table cut at every byte: no number is taken short, whole rows before the cut stay", arguments: ended)
  func truncatedTables(preset: FeedPreset, text: String) throws {
    let decoder = try FeedDecoder(.preset(preset))
    let whole = Array(text.utf8)
    let complete = decoder.decode(whole, context: .test)
    #expect(complete.verdict == .ok && complete.errorCount == 0)
    for cut in 1..<whole.count {
      let body = decoder.decode(Array(whole[..<cut]), context: .test)
      #expect(body.lines == Array(complete.lines.prefix(body.lines.count)), "cut at \(cut)")
    }
    let last = decoder.decode(Array(whole.dropLast()), context: .test)
    #expect(last.lines.count < complete.lines.count)
    #expect(last.errors.map(\.code) == [.structure])
    #expect(last.errors.first?.message.contains("the answer ends inside this row") == true)
  }

  @Test("declared tables: a last row without its end is taken unless it lacks fields or lines are declared ended")
  func openTables() {
    let text = "id,time,PM2.5,CO\nA,2020-12-01 09:00:00,29,900\nB,2020-12-01 09:00:00,30,1250"
    #expect(decode(.mapping(Mappings.csv), text).errorCount == 0)
    #expect(decode(.mapping(Mappings.csv), text).lines.last?.hasPrefix("B co 1.25 ") == true)
    let cut = decode(.mapping(Mappings.csv), String(text.dropLast(5)))
    #expect(cut.lines.allSatisfy { $0.hasPrefix("A ") } && cut.errors.map(\.code) == [.structure])
    var strict = Mappings.csv
    strict.container = .csv(.init(endsLines: true))
    #expect(decode(.mapping(strict), text).lines.allSatisfy { $0.hasPrefix("A ") })
    #expect(decode(.mapping(strict), text + "\n").lines.last?.hasPrefix("B co 1.25 ") == true)
  }

  @Test(
    "a JSON body that has no field of the format is another format's",
    arguments: [
      (FeedPreset.airGradient, #"{"foo":1,"bar":[2]}"#),
      (.airGradient, #"{"timestamp":"2020-12-01T01:00:00Z","aqi":3}"#),
      (.airGradient, "[{\"foo\":1}]"), (.purpleAir, #"{"hello":"world"}"#), (.pm25in, #"[{"hello":"world"}]"#),
      (.sensorCommunity, #"{"hello":"world"}"#), (.waqi, #"{"hello":"world"}"#), (.openaq, #"{"hello":"world"}"#),
      (.sensorThings, #"{"hello":"world"}"#), (.openaqRealtime, #"{"hello":"world"}"#),
    ])
  func foreign(preset: FeedPreset, body: String) {
    let context = DecodeContext(receivedAt: DecodeContext.test.receivedAt, defaultStation: "S")
    let decoded = FeedFormat.preset(preset).decode(Array(body.utf8), context: context)
    #expect(decoded.failure != nil, "\(decoded.verdict)")
    #expect(decoded.batch.readings.isEmpty)
  }

  @Test("a unit that has just started has no measures, and is of the format all the same")
  func justStarted() {
    #expect(decode(.preset(.airGradient), #"{"serialno":"ab12","wifi":-60}"#).verdict == .empty)
  }

  static let good = #"""
    {"data":[{"sn":"A","ts":1606784400000,"pm2_5":1.5e1,"so2":"2"},{"sn":"离石","ts":1606784400000,"pm2_5":null},
    {"sn":"C\"","ts":"1606784400000","pm2_5":-3,"x":{"y":[1,true,"}"]}}]}
    """#

  @Test("JSON cut at every byte: never a crash, whole rows before the cut stay")
  func truncatedJSON() throws {
    let decoder = try FeedDecoder(.mapping(Mappings.park))
    let whole = Array(Self.good.utf8)
    let complete = decoder.decode(whole, context: .test)
    #expect(complete.verdict == .ok && complete.lines.count == 4)
    var kept: Set<Int> = []
    for cut in 1..<whole.count {
      let body = decoder.decode(Array(whole[..<cut]), context: .test)
      let code = body.failure?.code
      #expect(code == .truncated || code == .encoding, "cut at \(cut): \(body.verdict)")
      #expect(body.lines == Array(complete.lines.prefix(body.lines.count)), "cut at \(cut)")
      kept.insert(body.lines.count)
    }
    #expect(kept == [0, 2, 3, 4])
  }

  @Test("the error of a cut body says where")
  func truncatedPath() {
    let body = decode(.mapping(Mappings.park), String(Self.good.dropLast(12)))
    #expect(body.failure?.message.contains("$.data[2].x.y") == true)
    #expect(body.failure?.message.contains("at byte") == true)
  }

  @Test(
    "the other presets cut at every byte",
    arguments: [
      FeedPreset.sensorCommunity, .lidarJSON, .ukAir, .pm25in, .waqi, .openaqRealtime, .purpleAir, .airGradient,
      .sensorThings,
    ])
  func truncatedPresets(_ preset: FeedPreset) throws {
    let decoder = try FeedDecoder(.preset(preset))
    let whole = try Seeds.small(preset)
    let complete = decoder.decode(whole, context: .test)
    #expect(complete.verdict == .ok && complete.errorCount == 0)
    for cut in 0..<whole.count {
      let body = decoder.decode(Array(whole[..<cut]), context: .test)
      #expect(body.batch.readings.count <= complete.batch.readings.count)
      #expect(body.profiles.count <= complete.profiles.count)
    }
  }

  @Test("XML that breaks midway keeps the rows before and names the line")
  func brokenXML() {
    let row = #"<Row id="A"><Time>2020-12-01T00:00:00Z</Time><PM><Fine>1</Fine></PM></Row>"#
    for (tail, code) in [
      ("</s>", DecodeFailure.Code.syntax), ("<Row id=\"B\"><Time>", .truncated), ("\u{1}", .syntax), ("", .truncated),
    ] {
      let body = decode(.mapping(Mappings.xml), "<r>\n\(row)\n\(tail)")
      #expect(body.lines == ["A pm25 1 2020-12-01T08:00:00+08:00+3600"])
      #expect(body.failure?.code == code, "\(tail)")
      #expect(body.failure?.message.contains("line 3") == true)
    }
  }

  @Test("entities outside the body, and ones that grow, are refused")
  func entities() {
    let outside = decode(
      .mapping(Mappings.xml), #"<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><Row id="&x;">&x;</Row></r>"#)
    #expect(outside.failure?.code == .syntax)
    #expect(!"\(outside)".contains("root:"))
    var laughs = #"<!DOCTYPE r [<!ENTITY a0 "lol">"#
    for level in 1...12 {
      let inner = String(repeating: "&a\(level - 1);", count: 10)
      laughs += "<!ENTITY a\(level) \"\(inner)\">"
    }
    laughs += #"]><r><Row id="A"><Time>&a12;</Time></Row></r>"#
    let grown = decode(.mapping(Mappings.xml), laughs)
    #expect(grown.failure?.message.contains("grow without bound") == true)
  }

  @Test("deep nesting is refused, wide bodies are not")
  func depth() {
    let deep = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
    #expect(decode(.mapping(Mappings.park), #"{"data":\#(deep)}"#).failure?.code == .tooDeep)
    let elements = String(repeating: "<a>", count: 500) + String(repeating: "</a>", count: 500)
    #expect(decode(.mapping(Mappings.xml), elements).failure?.code == .tooDeep)
  }

  @Test("JSON in GBK names the byte")
  func encoding() {
    let bytes = Array(#"{"data":[{"sn":""#.utf8) + [0xC0, 0xEB] + Array(#"","ts":1606784400000,"pm2_5":1}]}"#.utf8)
    let body = FeedFormat.mapping(Mappings.park).decode(bytes, context: .test)
    #expect(body.failure?.code == .encoding)
    #expect(body.failure?.message.contains("offset 16") == true)
    var declared = Mappings.park
    declared.encoding = .gb18030
    #expect(FeedFormat.mapping(declared).decode(bytes, context: .test).batch.stations == ["离"])
  }

  @Test("errors are bounded and counted")
  func manyErrors() {
    let rows = [String](repeating: #"{"sn":"A","ts":1606784400000,"pm2_5":"?"}"#, count: 1_000).joined(separator: ",")
    let body = decode(.mapping(Mappings.park), #"{"data":[\#(rows)]}"#)
    #expect(body.errorCount == 1_000 && body.errors.count == 64 && body.rowCount == 1_000)
    #expect(body.errors.last?.path == "$.data[63].pm2_5")
  }

  @Test("messages are bounded and do not repeat keys")
  func messages() {
    let long = String(repeating: "离", count: 10_000)
    let body = decode(.mapping(Mappings.park), #"{"data":[{"sn":"A","ts":1606784400000,"pm2_5":"\#(long)"}]}"#)
    #expect(body.errors[0].message.utf8.count < 300)
    let reply = decode(.preset(.pm25in), #"{"error":"invalid key 5j1znBVAsnSf5xQyNQyq for user"}"#)
    #expect(reply.failure?.message.contains("5j1zn") == false)
    #expect(reply.failure?.message.contains("invalid key") == true)
    let plain = decode(.mapping(Mappings.park), #"{"code":1,"msg":"token expired"}"#)
    #expect(plain.failure?.code == .errorReply && plain.failure?.message.contains("token expired") == true)
  }

  @Test("a declared error reply; a code that means well passes")
  func declaredErrors() {
    var mapping = Mappings.park
    mapping.error = ErrorMapping(path: "$.code", okValues: ["200"], messagePath: "$.why")
    let rows = #""data":[{"sn":"A","ts":1606784400000,"pm2_5":1}]"#
    #expect(decode(.mapping(mapping), "{\"code\":200,\(rows)}").verdict == .ok)
    #expect(decode(.mapping(mapping), "{\"code\":0,\(rows)}").verdict == .ok)
    let refused = decode(.mapping(mapping), "{\"code\":401,\"why\":\"no such user\",\(rows)}")
    #expect(refused.failure?.code == .errorReply && refused.failure?.message.contains("no such user") == true)
    #expect(decode(.mapping(mapping), #"{"code":200,"data":[]}"#).verdict == .empty)
  }
}
