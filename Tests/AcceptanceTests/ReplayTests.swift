import Foundation
import Testing

/// History through the real binary.
@Suite("replay by the command line")
struct ReplayCommandTests {
  private static let history = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data/history")
  private static let isPresent = FileManager.default.fileExists(atPath: history.path)

  /// Ten days of two stations: three at 60 µg/m³ PM2.5, four at 190, three at 60.
  private static func episode() -> String {
    var text = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    for day in 1...10 {
      for hour in 1...24 {
        for station in ["一中", "二中"] {
          let fine = (4...7).contains(day) ? 190 : 60
          text +=
            "2020-12-\(day < 10 ? "0" : "")\(day) \(hour < 10 ? "0" : "")\(hour):00,\(station),\(fine),\(fine + 30),20,40,50,1.1\n"
        }
      }
    }
    return text
  }

  @Test func episodesFilesAndComparison() async throws {
    let bench = try Workbench()
    try bench.write("december.csv", Self.episode())
    let outcome = try await LantianProcess.verb(
      [
        "replay", bench.file("december.csv"), "--criteria", "mee-2018", "--compare", "mee-2024", "--out",
        bench.file("out"), "--html", bench.file("report.html"), "--output", "json",
      ], in: bench)
    #expect(outcome.exit == 0, "\(outcome.error)")
    let result = try JSONValue(Array(outcome.output.utf8))
    let episodes = result["episodes"].items
    let steps = episodes.first?["levels"].items ?? []
    // The running mean passes 150 µg/m³, AQI 200, in the 17th hour of the 4th day (17 · 190 + 7 · 60 = 3,650 = 24 · 152.1): 48 h of
    // air above 200 have then begun with the 24 h window that ends at 17:00, 25 windows later it is yellow.
    #expect(steps.first?["level"].string == "yellow")
    #expect(steps.first?["at"].string == "2020-12-05T17:00:00+08:00")
    #expect(steps.dropFirst().first?["level"].string == "orange")
    #expect(steps.dropFirst().first?["at"].string == "2020-12-06T17:00:00+08:00")
    #expect(bench.read("out/events.ndjson").contains("none\",\"to\":\"yellow"))
    let page = bench.read("report.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("污染过程"))
    let table = try await LantianProcess.verb(
      ["replay", bench.file("december.csv"), "--compare", "mee-2024"], in: bench)
    #expect(table.exit == 0 && table.output.contains("mee-2024"))
  }

  @Test func badRowsAreNamedAndTheRestGoesOn() async throws {
    let bench = try Workbench()
    try bench.write(
      "bad.csv",
      "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n2020-12-01 01:00,一中,x,30,20,40,50,1\n2020-99-01 01:00,一中,1,1,1,1,1,1\n2020-12-01 02:00,一中,30,30,20,40,50,1\n"
    )
    let outcome = try await LantianProcess.verb(["replay", bench.file("bad.csv")], in: bench)
    #expect(outcome.exit == 0)
    #expect(outcome.error.contains("bad.csv:2") && outcome.error.contains("bad.csv:3"))
    let strict = try await LantianProcess.verb(["replay", bench.file("bad.csv"), "--strict"], in: bench)
    #expect(strict.exit == 65)
    let none = try await LantianProcess.verb(["replay", bench.file("nothing.csv")], in: bench)
    #expect(none.exit == 66)
    let usage = try await LantianProcess.verb(["replay", bench.file("bad.csv"), "--criteria", "mee-1999"], in: bench)
    #expect(usage.exit == 64)
  }

  /// The four years of one Beijing station: what a bureau would try first.
  @Test(.enabled(if: isPresent, "the folder shared/data is not beside this checkout"))
  func aYearOfBeijing() async throws {
    let bench = try Workbench()
    let outcome = try await LantianProcess.verb(
      [
        "replay", Self.history.appendingPathComponent("PRSA_Data_Dongsi_20130301-20170228.csv.gz").path, "--output",
        "json",
      ], in: bench, within: 300)
    #expect(outcome.exit == 0, "\(outcome.error)")
    let result = try JSONValue(Array(outcome.output.utf8))
    #expect(result["years"].items.map { $0["year"].int } == [2013, 2014, 2015, 2016, 2017])
    #expect(result["station_hours"].int == 35_064)
  }
}
