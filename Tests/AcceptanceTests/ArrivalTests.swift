import AirQuality
import Digests
import FoundationEssentials
import Glibc
import Testing

/// Data that come by themselves, given to the real binary.
@Suite("Pushes and spool folders", .serialized)
struct ArrivalTests {
  static let token = "token-of-the-vendor-0123456789"

  static func bench() throws -> Workbench {
    let bench = try Workbench()
    try bench.write("vendor.token", token + "\n", mode: 0o600)
    try bench.write("vendor.key", "secret", mode: 0o600)
    mkdir(bench.file("spool"), 0o755)
    try bench.configure(
      feeds: mapping("vendor", ["push: {token_file: vendor.token}", "max_body: 1MiB"])
        + mapping("signed", ["push: {secret_file: vendor.key}"])
        + mapping("folder", ["spool: {path: spool, pattern: \"*.json\", every: 300ms}"]))
    return bench
  }

  /// A feed of the rows that the other tests use.
  static func mapping(_ name: String, _ lines: [String]) -> String {
    Workbench.feed(name, "x").split(separator: "\n").filter { !$0.contains("url:") && !$0.contains("every:") }
      .enumerated().map { $0 == 0 ? "\($1)\n" + lines.map { "    \($0)\n" }.joined() : "\($1)\n" }.joined()
  }

  /// Rows of the newest full hour.
  static func rows(_ values: [(station: String, value: String)]) -> String {
    let offset = CivilOffset.china
    let hour = offset.start(ofHour: offset.hour(of: Instant(milliseconds: Int64(time(nil)) * 1_000)))
    let rows = values.map { #"{"s":"\#($0.station)","t":"\#(offset.format(hour))","pm25":\#($0.value)}"# }
    return #"{"data":["# + rows.joined(separator: ",") + "]}"
  }

  static func push(
    _ daemon: LantianProcess, _ feed: String, _ body: [UInt8], _ headers: [String] = ["Authorization: Bearer " + token]
  ) throws -> LoopbackClient.Answer {
    try LoopbackClient(port: daemon.port).request("POST", "/api/v1/push/" + feed, headers: headers, body: body)
  }

  static func value(_ daemon: LantianProcess, _ station: String) throws -> Double? {
    try daemon.station(station)["values"]["pm25"]["value"].double
  }

  @Test("a push is on disk before it is answered, and there after kill -9; bad, strange and huge ones are refused")
  func pushes() async throws {
    let bench = try Self.bench()
    var daemon = try await LantianProcess.start(bench)
    let good = Array(Self.rows([("2183A", "31"), ("2185A", "\"x\""), ("M1", "33")]).utf8)
    let answer = try Self.push(daemon, "vendor", good)
    // Nothing else may come between the answer and the end.
    daemon.kill()
    _ = try await daemon.child.waitForEnd(within: 10)
    #expect(answer.status == 200, "\(answer.text)")
    let data = try JSONValue(answer.body)["data"]
    #expect(data["readings"].int == 2 && data["error_count"].int == 1 && data["rows"].int == 3, "\(answer.text)")
    #expect(data["errors"].items.first?["path"].string == "$.data[1].pm25", "\(answer.text)")
    daemon = try await LantianProcess.start(bench)
    #expect(try Self.value(daemon, "2183A") == 31 && Self.value(daemon, "M1") == 33)
    // The same again changes nothing.
    #expect(try Self.push(daemon, "vendor", good).status == 200)

    let broken = try Self.push(daemon, "vendor", Array("{\"data\":[".utf8))
    #expect(broken.status == 400, "\(broken.text)")
    #expect(try JSONValue(broken.body)["error"]["path"].string != nil, "\(broken.text)")
    let useless = try Self.push(daemon, "vendor", Array(Self.rows([("2183A", "\"x\"")]).utf8))
    #expect(useless.status == 422 && useless.text.contains("$.data[0].pm25"), "\(useless.text)")
    for headers in [[], ["Authorization: Bearer wrong"], ["Authorization: Basic " + Self.token]] {
      #expect(try Self.push(daemon, "vendor", good, headers).status == 401)
      #expect(try Self.push(daemon, "vendor", [UInt8](repeating: 0x20, count: 8 << 20), headers).status == 401)
    }
    #expect(try Self.push(daemon, "vendor", [UInt8](repeating: 0x20, count: 2 << 20)).status == 413)
    #expect(try Self.push(daemon, "nobody", good).status == 404)
    let bearer = "Authorization: Bearer " + Self.token
    #expect(try Self.push(daemon, "vendor", good, [bearer, "Content-Encoding: br"]).status == 415)
    #expect(try Self.push(daemon, "vendor", good, [bearer, "Content-Encoding: gzip"]).status == 400)
    #expect(!daemon.log.contains(Self.token))
    let feed = try daemon.feed("vendor")
    #expect(feed["state"].string == "failing" && feed["last_success"].string != nil)
    #expect(feed["arrivals"]["outcomes"]["unauthorized"].int == 6 && feed["arrivals"]["way"].string == "push")
    let metrics = try daemon.metrics()
    #expect(metrics["lantian_feed_arrivals_total{feed=\"vendor\",way=\"push\",outcome=\"ok\"}"] == 1)
    #expect(try daemon.polls("vendor", "ok") == 0)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("a signed push")
  func signed() async throws {
    let bench = try Self.bench()
    let daemon = try await LantianProcess.start(bench)
    let body = Array(Self.rows([("F1", "44")]).utf8)
    let stamp = String(time(nil))
    let code = SHA256.hex(
      SHA256.authenticationCode(of: Array((stamp + ".").utf8) + body, key: Array("secret".utf8)))
    let headers = ["X-Lantian-Timestamp: " + stamp, "X-Lantian-Signature: v1=" + code, "Idempotency-Key: one"]
    #expect(try Self.push(daemon, "signed", body, headers).status == 200)
    let again = try Self.push(daemon, "signed", body, headers)
    #expect(again.status == 200 && again.text.contains("\"repeated\":true"), "\(again.text)")
    #expect(try Self.push(daemon, "signed", body + [0x20], headers).status == 401)
    #expect(try Self.push(daemon, "signed", body).status == 401)
    #expect(try await eventually("F1") { try Self.value(daemon, "F1") } == 44)
    #expect(try await daemon.stop() == .exited(0))
  }

  @Test("a spool folder: half a file is left alone, whole ones are taken over kill -9, bad ones are put aside")
  func spool() async throws {
    let bench = try Self.bench()
    var daemon = try await LantianProcess.start(bench)
    let text = Self.rows([("2183A", "51"), ("M1", "53")])
    let file = try #require(fopen(bench.file("spool/a.json"), "w"))
    // It grows with every look and is never the same twice, until it is whole.
    for byte in text.utf8 {
      fputc(Int32(byte), file)
      fflush(file)
      try await Task.sleep(for: .milliseconds(5))
    }
    fclose(file)
    _ = try await eventually("a.json is done; log:\n\(daemon.log)") {
      access(bench.file("spool/done/a.json"), F_OK) == 0 ? true : nil
    }
    #expect(try await eventually("M1") { try Self.value(daemon, "M1") } == 53)
    #expect(try daemon.feed("folder")["arrivals"]["outcomes"]["parse"].int == 0)
    // Files and a kill race each other; whoever wins, every row is there afterwards.
    for round in 0..<3 {
      for number in 0..<20 {
        let name = "r\(round)-\(number)"
        try bench.write("part", Self.rows([("S\(round)-\(number)", "\(10 + number)")]))
        #expect(rename(bench.file("part"), bench.file("spool/\(name).json")) == 0)
      }
      _ = try await eventually("one of round \(round) is done") {
        try FileManager.default.contentsOfDirectory(atPath: bench.file("spool/done"))
          .contains { $0.hasPrefix("r\(round)-") } ? true : nil
      }
      daemon.kill()
      _ = try await daemon.child.waitForEnd(within: 10)
      daemon = try await LantianProcess.start(bench)
    }
    try bench.write("part", "no json")
    #expect(rename(bench.file("part"), bench.file("spool/z.json")) == 0)
    _ = try await eventually("z.json is put aside") {
      access(bench.file("spool/failed/z.json"), F_OK) == 0 ? true : nil
    }
    #expect(bench.read("spool/failed/z.json.error").hasPrefix("not_json: "))
    for round in 0..<3 {
      for number in 0..<20 {
        #expect(try Self.value(daemon, "S\(round)-\(number)") == Double(10 + number), "\(round)-\(number)")
      }
    }
    #expect(try await daemon.stop() == .exited(0))
  }
}
