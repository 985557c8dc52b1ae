import AirQuality
import Testing

@Suite("The table filter behind the verb aqi")
struct AQITableTests {
  private func convert(
    _ text: String, _ edition: AQIEdition = .hj633In2012, _ period: AQITable.Period = .hour
  ) -> (lines: [String], problems: [AQITableProblem]) {
    let (output, problems) = AQITable.convert(Array(text.utf8), edition: edition, period: period)
    // By bytes: a CR LF would be one character.
    var lines = output.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    if lines.last == "" { lines.removeLast() }
    return (lines, problems)
  }

  @Test("columns in any order, others pass through, the rest is appended")
  func plain() {
    let (lines, problems) = convert("station,pm25,so2,co,no2,pm10,o3_1h\n\"万寿西宫, 1\",100,3,1.1,21,79,160\n")
    #expect(problems == [])
    #expect(
      lines == [
        "station,pm25,so2,co,no2,pm10,o3_1h,iaqi_pm25,iaqi_so2,iaqi_co,iaqi_no2,iaqi_pm10,iaqi_o3_1h,aqi,primary,category",
        "\"万寿西宫, 1\",100,3,1.1,21,79,160,132,1,11,11,65,50,132,pm25,轻度污染",
      ])
  }

  @Test("missing marks, ties and the two editions")
  func missing() {
    let text = "pm25,pm10,co\n75,150,—\n,NA,\n-,nan,null\n"
    #expect(
      convert(text).lines.dropFirst() == [
        "75,150,—,100,100,,100,pm25;pm10,良", ",NA,,,,,,,", "-,nan,null,,,,,,",
      ])
    #expect(
      convert(text, .hj633In2026).lines.dropFirst() == [
        "75,150,—,114,112,,114,pm25,轻度污染", ",NA,,,,,NA,,", "-,nan,null,,,,NA,,",
      ])
    #expect(
      convert("pm25\n60.5\n60.6\n", .hj633In2026).lines.dropFirst() == ["60.5,100,NA,,", "60.6,101,101,pm25,轻度污染"])
  }

  @Test("hours: the 8 h ozone mean is shown and left out, so2_24h stands in above 800")
  func hours() {
    #expect(convert("o3_1h,o3_8h\n100,265\n").lines[1] == "100,265,32,200,32,,优")
    #expect(
      convert("so2,so2_24h\n900,1600\n100,1600\n").lines.dropFirst() == [
        "900,1600,,300,300,so2,重度污染", "100,1600,34,300,34,,优",
      ])
  }

  @Test("days: 24 h nodes, both ozone maxima, so2_24h is any other column")
  func days() {
    let (lines, problems) = convert("so2,co,o3_1h,o3_8h,so2_24h\n150,4,200,100,x\n", .hj633In2012, .day)
    #expect(problems == [])
    #expect(lines[1] == "150,4,200,100,x,100,100,100,50,100,so2;o3_1h;co,良")
  }

  @Test("byte order mark, CRLF, quotes, blank lines and upper case")
  func spreadsheets() {
    let (lines, problems) = convert("\u{FEFF}\"时间\",\"PM2.5\" , PM10\r\n\"24时\",\"75\",\"150\"\r\n\r\n1时,７５,1\r\n")
    #expect(problems == [])
    #expect(
      lines == [
        "\u{FEFF}\"时间\",\"PM2.5\" , PM10,iaqi_pm25,iaqi_pm10,aqi,primary,category\r",
        "\"24时\",\"75\",\"150\",100,100,100,pm25;pm10,良\r", "\r", "1时,７５,1,100,1,100,pm25,良\r",
      ])
  }

  @Test("a bad row is reported with line and column, the rows behind it are done")
  func badRows() throws {
    let (lines, problems) = convert("id,pm25,so2\na,abc,-999\nb,75\nc,\"75,1\nd,75,1\n")
    #expect(lines.dropFirst() == ["a,abc,-999,,,,,", "d,75,1,100,1,100,pm25,良"])
    #expect(problems.map(\.line) == [2, 2, 3, 4])
    #expect(problems.map(\.column) == ["pm25", "so2", "", "2"])
    #expect(problems[0].kind == .notANumber)
    #expect(problems[1].kind == .negative)
    #expect(problems[2].kind == .fieldCount(found: 2, expected: 3))
    #expect(problems[3].kind == .quoting)
    #expect(problems[0].description.hasPrefix("line 2, column pm25: \"abc\" is not a number"))
    var table = try AQITable(header: Array("pm25".utf8)[...], edition: .hj633In2012, period: .hour)
    #expect(!table.failed)
    _ = table.row(Array("x".utf8)[...])
    #expect(table.failed)
    #expect(table.badRows == 1)
  }

  @Test(
    "a header without a column, with one twice, or badly quoted is refused",
    arguments: ["", "station,city", "pm25,PM2.5", "\"pm25"])
  func badHeader(_ header: String) {
    let (output, problems) = AQITable.convert(Array(header.utf8), edition: .hj633In2012, period: .hour)
    #expect(output.isEmpty)
    #expect(problems.count == 1)
    #expect(problems.first?.line == 1)
  }

  @Test("a line without end is left out")
  func tooLong() throws {
    let long = [UInt8](repeating: 0x31, count: AQITable.maximumLineBytes + 1)
    var table = try AQITable(header: Array("pm25".utf8)[...], edition: .hj633In2012, period: .hour)
    let outcome = table.row(long[...])
    #expect(outcome.line == nil)
    #expect(outcome.problems.map(\.kind) == [.tooLong(bytes: long.count)])
  }

  @Test("GB18030 text passes through untouched")
  func otherEncoding() {
    // 万寿西宫 and — in GB18030.
    let row: [UInt8] = [0xCD, 0xF2, 0xCA, 0xD9, 0xCE, 0xF7, 0xB9, 0xAC, 0x2C, 0xA1, 0xAA, 0x2C, 0x37, 0x35]
    let (output, problems) = AQITable.convert(
      Array("name,so2,pm25\n".utf8) + row, edition: .hj633In2012, period: .hour)
    #expect(problems == [])
    let lines = output.split(separator: 0x0A)
    #expect(Array(lines[1]) == row + Array(",,100,100,pm25,良".utf8))
  }
}
