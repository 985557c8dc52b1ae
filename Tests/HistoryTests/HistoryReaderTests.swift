import AirQuality
import Testing

@testable import History

private func table(_ text: String, station: String = "file", _ options: HistoryOptions = HistoryOptions())
  -> HistoryTable
{
  HistoryReader.read(Array(text.utf8), file: "t.csv", defaultStation: station, options: options)
}

/// Begin of an hour at +08:00.
private func begin(_ year: Int, _ month: Int, _ day: Int, _ hour: Int) -> Int64 {
  CivilOffset.china.start(of: CivilDay(year: year, month: month, day: day)!).milliseconds + Int64(hour) * 3_600_000
}

private func row(_ table: HistoryTable, _ index: Int) -> [Int32] { Array(table.values[index * 6..<index * 6 + 6]) }

@Suite struct HistoryReaderTests {
  @Test func prsaFilesBeginTheirHoursAndGiveCarbonMonoxideInMicrograms() {
    let made = table(
      """
      "No","year","month","day","hour","PM2.5","PM10","SO2","NO2","CO","O3","TEMP","station"
      1,2013,3,1,0,4,4.5,NA,7,300,77,-0.7,"Aotizhongxin"
      2,2013,3,1,23,8,8,4,7,1250,77,-1.1,"Aotizhongxin"
      """)
    #expect(made.problemCount == 0 && made.lines == 2)
    #expect(made.layout?.description == "prsa, a stamp is the begin of its hour, co in ug/m3")
    #expect(made.stations == ["Aotizhongxin"])
    #expect(made.rows.map(\.begin) == [begin(2013, 3, 1, 0), begin(2013, 3, 1, 23)])
    #expect(made.rows[0].given == 0b111111)
    #expect(row(made, 0) == [4_000, 4_500, .min, 7_000, 77_000, 300])
    #expect(row(made, 1) == [8_000, 8_000, 4_000, 7_000, 77_000, 1_250])
  }

  @Test func pointTablesEndTheirHours() {
    let made = table(
      "Date,Hour,WatchPoint,AQI,Level,PrimaryPollution,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2\r\n"
        + "20200402,08,环保局,46,优,NaN,23,46,0.7,38,8,1,23\r\n20200402,00,豆制品厂,NaN,—,—,NaN,NaN,NaN,NaN,NaN,NaN,NaN\r\n"
        + "20200402,24,环保局,46,优,NaN,23,46,0.7,38,8,1,23\r\n")
    #expect(made.problemCount == 0)
    #expect(made.layout?.preset == .points && made.layout?.stamp == .end)
    #expect(made.stations == ["环保局", "豆制品厂"])
    #expect(made.rows.map(\.begin) == [begin(2020, 4, 2, 7), begin(2020, 4, 1, 23), begin(2020, 4, 2, 23)])
    #expect(row(made, 0) == [23_000, 46_000, 23_000, 38_000, 8_000, 700])
    #expect(row(made, 1) == Array(repeating: .min, count: 6))
  }

  /// Other orders, extra columns, marks at the head, separators, brackets: the same two values.
  @Test(arguments: [
    "time,station,pm25,o3\n2020-04-02 08:00,A,23,8",
    "\u{FEFF}extra,O3,PM2.5,site,Date Time\r\nx,8,23,A,2020/4/2 8:00:00\r\n",
    "监测时间;点位名称;细颗粒物(μg/m³);臭氧\n2020年4月2日 8时;A;23.0;8.000",
    "datetime\tstation\tPM2_5\tO3\n2020-04-02T08:00:00+08:00\tA\t２３\t8",
    "datetime,station,PM2.5 (mg/m3),O3\n2020-04-02T00:00:00Z,A,0.023,8",
    "# remark\n\ntimestamp,station,PM₂.₅,O₃\n2020040208,\"A\",\"23\", 8 \n",
    "date,hour,station,PM2.5,O3\n2020-04-02,8时,A,23,8",
    "date,hour,pollutant,value,station\n20200402,8,PM2.5,23,A\n20200402,8,AQI,50,A\n20200402,8,o3,8,A",
  ])
  func layoutsThatSayTheSame(text: String) {
    let made = table(text)
    #expect(made.problemCount == 0, "\(made.problems)")
    #expect(made.stations == ["A"])
    #expect(made.rows.allSatisfy { $0.begin == begin(2020, 4, 2, 7) })
    let values = (0..<6).map { lane in made.rows.indices.map { made.values[$0 * 6 + lane] }.max() }
    #expect(values == [23_000, .min, .min, .min, 8_000, .min])
    #expect(made.rows.reduce(0) { $0 | $1.given } == 0b010001)
  }

  @Test func quotedFieldsMayHoldLineBreaks() {
    let made = table(
      "time,primary,station,PM2.5\n2020-04-02 08:00,\"\r\n  PM10\r\n\r\n  PM2.5\r\n\",A,1\n2020-04-02 09:00,\"a \"\"b\"\"\",A,?\n"
    )
    #expect(made.rows.count == 2 && made.lines == 2)
    // Counted in the lines of the file.
    #expect(made.problems.map(\.line) == [7])
  }

  @Test func declarationsWin() {
    var options = HistoryOptions()
    options.stamp = .begin
    options.zone = .utc
    options.units = [.co: .microgramsPerCubicMeter, .so2: .partsPerBillion]
    options.columns = [.pm25: "fine", .station: "where"]
    let made = table("time,where,fine,co,so2\n2020-04-02 08:00,A,23,700,10", options)
    #expect(made.rows.map(\.begin) == [begin(2020, 4, 2, 16)])
    #expect(row(made, 0) == [23_000, .min, 26_187, .min, .min, 700])
  }

  @Test func aMissingColumnNamesTheFile() {
    #expect(table("time,pm25\n2020-04-02 08:00,1", station: "Dongsi").stations == ["Dongsi"])
  }

  @Test func cityFilesGiveDays() {
    let made = table(
      "\u{FEFF}吕梁,2014-12-31,65,31~160,良,35.3,54.8,184.9,2.622,21.3,41,169\n吕梁,2015-01-01,90,54~149,良,NA,74.8,211.8,3.0585,24.5,36,280"
    )
    #expect(made.problemCount == 0 && made.layout?.preset == .cityDaily && made.cities == ["吕梁"])
    #expect(made.days.map(\.day) == [CivilDay("2014-12-31"), CivilDay("2015-01-01")])
    #expect(made.days[0].values.map(\.thousandths) == [35_300, 54_800, 184_900, 21_300, 41_000, 2_622])
    // Half of a thousandth goes to the even one.
    #expect(made.days[1].values.map(\.thousandths) == [.min, 74_800, 211_800, 24_500, 36_000, 3_058])
    let headed = table("城市,日期,PM2.5,CO\n吕梁,2015-01-01,63,3\n")
    #expect(headed.layout?.preset == .cityDaily && headed.days.count == 1 && headed.rows.isEmpty)
    #expect(headed.days[0].values.map(\.thousandths) == [63_000, .min, .min, .min, .min, 3_000])
  }

  /// A bad cell loses its value, a bad stamp or station its row; the place is named and the rest goes on.
  @Test(arguments: [
    ("2020-04-02 08:00,A,x9,8", 2, "t.csv:2: column PM2.5: \"x9\": not a number; the value counts as missing"),
    (
      "2020-04-02 08:00,A,3000000,8", 2,
      "t.csv:2: column PM2.5: \"3000000\": beyond what can be held; the value counts as missing"
    ),
    (
      "2020-04-31 08:00,A,1,8", 1,
      "t.csv:2: column time: \"2020-04-31 08:00\": no date, or not on the hour, as 2020-04-02 08:00; the row is left out"
    ),
    (
      "2020-04-02 08:30,A,1,8", 1,
      "t.csv:2: column time: \"2020-04-02 08:30\": no date, or not on the hour, as 2020-04-02 08:00; the row is left out"
    ),
    (
      "1999-04-02 08:00,A,1,8", 1,
      "t.csv:2: column time: \"1999-04-02 08:00\": not from 2000 to 2099; the row is left out"
    ),
    ("2020-04-02 08:00,,1,8", 1, "t.csv:2: column station: \"\": no station; the row is left out"),
    ("2020-04-02 08:00", 1, "t.csv:2: column station: \"\": the row ends before its station; it is left out"),
    ("2020-04-02 08:00,A,1,8,7", 1, "t.csv:2: 5 fields where the header has 4; quote fields that hold the separator"),
    ("2020-04-02 08:00,\"A,1,8", 1, "t.csv:2: the quote of field 2 does not close; write quotes inside a field twice"),
  ])
  func badRows(line: String, rows: Int, problem: String) {
    let made = table("time,station,PM2.5,O3\n\(line)\n2020-04-02 09:00,A,1,8\n")
    #expect(made.problems.map(\.description) == [problem])
    #expect(made.problemCount == 1 && made.rows.count == rows && made.lines == 2)
  }

  @Test func daysAndHoursInOneFileAreToldApart() {
    let daily = table("time,station,PM2.5\n2020-04-02,A,1\n2020-04-02 09:00,A,2\n")
    #expect(daily.days.count == 1 && daily.rows.isEmpty)
    #expect(
      daily.problems.map(\.description) == [
        "t.csv:3: column time: \"2020-04-02 09:00\": an hour in a file of days; the row is left out (--preset generic reads hours)"
      ])
    var options = HistoryOptions()
    options.preset = .generic
    let hourly = table("time,station,PM2.5\n2020-04-02,A,1\n2020-04-02 09:00,A,2\n", options)
    #expect(hourly.days.isEmpty && hourly.rows.count == 1)
    #expect(
      hourly.problems.map(\.description) == [
        "t.csv:2: column hour: \"\": not an hour from 0 to 24; the row is left out"
      ])
  }

  @Test(arguments: [
    ("", "t.csv:1: there is no header and no row"),
    ("a,b,c\n1,2,3", "t.csv:1: no column gives the time"),
    ("time,station\n2020-04-02 08:00,A", "t.csv:1: no column gives a pollutant"),
    (
      "time,station,pm25(ppb)\n2020-04-02 08:00,A,1", "t.csv:1: column pm25(ppb): \"ppb\": this unit cannot carry PM2.5"
    ),
  ])
  func unreadableHeaders(text: String, problem: String) {
    let made = table(text)
    #expect(made.problems.first?.description.hasPrefix(problem) == true, "\(made.problems)")
    #expect(made.rows.isEmpty && made.days.isEmpty)
  }

  @Test func faultsAreCountedBeyondWhatIsKept() {
    let made = table("time,station,pm25\n" + String(repeating: "2020-04-02 08:00,A,?\n", count: 250))
    #expect(made.problemCount == 250 && made.problems.count == HistoryTable.maximumProblems && made.rows.count == 250)
  }

  @Test func manyStationsKeepTheirNumbers() {
    let names = (0..<2_000).map { "S\($0)" }
    let lines = (names + names.reversed()).map { "2020-04-02 08:00,\($0),1" }
    let made = table("time,station,pm25\n" + lines.joined(separator: "\n"))
    #expect(made.stations == names)
    #expect(made.rows.map { Int($0.station) } == Array(0..<2_000) + Array((0..<2_000).reversed()))
  }
}

@Suite struct HistoryNumberTests {
  @Test(arguments: [
    ("0", 0), ("12", 12_000), ("-1.5", -1_500), ("+3.", 3_000), (".5", 500), ("1.2345", 1_234), ("1.2355", 1_236),
    ("1.2345000001", 1_235), ("0.0005", 0), ("0.0015", 2), ("1e3", 1_000_000), ("３５．２", 35_200),
  ])
  func numbers(text: String, thousandths: Int) {
    var text = text
    #expect(text.withUTF8 { HistoryNumber($0) } == .value(Int64(thousandths)))
  }

  @Test(arguments: ["", "NA", "na", "NaN", "null", "-", "--", "—", "无", "缺测", "\\N"])
  func marks(text: String) {
    var text = text
    #expect(text.withUTF8 { HistoryNumber($0) } == .missing)
  }

  @Test(arguments: ["x", "1,2", "1 2", "1.2.3", "e", "inf", "0x10", "—1"])
  func bad(text: String) {
    var text = text
    #expect(text.withUTF8 { HistoryNumber($0) } == .bad)
  }
}
