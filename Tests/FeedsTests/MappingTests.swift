import AirQuality
import Feeds
import Testing

@Suite("declared mappings")
struct MappingTests {
  /// A body and what comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var body: String
    var lines: [String]
    /// `code path` of each error.
    var errors: [String] = []
    var testDescription: String { name }
  }

  static let at = "2020-12-01T08:59:00+08:00+60"
  static func row(_ fields: String) -> String { #"{"data":[{"sn":"A","ts":1606784400000,\#(fields)}]}"# }

  static let jsonCases: [Case] = [
    Case(name: "a number", body: row(#""pm2_5":29"#), lines: ["A pm25 29 \(at)"]),
    Case(name: "ppb are converted", body: row(#""so2":10"#), lines: ["A so2 \(10 * (64.066 / 24.465)) \(at)"]),
    Case(name: "a text", body: row(#""pm2_5":"29""#), lines: ["A pm25 29 \(at)"]),
    Case(name: "a padded text", body: row(#""pm2_5":" 29.50 ""#), lines: ["A pm25 29.5 \(at)"]),
    Case(name: "full-width digits", body: row(#""pm2_5":"２９．５""#), lines: ["A pm25 29.5 \(at)"]),
    Case(name: "escaped digits", body: row(#""pm2_5":"\u0032\u0039""#), lines: ["A pm25 29 \(at)"]),
    Case(name: "null", body: row(#""pm2_5":null"#), lines: ["A pm25 missing \(at)"]),
    Case(name: "absent is no reading", body: row(#""x":1"#), lines: []),
    Case(name: "a sentinel number", body: row(#""pm2_5":-999"#), lines: ["A pm25 missing \(at)"]),
    Case(name: "a sentinel as a text", body: row(#""pm2_5":"-999.0""#), lines: ["A pm25 missing \(at)"]),
    Case(name: "a sentinel text", body: row(#""pm2_5":"-""#), lines: ["A pm25 missing \(at)"]),
    Case(name: "an undeclared sentinel is a value", body: row(#""pm2_5":9999"#), lines: ["A pm25 9999 \(at)"]),
    Case(name: "a negative value is a value", body: row(#""pm2_5":-3.5"#), lines: ["A pm25 -3.5 \(at)"]),
    Case(name: "a huge value is a value", body: row(#""pm2_5":1e308"#), lines: ["A pm25 1e+308 \(at)"]),
    Case(
      name: "huge, then converted", body: row(#""so2":1e308"#), lines: [], errors: ["value $.data[0].so2"]),
    Case(name: "beyond a Double", body: row(#""pm2_5":1e999"#), lines: [], errors: ["value $.data[0].pm2_5"]),
    Case(name: "NaN", body: row(#""pm2_5":NaN,"so2":0"#), lines: ["A so2 0 \(at)"], errors: ["value $.data[0].pm2_5"]),
    Case(name: "a NaN text", body: row(#""pm2_5":"NaN""#), lines: [], errors: ["value $.data[0].pm2_5"]),
    Case(name: "Infinity unmapped", body: row(#""x":-Infinity,"pm2_5":1"#), lines: ["A pm25 1 \(at)"]),
    Case(
      name: "an integer beyond 64 bits", body: row(#""pm2_5":123456789012345678901"#),
      lines: ["A pm25 1.2345678901234568e+20 \(at)"]),
    Case(name: "a truth", body: row(#""pm2_5":true"#), lines: [], errors: ["value $.data[0].pm2_5"]),
    Case(name: "an object", body: row(#""pm2_5":{"v":1}"#), lines: [], errors: ["value $.data[0].pm2_5"]),
    Case(
      name: "a key twice", body: row(#""pm2_5":1,"pm2_5":2,"so2":0"#), lines: ["A so2 0 \(at)"],
      errors: ["duplicate_key $.data[0].pm2_5"]),
    Case(
      name: "a bad row between good ones",
      body: #"{"data":[{"sn":"A","ts":1606784400000,"pm2_5":1},7,{"sn":"B","ts":"soon","pm2_5":2},"#
        + #"{"ts":1606784400000},{"sn":3,"ts":"1606784400000","pm2_5":3}]}"#,
      lines: ["A pm25 1 \(at)", "3 pm25 3 \(at)"],
      errors: ["row $.data[1]", "time $.data[2].ts", "station $.data[3].sn"]),
    Case(
      name: "the same row twice", body: #"{"data":[\#(twice),\#(twice)]}"#,
      lines: ["A pm25 1 \(at)", "A pm25 1 \(at)"]),
    Case(
      name: "1970 and far future parse",
      body: #"{"data":[{"sn":"A","ts":0,"pm2_5":1},{"sn":"A","ts":1900000000000,"pm2_5":1}]}"#,
      lines: ["A pm25 1 1970-01-01T07:59:00+08:00+60", "A pm25 1 2030-03-18T01:45:40+08:00+60"]),
    Case(
      name: "a stamp beyond the calendar", body: #"{"data":[{"sn":"A","ts":1e18,"pm2_5":1}]}"#, lines: [],
      errors: ["time $.data[0].ts"]),
  ]
  static let twice = #"{"sn":"A","ts":1606784400000,"pm2_5":1}"#

  @Test("JSON", arguments: jsonCases)
  func json(_ test: Case) {
    let body = decode(.mapping(Mappings.park), test.body)
    #expect(body.lines == test.lines)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == test.errors)
    #expect(body.errorCount == test.errors.count)
    #expect(body.errors.allSatisfy { !$0.message.isEmpty })
    if test.lines.isEmpty, !test.errors.isEmpty { #expect(body.failure?.code == .noUsableRow) }
  }

  @Test("nested rows, the outer row, indices in paths")
  func nestedRows() {
    let mapping = FeedMapping(
      container: .json(rows: "$.stations[*].items[*]"), station: "^.id",
      time: TimeMapping(path: "^^.time", notation: .rfc3339, meaning: .end, periodMilliseconds: 3_600_000),
      long: LongLayout(
        pollutant: "$.k", value: "$.v", unitPath: "$.u",
        names: [.init("细颗粒物", pollutant: "pm25"), .init("一氧化碳", pollutant: "co")]))
    let text = """
      {"time":"2020-12-01T01:00:00Z","stations":[{"id":"A","items":[{"k":"细颗粒物","v":1,"u":"µg/m³"}]},{"id":"B"},
      {"id":"C","items":[{"k":"一氧化碳","v":"900","u":"ug/m3"},{"k":"x","v":1},{"k":"细颗粒物","v":1,"u":"ug/m2"},
      {"k":"细颗粒物","v":"?","u":"ug/m3"}]}]}
      """
    let body = decode(.mapping(mapping), text)
    let hour = "2020-12-01T08:00:00+08:00+3600"
    #expect(body.lines == ["A pm25 1 \(hour)", "C co 0.9 \(hour)"])
    #expect(body.ignoredValues == 1)
    #expect(
      body.errors.map { "\($0.code.rawValue) \($0.path)" } == [
        "unit $.stations[2].items[2].u", "value $.stations[2].items[3].v", "structure $.stations[1]",
      ])
    #expect(body.errors[0].message.contains("nearest for pm25 is ug/m3"))
  }

  @Test("one object is one row; the station may be the feed's own")
  func singleRow() {
    var mapping = Mappings.park
    mapping.container = .json(rows: "$.now")
    mapping.station = nil
    let context = DecodeContext(receivedAt: DecodeContext.test.receivedAt, defaultStation: "roof")
    let body = decode(.mapping(mapping), #"{"now":{"ts":1606784400000,"pm2_5":7}}"#, context)
    #expect(body.lines == ["roof pm25 7 \(Self.at)"])
  }

  static let csvHour = "2020-12-01T08:00:00+08:00+3600"
  static let csvCases: [Case] = [
    Case(
      name: "plain", body: "id,time,PM2.5,CO\nA,2020-12-01 09:00:00,29,900\nB,2020-12-01 09:00:00,NA,\n",
      lines: ["A pm25 29 \(csvHour)", "A co 0.9 \(csvHour)", "B pm25 missing \(csvHour)", "B co missing \(csvHour)"]),
    Case(
      name: "BOM, CRLF, quotes, spaces, another order",
      body: "\u{FEFF}\"time\", CO ,\"id\",PM2.5\r\n\"2020-12-01 09:00:00\",\"1,000\",\"a\"\"b\",\" 2 \"\r\n",
      lines: ["a\"b pm25 2 \(csvHour)"], errors: ["value line 2, column \"CO\""]),
    Case(
      name: "a short line and a bad one",
      body: "id,time,PM2.5,CO\nA,2020-12-01 09:00:00\n,2020-12-01 09:00:00,1,1\nB,2020-13-01 09:00:00,1,1\n",
      lines: [], errors: ["station line 3, column \"id\"", "time line 4, column \"time\""]),
    Case(
      name: "24:00 and full-width digits", body: "id,time,PM2.5,CO\nA,２０２０-11-30 24:00:00,１,\n",
      lines: ["A pm25 1 2020-11-30T23:00:00+08:00+3600", "A co missing 2020-11-30T23:00:00+08:00+3600"]),
    Case(
      name: "one value column gone", body: "id,time,CO\nA,2020-12-01 09:00:00,0\n", lines: ["A co 0 \(csvHour)"],
      errors: ["structure line 1, column \"PM2.5\""]),
  ]

  @Test("CSV", arguments: csvCases)
  func csv(_ test: Case) {
    let body = decode(.mapping(Mappings.csv), test.body)
    #expect(body.lines == test.lines)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == test.errors)
  }

  @Test("CSV: long layout, semicolons, no header, lines to skip")
  func longCSV() {
    let mapping = FeedMapping(
      container: .csv(.init(delimiter: ";", skippedLines: 2, hasHeader: false)), station: "[0]",
      time: TimeMapping(
        path: "[1]", notation: .local, pattern: "d.M.yyyy H:mm", meaning: .begin, periodMilliseconds: 3_600_000,
        zone: .utc),
      long: LongLayout(pollutant: "[2]", value: "[3]", names: [.init("Feinstaub", pollutant: "pm10", unit: "µg/m³")]))
    let body = decode(.mapping(mapping), "Bericht\n\nX;1.12.2020 1:00;Feinstaub;12.5\nX;1.12.2020 1:00;Ozon;3\n")
    #expect(body.lines == ["X pm10 12.5 2020-12-01T09:00:00+08:00+3600"])
    #expect(body.ignoredValues == 1)
  }

  @Test("CSV in GB18030 is understood, garbage is not")
  func chineseCSV() {
    var mapping = Mappings.csv
    mapping.station = "站点"
    // 站点 in GBK, then 离石.
    let head: [UInt8] = [0xD5, 0xBE, 0xB5, 0xE3]
    let name: [UInt8] = [0xC0, 0xEB, 0xCA, 0xAF]
    let bytes = head + Array(",time,PM2.5,CO\n".utf8) + name + Array(",2020-12-01 09:00:00,5,\n".utf8)
    let body = FeedFormat.mapping(mapping).decode(bytes, context: .test)
    #expect(body.lines.first == "离石 pm25 5 \(Self.csvHour)")
    let garbage = FeedFormat.mapping(mapping).decode(Array("id,".utf8) + [0xFF, 0xFF, 0x0A], context: .test)
    #expect(garbage.failure?.code == .encoding)
    #expect(garbage.failure?.message.contains("offset 3") == true)
  }

  @Test("CSV of another kind names its header")
  func wrongCSV() {
    let body = decode(.mapping(Mappings.csv), "a,b\n1,2\n")
    #expect(body.failure?.code == .noRows)
    #expect(body.failure?.message.contains("\"id\"") == true && body.failure?.message.contains("a, b") == true)
  }

  static let xmlCases: [Case] = [
    Case(
      name: "attributes, nesting, prefixes, entities",
      body:
        #"<r xmlns:q="u"><q:Row id="A"><q:Time>2020-12-01T08:00:00+08:00</q:Time><q:PM><Fine> 7&#46;5 </Fine></q:PM>"#
        + #"<NO2 unit="ppb">&mdash;</NO2></q:Row></r>"#,
      lines: ["A pm25 7.5 \(csvHour)", "A no2 missing \(csvHour)"]),
    Case(
      name: "a standalone document with an undefined entity",
      body: #"<?xml version="1.0" standalone="yes"?><r><Row id="A"><Time>2020-12-01T00:00:00Z</Time>"#
        + #"<PM><Fine>&mdash;</Fine></PM></Row></r>"#, lines: ["A pm25 missing \(csvHour)"]),
    Case(
      name: "an undefined entity in an attribute and a doctype",
      body: #"<!DOCTYPE r [<!ENTITY a "8">]><r><Row id="A" note="&nbsp;"><Time>2020-12-01T00:00:00Z</Time>"#
        + #"<PM><Fine>&a;</Fine></PM></Row></r>"#, lines: ["A pm25 8 \(csvHour)"]),
    Case(
      name: "bad values, an element twice",
      body: #"<r><Row id="A"><Time>2020-12-01T00:00:00Z</Time><PM><Fine>x</Fine></PM></Row>"#
        + "\n" + #"<Row id="B"><Time>2020-12-01T00:00:00Z</Time><PM><Fine>1</Fine><Fine>2</Fine></PM></Row>"#
        + "\n" + #"<Row><Time>2020-12-01T00:00:00Z</Time></Row></r>"#,
      lines: [],
      errors: [
        "value line 1, Row[0]/PM/Fine", "duplicate_key line 2, Row[1]/PM/Fine", "station line 3, Row[2]/@id",
      ]),
  ]

  @Test("XML", arguments: xmlCases)
  func xml(_ test: Case) {
    let body = decode(.mapping(Mappings.xml), test.body)
    #expect(body.lines == test.lines)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == test.errors)
  }

  @Test("XML declared as GBK")
  func chineseXML() {
    let bytes =
      Array(#"<?xml version="1.0" encoding="GB2312"?><r><Row id=""#.utf8) + [0xC0, 0xEB, 0xCA, 0xAF]
      + Array(#""><Time>2020-12-01T00:00:00Z</Time><PM><Fine>1</Fine></PM></Row></r>"#.utf8)
    #expect(FeedFormat.mapping(Mappings.xml).decode(bytes, context: .test).lines == ["离石 pm25 1 \(Self.csvHour)"])
  }
}
