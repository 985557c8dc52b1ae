import AirQuality
import FaultServer
import Glibc
import Testing

@Suite("an episode from the feed to the hooks", .serialized)
struct EpisodeTests {
  static let start = "2020-12-01T00:00:00+08:00"
  static let secret = "a-secret-of-the-duty-room"

  /// 离石区 rises over 48, 72 h and at last to 500, then clears; 汾阳市 stays clean.
  static func episode(_ hour: Int32) -> Double {
    let begin = CivilOffset.china.hour(of: CivilTime.instant(start))
    return switch hour - begin {
    case ..<20: 180
    case 20..<30: 980
    default: 30
    }
  }

  @Test("none, yellow, orange, red; every hook hears what is its own; a person lifts")
  func episode() async throws {
    let bench = try Workbench()
    try bench.write("hook.key", Self.secret + "\n", mode: 0o600)
    let duty = try Collector.start(script: .failing(times: 3))
    let redOnly = try Collector.start()
    let server = try FaultServer.start()
    let time = CivilTime(start: Self.start, speed: 3_600)
    let begin = CivilOffset.china.hour(of: CivilTime.instant(Self.start))
    let feed = EpisodeFeed(
      stations: ["2183A", "2185A", "F1"], pm25: { $0 == "F1" ? 30 : Self.episode($1) }, firstHour: begin - 40)
    server.route("/rows", feed.behaviour(time))
    // A file for each run: runs for different episodes may overlap.
    try bench.write("siren.sh", "#!/bin/sh\nexec cat >\(bench.path)/siren-$$.json\n", mode: 0o755)
    try bench.configure(
      feeds: Workbench.feed("hourly", server.url("/rows"), every: "10m"),
      hooks: Workbench.webhook("duty", duty.url, extra: ["kinds: [level, alert, data, notice]"])
        + Workbench.webhook("red", redOnly.url, extra: ["levels: [red]"])
        + Workbench.entry("siren", ["exec: {command: [\(bench.file("siren.sh"))]}", "levels: [orange, red]"]))
    let daemon = try await LantianProcess.start(bench, ["--simulate-from", Self.start, "--speed", "3600"])
    try time.follow(daemon)

    _ = try await eventually(within: 90, "red; \(try daemon.county("141102")["level"])") {
      try daemon.county("141102")["level"]["name"].string == "red" ? true : nil
    }
    // The air is clean again, and the red criterion holds no more.
    _ = try await eventually(within: 60, "a running AQI below 500") {
      (try daemon.county("141102")["level"]["running_aqi"].int ?? 500) < 500 ? true : nil
    }
    let lifted = try await LantianProcess.verb(
      ["alert", "lift", "141102", "--by", "张三", "--reason", "会商决定，扩散条件转好", "--state", bench.file("state")],
      in: bench)
    #expect(lifted.exit == 0, "\(lifted.error)")
    let again = try await LantianProcess.verb(
      ["alert", "lift", "141102", "--by", "张三", "--reason", "again", "--state", bench.file("state")], in: bench)
    #expect(again.exit == 65)
    #expect(try daemon.county("141102")["level"]["name"].string == "none")
    let list = try await LantianProcess.verb(["alert", "list", "--state", bench.file("state")], in: bench)
    #expect(list.exit == 0 && list.output.contains("离石区"))

    let events = try daemon.api("events").items
    #expect(events.compactMap { $0["sequence"].int } == Array(1...events.count))
    let steps = events.filter { $0["kind"].string == "level" && $0["county"].string == "141102" }
    #expect(
      steps.map { "\($0["from"].string ?? "")>\($0["to"].string ?? "")" } == [
        "none>yellow", "yellow>orange", "orange>red", "red>none",
      ])
    // 25 windows after the 20th valid hour: hour 43 of 40 in the past; a day later the next.
    #expect(steps[0]["at"].string == "2020-12-01T04:00:00+08:00")
    #expect(steps[1]["at"].string == "2020-12-02T04:00:00+08:00")
    #expect(steps[0]["rule"].string == "mee-2018/yellow" && steps[2]["rule"].string == "mee-2018/red")
    let last = try #require(steps.last)
    #expect(last["rule"].string == "mee-2018/operator")
    #expect(last["inputs"]["by"].string == "张三" && last["inputs"]["reason"].string == "会商决定，扩散条件转好")
    let tail = try daemon.api("events?since=\(events.count - 1)").items
    #expect(tail.first?["sequence"].int == events.count)

    let wanted = events.filter { ["level", "alert", "data", "notice"].contains($0["kind"].string ?? "") }
    try await Self.check(duty, hears: wanted, of: daemon)
    let red = events.filter { $0["kind"].string == "level" && ($0["to"].string == "red" || $0["from"].string == "red") }
    #expect(red.count >= 2)
    try await Self.check(redOnly, hears: red, of: daemon)
    let orange = events.filter {
      $0["kind"].string == "level"
        && !Set([$0["to"].string, $0["from"].string]).isDisjoint(with: ["orange", "red"])
    }
    try await Self.checkSiren(bench, hears: orange)
    try Self.checkStream(daemon, after: events.count - 3, through: events.count)
    let metrics = try daemon.metrics()
    #expect(metrics["lantian_alert_transitions_total{from=\"none\",to=\"yellow\"}"] ?? 0 >= 1)
    #expect(metrics["lantian_alert_level{county=\"141182\"}"] == 0)
    #expect(metrics["lantian_hook_queue_length{hook=\"duty\"}"] == 0)
    #expect(try await daemon.stop() == .exited(0))
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
    let log = daemon.log
    #expect(!log.contains(Self.secret))
  }

  /// Every event of `events` arrived, signed, under its key, with the same bytes on every attempt, and nothing else.
  static func check(_ collector: Collector, hears events: [JSONValue], of daemon: LantianProcess) async throws {
    let keys = events.map { "\($0["id"].string ?? "")-\($0["sequence"].int ?? 0)" }
    _ = try await eventually("deliveries of \(keys.count) events") {
      let seen = Set(collector.deliveries.compactMap { $0.header("Idempotency-Key") })
      return seen.isSuperset(of: keys) ? true : nil
    }
    var bodies: [String: [UInt8]] = [:]
    for delivery in collector.deliveries {
      let key = try #require(delivery.header("Idempotency-Key"))
      #expect(keys.contains(key), "\(key) is not this hook's")
      let stamp = try #require(delivery.header("X-Lantian-Timestamp"))
      let signature = HMACSHA256.hex(key: Array(secret.utf8), message: Array((stamp + ".").utf8) + delivery.body)
      #expect(delivery.header("X-Lantian-Signature") == "v1=" + signature)
      #expect(delivery.header("User-Agent")?.hasPrefix("lantian/") == true)
      #expect(delivery.header("Content-Type")?.hasPrefix("application/json") == true)
      if let earlier = bodies[key] { #expect(earlier == delivery.body, "\(key) changed between attempts") }
      bodies[key] = delivery.body
      let body = try JSONValue(delivery.body)
      #expect(body["version"].string == "4")
      #expect(key == "\(body["lantian"]["event_id"].string ?? "")-\(body["lantian"]["sequence"].int ?? 0)")
    }
    for event in events {
      let key = "\(event["id"].string ?? "")-\(event["sequence"].int ?? 0)"
      let body = try JSONValue(try #require(bodies[key]))
      #expect(body["lantian"]["transition"]["from"] == event["from"])
      #expect(body["lantian"]["transition"]["to"] == event["to"])
      #expect(body["lantian"]["county"] == event["county"])
    }
  }

  private static func checkSiren(_ bench: Workbench, hears events: [JSONValue]) async throws {
    let wanted = events.compactMap { $0["sequence"].int }
    let heard = try await eventually("the siren's \(wanted.count) events") { () -> [JSONValue]? in
      let runs = try bench.files { $0.hasPrefix("siren-") && $0.hasSuffix(".json") }
      let lines = runs.compactMap { try? JSONValue(Array(bench.read($0).utf8)) }
      return Set(lines.compactMap { $0["lantian"]["sequence"].int }).isSuperset(of: wanted) ? lines : nil
    }
    #expect(Set(heard.compactMap { $0["lantian"]["sequence"].int }) == Set(wanted))
    #expect(heard.allSatisfy { $0["version"].string == "4" })
  }

  /// Events after `Last-Event-ID` come again, ascending and without a gap.
  private static func checkStream(_ daemon: LantianProcess, after: Int, through last: Int) throws {
    let client = LoopbackClient(port: daemon.port)
    let descriptor = try client.connected()
    defer { close(descriptor) }
    try LoopbackClient.send(
      "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nLast-Event-ID: \(after)\r\n\r\n",
      to: descriptor)
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var ids: [Int] = []
    let deadline = ContinuousClock.now + .seconds(20)
    while ids.count < last - after, ContinuousClock.now < deadline {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      text += chunk[..<count]
      ids = text.split(separator: 0x0A).filter { $0.starts(with: Array("id:".utf8)) }.compactMap { line in
        Int(String(decoding: line.dropFirst(3), as: UTF8.self).filter(\.isNumber))
      }
    }
    #expect(Array(ids.prefix(last - after)) == Array((after + 1)...last))
  }
}
