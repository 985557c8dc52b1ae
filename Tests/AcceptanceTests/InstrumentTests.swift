import AirQuality
import FoundationEssentials
import Glibc
import HJ212
import Testing

/// Instruments that dial in to the real binary.
@Suite("Instruments that dial in", .serialized)
struct InstrumentTests {
  static func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.write("device.pw", "123456\n", mode: 0o600)
    try bench.write("devices.csv", "mn,station,password_file,unit\nDEV1,M1,device.pw,\nDEV2,2183A,,mg/m3\n")
    try bench.configure(feeds: listener(port: 0))
    return bench
  }

  static func listener(port: Int) -> String {
    Workbench.entry("dial-in", ["listen: 127.0.0.1:\(port)", "format: hj212", "devices: devices.csv"])
  }

  /// The port it listens on for instruments, from its log.
  static func port(_ daemon: LantianProcess) async throws -> Int {
    try await eventually("the listener in the log:\n\(daemon.log)") {
      for line in daemon.log.split(separator: "\n") where line.contains("listening for instruments") {
        for field in line.split(separator: " ") where field.hasPrefix("listen=") {
          return field.replacing("\"", with: "").split(separator: ":").last.flatMap { Int($0) }
        }
      }
      return nil
    }
  }

  /// A data frame of the minute before now.
  static func frame(
    _ value: String, device: String = "DEV1", password: String = "123456", mark: String = "N", command: Int = 2011
  ) throws -> [UInt8] {
    let minute = CivilOffset.china.start(
      ofMinute: CivilOffset.china.minute(of: Instant(milliseconds: Int64(time(nil)) * 1_000)) - 1)
    let digits = CivilOffset.china.format(minute).filter(\.isNumber).prefix(14)
    let attribute = command == 2011 ? "Rtd" : "Avg"
    let segment =
      "QN=\(digits)000;ST=22;CN=\(command);PW=\(password);MN=\(device);Flag=5;"
      + "CP=&&DataTime=\(digits);a34004-\(attribute)=\(value),a34004-Flag=\(mark)&&"
    return try #require(FrameEncoder.frame(Array(segment.utf8)))
  }

  static func value(_ daemon: LantianProcess, _ station: String) throws -> Double? {
    try daemon.station(station)["values"]["pm25"]["value"].double
  }

  @Test("a frame in pieces is stored before it is answered, and there after kill -9; a damaged one is answered with 9")
  func storedBeforeAnswered() async throws {
    let bench = try Self.bench()
    var daemon = try await LantianProcess.start(bench)
    let client = try InstrumentClient(port: await Self.port(daemon))
    var damaged = try Self.frame("99")
    damaged[damaged.count - 4] = damaged[damaged.count - 4] == 0x30 ? 0x31 : 0x30
    for byte in damaged { try client.send([byte]) }
    let refusal = try #require(try await client.line())
    #expect(refusal.contains(";CN=9011;") && refusal.contains("QnRtn=9") && refusal.contains("MN=DEV1"), "\(refusal)")
    let whole = try Self.frame("37.5")
    try client.send(whole[..<50])
    try client.send(whole[50...])
    let answer = try #require(try await client.line())
    #expect(answer.contains(";ST=91;CN=9014;") && answer.hasPrefix("##"), "\(answer)")
    daemon.kill()
    _ = try await daemon.child.waitForEnd(within: 10)
    daemon = try await LantianProcess.start(bench)
    #expect(try Self.value(daemon, "M1") == 37.5)
    let kept = try FileManager.default.contentsOfDirectory(atPath: bench.file("state/bodies"))
      .map { bench.readFile(bench.file("state/bodies/" + $0)) }
    // The frame is kept for audit without its password.
    #expect(kept.contains { $0.contains("PW=******;MN=DEV1") } && !kept.contains { $0.contains("123456") })
    #expect(!daemon.log.contains("123456"))
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("units of the device, marks of the instrument, strangers and wrong passwords, counters")
  func policy() async throws {
    let bench = try Self.bench()
    let daemon = try await LantianProcess.start(bench)
    let client = try InstrumentClient(port: await Self.port(daemon))
    try client.send(Self.frame("0.0968", device: "DEV2", password: "any", command: 2051))
    #expect(try await client.line()?.contains("CN=9014") == true)
    try client.send(Self.frame("55", mark: "M"))
    #expect(try await client.line()?.contains("CN=9014") == true)
    try client.send(Self.frame("56", password: "654321"))
    #expect(try await client.line()?.contains("QnRtn=3") == true)
    try client.send(Self.frame("57", device: "NOBODY"))
    #expect(try await client.line()?.contains("QnRtn=4") == true)
    _ = try await eventually("the values of both") {
      try Self.value(daemon, "2183A") != nil && Self.value(daemon, "M1") != nil ? true : nil
    }
    #expect(try Self.value(daemon, "2183A") == 96.8)
    #expect(try daemon.station("M1")["values"]["pm25"]["flag"].int == 4)
    let feed = try #require(try daemon.api("feeds").items.first { $0["name"].string == "dial-in" })
    #expect(feed["state"].string == "ok" && feed["readings"].int == 2 && feed["polls"].int == 4)
    #expect(feed["last_error"]["code"].string == "frame_device")
    let metrics = try daemon.metrics()
    for (series, value) in [
      ("lantian_instrument_frames_total{feed=\"dial-in\",verdict=\"ok\"}", 2.0),
      ("lantian_instrument_frames_total{feed=\"dial-in\",verdict=\"password\"}", 1),
      ("lantian_instrument_frames_total{feed=\"dial-in\",verdict=\"device\"}", 1),
      ("lantian_instrument_connections{feed=\"dial-in\"}", 1), ("lantian_feed_up{feed=\"dial-in\"}", 1),
      ("lantian_readings_total{feed=\"dial-in\",verdict=\"fail\"}", 1),
    ] { #expect(metrics[series] == value, "\(series) \(metrics[series] ?? -1)") }
    #expect(!daemon.log.contains("654321") && !daemon.log.contains("123456"))
    #expect(try await daemon.stop() == .exited(0))
    #expect(try await client.line() == nil)
  }

  @Test("a reload brings new devices to open connections; an address that is taken refuses it")
  func reload() async throws {
    let bench = try Self.bench()
    let daemon = try await LantianProcess.start(bench)
    let port = try await Self.port(daemon)
    let client = try InstrumentClient(port: port)
    try client.send(Self.frame("10", device: "DEV3"))
    #expect(try await client.line()?.contains("QnRtn=4") == true)
    try bench.write("devices.csv", "mn,station\nDEV3,F1\n")
    try bench.configure(feeds: Self.listener(port: 0))
    #expect(try LoopbackClient(port: daemon.port).request("POST", "/-/reload").status == 200)
    try client.send(Self.frame("11", device: "DEV3"))
    #expect(try await client.line()?.contains("CN=9014") == true)
    try bench.configure(feeds: Self.listener(port: daemon.port))
    #expect(try LoopbackClient(port: daemon.port).request("POST", "/-/reload").status != 200)
    try client.send(Self.frame("12", device: "DEV3"))
    #expect(try await client.line()?.contains("CN=9014") == true)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("an address that is taken ends the start with 69")
  func taken() async throws {
    let bench = try Self.bench()
    let daemon = try await LantianProcess.start(bench)
    let other = try Self.bench()
    try other.configure(feeds: Self.listener(port: try await Self.port(daemon)))
    let (child, _) = try LantianProcess.launch(other)
    #expect(try await child.waitForEnd(within: 30) == .exited(69))
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("decode names frames and reasons")
  func decode() async throws {
    let bench = try Workbench()
    let frame = String(
      decoding: try #require(
        FrameEncoder.frame(
          Array("ST=22;CN=2061;MN=A1;CP=&&DataTime=20200101080000;a34004-Avg=35,a34004-Flag=N&&".utf8))), as: UTF8.self)
    try bench.write("frames.txt", frame + frame.dropLast(3) + "Z\r\n")
    let plain = try await LantianProcess.verb(["decode", "--format", "hj212", bench.file("frames.txt")], in: bench)
    #expect(plain.exit == 0)
    #expect(
      plain.output.contains(
        #""station":"A1","county":null,"pollutant":"pm25","value":35,"unit":"ug/m3","begin":"2020-01-01T08:00:00+08:00""#
          + #","end":"2020-01-01T09:00:00+08:00","flag":2"#), "\(plain.output)")
    #expect(plain.error.contains("frame 2: row: the "), "\(plain.error)")
    let strict = try await LantianProcess.verb(
      ["decode", "--format", "hj212", "--strict", bench.file("frames.txt")], in: bench)
    #expect(strict.exit == 65)
  }
}
