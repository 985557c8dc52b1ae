import AirQuality
import Glibc
import HJ212
import Testing

/// Reports upward from the real binary.
@Suite("Reports to a superior platform", .serialized)
struct ForwardTests {
  /// The hour before the running one.
  static let hour = CivilOffset.china.hour(of: Instant(milliseconds: Int64(time(nil)) * 1_000)) - 1

  static func frame(_ device: String, _ pollutants: [(String, String)]) throws -> [UInt8] {
    let begin = CivilOffset.china.start(ofHour: hour)
    let digits = CivilOffset.china.format(begin).filter(\.isNumber).prefix(14)
    let factors = pollutants.map { "\($0.0)-Avg=\($0.1),\($0.0)-Flag=N" }.joined(separator: ";")
    let segment = "QN=\(digits)000;ST=22;CN=2061;MN=\(device);Flag=5;CP=&&DataTime=\(digits);\(factors)&&"
    return try #require(FrameEncoder.frame(Array(segment.utf8)))
  }

  static func configure(_ bench: Workbench, _ platform: PlatformServer) throws {
    try bench.write("devices.csv", "mn,station\nDEV1,2183A\nDEV2,2185A\n")
    try bench.write("upward.csv", "mn,source\nUP_STATION,2183A\nUP_COUNTY,141102\n")
    try bench.write("upward.pw", "654321\n", mode: 0o600)
    try bench.configure(
      feeds: InstrumentTests.listener(port: 0),
      more: """
        forward:
          - name: province
            address: 127.0.0.1:\(platform.port)
            format: hj212
            sources: upward.csv
            password_file: upward.pw
            delay: 0s
        """)
  }

  static func waiting(_ daemon: LantianProcess) throws -> Double {
    try daemon.metrics()["lantian_forward_queue_length{forward=\"province\"}"] ?? -1
  }

  @Test("hour means go up under one request number until they are answered, over kill -9, and once")
  func atLeastOnce() async throws {
    let bench = try Workbench()
    let platform = try PlatformServer()
    platform.answer(false)
    try Self.configure(bench, platform)
    var daemon = try await LantianProcess.start(bench)
    let client = try InstrumentClient(port: await InstrumentTests.port(daemon))
    try client.send(
      Self.frame("DEV1", [("a34004", "35.5"), ("a21005", "0.427")]) + Self.frame("DEV2", [("a34004", "45")]))
    #expect(try await client.line()?.contains("CN=9014") == true)
    #expect(try await client.line()?.contains("CN=9014") == true)
    // What is due is looked for at the start.
    daemon.kill()
    _ = try await daemon.child.waitForEnd(within: 10)
    daemon = try await LantianProcess.start(bench)
    let first = try await eventually("the first report; log:\n\(daemon.log)") { platform.segments.first }
    #expect(first.contains(";ST=22;CN=2061;PW=654321;MN=UP_STATION;Flag=5;CP=&&DataTime="), "\(first)")
    #expect(first.contains("a34004-Avg=35.5,a34004-Flag=N") && first.contains("a21005-Avg=0.427"))
    #expect(try Self.waiting(daemon) == 2)
    // Unanswered it is sent again as it was, also by the next process.
    daemon.kill()
    _ = try await daemon.child.waitForEnd(within: 10)
    daemon = try await LantianProcess.start(bench)
    _ = try await eventually("the same again") { platform.segments.count > 1 ? true : nil }
    #expect(Set(platform.segments) == [first])
    platform.answer(true)
    _ = try await eventually(within: 60, "the queue to be empty; log:\n\(daemon.log)") {
      try Self.waiting(daemon) == 0 ? true : nil
    }
    let all = platform.segments
    let county = try #require(all.last)
    #expect(Set(all) == [first, county], "each message has one text")
    #expect(county.contains(";MN=UP_COUNTY;") && county.contains("a34004-Avg=40.25,a34004-Flag=N"), "\(county)")
    #expect(try daemon.metrics()["lantian_forward_deliveries_total{forward=\"province\",outcome=\"delivered\"}"] == 2)
    #expect(try daemon.metrics()["lantian_forward_connected{forward=\"province\"}"] == 1)
    #expect(!daemon.log.contains("654321"))
    // What was answered is not sent by another process, and what was corrected is.
    let count = all.count
    let again = try InstrumentClient(port: await InstrumentTests.port(daemon))
    try again.send(Self.frame("DEV2", [("a34004", "47")]))
    #expect(try await again.line()?.contains("CN=9014") == true)
    #expect(try await daemon.stop() == .exited(0))
    daemon = try await LantianProcess.start(bench)
    let corrected = try await eventually("the corrected mean") {
      platform.segments.count > count ? platform.segments.last : nil
    }
    #expect(corrected.contains(";MN=UP_COUNTY;") && corrected.contains("a34004-Avg=41.25"), "\(corrected)")
    _ = try await eventually("the queue to be empty") { try Self.waiting(daemon) == 0 ? true : nil }
    #expect(platform.segments.count == count + 1)
    #expect(try await daemon.stop() == .exited(0))
    // The queue is no part of what the journal gives.
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
  }

  @Test("an MN that the platform refuses holds up only itself, and its reports go up once it is accepted")
  func refusedSource() async throws {
    let bench = try Workbench()
    let platform = try PlatformServer()
    platform.refuse(["UP_STATION"])
    try Self.configure(bench, platform)
    var daemon = try await LantianProcess.start(bench)
    let client = try InstrumentClient(port: await InstrumentTests.port(daemon))
    try client.send(Self.frame("DEV1", [("a34004", "35.5")]) + Self.frame("DEV2", [("a34004", "45")]))
    #expect(try await client.line()?.contains("CN=9014") == true)
    #expect(try await client.line()?.contains("CN=9014") == true)
    // What is due is looked for at the start.
    #expect(try await daemon.stop() == .exited(0))
    daemon = try await LantianProcess.start(bench)
    let outcomes = "lantian_forward_deliveries_total{forward=\"province\",outcome="
    // UP_STATION is first in the queue, and refused.
    _ = try await eventually("the county to be reported; log:\n\(daemon.log)") {
      try daemon.metrics()[outcomes + "\"delivered\"}"] == 1 && Self.waiting(daemon) == 1 ? true : nil
    }
    let failed = try daemon.metrics()[outcomes + "\"failed\"}"] ?? 0
    #expect(failed >= 1)
    let station = try #require(platform.segments.first)
    let county = try #require(platform.segments.first { $0.contains(";MN=UP_COUNTY;") })
    #expect(station.contains(";MN=UP_STATION;"), "\(station)")
    // After its pause it is offered again, as it was.
    platform.refuse([])
    _ = try await eventually(within: 60, "the queue to be empty; log:\n\(daemon.log)") {
      try Self.waiting(daemon) == 0 ? true : nil
    }
    #expect(Set(platform.segments) == [station, county], "each message has one text")
    #expect(platform.segments.last == station)
    #expect(platform.segments.filter { $0 == county }.count == 1)
    #expect(try daemon.metrics()[outcomes + "\"delivered\"}"] == 2)
    #expect(try await daemon.stop() == .exited(0))
  }
}
