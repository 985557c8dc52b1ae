import AirQuality
import FaultServer
import Testing

/// kill -9 at random moments against a run that nobody disturbs: the same content gives the same values, levels and
/// events, every event reaches its receiver, and the journal gives the stored state.
@Suite("killed at random moments", .serialized)
struct KillTests {
  static let start = "2020-12-01T00:00:00+08:00"
  static let speed = 1_800.0
  static let kills = 25

  /// One daemon with its feeds and its receiver.
  final class Stage: Sendable {
    let bench: Workbench
    let server: FaultServer
    let collector: Collector
    let time: CivilTime

    init() throws {
      bench = try Workbench()
      server = try FaultServer.start()
      collector = try Collector.start()
      time = CivilTime(start: KillTests.start, speed: KillTests.speed)
      try bench.write("hook.key", "kill-test-secret", mode: 0o600)
      let begin = CivilOffset.china.hour(of: CivilTime.instant(KillTests.start))
      let hourly = EpisodeFeed(
        stations: ["2183A", "2185A"],
        pm25: { station, hour in
          switch hour - begin {
          case ..<20: station == "2183A" ? 170 : 190
          case 20..<34: 985
          default: 40
          }
        }, firstHour: begin - 42)
      let other = EpisodeFeed(
        hours: 6, stations: ["F1"], pm25: { _, hour in Double(30 + (hour % 7 + 7) % 7) }, firstHour: begin - 42)
      let micro = EpisodeFeed(
        hours: 3, publicationDelayMilliseconds: 900_000, stations: (0..<40).map { "micro-\($0)" },
        pm25: { station, hour in Double(50 + (hour % 11 + 11) % 11 + Int32(station.utf8.count)) }, firstHour: begin - 3)
      server.route("/hourly", hourly.behaviour(time))
      server.route("/other", other.behaviour(time))
      server.route("/micro", micro.behaviour(time))
      try bench.configure(
        feeds: Workbench.feed("hourly", server.url("/hourly"), every: "5m")
          + Workbench.feed("other", server.url("/other"), every: "4m")
          + Workbench.feed("micro", server.url("/micro"), every: "3m"),
        hooks: Workbench.webhook("duty", collector.url, extra: ["kinds: [level, alert, data, notice]"]))
    }

    func start() async throws -> LantianProcess {
      let daemon = try await LantianProcess.start(
        bench, ["--simulate-from", KillTests.start, "--speed", "\(KillTests.speed)"])
      try time.follow(daemon)
      return daemon
    }
  }

  /// What must be equal: by civil hour, reception times aside.
  struct Record: Equatable {
    var events: [String]
    /// Feeds found frozen or moving again: found with an answer, at its own second and between any two hours' events.
    var frozen: [String]
    var values: [String]
    var levels: [String]
  }

  static func record(_ daemon: LantianProcess) throws -> Record {
    let listed = try daemon.api("events").items
    #expect(listed.compactMap { $0["sequence"].int } == Array(1...max(1, listed.count)))
    func texts(_ keys: [String], where isFrozen: Bool) -> [String] {
      listed.filter { $0["id"].string?.contains("-frozen-") == isFrozen }.map { event in
        keys.map { event[$0].string ?? "-" }.joined(separator: " ")
      }
    }
    let events = texts(["county", "kind", "from", "to", "at", "id"], where: false)
    var values: [String] = []
    for station in ["2183A", "2185A", "F1", "micro-7"] {
      let from = "2020-12-01T00:00:00%2B08:00"
      let to = "2020-12-02T08:00:00%2B08:00"
      let series = try daemon.api("stations/\(station)/series?pollutant=pm25&window=1h&from=\(from)&to=\(to)")
      values += series["points"].items.map { "\(station) \($0)" }
    }
    let levels = try daemon.api("counties").items.map {
      "\($0["code"].string ?? "") \($0["level"]["name"].string ?? "") \($0["level"]["since"].string ?? "-")"
    }
    return Record(
      events: events, frozen: texts(["county", "kind", "from", "to", "id"], where: true), values: values, levels: levels
    )
  }

  /// 34 civil hours after the start, with the last hour judged.
  private static let end = CivilTime.instant("2020-12-02T10:00:00+08:00")

  @Test("values, levels and events equal those of an undisturbed run; nothing is lost")
  func kills() async throws {
    let seed = UInt64.random(in: 1...999_999)
    print("kill test seed \(seed)")
    async let calm = Self.undisturbed()
    let (disturbed, stage, last) = try await Self.disturbed(seed: seed)
    let undisturbed = try await calm
    #expect(disturbed.events == undisturbed.events, "seed \(seed)")
    #expect(disturbed.frozen == undisturbed.frozen, "seed \(seed)")
    #expect(disturbed.values == undisturbed.values, "seed \(seed)")
    #expect(disturbed.levels == undisturbed.levels, "seed \(seed)")
    #expect(undisturbed.values.count > 100)
    #expect(undisturbed.events.contains { $0.contains("141102 level none yellow") })
    #expect(undisturbed.events.contains { $0.contains("141102 level yellow orange") })

    // Under stable keys, every event at least once, and the same bytes each time.
    let wanted = Set(
      try last.api("events").items.compactMap { event -> String? in
        guard event["kind"].string != "reminder" else { return nil }
        return "\(event["id"].string ?? "")-\(event["sequence"].int ?? 0)"
      })
    _ = try await eventually("all \(wanted.count) events delivered") {
      Set(stage.collector.deliveries.compactMap { $0.header("Idempotency-Key") }).isSuperset(of: wanted) ? true : nil
    }
    var bodies: [String: [UInt8]] = [:]
    for delivery in stage.collector.deliveries {
      let key = try #require(delivery.header("Idempotency-Key"))
      #expect(wanted.contains(key), "seed \(seed): \(key) was delivered and is no event")
      if let earlier = bodies[key] { #expect(earlier == delivery.body, "seed \(seed): \(key) changed") }
      bodies[key] = delivery.body
    }
    last.kill()
    let audit = try await LantianProcess.verb(
      ["audit", "replay", "--state", stage.bench.file("state")], in: stage.bench)
    #expect(audit.exit == 0, "seed \(seed): \(audit.output)\(audit.error)")
  }

  private static func undisturbed() async throws -> Record {
    let stage = try Stage()
    let daemon = try await stage.start()
    let record = try await atTheEnd(daemon)
    #expect(try await daemon.stop() == .exited(0))
    return record
  }

  private static func disturbed(seed: UInt64) async throws -> (Record, Stage, LantianProcess) {
    var random = SeededGenerator(seed: seed)
    let stage = try Stage()
    var daemon = try await stage.start()
    for count in 1...kills {
      let moment = ContinuousClock.now + .milliseconds(Int.random(in: 0...2_200, using: &random))
      // The moment itself is what is tested.
      try await Task.sleep(until: moment, clock: .continuous)
      try #require(
        daemon.isRunning, "seed \(seed): the daemon ended before kill \(count):\n\(daemon.log.suffix(2_000))")
      stage.time.freeze()
      if count % 6 == 3 {
        // An orderly stop in between leaves a snapshot: the next starts begin from it and the journal's tail.
        #expect(try await daemon.stop() == .exited(0))
      } else {
        daemon.kill()
      }
      if count % 5 == 0 {
        let audit = try await LantianProcess.verb(
          ["audit", "replay", "--state", stage.bench.file("state")], in: stage.bench)
        #expect(audit.exit == 0, "seed \(seed), kill \(count): \(audit.output)\(audit.error)")
      }
      daemon = try await stage.start()
    }
    return (try await atTheEnd(daemon), stage, daemon)
  }

  private static func atTheEnd(_ daemon: LantianProcess) async throws -> Record {
    _ = try await eventually(within: 120, "the end of the span") {
      CivilTime.instant(try daemon.api("status")["now"].string ?? "") >= end ? true : nil
    }
    return try record(daemon)
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
