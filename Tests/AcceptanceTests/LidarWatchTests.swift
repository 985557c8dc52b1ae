import AirQuality
import FaultServer
import Foundation
import Testing

/// A lidar in front of the real binary: files and profiles in, a watch with its evidence out, kept over kill -9.
@Suite("the lidar watch", .serialized)
struct LidarWatchTests {
  /// Aerosol up to 800 m over clean air; with `layer`, more of it from 1,000 to 1,300 m.
  private static func profile(_ at: Instant, layer: Bool) -> String {
    let values = (0..<400).map { bin -> String in
      let height = (Double(bin) + 0.5) * 10
      let air = height < 800 ? 10.0 : layer && (1_000..<1_300).contains(height) ? 8 : 1
      // A ripple of a per cent stands for the noise.
      return "\(air * (1 + 0.01 * Double(bin % 3 - 1)))"
    }
    return """
      {"station":"LD1","time":"\(CivilOffset.china.format(at))","wavelength_nm":1064,"first_range_m":5,\
      "resolution_m":10,"backscatter":[\(values.joined(separator: ","))]}
      """
  }

  /// Profiles of some groups of ten minutes, the last of which ended `ago` groups before now.
  private static func profiles(groups: Int, ago: Int64, layer: Bool) -> String {
    let group = 600_000 as Int64
    let last = Int64(time(nil)) * 1_000 / group - ago
    let records = (last - Int64(groups)..<last).flatMap { number in
      (0..<5).map { profile(Instant(milliseconds: number * group + $0 * 120_000), layer: layer) }
    }
    return "[" + records.joined(separator: ",") + "]"
  }

  private static func put(_ text: String, _ name: String, _ bench: Workbench) throws {
    try bench.write("part", text)
    try #require(rename(bench.file("part"), bench.file(name)) == 0)
  }

  @Test func aLayerAloftIsAWatchWithItsEvidence() async throws {
    let bench = try Workbench()
    try bench.write("stations.csv", Workbench.stations + "LD1,汾阳雷达,141182,lidar,37.26,111.78,no,no,no\n")
    try bench.write("hook.key", "key\n", mode: 0o600)
    for folder in ["profiles", "files"] { mkdir(bench.file(folder), 0o755) }
    let desk = try Collector.start()
    try bench.configure(
      feeds: Workbench.entry("profiles", ["spool: {path: profiles, every: 300ms}", "format: lidar-json"])
        + Workbench.entry("files", ["spool: {path: files, every: 300ms}", "format: lidar-file", "station: LD1"]),
      hooks: Workbench.webhook("desk", desk.url, extra: ["kinds: [watch]"]))
    let first = try await LantianProcess.start(bench)
    // What is no lidar file is put aside with its reason, and changes nothing.
    try Self.put("<html>maintenance</html>", "files/page.dat", bench)
    _ = try await eventually("page.dat is put aside") { bench.read("files/failed/page.dat.error").isEmpty ? nil : true }
    #expect(bench.read("files/failed/page.dat.error").hasPrefix("not_lidar: "))

    try Self.put(Self.profiles(groups: 4, ago: 8, layer: true), "profiles/a.json", bench)
    let began = try await eventually("a watch; log:\n\(first.log)") {
      try first.api("events").items.first { $0["kind"].string == "watch" }
    }
    first.kill()
    _ = try await first.child.waitForEnd(within: 10)
    #expect(began["rule"].string == "lidar/elevated-layer" && began["county"].string == "141182")
    #expect(began["from"].string == "none" && began["to"].string == "watch")
    #expect(began["inputs"]["station"].string == "LD1" && began["inputs"]["basis"].string == "observed")
    #expect(began["text_zh"].string?.contains("不影响等级") == true, "\(began)")
    #expect(began["text_en"].string?.contains("WATCH Fenyang") == true, "\(began)")

    let second = try await LantianProcess.start(bench)
    _ = try await eventually("the delivery") { desk.deliveries.isEmpty ? nil : true }
    let lidar = try #require(second.api("lidar").items.first)
    #expect(lidar["station"].string == "LD1" && lidar["profiles"].int == 5)
    #expect(lidar["boundary_layer"]["height_m"].double.map { abs($0 - 800) < 60 } == true, "\(lidar)")
    let layer = try #require(lidar["layers"].items.first, "\(lidar)")
    #expect(layer["base_m"].double.map { abs($0 - 1_000) < 100 } == true, "\(lidar)")
    #expect(layer["top_m"].double.map { abs($0 - 1_300) < 100 } == true, "\(lidar)")
    #expect(lidar["watches"].items.count == 1, "\(lidar)")

    // Six observations without it end the watch, under the same id.
    try Self.put(Self.profiles(groups: 7, ago: 1, layer: false), "profiles/b.json", bench)
    let ended = try await eventually("the end of the watch; log:\n\(second.log)") {
      try second.api("events").items.first { $0["kind"].string == "watch" && $0["to"].string == "none" }
    }
    #expect(ended["id"].string == began["id"].string && ended["from"].string == "watch")
    #expect(try second.api("events").items.count { $0["kind"].string == "watch" } == 2)
    #expect(try await second.stop() == .exited(0))
    let audit = try await LantianProcess.verb(["audit", "replay", "--state", bench.file("state")], in: bench)
    #expect(audit.exit == 0, "\(audit.output)\(audit.error)")
  }

  @Test("feed test shows what a lidar's file gives, and says how feeds that are not polled are tried")
  func trial() async throws {
    let bench = try Workbench()
    try bench.write("stations.csv", Workbench.stations + "LD1,汾阳雷达,141182,lidar,37.26,111.78,no,no,no\n")
    try bench.write("devices.csv", "mn\n010000A8900016F000169DC0\n")
    let server = try FaultServer.start()
    server.route("/profiles", .json(Self.profiles(groups: 2, ago: 1, layer: true)))
    server.route("/page", .html)
    try bench.configure(
      feeds: Workbench.preset("profiles", "lidar-json", server.url("/profiles"))
        + Workbench.preset("page", "lidar-file", server.url("/page"))
        + Workbench.entry("dial-in", ["listen: 127.0.0.1:0", "format: hj212", "devices: devices.csv"]))
    func trial(_ name: String, _ more: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(
        ["feed", "test", name, "--config", bench.file("lantian.yaml")] + more, in: bench)
    }
    let table = try await trial("profiles")
    #expect(
      table.exit == 0 && table.output.contains("mixed layer, m") && table.output.contains("LD1"), "\(table.error)")
    let lines = try await trial("profiles", "--output", "json")
    let observations = try lines.output.split(separator: "\n").map { try JSONValue(Array($0.utf8)) }
    #expect(observations.count == 2 && lines.error.contains("10 profiles, 0 errors: ok"), "\(lines.error)")
    #expect(observations.allSatisfy { $0["station"].string == "LD1" && $0["layers"].items.count == 1 })
    let page = try await trial("page")
    #expect(page.exit == 65 && page.error.contains("not_lidar"), "\(page.error)")
    let dialIn = try await trial("dial-in")
    #expect(dialIn.exit == 65 && dialIn.error.contains("instruments dial in"), "\(dialIn.error)")
  }
}
