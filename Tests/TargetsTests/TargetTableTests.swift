import AirQuality
import Foundation
import Targets
import Testing

@Suite("Target tables")
struct TargetTableTests {
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let annex = checkout.deletingLastPathComponent().appendingPathComponent("shared/data/plan-2020-annex1.csv")

  private func parse(_ text: String) -> TargetTable { TargetTable(parsing: Array(text.utf8), file: "t.csv") }

  private func shipped() throws -> TargetTable {
    let file = Self.checkout.appendingPathComponent("Deploy/targets/2020.csv")
    return TargetTable(parsing: [UInt8](try Data(contentsOf: file)), file: "targets/2020.csv")
  }

  @Test("the shipped table of 2020 is whole")
  func shippedTable() throws {
    let table = try shipped()
    #expect(table.problems == [])
    #expect(table.rows.count == 76)
    #expect(table.rows.allSatisfy { $0.year == 2020 && $0.baseline == nil && $0.source.hasPrefix("吕政办发〔2020〕19号") })
    for indicator in ["pm10_annual_mean", "so2_annual_mean", "heavy_days", "so2_heating_season_hour_max", "dustfall"] {
      let counties = table.rows.filter { $0.indicator == indicator && !$0.county.hasPrefix("141100") }.map(\.county)
      #expect(Set(counties).count == 13, "\(indicator)")
      #expect(counties.count == 13, "\(indicator)")
    }
    func row(_ county: String, _ indicator: String) throws -> TargetRow {
      try #require(table.rows.first { $0.county == county && $0.indicator == indicator }, "\(county) \(indicator)")
    }
    #expect(try row("141102", "pm10_annual_mean").target == 84)
    #expect(try row("141102", "so2_annual_mean").dropPercent == 31)
    #expect(try row("141128", "so2_annual_mean").dropPercent == nil)
    #expect(try row("141121", "heavy_days").cutDays == 10)
    #expect(try row("141121", "heavy_days").target == nil)
    #expect(try row("141102", "heavy_days").cutDays == nil)
    #expect(try row("141100", "pm10_annual_mean").dropPercent == 11.6)
    #expect(try row("141100", "heavy_days").dropPercent == 14.2)
    #expect(try row("141100-urban", "pm25_annual_mean").target == 35)
    #expect(try row("141100-urban", "so2_annual_mean").target == 20)
    #expect(try row("141100", "good_days").target == nil)
    #expect(
      Set(table.rows.filter { $0.indicator == "leave_worst_ten" }.map(\.county))
        == ["141122", "141121", "141182", "141181"])
  }

  @Test(
    "the shipped table says what the annex prints",
    .enabled(
      if: FileManager.default.fileExists(atPath: annex.path), "the folder shared/data is not beside this checkout"))
  func againstAnnex() throws {
    let table = try shipped()
    let lines = try String(contentsOf: Self.annex, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
    #expect(lines.count == 13)
    for line in lines {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      func row(_ indicator: String) -> TargetRow? {
        table.rows.first { $0.county == fields[0] && $0.indicator == indicator }
      }
      #expect(row("pm10_annual_mean")?.target == Double(fields[3]))
      #expect(row("pm10_annual_mean")?.dropPercent == Double(fields[4]))
      #expect(row("so2_annual_mean")?.target == Double(fields[6]))
      #expect(row("so2_annual_mean")?.dropPercent == Double(fields[7]))
      #expect(row("heavy_days")?.cutDays == Int(fields[9]))
      #expect(row("heavy_days")?.target == nil)
    }
  }

  @Test("the basis of a row: empty is as measured, deduction only where sand-dust plays a part")
  func basis() {
    let header = "year,county,indicator,target,unit,basis\n"
    func table(_ rows: String) -> TargetTable { TargetTable(parsing: Array((header + rows).utf8), file: "t.csv") }
    let good = table(
      "2020,a,pm10_annual_mean,84,ug/m3,\n2020,b,pm25_annual_mean,84,ug/m3,measured\n2020,c,heavy_days,8,d,dust_deducted\n"
    )
    #expect(good.problems.isEmpty)
    #expect(good.rows.map(\.basis) == [.measured, .measured, .dustDeducted])
    for (row, value) in [("so2_annual_mean,60,ug/m3,dust_deducted", "dust_deducted"), ("heavy_days,8,d,dust", "dust")] {
      let bad = table("2020,a,\(row)\n")
      #expect(bad.rows.isEmpty)
      #expect(bad.problems.map(\.column) == ["basis"])
      #expect(bad.problems.first?.value == value)
      #expect(bad.problems.first?.line == 2)
    }
  }

  @Test("byte order mark, CRLF, remarks, blank lines, any order of columns, full-width digits")
  func spreadsheets() {
    let table = parse(
      "\u{FEFF}unit,indicator,county,year,target,source\r\n# 说明\r\n\r\nug/m3,pm10_annual_mean,141102,2020,\"８４\",\"a, b\"\r\n,,,,,\r\n"
    )
    #expect(table.problems == [])
    #expect(
      table.rows == [
        TargetRow(
          year: 2020, county: "141102", indicator: "pm10_annual_mean", target: 84, unit: "ug/m3", source: "a, b")
      ])
  }

  @Test("持续改善 stands for no number; µg/m³ is ug/m3")
  func improvement() {
    let table = parse(
      "year,county,indicator,target,unit,drop_percent,cut_days,baseline\n2020,1,heavy_days,,d,,持续改善,\n2020,1,so2_annual_mean,43,µg/m³,improve,,50.5\n"
    )
    #expect(table.problems == [])
    #expect(table.rows.map(\.cutDays) == [nil, nil])
    #expect(table.rows.last?.unit == "ug/m3")
    #expect(table.rows.last?.baseline == 50.5)
  }

  @Test(
    "a fault names file, line, column, value and what to do",
    arguments: [
      (
        "2020,141102,pm10_annual_mean,8x,ug/m3,,,",
        "t.csv:2: target \"8x\": not a number from 0 up; write a plain decimal number, or leave the field empty"
      ),
      ("2020,141102,pm10_annual_mean,-84,ug/m3,,,", "t.csv:2: target \"-84\": not a number"),
      ("20,141102,pm10_annual_mean,84,ug/m3,,,", "t.csv:2: year \"20\": not a year"),
      ("2020,,pm10_annual_mean,84,ug/m3,,,", "t.csv:2: county \"\": empty"),
      (
        "2020,141102,pm10_anual_mean,84,ug/m3,,,",
        "t.csv:2: indicator \"pm10_anual_mean\": unknown indicator; did you mean pm10_annual_mean?"
      ),
      ("2020,141102,pm10_annual_mean,84,ugm,,,", "t.csv:2: unit \"ugm\": unknown unit"),
      ("2020,141102,pm10_annual_mean,84,,,,", "t.csv:2: unit \"\": empty"),
      ("2020,141102,pm10_annual_mean,84,ug/m3,103,,", "t.csv:2: drop_percent \"103\": not between 0 and 100"),
      ("2020,141102,heavy_days,,d,,2.5,", "t.csv:2: cut_days \"2.5\": not a whole number"),
      ("2020,141102,heavy_days,,d,,2,abc", "t.csv:2: baseline \"abc\": not a number"),
      ("2020,141102,heavy_days,,d,,2,1,9", "t.csv:2: 9 fields, the header has 8"),
      ("2020,141102,heavy_days,,\"d,,2,1", "t.csv:2: field 5"),
    ])
  func faults(_ row: String, _ message: String) {
    let table = parse(
      "year,county,indicator,target,unit,drop_percent,cut_days,baseline\n" + row + "\n2020,2,heavy_days,5,d,,,\n")
    #expect(table.problems.count == 1)
    let said = table.problems.first?.description ?? ""
    #expect(said.hasPrefix(message), "\(said)")
    #expect(table.rows.map(\.county) == ["2"])
  }

  @Test("the same year, unit and indicator twice is a fault")
  func twice() {
    let table = parse(
      "year,county,indicator,target,unit\n2020,1,heavy_days,5,d\n2021,1,heavy_days,5,d\n2020,1,heavy_days,6,d\n")
    #expect(table.rows.count == 2)
    #expect(table.problems.map(\.line) == [4])
    #expect(table.problems.first?.fault.contains("line 2") == true)
  }

  @Test(
    "headers",
    arguments: [
      "year,county,indicator,target", "year,county,indicator,target,unit,targett",
      "year,county,indicator,target,unit,unit", "\"year", "", "\n\n",
    ])
  func headers(_ header: String) {
    let table = parse(header + "\n2020,1,heavy_days,5,d\n")
    #expect(!table.problems.isEmpty)
    #expect(table.rows.isEmpty)
  }

  @Test("bounds: other encodings, size, rows and problems")
  func bounds() {
    let latin = TargetTable(parsing: Array("year,county\n2020,".utf8) + [0xC0, 0xEB], file: "t.csv")
    #expect(latin.problems.map(\.line) == [2])
    #expect(latin.problems.first?.advice == "save the file as \"CSV UTF-8\"")
    let huge = TargetTable(parsing: [UInt8](repeating: 0, count: TargetTable.maximumBytes + 1), file: "t.csv")
    #expect(huge.problems.count == 1)
    let header = "year,county,indicator,target,unit\n"
    let many = parse(header + (0...TargetTable.maximumRows).map { "2020,\($0),heavy_days,5,d\n" }.joined())
    #expect(many.rows.count == TargetTable.maximumRows)
    #expect(many.problems.count == 1)
    let bad = parse(header + String(repeating: "2020,1,heavy_days,x,d\n", count: 500))
    #expect(bad.problems.count == TargetTable.maximumProblems)
  }
}
