import AirQuality
import Foundation
import Targets
import TestSupport
import Testing

@Suite("Baselines and revisions")
struct BaselineTests {
  private func shipped() throws -> TargetTable {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = folder.appendingPathComponent("Deploy/targets/2020.csv")
    return TargetTable(parsing: [UInt8](try Data(contentsOf: file)), file: "targets/2020.csv")
  }

  @Test("the plan of 2020: 13 counties, mean target 98.92, mean base 111.94, so 11.63 % down")
  func printedFacts() throws {
    let rows = try shipped().rows.filter { $0.indicator == "pm10_annual_mean" && $0.target != nil }
    #expect(rows.count == 13)
    let targets = rows.compactMap(\.target).reduce(0, +)
    #expect(targets == 1_286)
    #expect(divideHalfEven(Int64(targets) * 100, 13) == 9_892, "98.92")
    let bases = try rows.map { try #require(LedgerBaseline(derivedFrom: $0)) }
    let sum = bases.reduce(Int64(0)) { $0 + Int64($1.value.thousandths) }
    let mean = Concentration.mean(sum: sum, count: 13)
    #expect(mean.rounded(toDecimals: 2).value == 111.94)
    // The mean target is 1286/13: (1286/13 - B)/B in thousandths of a percent.
    let base = Int64(mean.thousandths)
    let drop = divideHalfEven(100_000 * (1_286_000 - 13 * base), 13 * base)
    #expect(Concentration(thousandths: Int32(drop)).rounded(toDecimals: 2).value == -11.63)
    #expect(bases.allSatisfy { $0.isDerived && !$0.isOfficial && $0.year == 2019 })
    // The whole numbers that DOMAIN.md finds to reproduce the rows lie in the intervals, but for what was rounded twice.
    let whole = [87.0, 113, 81, 129, 125, 138, 139, 143, 77, 99, 112, 114, 100]
    for (base, value) in zip(bases, whole) {
      #expect(base.low.value <= value && value <= base.high.value, "\(base) \(value)")
    }
  }

  @Test("an interval holds every base whose rounded drop and target are the printed ones, to a thousandth")
  func intervals() throws {
    for row in try shipped().rows where row.dropPercent != nil && row.target != nil {
      let base = try #require(LedgerBaseline(derivedFrom: row))
      // The corners: T ± 0.5 and p ± 0.05, in exact arithmetic.
      let target = Int64(try #require(row.target)) * 1_000
      let kept = 100_000 - Int64(Concentration(try #require(row.dropPercent)).thousandths)
      #expect(Int64(base.low.thousandths) * (kept + 50) <= (target - 500) * 100_000)
      #expect((Int64(base.low.thousandths) + 1) * (kept + 50) > (target - 500) * 100_000)
      #expect(Int64(base.high.thousandths) * (kept - 50) >= (target + 500) * 100_000)
      #expect((Int64(base.high.thousandths) - 1) * (kept - 50) < (target + 500) * 100_000)
    }
  }

  @Test("a derived or unofficial value is shown and makes neither a target nor a state")
  func informative() throws {
    let today = try #require(CivilDay("2020-12-01"))
    var row = TargetRow(
      year: 2020, county: "1", indicator: "pm10_annual_mean", target: 84, unit: "ug/m3", dropPercent: 3.4)
    let means = LedgerInput.dailyMeans([Concentration](repeating: Concentration(80), count: 335))
    let derived = try #require(LedgerBaseline.known(for: row, among: []))
    let with = Ledger.evaluate(row, means, LedgerContext(today: today, baseline: derived))
    let without = Ledger.evaluate(row, means, LedgerContext(today: today))
    #expect(with.state == without.state && with.reason == without.reason && with.target == without.target)
    #expect(try #require(with.dropLow) < (try #require(with.dropHigh)))
    row.target = nil
    let stated = TargetBaseline(
      year: 2019, county: "1", indicator: "pm10_annual_mean", value: Concentration(87), isOfficial: false)
    let known = try #require(LedgerBaseline.known(for: row, among: [stated]))
    #expect(!known.isOfficial && !known.isDerived)
    #expect(Ledger.evaluate(row, means, LedgerContext(today: today, baseline: known)).state == .unknown)
    var official = stated
    official.isOfficial = true
    #expect(LedgerBaseline.known(for: row, among: [stated, official])?.isOfficial == true)
    official.year = 2018
    #expect(LedgerBaseline.known(for: row, among: [official]) == nil)
  }

  @Test("the row in force is the newest that has begun; the others stay to be seen")
  func revisions() throws {
    let table = TargetTable(
      parsing: Array(
        """
        year,county,indicator,target,unit,source,in_force_from,compare
        2020,141102,pm25_annual_mean,,ug/m3,19号,,
        2020,141121,heavy_days,8,d,19号,,
        2020,141102,pm25_annual_mean,44,ug/m3,32号,2020-07-01,
        2020,141102,pm25_annual_mean,43,ug/m3,40号,2020-10-01,below
        2020,141182,good_days,230,d,40号,2020-10-01,

        """.utf8), file: "t.csv")
    #expect(table.problems == [])
    func inForce(_ day: String) throws -> [TargetRevision] {
      TargetRevision.inForce(table.rows, on: try #require(CivilDay(day)))
    }
    #expect(try inForce("2020-06-30").map(\.row.target) == [nil, 8])
    #expect(try inForce("2020-07-01").map(\.row.target) == [44, 8])
    let last = try inForce("2021-01-01")
    #expect(last.map(\.row.target) == [43, 8, 230])
    #expect(last[0].earlier.map(\.source) == ["19号", "32号"])
    #expect(last[0].row.comparison == .below)
    #expect(last[1].earlier.isEmpty)
  }

  @Test(
    "faults of revisions",
    arguments: [
      ("2020,1,heavy_days,5,d,,2020-07-01,", "t.csv:2: source \"\": a revision without its document"),
      ("2020,1,heavy_days,5,d,a,2020-7-1,", "t.csv:2: in_force_from \"2020-7-1\": not a date"),
      ("2020,1,heavy_days,5,d,a,,most", "t.csv:2: compare \"most\": unknown comparison"),
    ])
  func faults(_ line: String, _ message: String) {
    let table = TargetTable(
      parsing: Array(
        ("year,county,indicator,target,unit,source,in_force_from,compare\n" + line + "\n").utf8), file: "t.csv")
    #expect(table.problems.count == 1)
    #expect(table.problems.first?.description.hasPrefix(message) == true, "\(table.problems)")
  }

  @Test("two tables may not say the same of one day; a revision in a second file may")
  func joined() {
    func table(_ text: String, _ file: String) -> (file: String, table: TargetTable) {
      let header = "year,county,indicator,target,unit,source,in_force_from\n"
      return (file, TargetTable(parsing: Array((header + text).utf8), file: file))
    }
    let first = table("2020,1,heavy_days,5,d,,\n", "a.csv")
    let revised = TargetTable.joined([first, table("2020,1,heavy_days,4,d,32号,2020-07-01\n", "b.csv")])
    #expect(revised.problems == [] && revised.rows.count == 2)
    let twice = TargetTable.joined([first, table("2021,1,heavy_days,4,d,,\n2020,1,heavy_days,4,d,,\n", "b.csv")])
    #expect(twice.problems.map(\.description).first?.hasPrefix("b.csv:3: indicator \"heavy_days\"") == true)
    #expect(twice.problems.first?.fault.contains("a.csv:2") == true)
  }
}
