import AirQuality
import FaultServer
import Testing

/// What screening finds in a running daemon, and what people do with it: inspections, grid tasks, flags; kept over kill -9.
@Suite("what screening finds, and what people do with it", .serialized)
struct ScreeningActsTests {
  private static let start = "2020-12-01T00:00:00+08:00"

  /// From the fourth hour on F1 falls to a third while its neighbours and its own gases go on, and M6 stands out.
  private static func pm25(_ station: String, _ hour: Int32) -> Double {
    let since = hour - CivilOffset.china.hour(of: CivilTime.instant(start))
    let wave = Double((hour + Int32(station.utf8.last ?? 0)) % 3)
    switch station {
    case "F1": return (since < 4 ? 160 : 50) + wave
    case "F2", "F3": return 160 + wave
    case "M6": return ((4..<9).contains(since) ? 190 : 45) + wave
    default: return 45 + wave
    }
  }

  private static let names = ["F1", "F2", "F3", "M1", "M2", "M3", "M4", "M5", "M6"]

  @Test func foundConcludedAndKept() async throws {
    let bench = try Workbench()
    try bench.write("inspectors.token", "inspectors-only\n", mode: 0o600)
    try bench.write("owners.csv", "county,station,owner,contact\n141182,,赵六,0358-1\n")
    try bench.write(
      "stations.csv",
      "id,name,county,class,lat,lon,assessed\n"
        + Self.names.map {
          "\($0),,141182,\($0.hasPrefix("F") ? "national" : "micro"),,,\($0.hasPrefix("F") ? "yes" : "no")"
        }
        .joined(separator: "\n") + "\n")
    let inspectors = try Collector.start()
    let everybody = try Collector.start()
    let server = try FaultServer.start()
    let time = CivilTime(start: Self.start, speed: 3_600)
    let begin = CivilOffset.china.hour(of: CivilTime.instant(Self.start))
    let feed = EpisodeFeed(
      hours: 12, stations: Self.names, pm25: { Self.pm25($0, $1) }, firstHour: begin - 8)
    server.route("/rows", feed.behaviour(time))
    try bench.write("hook.key", "key\n", mode: 0o600)
    try bench.configure(
      feeds: Workbench.feed("hourly", server.url("/rows"), every: "10m"),
      hooks: Workbench.webhook("inspectors", inspectors.url, extra: ["kinds: [inspection]"])
        + Workbench.webhook("all", everybody.url, extra: ["kinds: [level, alert, data, watch, task, notice]"]),
      more: "inspectors: {token_file: inspectors.token}\nhot_spots: {owners: owners.csv}")
    let clock = ["--simulate-from", Self.start, "--speed", "3600"]
    let daemon = try await LantianProcess.start(bench, clock)
    try time.follow(daemon)
    func verb(_ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(arguments + ["--state", bench.file("state")], in: bench)
    }

    let task = try await eventually(within: 60, "a grid task; \(try daemon.api("events"))") {
      try daemon.api("tasks?open=true").items.first { $0["pollutant"].string == "pm25" }?["id"].string
    }
    #expect(task.hasPrefix("141182-task-M6-pm25-"))
    let found = try await eventually(within: 60, "an inspection") {
      let list = try await verb("inspection", "list", "--open", "--output", "json")
      return list.output.contains("sudden-drop") ? list.output : nil
    }
    #expect(found.contains("\"station\":\"F1\""))
    let id = try #require(found.firstRange(of: "\"id\":\"").map { found[$0.upperBound...].prefix { $0 != "\"" } })

    try await inspectionsAreForInspectors(daemon, inspectors, everybody)
    let shown = try await verb("inspection", "show", String(id))
    #expect(shown.exit == 0 && shown.output.contains("数据异常待核查 F1") && shown.output.contains("TO BE INSPECTED"))
    let concluded = try await verb(
      "inspection", "conclude", String(id), "--finding", "confirmed", "--by", "王五", "--reason", "采样口遮挡")
    #expect(concluded.exit == 0, "\(concluded.error)")
    #expect(
      try await verb(
        "inspection", "conclude", String(id), "--finding", "cleared", "--by", "王五", "--reason", "x"
      ).exit == 65)

    #expect(try await verb("task", "close", task, "--by", "李四", "--reason", "x").exit == 65, "not handled yet")
    #expect(try await verb("task", "report", task, "--by", "张三", "--note", "夜市").exit == 0)
    #expect(try await verb("task", "handle", task, "--by", "张三", "--note", "取缔").exit == 0)
    let same = try await verb("task", "close", task, "--by", "张三", "--reason", "x", "--force")
    #expect(same.exit == 65 && same.error.contains("another person"))

    // The reviewer fails the hours that the inspection confirmed.
    let flag = try await verb(
      "flag", "set", "F1", "pm25", "--from", "2020-12-01T04:00", "--until", "2020-12-01T06:00", "--flag", "4", "--by",
      "李四", "--reason", "核查属实", "--id", "f1")
    #expect(flag.exit == 0, "\(flag.error)")
    time.freeze()
    daemon.kill()

    let second = try await LantianProcess.start(bench, clock)
    try time.follow(second)
    let closed = try await verb("task", "close", task, "--by", "李四", "--reason", "连续恢复", "--force")
    #expect(closed.exit == 0, "\(closed.error)")
    let steps = try #require(second.api("tasks?open=false").items.first { $0["id"].string == task })
    #expect(steps["entries"].items.map { $0["step"].string } == ["discovered", "reported", "handled", "closed"])
    #expect(steps["owner"].string == "赵六")
    let flags = try await verb("flag", "list")
    #expect(flags.exit == 0 && flags.output.contains("核查属实"))
    let series = try second.api(
      "stations/F1/series?pollutant=pm25&window=1h&from=2020-12-01T04:00:00%2B08:00&to=2020-12-01T07:00:00%2B08:00"
    )["points"].items
    #expect(series.first?["flag"].int == 4 && series.last?["flag"].int != 4, "\(series)")
    let explained = try await verb("explain", "F1", "pm25", "2020-12-01T05")
    #expect(explained.output.contains("flag 4  李四：核查属实"), "\(explained.output)\(explained.error)")
    #expect(explained.output.contains("flag 4 overridden"), "\(explained.output)")
    #expect(try await verb("flag", "withdraw", "f1", "--by", "李四", "--reason", "重核").exit == 0)
    #expect(try await verb("flag", "withdraw", "f1", "--by", "李四", "--reason", "重核").exit == 65)
    #expect(try await second.stop() == .exited(0))
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
    #expect(!daemon.log.contains("inspectors-only") && !second.log.contains("inspectors-only"))
  }

  /// Their hook and their token alone.
  private func inspectionsAreForInspectors(
    _ daemon: LantianProcess, _ inspectors: Collector, _ everybody: Collector
  ) async throws {
    _ = try await eventually("the inspectors' delivery") { inspectors.deliveries.isEmpty ? nil : true }
    #expect(inspectors.deliveries.allSatisfy { $0.text.contains("inspection") })
    #expect(!everybody.deliveries.contains { $0.text.contains("inspection") || $0.text.contains("sudden-drop") })
    let events = try daemon.api("events").items
    #expect(events.compactMap { $0["sequence"].int } == Array(1...max(1, events.count)).prefix(events.count).map { $0 })
    #expect(!events.contains { $0["kind"].string == "inspection" })
    #expect(!daemon.log.contains("sudden-drop") && !daemon.log.contains("-inspection-"), "\(daemon.log)")
    #expect(try !daemon.metrics().keys.contains { $0.contains("inspectors") })
    #expect(try !daemon.get("/api/v1/status").text.contains("inspectors"))
    #expect(try daemon.get("/api/v1/inspections").status == 401)
    let allowed = try LoopbackClient(port: daemon.port).request(
      "GET", "/api/v1/inspections", headers: ["Authorization: Bearer inspectors-only"])
    #expect(allowed.status == 200 && allowed.text.contains("sudden-drop"))
  }
}
