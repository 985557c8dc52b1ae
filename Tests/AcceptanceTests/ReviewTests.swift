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
    #expect(dry.output.contains("not taken"), "\(dry.output)")
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
    // What is true of its rows: reviewed, by whom, from which file; the daemon began later.
    #expect(explained.output.contains("reviewed.csv") && explained.output.contains("the state began at 2021-01-05"))
    #expect(explained.output.contains("the value rests on the reviews above"))
    #expect(!explained.output.contains("no longer reaches back"))
    for period in ["2030", "2030-01-01T05", "2019-03-01"] {
      let nothing = try await LantianProcess.verb(
        ["explain", "离石区", "pm10", period, "--state", bench.file("state")], in: bench)
      #expect(nothing.exit == 65 && nothing.error.contains("there is no data"), "\(period): \(nothing.error)")
    }
    let future = try await LantianProcess.verb(
      ["report", "month", "2030-01", "--state", bench.file("state")], in: bench)
    #expect(future.exit == 65 && future.error.contains("no day that is over"), "\(future.error)")
    let before = try await LantianProcess.verb(
      ["report", "month", "2019-01", "--language", "en", "--state", bench.file("state")], in: bench)
    #expect(before.exit == 0 && before.output.contains("no valid day of data"), "\(before.output)\(before.error)")
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

  /// What the ledger does not take, and what faults keep out, is said in the table and the JSON.
  @Test func whatIsNotTakenIsSaid() async throws {
    let bench = try configured()
    var text = Self.file(pm10: 90)
    text += "2018-05-01 01:00,2183A,40,90,20,30,50,0.8\n2020-12-10 01:00,2183A,41,90,20,30,50,0.8\n"
    try bench.write("reviewed.csv", text)
    let daemon = try await LantianProcess.start(bench, Self.clock)
    func dry(_ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(
        [
          "import", "reviewed", bench.file("reviewed.csv"), "--state", bench.file("state"), "--dry-run",
          "--skip-faults",
        ]
          + arguments, in: bench)
    }
    let table = try await dry()
    #expect(table.exit == 0, "\(table.error)")
    #expect(table.output.contains("two values for an hour"), "\(table.output)")
    #expect(table.error.contains("6 before the ledger"), "\(table.error)")
    let json = try JSONValue(Array(try await dry("--output", "json").output.utf8))
    #expect(json["taking"]["taken"].int == 35 && json["taking"]["before_ledger"].int == 6, "\(json["taking"])")
    #expect(json["left_out"].items.map { $0["pollutant"].string } == ["pm25"])
    #expect(json["left_out"].items.first?["reason"].string == "conflict")
    #expect(try await daemon.stop() == .exited(0))
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
