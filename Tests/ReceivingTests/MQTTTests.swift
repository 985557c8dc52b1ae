import AirQuality
import Glibc
import Polling
import Receiving
import Secrets
import Synchronization
import TestSupport
import Testing
import Timekeeping

@Suite("Subscriptions", .serialized, .enabled(if: Broker.isInstalled, "mosquitto is not installed"))
struct MQTTTests {
  final class Desk: Sendable {
    let taken = Mutex<[String]>([])
    let faults = Mutex<[ArrivalFault]>([])
    /// Topics of messages that the broker had kept.
    let retained = Mutex<[String]>([])
    let connections = Atomic<Int>(0)
    /// So many messages find the store closed.
    let refusals = Mutex(0)

    func take(_ arrival: FeedArrival, _ done: @escaping @Sendable (ArrivalVerdict) -> Void) {
      let text = String(decoding: arrival.bytes.prefix(20), as: UTF8.self)
      taken.withLock { $0.append("\(arrival.name ?? "-") \(arrival.station ?? "-") \(arrival.bytes.count) \(text)") }
      if arrival.isRetained { retained.withLock { $0.append(arrival.name ?? "-") } }
      let isRefused = refusals.withLock { left in
        defer { left = max(0, left - 1) }
        return left > 0
      }
      if isRefused { return done(.notCommitted(ArrivalFault(code: "not_committed", message: "no store"))) }
      if text.hasPrefix("bad") { return done(.unreadable(ArrivalFault(code: "not_json", message: "m"), errors: [])) }
      done(.committed(ArrivalReport(readings: 1, rows: 1)))
    }

    var services: MQTTServices {
      MQTTServices(
        clock: WallClock(), handler: take, report: { _, fault in self.faults.withLock { $0.append(fault) } },
        connected: { _ in self.connections.add(1, ordering: .relaxed) })
    }
  }

  static func definition(_ broker: Broker, _ change: (inout MQTTDefinition) -> Void = { _ in }) -> MQTTDefinition {
    var definition = MQTTDefinition(
      name: "mqtt", host: "127.0.0.1", port: broker.port, clientID: "lantian-test", topics: ["air/+/minute", "raw/#"],
      maxBodyBytes: 600_000, lateMilliseconds: 60_000)
    definition.stationLevel = 1
    change(&definition)
    return definition
  }

  static func connected(_ hub: MQTTHub, _ what: String = "subscribed") async throws {
    try await SpoolTests.eventually(what) { hub.statuses.first?.isConnected == true }
  }

  @Test("several at once, large and packed ones, topics that fit, stations by level", arguments: [true, false])
  func messages(isVersion5: Bool) async throws {
    let broker = try Broker()
    let desk = Desk()
    let hub = MQTTHub(desk.services)
    await hub.apply([Self.definition(broker) { $0.isVersion5 = isVersion5 }])
    try await Self.connected(hub)
    let large = [UInt8](repeating: 0x78, count: 500_000)
    let many = (0..<50).map { (topic: "air/S\($0)/minute", payload: Array("v\($0)".utf8)) }
    try await broker.publish(
      many + [
        ("air/S1/hour", [1]), ("raw/a/b", large), ("raw/large", large + large),
        ("raw/packed", GunzipTests.packed(large)),
        ("raw/bad", Array("bad".utf8)), ("raw/end", Array("end".utf8)),
      ])
    try await SpoolTests.eventually("the last one") { desk.taken.withLock { $0.last } == "raw/end end 3 end" }
    let xs = String(repeating: "x", count: 20)
    #expect(
      desk.taken.withLock { $0 } == (0..<50).map { "air/S\($0)/minute S\($0) \("v\($0)".count) v\($0)" }
        + ["raw/a/b a 500000 \(xs)", "raw/packed packed 500000 \(xs)", "raw/bad bad 3 bad", "raw/end end 3 end"])
    await hub.stop()
    let status = try #require(hub.statuses.first)
    #expect(status.count(of: .ok) == 53 && status.count(of: .parse) == 1)
    // A broker that speaks MQTT 5 keeps what is too large to itself.
    #expect(status.count(of: .tooLarge) == (isVersion5 ? 0 : 1))
    #expect(desk.connections.load(ordering: .relaxed) == 1)
  }

  @Test("what the broker had kept says so, what comes while this side listens does not", arguments: [true, false])
  func retained(isVersion5: Bool) async throws {
    let broker = try Broker()
    try await broker.publish([("air/K/minute", Array("kept".utf8))], isRetained: true)
    let desk = Desk()
    let hub = MQTTHub(desk.services)
    await hub.apply([Self.definition(broker) { $0.isVersion5 = isVersion5 }])
    try await SpoolTests.eventually("kept") { desk.taken.withLock { $0.last } == "air/K/minute K 4 kept" }
    try await Self.connected(hub)
    try await broker.publish([("air/L/minute", Array("live".utf8))], isRetained: true)
    try await SpoolTests.eventually("live") { desk.taken.withLock { $0.last } == "air/L/minute L 4 live" }
    await hub.stop()
    #expect(desk.retained.withLock { $0 } == ["air/K/minute"] && desk.taken.withLock(\.count) == 2)
  }

  @Test("what is not committed is not acknowledged and comes again")
  func acknowledgement() async throws {
    let broker = try Broker()
    let desk = Desk()
    desk.refusals.withLock { $0 = 2 }
    let hub = MQTTHub(desk.services)
    await hub.apply([Self.definition(broker)])
    try await Self.connected(hub)
    try await broker.publish([("air/A/minute", Array("one".utf8)), ("air/B/minute", Array("two".utf8))])
    try await SpoolTests.eventually("both are committed") { hub.statuses[0].count(of: .ok) == 2 }
    #expect(hub.statuses[0].count(of: .notCommitted) == 2)
    let taken = desk.taken.withLock { $0 }
    #expect(taken == Array(repeating: "air/A/minute A 3 one", count: 3) + ["air/B/minute B 3 two"])
    // A kept message comes before the answer to the subscription, so not every connection got that far.
    #expect((1...3).contains(desk.connections.load(ordering: .relaxed)))
    await hub.stop()
  }

  @Test("a broker that restarts; messages that come while this side is away")
  func sessions() async throws {
    let broker = try Broker()
    let desk = Desk()
    let first = MQTTHub(desk.services)
    await first.apply([Self.definition(broker)])
    try await Self.connected(first)
    broker.stop()
    try await SpoolTests.eventually("the loss is seen") { first.statuses[0].isConnected == false }
    #expect(desk.faults.withLock { $0.first?.code } == "connect")
    try broker.start()
    try await Self.connected(first, "subscribed again")
    try await broker.publish([("air/A/minute", Array("one".utf8))])
    try await SpoolTests.eventually("one") { desk.taken.withLock { $0.last } == "air/A/minute A 3 one" }
    await first.stop()
    try await broker.publish([("air/A/minute", Array("two".utf8))])
    let second = MQTTHub(desk.services)
    await second.apply([Self.definition(broker)])
    try await SpoolTests.eventually("two") { desk.taken.withLock { $0.last } == "air/A/minute A 3 two" }
    await second.stop()
    #expect(desk.taken.withLock(\.count) == 2)
  }

  @Test("a quiet connection stands: pings keep it")
  func idle() async throws {
    let broker = try Broker()
    let desk = Desk()
    let hub = MQTTHub(desk.services)
    await hub.apply([Self.definition(broker) { $0.keepAliveSeconds = 5 }])
    try await Self.connected(hub)
    // The broker would end a silent one after one and a half times the keep-alive.
    try await Task.sleep(for: .seconds(9))
    try await broker.publish([("air/A/minute", Array("late".utf8))])
    try await SpoolTests.eventually("late") { desk.taken.withLock { $0.last } == "air/A/minute A 4 late" }
    await hub.stop()
    #expect(desk.connections.load(ordering: .relaxed) == 1 && desk.faults.withLock(\.isEmpty))
  }

  @Test("a refused stranger is told why, without the password")
  func refused() async throws {
    let broker = try Broker { _ in "allow_anonymous false" }
    let desk = Desk()
    let hub = MQTTHub(desk.services)
    await hub.apply([
      Self.definition(broker) {
        $0.username = "reader"
        $0.password = Secret("geheim")
      }
    ])
    try await SpoolTests.eventually("refused") { desk.faults.withLock { $0.contains { $0.code == "refused" } } }
    await hub.stop()
    #expect(hub.statuses[0].isConnected == false)
    #expect(desk.faults.withLock { $0.allSatisfy { !$0.message.contains("geheim") } })
  }

  @Test(
    "TLS: the broker's certificate and its name are verified",
    .enabled(if: access("/usr/bin/openssl", X_OK) == 0, "openssl is not installed"))
  func tls() async throws {
    let broker = try Broker { folder in
      let request = [
        "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "2",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder + "/key.pem", "-out",
        folder + "/cert.pem",
      ]
      var status: Int32 = 0
      if let pid = try? Broker.spawn(request) { waitpid(pid, &status, 0) }
      return "allow_anonymous true\ncertfile \(folder)/cert.pem\nkeyfile \(folder)/key.pem"
    }
    let desk = Desk()
    let good = MQTTHub(desk.services)
    await good.apply([
      Self.definition(broker) {
        $0.usesTLS = true
        $0.authorityFile = broker.directory.path + "/cert.pem"
      }
    ])
    try await Self.connected(good, "over TLS: \(desk.faults.withLock { $0 })")
    await good.stop()
    for (name, change) in [
      ("an unknown authority", { $0.authorityFile = nil }), ("another host's name", { $0.host = "localhost" }),
      ("no TLS", { $0.usesTLS = false }),
    ] as [(String, (inout MQTTDefinition) -> Void)] {
      let stranger = Desk()
      let hub = MQTTHub(stranger.services)
      await hub.apply([
        Self.definition(broker) {
          $0.usesTLS = true
          $0.authorityFile = broker.directory.path + "/cert.pem"
          change(&$0)
        }
      ])
      try await SpoolTests.eventually(name) { stranger.faults.withLock { !$0.isEmpty } }
      await hub.stop()
      #expect(stranger.connections.load(ordering: .relaxed) == 0, "\(name)")
    }
  }
}
