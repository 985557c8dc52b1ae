import AirQuality
import Feeds
import Testing

@Suite("layouts that a mapping can declare")
struct LayoutTests {
  static func time(
    _ path: String?, _ notation: TimeMapping.Notation, _ meaning: TimeMapping.Meaning = .instant, period: Int = 0
  ) -> TimeMapping { TimeMapping(path: path, notation: notation, meaning: meaning, periodMilliseconds: period) }

  static let at = "2020-12-01T09:00:00+08:00+0"

  @Test("NDJSON with rows inside each line, and a key for each pollutant")
  func ndjson() {
    let mapping = FeedMapping(
      container: .ndjson(rows: "$.points[*]"), station: "^.id", time: Self.time("$.t", .epochSeconds),
      missing: [.number(-999)],
      values: [ValueMapping(pollutant: "pm25", path: "$.v", unit: "ug/m3")], error: ErrorMapping(path: "$.error"))
    let body = decode(
      .mapping(mapping),
      "{\"id\":\"A\",\"points\":[{\"t\":1606784400,\"v\":1},{\"t\":1606784400,\"v\":-999},3]}\n"
        + "{\"id\":\"B\",\"points\":[]}\n{\"id\":\"C\"}\n{\"id\":\"D\",\"points\":[{\"t\":\"soon\",\"v\":2}]}\n{\"id\":\"E\",\"poi"
    )
    #expect(body.lines == ["A pm25 1 \(Self.at)", "A pm25 missing \(Self.at)"])
    #expect(
      body.errors.map { "\($0.code.rawValue) \($0.path)" } == [
        "row line 1, $.points[2]", "structure line 3", "time line 4, $.points[0].t", "structure line 5",
      ])
    #expect(body.failure?.code == .truncated && body.failure?.path == "line 5")
    #expect(decode(.mapping(mapping), #"{"error":"quota"}"#).failure?.code == .errorReply)
  }

  @Test("NDJSON in GB18030")
  func gbkLines() {
    var mapping = FeedMapping(
      container: .ndjson(rows: "$"), station: "$.id", time: Self.time("$.t", .epochSeconds),
      values: [ValueMapping(pollutant: "pm25", path: "$.v", unit: "ug/m3")])
    mapping.encoding = .gb18030
    let bytes = Array(#"{"id":""#.utf8) + [0xC0, 0xEB] + Array(#"","t":1606784400,"v":1}"#.utf8)
    #expect(FeedFormat.mapping(mapping).decode(bytes, context: .test).batch.stations == ["离"])
  }

  @Test("JSON by columns: named by the body, any case, some missing")
  func table() throws {
    let mapping = FeedMapping(
      container: .table(rows: "$.r.rows[*]", fields: "$.r.cols"), station: "Site",
      time: Self.time("^.at", .epochSeconds),
      values: [
        ValueMapping(pollutant: "pm25", path: "pm2.5", unit: "ug/m3"),
        ValueMapping(pollutant: "so2", path: "so2 | SO₂", unit: "ug/m3"),
        ValueMapping(pollutant: "co", path: "co", unit: "mg/m3"),
      ])
    let body = decode(
      .mapping(mapping), #"{"at":1606784400,"r":{"cols":["PM2.5","SO₂","site"],"rows":[[1,2,"A"],[3,"x","B"],7]}}"#)
    #expect(body.lines == ["A pm25 1 \(Self.at)", "A so2 2 \(Self.at)", "B pm25 3 \(Self.at)"])
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == ["value $.r.rows[1][1]", "row $.r.rows[2]"])
    let unnamed = decode(.mapping(mapping), #"{"r":{"rows":[[1]]}}"#)
    #expect(unnamed.failure?.code == .noRows && unnamed.failure?.message.contains("fields") == true)
    #expect(decode(.mapping(mapping), #"{"message":"no such user"}"#).failure?.code == .errorReply)
  }

  @Test("tabs, a date and a time of day apart, two-digit years")
  func tabs() {
    let mapping = FeedMapping(
      container: .csv(.init(delimiter: "\t")), station: "site",
      time: TimeMapping(
        path: "day", notation: .local, pattern: "dd.MM.yy H:mm", meaning: .end, periodMilliseconds: 3_600_000,
        timeOfDayPath: "hour"),
      missing: [.text("--")], values: [ValueMapping(pollutant: "pm25", path: "pm2.5 | PM25", unit: "ug/m3")])
    let body = decode(
      .mapping(mapping),
      "site\tday\thour\tpm25\nA\t01.12.20\t9:00\t5\nB\t01.12.70\t9:00\t--\nC\t01.12.20\t\t7\nD\t\t9:00\t7\n")
    #expect(
      body.lines == ["A pm25 5 2020-12-01T08:00:00+08:00+3600", "B pm25 missing 1970-12-01T08:00:00+08:00+3600"])
    #expect(
      body.errors.map { "\($0.code.rawValue) \($0.path)" } == [
        #"time line 4, column "day""#, #"time line 5, column "day""#,
      ])
    let none = decode(.mapping(mapping), "site\tday\tpm25\nA\t01.12.20\t5\n")
    #expect(none.failure?.code == .noRows && none.failure?.message.contains("hour") == true)
  }

  @Test("an offset in a column of its own")
  func zones() {
    let mapping = FeedMapping(
      container: .json(rows: "$[*]"), station: "$.s",
      time: TimeMapping(
        path: "$.t", notation: .local, pattern: "yyyy-MM-dd HH:mm:ss", meaning: .instant, periodMilliseconds: 0,
        zonePath: "$.z"), values: [ValueMapping(pollutant: "pm25", path: "$.v", unit: "ug/m3")])
    let row = { (zone: String) in #"{"s":"A","t":"2020-12-01 09:00:00","z":\#(zone),"v":1}"# }
    let body = decode(
      .mapping(mapping), "[\(row(#""+08:00""#)),\(row("0")),\(row("-5")),\(row(#""CET""#)),\(row("99")),\(row("null"))]"
    )
    #expect(
      body.lines == [
        "A pm25 1 \(Self.at)", "A pm25 1 2020-12-01T17:00:00+08:00+0", "A pm25 1 2020-12-01T22:00:00+08:00+0",
      ])
    #expect(body.errors.map(\.code) == [.time, .time, .time])
  }

  @Test("dustfall by month: the calendar's months, units by the 30 days")
  func dustfall() {
    let csv = FeedMapping(
      container: .csv(.init()), station: "county",
      time: TimeMapping(
        path: "month", notation: .local, pattern: "yyyy-MM", meaning: .begin, periodMilliseconds: 0, isMonthly: true),
      values: [ValueMapping(pollutant: "dustfall", path: "value", unitPath: "unit")])
    let body = decode(
      .mapping(csv),
      "county,month,value,unit\n141102,2020-02,7.4,t/(km²·month)\n141121,2020-01,9,\"g/(m²·30 d)\"\n141122,2020-12,100,mg/(m²·d)\n"
        + "141123,2020-13,1,t/km2/month\n141124,2020-12,1,ug/m3\n")
    #expect(
      body.batch.readings.map(\.value) == [7.4, 9, 3]
        && body.batch.stations.prefix(3) == ["141102", "141121", "141122"])
    #expect(body.batch.readings.map(\.periodMilliseconds) == [-29 * 24, -744, -744])
    #expect(
      body.batch.readings.map { CivilOffset.china.format($0.begin) } == [
        "2020-02-01T00:00:00+08:00", "2020-01-01T00:00:00+08:00", "2020-12-01T00:00:00+08:00",
      ])
    #expect(
      body.batch.readings.map { CivilOffset.china.format($0.end) } == [
        "2020-03-01T00:00:00+08:00", "2020-02-01T00:00:00+08:00", "2021-01-01T00:00:00+08:00",
      ])
    #expect(body.errors.map(\.code) == [.time, .unit])
    var ends = csv
    ends.time = TimeMapping(
      path: "month", notation: .rfc3339, meaning: .end, periodMilliseconds: 0, isMonthly: true)
    let ended = decode(.mapping(ends), "county,month,value,unit\n1,2020-03-01T00:00:00+08:00,1,t/km2.month\n")
    #expect(ended.batch.readings.map { CivilOffset.china.format($0.begin) } == ["2020-02-01T00:00:00+08:00"])
    let json = FeedMapping(
      container: .json(rows: "$.data[*]"), station: "$.c",
      time: TimeMapping(
        path: "$.m", notation: .local, pattern: "yyyyMM", meaning: .begin, periodMilliseconds: 0, isMonthly: true),
      values: [ValueMapping(pollutant: "dustfall", path: "$.v", unit: "t/(km2.30d)")])
    let lines = decode(.mapping(json), #"{"data":[{"c":141102,"m":202006,"v":8.9}]}"#)
    #expect(lines.batch.readings.map { CivilOffset.china.format($0.end) } == ["2020-07-01T00:00:00+08:00"])
  }

  @Test("ammonia slip, VOC species and a mobile laboratory's route (走航)")
  func beyondTheSix() {
    let stack = FeedMapping(
      container: .json(rows: "$[*]"), station: "$.plant",
      time: Self.time("$.t", .epochSeconds, .end, period: 3_600_000),
      values: [ValueMapping(pollutant: "nh3", path: "$.slip", unit: "mg/m3")])
    #expect(
      decode(.mapping(stack), #"[{"plant":"P1","t":1606784400,"slip":2.5}]"#).lines == [
        "P1 nh3 2500 2020-12-01T08:00:00+08:00+3600"
      ])
    let route = FeedMapping(
      container: .csv(.init()), station: "car", time: Self.time("ts", .epochMilliseconds),
      long: LongLayout(
        pollutant: "species", value: "value", unitPath: "unit",
        names: [.init("苯", pollutant: "benzene"), .init("TVOC", pollutant: "voc")], knowsCommonNames: true),
      position: PositionMapping(latitude: "lat", longitude: "lon"))
    let body = decode(
      .mapping(route),
      "car,ts,lat,lon,species,value,unit\nM1,1606784400000,37.5243211,111.1234567,苯,10,ppb\n"
        + "M1,1606784401000,,,TVOC,120,ug/m3\nM1,1606784402000,137.5,111.1,甲苯,3,ug/m3\nM1,1606784403000,37.5,111.2,argon,3,ppb\n"
        + "M1,1606784404000,37.5,111.2,TVOC,3,ppb\n")
    #expect(
      body.lines == [
        "M1 benzene \(NDJSONWriter.number(10 * (78.114 / 24.465))) \(Self.at)",
        "M1 voc 120 2020-12-01T09:00:01+08:00+0",
        "M1 toluene 3 2020-12-01T09:00:02+08:00+0",
      ])
    #expect(body.batch.positions.count == 3 && body.ignoredValues == 1)
    #expect(body.batch.position(of: 0) == Position(latitude: 37.5243211, longitude: 111.1234567))
    #expect(body.batch.position(of: 1) == nil && body.batch.position(of: 2) == nil)
    #expect(body.errors.map(\.code) == [.position, .unit])
  }

  @Test("a row's own period, both ends of it, an interval")
  func periods() {
    let ends = FeedMapping(
      container: .json(rows: "$[*]"), station: "$.s",
      time: TimeMapping(
        path: "$.a", notation: .epochSeconds, meaning: .begin, periodMilliseconds: 60_000, endPath: "$.b"),
      values: [ValueMapping(pollutant: "pm25", path: "$.v", unit: "ug/m3")])
    let body = decode(
      .mapping(ends),
      #"[{"s":"A","a":1606784400,"b":1606784700,"v":1},{"s":"B","a":1606784400,"v":2},{"s":"C","a":1606784400,"b":1,"v":3},"#
        + #"{"s":"D","a":1606784400,"b":1609376400,"v":4},{"s":"E","a":1606784400,"b":1609376401,"v":5}]"#)
    #expect(body.batch.readings.map(\.spanMilliseconds) == [300_000, 60_000, 2_592_000_000])
    #expect(body.errors.map(\.path) == ["$[2].b", "$[4].b"])
    let own = FeedMapping(
      container: .csv(.init()), station: "s",
      time: TimeMapping(
        path: "t", notation: .rfc3339, meaning: .end, periodMilliseconds: 0,
        rowPeriod: .init(path: "minutes", unitMilliseconds: 60_000)),
      values: [ValueMapping(pollutant: "pm25", path: "v", unit: "ug/m3")])
    let rows = decode(
      .mapping(own),
      "s,t,minutes,v\nA,2020-12-01T01:00:00Z,15,1\nB,2020-12-01T01:00:00Z,-1,1\nC,2020-12-01T00:00:00Z/2020-12-01T01:00:00Z,,1\n"
    )
    #expect(
      rows.lines == ["A pm25 1 2020-12-01T08:45:00+08:00+900", "C pm25 1 2020-12-01T08:00:00+08:00+3600"])
    #expect(rows.errors.map(\.code) == [.time])
  }

  @Test("names of pollutants in XML and CSV, and alternatives of paths")
  func namesAndAlternatives() {
    let xml = FeedMapping(
      container: .xml(row: "m"), station: "@s", time: Self.time("t", .epochSeconds),
      long: LongLayout(
        pollutant: "@p | p", value: "v | w", names: [.init("x1", pollutant: "pm10", unit: "mg/m3")],
        knowsCommonNames: true))
    let body = decode(
      .mapping(xml),
      #"<r><m s="A" p="x1"><t>1606784400</t><v>0.1</v></m><m s="A"><p>PM2.5</p><t>1606784400</t><w>3</w></m>"#
        + #"<m s="A" p="radon"><t>1606784400</t><v>1</v></m></r>"#)
    #expect(body.lines == ["A pm10 100 \(Self.at)", "A pm25 3 \(Self.at)"] && body.ignoredValues == 1)
  }

  @Test("bytes in code page 437 and Latin 1", arguments: [(TextEncoding.cp437, UInt8(0x9A)), (.latin1, 0xDC)])
  func eightBits(_ encoding: TextEncoding, _ byte: UInt8) {
    var mapping = Mappings.csv
    mapping.encoding = encoding
    let bytes = Array("id,time,PM2.5,CO\n".utf8) + [byte] + Array("b,2020-12-01 09:00:00,1,2\n".utf8)
    let body = FeedFormat.mapping(mapping).decode(bytes, context: .test)
    #expect(body.batch.stations == ["Üb"] && body.errorCount == 0)
    let utf8 = FeedFormat.mapping(mapping).decode(
      Array("id,time,PM2.5,CO\n离,2020-12-01 09:00:00,1,2\n".utf8), context: .test)
    #expect(utf8.batch.stations == ["离"])
    var json = Mappings.park
    json.encoding = encoding
    let object = Array(#"{"data":[{"sn":""#.utf8) + [byte] + Array(#"","ts":1606784400000,"pm2_5":1}]}"#.utf8)
    #expect(FeedFormat.mapping(json).decode(object, context: .test).batch.stations == ["Ü"])
    var xml = Mappings.xml
    xml.encoding = encoding
    let row =
      Array("<r><Row id=\"".utf8) + [byte]
      + Array(#""><Time>2020-12-01T00:00:00Z</Time><PM><Fine>1</Fine></PM></Row></r>"#.utf8)
    #expect(FeedFormat.mapping(xml).decode(row, context: .test).batch.stations == ["Ü"])
  }

  @Test(
    "declarations that cannot work",
    arguments: [
      ("time.end", TimeMapping(path: "$.t", notation: .rfc3339, meaning: .end, periodMilliseconds: 1, endPath: "$.e")),
      (
        "time.period",
        TimeMapping(path: "$.t", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0, isMonthly: true)
      ),
      ("time.period", TimeMapping(path: "$.t", notation: .rfc3339, meaning: .end, periodMilliseconds: -1)),
      (
        "time.pattern",
        TimeMapping(path: "$.t", notation: .local, pattern: "yyyy-MM", meaning: .end, periodMilliseconds: 1)
      ),
    ])
  func declarations(_ key: String, _ time: TimeMapping) {
    var mapping = Mappings.park
    mapping.time = time
    #expect { try FeedDecoder(.mapping(mapping)) } throws: { ($0 as? MappingError)?.key == key }
  }
}
