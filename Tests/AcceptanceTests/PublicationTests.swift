import AirQuality
import FaultServer
import Glibc
import Synchronization
import Testing

/// The binary at an hour a second: it learns when a source publishes, says when that is late, asks for time ranges, polls
/// densely during a level, and keeps a budget over a kill.
@Suite("when feeds are polled", .serialized)
struct PublicationTests {
  static let start = "2020-12-01T00:00:00+08:00"

  /// A source that can be made to stand still.
  final class Source: Sendable {
    private let stopped = Mutex<Instant?>(nil)
    let feed: EpisodeFeed
    let time: CivilTime

    init(_ feed: EpisodeFeed, _ time: CivilTime) {
      self.feed = feed
      self.time = time
    }

    func stop() { stopped.withLock { $0 = time.now } }
    func resume() { stopped.withLock { $0 = nil } }

    var behaviour: Behaviour {
      .computed { [self] _ in
        let body = feed.body(at: stopped.withLock { $0 } ?? time.now)
        return Response(headers: [("Content-Type", "application/json")], body: Array(body.utf8))
      }
    }
  }

  @Test(.timeLimit(.minutes(3)))
  func lagsBudgetsLevelsAndRanges() async throws {
    let bench = try Workbench()
    let server = try FaultServer.start()
    let time = CivilTime(start: Self.start, speed: 3_600)
    let begin = CivilOffset.china.hour(of: CivilTime.instant(Self.start))
    let source = Source(
      EpisodeFeed(
        publicationDelayMilliseconds: 1_200_000, stations: ["2183A", "2185A"], pm25: { _, _ in 985 },
        firstHour: begin - 42), time)
    for path in ["/hourly", "/greedy", "/range"] { server.route(path, source.behaviour) }
    try bench.configure(
      feeds: Workbench.feed(
        "hourly", server.url("/hourly"), every: "1h", extra: ["publication: {alarm_floor: 30m}", "late_after: 2d"])
        + Workbench.feed("greedy", server.url("/greedy"), every: "30m")
        + Workbench.feed(
          "range", server.url("/range?from={from}&until={until}"), every: "4h",
          extra: ["look_back: {span: 6h, daily: {at: \"02:30\", span: 3d}}", "denser: {levels: [red], every: 1h}"]),
      more: "budgets: [{name: shared, requests: 12, per: 1h, feeds: [greedy]}]")
    let arguments = ["--simulate-from", Self.start, "--speed", "3600"]

    // The budget is used up, kept, and not renewed by a kill.
    let first = try await LantianProcess.start(bench, arguments)
    try time.follow(first)
    _ = try await eventually("the budget is used up") {
      let budget = try first.api("status")["budgets"].items.first
      return budget?["available"].int == 0 && budget?["waiting"].int == 1 ? true : nil
    }
    #expect(try first.metrics()["lantian_budget_requests_total{budget=\"shared\"}"] == 12)
    _ = try await eventually("a slot is lost for want of a request") {
      try first.polls("greedy", "skipped") > 0 ? true : nil
    }
    #expect(server.requests(path: "/greedy").count == 12)
    _ = try await eventually("a level makes polls denser") {
      try first.feed("range")["denser"].bool == true ? true : nil
    }
    // The newest request is kept within a second.
    _ = try await eventually("the memory is written") { () -> Bool? in
      var file = stat()
      guard stat(bench.file("state/polling.memory"), &file) == 0 else { return nil }
      return clockSeconds() - Double(file.st_mtim.tv_sec) > 3 ? true : nil
    }
    first.kill()
    _ = try await first.child.waitForEnd(within: 30)
    time.freeze()

    let second = try await LantianProcess.start(bench, arguments)
    try time.follow(second)
    _ = try await eventually("the level is in force after the restart") {
      try second.feed("range")["denser"].bool == true ? true : nil
    }
    // The lag of twenty minutes is learned, and polls follow it.
    _ = try await eventually(within: 60, "the lag is learned: \(second.log.suffix(2_000))") { () -> Bool? in
      let publication = try second.feed("hourly")["publication"]
      guard let alarm = publication["alarm"].double, let usual = publication["usual"].double else { return nil }
      return alarm > usual && (1_100...3_000).contains(usual) ? true : nil
    }
    #expect(try second.feed("hourly")["state"].string == "ok")
    source.stop()
    let late = try await eventually("the feed is late") {
      let feed = try second.feed("hourly")
      return feed["state"].string == "late" && feed["publication"]["late"].bool == true ? feed : nil
    }
    #expect(late["publication"]["reason"].string?.contains("is not there") == true)
    #expect(late["publication"]["reason_zh"].string?.contains("尚无数据") == true)
    #expect(try second.metrics()["lantian_feed_publication_late{feed=\"hourly\"}"] == 1)
    source.resume()
    _ = try await eventually("the feed is in order again") {
      try second.feed("hourly")["state"].string == "ok" ? true : nil
    }
    #expect(second.log.split(separator: "\n").count { $0.contains("publication late") } == 1)
    #expect(second.log.contains("publication there again"))
    #expect(server.requests(path: "/greedy").count == 12, "a kill must not renew the budget")

    // What was learned is there at once after an orderly stop.
    let samples = try second.feed("hourly")["publication"]["samples"].int ?? 0
    #expect(try await second.stop() == .exited(0))
    time.freeze()
    let third = try await LantianProcess.start(bench, arguments)
    try time.follow(third)
    #expect(try (third.feed("hourly")["publication"]["samples"].int ?? 0) >= samples)
    #expect(try await third.stop() == .exited(0))

    // Six hours each time, and once a day three days.
    let spans = server.requests(path: "/range").compactMap { Self.span($0.query) }
    #expect(spans.contains { $0 == 6 })
    #expect(spans.contains { $0 == 72 })
  }

  /// Hours between the two moments of a query.
  static func span(_ query: String) -> Int? {
    var moments: [Instant] = []
    for part in query.split(separator: "&") {
      guard let equals = part.firstIndex(of: "=") else { return nil }
      let text = part[part.index(after: equals)...].replacing("%3A", with: ":")
      guard text.hasSuffix("Z"), let day = CivilDay(String(text.prefix(10))) else { return nil }
      let time = text.dropFirst(11).prefix(8).split(separator: ":").compactMap { Int64($0) }
      guard time.count == 3 else { return nil }
      moments.append(
        CivilOffset.utc.start(of: day).adding(milliseconds: (time[0] * 3_600 + time[1] * 60 + time[2]) * 1_000))
    }
    guard moments.count == 2 else { return nil }
    return Int((moments[1].milliseconds - moments[0].milliseconds) / 3_600_000)
  }
}

/// Unix seconds.
private func clockSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec)
}
