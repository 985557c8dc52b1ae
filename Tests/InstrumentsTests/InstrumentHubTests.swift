import AirQuality
import HJ212
import Instruments
import Synchronization
import TestSupport
import Testing

@Suite("instruments on loopback")
struct InstrumentHubTests {
  typealias Done = @Sendable (Bool) -> Void

  /// A hub whose uploads wait until the test settles them.
  final class Stage: Sendable {
    let uploads = Collector<(upload: InstrumentUpload, done: Done)>()
    let reports = Collector<InstrumentReport>()
    let hub: InstrumentHub

    init() {
      hub = InstrumentHub(
        sink: InstrumentSink(
          commit: { [uploads] _, upload, done in uploads.add((upload, done)) },
          report: { [reports] in reports.add($0) }, now: { Instant(milliseconds: 1_577_808_000_000) }))
    }

    static func definition(
      _ name: String = "dial-in", port: Int = 0, devices: [String] = ["A"],
      _ change: (inout InstrumentLimits) -> Void = { _ in }
    ) -> InstrumentListenerDefinition {
      var limits = InstrumentLimits()
      change(&limits)
      let list = devices.map { ($0, InstrumentPolicy.Device(password: AccessPassword("123456"))) }
      return InstrumentListenerDefinition(
        name: name, host: "127.0.0.1", port: port,
        policy: InstrumentPolicy(devices: Dictionary(uniqueKeysWithValues: list)),
        limits: limits)
    }

    func port(_ name: String = "dial-in") throws -> Int {
      let address = try #require(hub.statuses.first { $0.name == name }?.address)
      return try #require(address.split(separator: ":").last.flatMap { Int($0) })
    }

    var status: InstrumentStatus { hub.statuses.first?.status ?? InstrumentStatus() }
  }

  static func frame(_ number: Int, flag: Int = 5, device: String = "A") -> [UInt8] {
    let segment =
      "QN=2020010100000\(1_000 + number);ST=22;CN=2011;PW=123456;MN=\(device);Flag=\(flag);"
      + "CP=&&DataTime=20200101000000;a34004-Rtd=\(number)&&"
    return FrameEncoder.frame(Array(segment.utf8)) ?? []
  }

  @Test("a frame in pieces is answered after its commit, and not before")
  func pieces() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition()])
    let client = try TCPClient(port: stage.port())
    for byte in Self.frame(7) { try client.send([byte]) }
    let first = try #require(await stage.uploads.wait(1).first)
    #expect(first.upload.batch.readings.first?.value == 7)
    #expect(stage.status.answers == 0 && stage.status.messages == 0)
    first.done(true)
    #expect(try await client.line()?.contains("CN=9014") == true)
    // What is not committed is not answered: the next answer belongs to the next frame.
    try client.send(Self.frame(8) + Self.frame(9))
    let waiting = await stage.uploads.wait(3)
    waiting[1].done(false)
    waiting[2].done(true)
    #expect(try await client.line()?.contains("QN=20200101000001009;ST=91;CN=9014") == true)
    #expect(stage.status.messages == 2 && stage.status.uncommitted == 1 && stage.status.readings == 2)
    await stage.hub.stop()
    #expect(try await client.line() == nil)
    await stage.hub.shutdown()
  }

  @Test("a wrong checksum and a stranger are answered at once and counted")
  func refusals() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition()])
    let client = try TCPClient(port: stage.port())
    var damaged = Self.frame(1)
    damaged[damaged.count - 3] ^= 1
    try client.send(damaged + damaged + Self.frame(1, device: "STRANGER"))
    for expected in ["QnRtn=9", "QnRtn=9", "QnRtn=4"] {
      let answer = try #require(try await client.line())
      #expect(answer.contains("CN=9011") && answer.contains(expected), "\(answer)")
    }
    #expect(stage.status.refusals == [.checksum: 2, .device: 1])
    #expect(stage.status.lastFault?.code == "frame_device" && !stage.status.isGood)
    let refused = stage.reports.values.filter { if case .refused = $0 { true } else { false } }
    #expect(refused.count == 2, "one line of each kind")
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("a device that ends its half of the connection still gets its answers")
  func halfClosed() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition()])
    let client = try TCPClient(port: stage.port())
    try client.send(Self.frame(1) + Self.frame(2))
    client.finishSending()
    for waiting in await stage.uploads.wait(2) { waiting.done(true) }
    #expect(try await client.line()?.contains("CN=9014") == true)
    #expect(try await client.line()?.contains("CN=9014") == true)
    #expect(try await client.line() == nil)
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("connections beyond the bound are turned away, and room comes back")
  func tooMany() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition { $0.connections = 2 }])
    let port = try stage.port()
    var clients = try (0..<2).map { _ in try TCPClient(port: port) }
    for (index, client) in clients.enumerated() { try client.send(Self.frame(index)) }
    for waiting in await stage.uploads.wait(2) { waiting.done(true) }
    #expect(try await TCPClient(port: port).line() == nil)
    #expect(stage.status.closes == [.tooMany: 1] && stage.status.connections == 2)
    clients.removeLast()
    // Two connected, one gone.
    _ = await stage.reports.wait(3)
    while stage.status.connections == 2 { await Task.yield() }
    let third = try TCPClient(port: port)
    try third.send(Self.frame(3))
    _ = await stage.uploads.wait(3)
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("who brings no good frame is let go")
  func noFrame() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition { $0.firstFrameMilliseconds = 50 }])
    let silent = try TCPClient(port: stage.port())
    #expect(try await silent.line() == nil)
    #expect(stage.status.closes == [.noFrame: 1])
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("packets that wait in vain are taken, and who falls silent is let go")
  func idle() async throws {
    let stage = Stage()
    try await stage.hub.apply([
      Stage.definition {
        $0.packetWaitMilliseconds = 20
        $0.idleMilliseconds = 2_000
      }
    ])
    let once = try TCPClient(port: stage.port())
    let part = "QN=1;ST=22;CN=2051;PW=123456;MN=A;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20200101000000;a34004-Avg=5&&"
    try once.send(FrameEncoder.frame(Array(part.utf8)) ?? [])
    // The other packet does not come: what is there is taken.
    let upload = try #require(await stage.uploads.wait(1).first)
    #expect(upload.upload.missingPackets == [2])
    upload.done(true)
    #expect(try await once.line()?.contains("CN=9014") == true)
    #expect(try await once.line() == nil)
    #expect(stage.status.closes == [.idle: 1])
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("noise ends the connection")
  func noise() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition()])
    let client = try TCPClient(port: stage.port())
    // The connection may end while this is being sent.
    try? client.send([UInt8](repeating: 0x41, count: 100_000))
    #expect(try await client.line() == nil)
    #expect(stage.status.closes == [.noise: 1] && stage.status.skippedBytes > 65_536)
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("a device that sends without end is held back until its uploads are committed")
  func backPressure() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition()])
    let client = try TCPClient(port: stage.port())
    let count = 400
    let sender = Task.detached { for number in 0..<count { try client.send(Self.frame(number)) } }
    let first = await stage.uploads.wait(HJ212Limits.waitingUploads)
    for waiting in first { waiting.done(true) }
    var settled = first.count
    while settled < count {
      let all = await stage.uploads.wait(settled + 1)
      for waiting in all[settled...] { waiting.done(true) }
      settled = all.count
    }
    for _ in 0..<count { #expect(try await client.line()?.contains("CN=9014") == true) }
    try await sender.value
    #expect(stage.status.messages == UInt64(count))
    await stage.hub.stop()
    await stage.hub.shutdown()
  }

  @Test("a reload keeps connections, brings the new list of devices, moves and removes listeners")
  func reload() async throws {
    let stage = Stage()
    try await stage.hub.apply([Stage.definition()])
    let port = try stage.port()
    let client = try TCPClient(port: port)
    try client.send(Self.frame(1, device: "B"))
    #expect(try await client.line()?.contains("QnRtn=4") == true)
    try await stage.hub.apply([Stage.definition(devices: ["A", "B"])])
    try client.send(Self.frame(1, device: "B"))
    try #require(await stage.uploads.wait(1).first).done(true)
    #expect(try await client.line()?.contains("CN=9014") == true)
    // An address that is taken: nothing changes.
    await #expect(throws: InstrumentError.self) {
      try await stage.hub.apply([Stage.definition(devices: ["A"]), Stage.definition("second", port: port)])
    }
    try client.send(Self.frame(2, device: "B"))
    try #require(await stage.uploads.wait(2).last).done(true)
    #expect(try await client.line()?.contains("CN=9014") == true)
    try await stage.hub.apply([Stage.definition("other")])
    #expect(try await client.line() == nil)
    #expect(stage.hub.statuses.map(\.name) == ["other"])
    try await stage.hub.apply([])
    #expect(stage.hub.statuses.isEmpty)
    await stage.hub.stop()
    await stage.hub.shutdown()
  }
}
