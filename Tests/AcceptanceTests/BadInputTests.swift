import FaultServer
import FoundationEssentials
import Synchronization
import Testing

/// One daemon with a feed for every bad input, and a healthy one beside them.
final class BadInputStage: Sendable {
  @TaskLocal static var current: BadInputStage?

  let daemon: LantianProcess
  private let servers: [FaultServer]
  private let unanswering: UnansweringListener

  private init(daemon: LantianProcess, servers: [FaultServer], unanswering: UnansweringListener) {
    self.daemon = daemon
    self.servers = servers
    self.unanswering = unanswering
  }

  static func set() async throws -> BadInputStage {
    let bench = try Workbench()
    let certificates = try TestCertificates.generate(in: bench.path)
    try bench.write("ca.pem", try String(contentsOfFile: certificates.authorityFile, encoding: .utf8))
    let main = try FaultServer.start()
    let closed = try FaultServer.start()
    closed.stop()
    let unanswering = try UnansweringListener()
    var servers = [main]
    var feeds = ""
    for test in BadInputCase.all {
      var url = main.url("/" + test.name)
      switch test.peer {
      case .behaviour(let behaviour): main.route("/" + test.name, behaviour)
      case .closedPort: url = closed.url("/")
      case .unanswered: url = unanswering.url("/")
      case .tls(let identity):
        let server = try FaultServer.start(tls: identity(certificates))
        server.fallback(.json("{\"data\":[{\"s\":\"tls\",\"t\":\"2020-12-01T10:00:00+08:00\",\"pm25\":3}]}"))
        servers.append(server)
        url = server.url("/")
      }
      feeds += Workbench.feed(test.name, url, extra: test.lines)
    }
    // A value that moves with every poll: each is a correction, never a repetition.
    let count = Atomic(0)
    main.route(
      "/healthy",
      .computed { _ in
        let value = 20 + count.add(1, ordering: .relaxed).newValue % 100
        return Response(
          body: Array("{\"data\":[{\"s\":\"2183A\",\"t\":\"2020-12-01T10:00:00+08:00\",\"pm25\":\(value)}]}".utf8))
      })
    main.route("/units", .json(unitsBody))
    feeds += Workbench.feed("healthy", main.url("/healthy"), every: "200ms")
    feeds += Workbench.entry(
      "units",
      [
        "url: \"\(main.url("/units"))\"", "every: 1s", "format:", "  json:", "    rows: $.data[*]",
        "    station: $.s", "    time: {path: $.t, as: rfc3339, stamp: end, period: 1h}", "    values:",
        "      pm25: {path: $.v, unit_path: $.u}",
      ])
    try bench.configure(feeds: feeds)
    let daemon = try await LantianProcess.start(bench, ["--simulate-from", BadInputCase.start])
    return BadInputStage(daemon: daemon, servers: servers, unanswering: unanswering)
  }

  private static let unitsBody = """
    {"data":[{"s":"u1","t":"2020-12-01T10:00:00+08:00","v":29,"u":"furlong"},\
    {"s":"u2","t":"2020-12-01T10:00:00+08:00","v":29,"u":"ug/m3"}]}
    """
}

/// Sets the stage once for the suite; at its end the daemon still lives, and ends as it should.
struct BadInputScope: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let stage = try await BadInputStage.set()
    try await BadInputStage.$current.withValue(stage) { try await function() }
    #expect(stage.daemon.isReady())
    #expect(try await stage.daemon.stop() == .exited(0))
  }
}

@Suite("bad input hurts only its own feed", .serialized, BadInputScope())
struct BadInputTests {
  private func stage() throws -> LantianProcess { try #require(BadInputStage.current).daemon }

  @Test("is named, counted and contained", arguments: BadInputCase.all)
  func contained(_ test: BadInputCase) async throws {
    let daemon = try stage()
    let healthy = try daemon.feed("healthy")["readings"].int ?? 0
    _ = try await eventually("\(test.name): \(test.outcome) is counted; \(try daemon.feed(test.name))") {
      try daemon.polls(test.name, test.outcome) >= 1 ? true : nil
    }
    let feed = try daemon.feed(test.name)
    if let code = test.code {
      let fault = feed["last_error"]
      #expect(fault["code"].string == code, "\(fault)")
      #expect(fault["at"].string?.hasPrefix("2020-12-01T10:3") == true, "\(fault)")
      #expect(fault["message"].string?.isEmpty == false, "\(fault)")
      if !test.words.isEmpty { #expect(fault["message"].string?.contains(test.words) == true, "\(fault)") }
      if !test.path.isEmpty { #expect(fault["path"].string?.contains(test.path) == true, "\(fault)") }
    } else {
      #expect(feed["last_error"].isNull, "\(feed)")
    }
    if !test.verdicts.isEmpty {
      _ = try await eventually("verdicts \(test.verdicts)") {
        let metrics = try daemon.metrics()
        // A flag, or what became of the row.
        return test.verdicts.allSatisfy { verdict in
          [
            "lantian_readings_total{feed=\"\(test.name)\",verdict=\"\(verdict)\"}",
            "lantian_reading_dispositions_total{feed=\"\(test.name)\",disposition=\"\(verdict)\"}",
          ].contains { (metrics[$0] ?? 0) > 0 }
        }
          ? true : nil
      }
    }
    _ = try await eventually("the healthy feed flows on") {
      try (daemon.feed("healthy")["readings"].int ?? 0) > healthy ? true : nil
    }
    #expect(daemon.isReady())
  }

  @Test("an unknown unit spoils its row alone")
  func unknownUnit() async throws {
    let daemon = try stage()
    let feed = try await eventually("the feed with units") {
      let feed = try daemon.feed("units")
      return (feed["readings"].int ?? 0) > 0 ? feed : nil
    }
    #expect(feed["last_error"]["code"].string == "row_unit")
    #expect(feed["last_error"]["path"].string?.contains("$.data[0]") == true, "\(feed)")
    #expect(feed["last_error"]["message"].string?.contains("furlong") == true, "\(feed)")
  }

  @Test("memory stays bounded under bombs")
  func memory() async throws {
    let daemon = try stage()
    _ = try await eventually("bombs were met") {
      let metrics = try daemon.metrics()
      return ["zero-bomb", "ten-gigabytes", "huge-headers"].allSatisfy {
        metrics["lantian_feed_polls_total{feed=\"\($0)\",outcome=\"too_large\"}"] ?? 0 >= 1
      } ? true : nil
    }
    #expect(daemon.memory().peak < 256 << 20, "peak \(daemon.memory().peak >> 20) MiB")
  }

  @Test("no feed but the healthy ones is up, and the log names each")
  func log() async throws {
    let daemon = try stage()
    for test in BadInputCase.all where test.code?.hasPrefix("row_") == false && test.outcome != "ok" {
      _ = try await eventually("a log line for \(test.name)") {
        daemon.log.contains { $0.isNewline } && daemon.log.contains("feed=\(test.name) ") ? true : nil
      }
    }
  }
}
