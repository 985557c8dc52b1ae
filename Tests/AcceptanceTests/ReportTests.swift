import Foundation
import Testing

/// Bulletins of the real binary, from a state that a daemon wrote.
@Suite("bulletins by the command line")
struct ReportCommandTests {
  private static let clock = ["--simulate-from", "2021-01-05T08:00:00+08:00", "--speed", "1"]

  /// A state with the reviewed December of both counties: Lishi at 90 µg/m³ PM10, Fenyang at 120.
  private func state() async throws -> Workbench {
    let bench = try Workbench()
    try bench.write(
      "targets.csv", "year,county,indicator,target,unit,source\n2020,141102,pm10_annual_mean,84,ug/m3,测试\n")
    try bench.write(
      "tasks.csv",
      "task,title,deadline,unit,done_on,evidence\n1,焦炉焖炉,2020-12-20,工信局,,\n2,清洁取暖,2020-12-31,能源局,2020-12-30,函\n")
    try bench.write("seasons.csv", "county,from,until\n141100,2019-11-01,2020-03-31\n141100,2020-12-01,2020-12-31\n")
    try bench.configure(
      feeds: "", more: "targets: [targets.csv]\nledger: {tasks: tasks.csv, heating_seasons: seasons.csv}")
    var text = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    for day in 1...31 {
      let date = "2020-12-\(day < 10 ? "0" : "")\(day)"
      for hour in 1...24 {
        for (station, pm10) in [("2183A", 90), ("2185A", 90), ("F1", 120)] {
          text += "\(date) \(hour < 10 ? "0" : "")\(hour):00,\(station),40,\(pm10),20,30,50,0.8\n"
        }
      }
    }
    try bench.write("december.csv", text)
    let daemon = try await LantianProcess.start(bench, Self.clock)
    let taken = try await LantianProcess.verb(
      ["import", "reviewed", bench.file("december.csv"), "--by", "王五", "--state", bench.file("state")], in: bench)
    #expect(taken.exit == 0, "\(taken.error)")
    #expect(try await daemon.stop() == .exited(0))
    return bench
  }

  @Test func everyKindAndFormat() async throws {
    let bench = try await state()
    func report(_ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(["report"] + arguments + ["--config", bench.file("lantian.yaml")], in: bench)
    }
    let month = try await report("month", "2020-12")
    #expect(month.exit == 0, "\(month.error)")
    let lines = month.output.split(separator: "\n").map(String.init)
    // 40/35 + 90/70 + 20/60 + 30/40 + 0.8/4 + 50/160 = 4.02; 120/70 makes 4.45.
    #expect(lines.contains { $0.contains("离石区") && $0.contains("4.02") && $0.contains("PM10") })
    #expect(lines.contains { $0.contains("汾阳市") && $0.contains("4.45") })
    #expect(month.output.contains("终审") && month.output.contains("PM10 年均"))
    let english = try await report("month", "--language", "en")
    #expect(english.exit == 0 && english.output.contains("Air quality of 吕梁市, month 2020-12"), "\(english.error)")
    for (kind, period) in [("day", "2020-12-05"), ("week", "2020-W50"), ("quarter", "2020-Q4"), ("year", "2020")] {
      let outcome = try await report(kind, period)
      #expect(outcome.exit == 0 && outcome.output.contains(period), "\(kind): \(outcome.error)")
    }
    let week = try await report("week", "2020-W53")
    #expect(week.output.contains("焦炉焖炉") && week.output.contains("逾期"))
    let quarter = try await report("quarter")
    #expect(quarter.output.contains("约谈建议名单") && quarter.output.contains("工信局"))
    let season = try await report("season")
    #expect(season.exit == 0 && season.output.contains("2020/2020"), "\(season.error)")
    for (format, start) in [("html", "<!DOCTYPE html>"), ("csv", "\u{FEFF}"), ("fodt", "<?xml")] {
      let outcome = try await report("month", "2020-12", "--format", format, "--out", bench.file("r.\(format)"))
      #expect(outcome.exit == 0 && outcome.output.isEmpty)
      #expect(bench.read("r.\(format)").hasPrefix(start) && bench.read("r.\(format)").contains("离石区"))
    }
    let json = try await report("month", "2020-12", "--output", "json")
    #expect(json.exit == 0 && json.output.hasPrefix(#"{"language":"zh","title":"#))
  }

  @Test func exitCodes() async throws {
    let bench = try await state()
    func report(_ arguments: String...) async throws -> Int32? {
      try await LantianProcess.verb(["report"] + arguments, in: bench).exit
    }
    let state = ["--state", bench.file("state")]
    func code(_ arguments: String...) async throws -> Int32? {
      try await LantianProcess.verb(["report"] + arguments + state, in: bench).exit
    }
    #expect(try await code("month", "2020-13") == 64)
    #expect(try await code("month", "2020-12", "--format", "docx") == 64)
    #expect(try await code("month", "2021-02") == 65, "nothing of it is over")
    #expect(try await code("season", "2015") == 65)
    #expect(try await code("dust", "2020-12-05") == 65)
    #expect(try await code("dust", "2020-12-05", "离石区") == 0)
    #expect(try await code("day", "--out", "/nonexistent/x") == 74)
    // A device is written to, never replaced; what cannot be written is said.
    #expect(try await code("day", "--out", "/dev/full") == 74)
    #expect(try await code("day", "--out", "/dev/null") == 0)
    try FileManager.default.createSymbolicLink(atPath: bench.file("link"), withDestinationPath: bench.file("real"))
    try bench.write("real", "old")
    #expect(try await code("day", "--out", bench.file("link")) == 0)
    #expect(bench.read("real").contains("日报"))
    #expect(try await report("month", "--state", bench.file("none")) == 74)
    #expect(try await report("month", "--config", bench.file("none.yaml")) == 78)
    // A configuration that is named and cannot be read would lose the plan's tasks in silence.
    #expect(try await code("week", "2020-W53", "--config", bench.file("none.yaml")) == 78)
  }
}
