import FaultServer
import Glibc
import Testing

@Suite("the daemon as a process", .serialized)
struct DaemonTests {
  private static let row = "{\"data\":[{\"s\":\"2183A\",\"t\":\"2020-12-01T10:00:00+08:00\",\"pm25\":29}]}"
  private static let from = ["--simulate-from", "2020-12-01T10:30:00+08:00"]

  @Test("tells systemd that it is ready, alive and stopping")
  func notifications() async throws {
    let bench = try Workbench()
    let manager = try NotifySocket(path: bench.file("notify"))
    try bench.configure(feeds: "")
    let daemon = try await LantianProcess.start(
      bench, environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"])
    var heard = ""
    _ = try await eventually("READY=1 and WATCHDOG=1; \(heard)") {
      heard += manager.messages().joined(separator: "\n") + "\n"
      return heard.contains("READY=1") && heard.contains("WATCHDOG=1") ? true : nil
    }
    #expect(!heard.contains("STOPPING=1"))
    #expect(try await daemon.stop() == .exited(0))
    #expect(manager.messages().contains { $0.contains("STOPPING=1") })
  }

  @Test("a bad reload keeps the old configuration; feeds come and go without touching the others")
  func reload() async throws {
    let bench = try Workbench()
    let server = try FaultServer.start()
    server.fallback(.json(Self.row))
    let first = Workbench.feed("first", server.url("/first"), every: "200ms")
    let second = Workbench.feed("second", server.url("/second"), every: "200ms")
    try bench.configure(feeds: first)
    let daemon = try await LantianProcess.start(bench, Self.from)
    _ = try await eventually("polls") { (try daemon.feed("first")["polls"].int ?? 0) > 3 ? true : nil }
    try bench.write("lantian.yaml", bench.read("lantian.yaml").replacing("every: 200ms", with: "evry: 200ms"))
    daemon.child.signal(SIGHUP)
    _ = try await eventually("the refused reload is counted") {
      try daemon.metrics()["lantian_config_last_reload_successful"] == 0 ? true : nil
    }
    #expect(daemon.log.contains("evry"))
    #expect(daemon.isReady())
    let before = try daemon.feed("first")["polls"].int ?? 0
    _ = try await eventually("the old feed goes on") {
      (try daemon.feed("first")["polls"].int ?? 0) > before ? true : nil
    }
    try bench.configure(feeds: first + second)
    daemon.child.signal(SIGHUP)
    _ = try await eventually("the second feed answers") {
      (try daemon.feed("second")["readings"].int ?? 0) > 0 ? true : nil
    }
    #expect(try daemon.metrics()["lantian_config_last_reload_successful"] == 1)
    #expect(try daemon.feed("first")["polls"].int ?? 0 >= before)
    try bench.configure(feeds: first)
    let answer = try LoopbackClient(port: daemon.port).request("POST", "/-/reload")
    #expect(answer.status == 200)
    #expect(try daemon.feed("second").isNull)
    #expect(try daemon.feed("first")["polls"].int ?? 0 > before)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("SIGTERM drains within its deadline, whatever hangs")
  func drain() async throws {
    let bench = try Workbench()
    try bench.write("hook.key", "secret-of-the-drain", mode: 0o600)
    let server = try FaultServer.start()
    let collector = try Collector.start(script: .hang)
    server.route("/dead", .hang)
    let time = CivilTime(start: EpisodeTests.start, speed: 3_600)
    server.route(
      "/rows",
      EpisodeFeed(stations: ["2183A", "2185A", "F1"], pm25: { _, _ in 30 }, firstHour: 440_000).behaviour(time))
    try bench.configure(
      feeds: Workbench.feed("dead", server.url("/dead"), every: "1m", extra: ["timeout: 30s"])
        + Workbench.feed("rows", server.url("/rows"), every: "10m"),
      hooks: Workbench.webhook("duty", collector.url, extra: ["kinds: [level, data, notice]"])
        .replacing("timeout: 5s", with: "timeout: 30s"))
    let daemon = try await LantianProcess.start(
      bench, ["--simulate-from", EpisodeTests.start, "--speed", "3600"])
    try time.follow(daemon)
    #expect(await collector.waitForDeliveries(1, seconds: 60))
    #expect(await server.waitForRequests(1, path: "/dead", seconds: 30))
    let begun = ContinuousClock.now
    #expect(try await daemon.stop(within: 25) == .exited(0))
    #expect(ContinuousClock.now - begun < .seconds(20))
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
  }

  @Test("exit codes: 78 bad configuration, 74 no state, 69 the port is taken, 64 usage")
  func exitCodes() async throws {
    let bench = try Workbench()
    try bench.configure(feeds: "")
    let config = bench.file("lantian.yaml")
    let daemon = try await LantianProcess.start(bench)
    let second = try await LantianProcess.verb(["run", "--config", config], in: bench)
    #expect(second.exit == 74, "\(second.error)")
    #expect(second.error.contains(bench.file("state")), "\(second.error)")
    let other = try Workbench()
    try other.configure(feeds: "", listen: daemon.address)
    let taken = try await LantianProcess.verb(["run", "--config", other.file("lantian.yaml")], in: other)
    #expect(taken.exit == 69, "\(taken.error)")
    #expect(taken.error.contains(daemon.address.split(separator: ":").last ?? "?"), "\(taken.error)")
    try other.write("file", "")
    let unwritable = try await LantianProcess.verb(
      ["run", "--config", other.file("lantian.yaml")], in: other,
      environment: ["LANTIAN_STATE_DIR": other.file("file/state")])
    #expect(unwritable.exit == 74, "\(unwritable.error)")
    try other.write("bad.yaml", other.read("lantian.yaml") + "\nfeedz: []\n")
    let bad = try await LantianProcess.verb(["run", "--config", other.file("bad.yaml")], in: other)
    #expect(bad.exit == 78 && bad.error.contains("feedz"), "\(bad.error)")
    #expect(try await LantianProcess.verb(["run", "--nonsense"], in: bench).exit == 64)
    #expect(try await LantianProcess.verb(["check", "--config", bench.file("none.yaml")], in: bench).exit == 78)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("check, feed test, status, version, decode and aqi say what they should")
  func verbs() async throws {
    let bench = try Workbench()
    let server = try FaultServer.start()
    server.route("/good", .json(Self.row))
    server.route("/html", .html)
    try bench.configure(
      feeds: Workbench.feed("good", server.url("/good")) + Workbench.feed("html", server.url("/html")))
    let config = ["--config", bench.file("lantian.yaml")]
    let check = try await LantianProcess.verb(["check"] + config, in: bench)
    #expect(check.exit == 0 && check.output.contains("valid"))
    let good = try await LantianProcess.verb(["feed", "test", "good", "--output", "json"] + config, in: bench)
    #expect(good.exit == 0 && good.output.contains("\"station\":\"2183A\""), "\(good.output)\(good.error)")
    #expect(good.output.contains("\"county\":\"141102\"") && good.error.contains("HTTP 200"))
    let html = try await LantianProcess.verb(["feed", "test", "html"] + config, in: bench)
    #expect(html.exit == 65 && html.error.contains("not_json"), "\(html.error)")
    let unknown = try await LantianProcess.verb(["feed", "test", "nobody"] + config, in: bench)
    #expect(unknown.exit == 65 && unknown.error.contains("good, html"))
    let version = try await LantianProcess.verb(["version"], in: bench)
    #expect(version.exit == 0 && version.output.hasPrefix("lantian "))
    let down = try await LantianProcess.verb(["status"] + config, in: bench)
    #expect(down.exit == 69, "\(down.error)")
    let daemon = try await LantianProcess.start(bench, Self.from)
    let status = try await LantianProcess.verb(["status"] + config, in: bench)
    #expect(status.exit == 0 && status.output.contains("ready") && status.output.contains("good"))
    #expect(try await daemon.stop() == .exited(0))

    try bench.write("bad.json", "[{\"station_code\":\"1A\",\"time_point\":\"nonsense\",\"pm10\":5}]")
    let rows = "[{\"station_code\":\"1A\",\"time_point\":\"2016-09-17T15:00:00Z\",\"pm10\":5},"
    try bench.write("half.json", rows + "{\"station_code\":\"1A\",\"time_point\":\"nonsense\",\"pm10\":5}]")
    let loose = try await LantianProcess.verb(["decode", "--format", "pm25in", bench.file("half.json")], in: bench)
    #expect(loose.exit == 0 && loose.output.contains("\"value\":5") && loose.error.contains("nonsense"))
    let strict = try await LantianProcess.verb(
      ["decode", "--strict", "--format", "pm25in", bench.file("half.json")], in: bench)
    #expect(strict.exit == 65 && strict.output == loose.output)
    #expect(
      try await LantianProcess.verb(["decode", "--format", "pm25in", bench.file("bad.json")], in: bench).exit == 65)
    #expect(
      try await LantianProcess.verb(["decode", "--format", "nobody", bench.file("bad.json")], in: bench).exit == 64)
    let aqi = try await LantianProcess.verb(
      ["aqi", "--edition", "hj633-2012", "--period", "hour"], in: bench, input: "pm25,pm10\n29,64\n")
    #expect(aqi.exit == 0 && aqi.output.split(separator: "\n").last?.contains(",57,") == true, "\(aqi.output)")
    let wrong = try await LantianProcess.verb(
      ["aqi", "--edition", "hj633-2012", "--period", "hour"], in: bench, input: "pm25\nabc\n")
    #expect(wrong.exit == 65 && !wrong.error.isEmpty)
  }

  @Test("secrets appear in no log, command line, answer or explanation")
  func secrets() async throws {
    let bench = try Workbench()
    let words = ["s3cret-bearer", "s3cret-password", "s3cret-query", "s3cret-hook", "s3cret-path", "s3cret-header"]
    try bench.write("bearer.token", words[0] + "\n", mode: 0o600)
    try bench.write("hook.key", words[3] + "\n", mode: 0o600)
    let server = try FaultServer.start()
    server.fallback(.status(401))
    // Providers repeat what they refuse.
    server.route("/c", .json("{\"error\":\"refused: Basic dTpzM2NyZXQtcGFzc3dvcmQ= of key \(words[2])\"}"))
    server.route("/d", .json("{\"data\":[{\"s\":\"A\",\"t\":\"bad \(words[5])\",\"pm25\":1}]}"))
    let collector = try Collector.start(path: "/\(words[4])", script: .always(500))
    let time = CivilTime(start: EpisodeTests.start, speed: 3_600)
    server.route(
      "/rows",
      EpisodeFeed(stations: ["2183A", "2185A", "F1"], pm25: { _, _ in 30 }, firstHour: 440_000).behaviour(time))
    try bench.configure(
      feeds: Workbench.feed("bearer", server.url("/b"), extra: ["auth: {bearer_file: bearer.token}"])
        + Workbench.feed(
          "basic", server.url("/c?key=\(words[2])"),
          extra: ["auth: {basic: {username: u, password: \(words[1])}}"])
        + Workbench.feed("vendor", server.url("/d"), extra: ["auth: {header: {name: X-Key, value: \(words[5])}}"])
        + Workbench.feed("rows", server.url("/rows"), every: "10m"),
      hooks: Workbench.webhook("duty", collector.url, extra: ["kinds: [level, data, notice]"]))
    let daemon = try await LantianProcess.start(
      bench, ["--simulate-from", EpisodeTests.start, "--speed", "3600", "--log-level", "trace"])
    try time.follow(daemon)
    for path in ["/b", "/c", "/d"] { #expect(await server.waitForRequests(1, path: path, seconds: 30)) }
    #expect(await collector.waitForDeliveries(1, seconds: 60))
    _ = try await eventually("the retry is logged") { daemon.log.contains("retried") ? true : nil }
    #expect(server.requests(path: "/b").first?.header("Authorization") == "Bearer " + words[0])
    #expect(server.requests(path: "/c").first?.header("Authorization") == "Basic dTpzM2NyZXQtcGFzc3dvcmQ=")
    #expect(server.requests(path: "/d").first?.header("X-Key") == words[5])
    var texts = ["log": daemon.log, "command line": bench.readFile("/proc/\(daemon.child.pid)/cmdline")]
    for path in ["/metrics", "/api/v1/status", "/api/v1/feeds", "/api/v1/events", "/api/v1/stations", "/"] {
      texts[path] = try daemon.get(path).text
    }
    #expect(texts["/api/v1/feeds"]?.contains("bad ***") == true, "\(texts["/api/v1/feeds"] ?? "")")
    let explained = try await LantianProcess.verb(
      ["check", "--explain", "--config", bench.file("lantian.yaml")], in: bench)
    #expect(explained.exit == 0, "\(explained.error)")
    texts["check --explain"] = explained.output + explained.error
    let json = try await LantianProcess.verb(
      ["check", "--explain", "--output", "json", "--config", bench.file("lantian.yaml")], in: bench)
    texts["check --explain as JSON"] = json.output + json.error
    for (place, text) in texts {
      #expect(!text.isEmpty, "\(place)")
      for word in words + ["dTpzM2NyZXQ"] { #expect(!text.contains(word), "\(word) stands in \(place)") }
    }
    #expect(try await daemon.stop() == .exited(0))
  }
}
