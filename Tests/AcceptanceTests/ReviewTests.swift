import Glibc
import Testing

/// Reviewed data through the command line: difference, import, ledger, explanation, a kill.
@Suite("reviewed data by the command line")
struct ReviewCommandTests {
  private static let clock = ["--simulate-from", "2021-01-05T08:00:00+08:00", "--speed", "1"]

  /// Hours of three days of December 2020 at the two stations of Lishi: PM10 as given, the rest clean.
  private static func file(pm10: Int, more: String = "") -> String {
    var text = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    for day in 10...12 {
      for hour in 0..<24 {
        for station in ["2183A", "自来水公司"] {
          text += "2020-12-\(day) \(hour < 9 ? "0" : "")\(hour + 1):00,\(station),40,\(pm10),20,30,50,0.8\n"
        }
      }
    }
    return text + more
  }

  private func configured() throws -> Workbench {
    let bench = try Workbench()
    try bench.write(
      "targets.csv",
      """
      year,county,indicator,target,unit,source
      2020,141102,pm10_annual_mean,84,ug/m3,测试

      """)
    try bench.configure(feeds: "", more: "targets: [targets.csv]")
    return bench
  }

  private func target(_ daemon: LantianProcess) throws -> JSONValue {
    try daemon.api("targets?year=2020").items.first ?? .null
  }

  @Test func comparedTakenExplainedAndKept() async throws {
    let bench = try configured()
    try bench.write("reviewed.csv", Self.file(pm10: 90))
    let daemon = try await LantianProcess.start(bench, Self.clock)
    func reviewed(_ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(
        ["import", "reviewed", bench.file("reviewed.csv"), "--state", bench.file("state")] + arguments, in: bench)
    }
    #expect(try await reviewed().exit == 64, "who answers is asked for")
    let dry = try await reviewed("--dry-run")
    #expect(dry.exit == 0, "\(dry.error)")
    #expect(dry.output.contains("2020-12-10 – 2020-12-12") && dry.output.contains("141102"))
    #expect(try target(daemon)["reviewed"] == .null, "a dry run takes nothing")

    let taken = try await reviewed("--by", "王五", "--id", "q4")
    #expect(taken.exit == 0, "\(taken.error)")
    #expect(taken.error.contains("part 1 of 1"))
    let row = try target(daemon)
    #expect(row["reviewed"]["value"].double == 90 && row["reviewed"]["days"].double == 3)
    #expect(row["to_date"]["value"].double == 90 && row["provisional"]["days"].double == 0)
    let event = try #require(try daemon.api("events").items.last { $0["rule"].string == "review/imported" })
    #expect(event["inputs"]["by"].string == "王五" && event["inputs"]["station_days"].double == 36)
    let again = try await reviewed("--by", "王五", "--id", "q4")
    #expect(again.exit == 0 && again.error.contains("as before"))

    daemon.kill()
    let second = try await LantianProcess.start(bench, Self.clock)
    #expect(try target(second)["reviewed"]["value"].double == 90)
    let explained = try await LantianProcess.verb(
      ["explain", "离石区", "pm10", "2020-12-11", "--state", bench.file("state")], in: bench)
    #expect(explained.exit == 0, "\(explained.output)\(explained.error)")
    #expect(explained.output.contains("终审 final") && explained.output.contains("王五"))
    #expect(explained.output.contains("agrees with the stored value"))
    let month = try await LantianProcess.verb(
      ["explain", "离石区", "pm10", "2020-12", "--state", bench.file("state")], in: bench)
    #expect(
      month.exit == 0 && month.output.split(separator: "\n").count { $0.contains("final)") } == 3, "\(month.output)")
    #expect(try await second.stop() == .exited(0))
    for verb in ["replay", "verify"] {
      let audit = try await LantianProcess.verb(["audit", verb, "--state", bench.file("state")], in: bench)
      #expect(audit.exit == 0, "\(verb): \(audit.output)\(audit.error)")
    }
    let away = try await reviewed("--by", "王五")
    #expect(away.exit == 69 && away.error.contains("0 of 1 parts"))
  }

  @Test func aSetWithFaultsIsNotTaken() async throws {
    let bench = try configured()
    try bench.write(
      "reviewed.csv",
      Self.file(pm10: 90, more: "2020-12-13 01:00,nobody,1,1,1,1,1,1\n2020-12-13 02:00,2183A,x,1,1,1,1,1\n"))
    let daemon = try await LantianProcess.start(bench, Self.clock)
    let arguments = [
      "import", "reviewed", bench.file("reviewed.csv"), "--state", bench.file("state"), "--by", "王五",
    ]
    let refused = try await LantianProcess.verb(arguments, in: bench)
    #expect(refused.exit == 65)
    #expect(refused.error.contains("nobody") && refused.error.contains("reviewed.csv:147"), "\(refused.error)")
    #expect(try target(daemon)["reviewed"] == .null)
    let taken = try await LantianProcess.verb(arguments + ["--skip-faults"], in: bench)
    #expect(taken.exit == 0, "\(taken.error)")
    #expect(try target(daemon)["reviewed"]["days"].double == 3)
    let missing = try await LantianProcess.verb(
      ["import", "reviewed", bench.file("none.csv"), "--state", bench.file("state"), "--dry-run"], in: bench)
    #expect(missing.exit == 66)
    #expect(try await daemon.stop() == .exited(0))
  }
}
