import Foundation
import Testing

/// `lantian lidar` of the real binary.
@Suite("lidar by the command line")
struct LidarCommandTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data/lidar")
  private static let isPresent = FileManager.default.fileExists(atPath: folder.path)

  /// A profile of even aerosol below 1,500 m over clean air.
  private static func profile() -> String {
    var depth = 0.0
    let values = (0..<500).map { bin -> String in
      let range = (Double(bin) + 0.5) * 15
      // Close to the standard atmosphere at 532 nm.
      let molecular = 1.57e-6 * exp(-range / 9_900)
      let aerosol = range < 1_500 ? 2e-6 : 0
      depth += 15 * (aerosol * 50 + molecular * 8.378)
      return "\((aerosol + molecular) * exp(-2 * depth))"
    }
    return """
      {"station":"L1","time":"2020-12-05T09:00:00+08:00","first_range_m":7.5,"resolution_m":15,"wavelength_nm":532,"backscatter":[\(values.joined(separator: ","))]}
      """
  }

  @Test func jsonProfilesAndBadInput() async throws {
    let bench = try Workbench()
    try bench.write("good.json", Self.profile())
    func lidar(_ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(["lidar"] + arguments, in: bench)
    }
    let good = try await lidar(bench.file("good.json"), "--lidar-ratio", "50", "--reference-range", "4000-6000")
    #expect(good.exit == 0, "\(good.error)")
    let made = try JSONValue(Array(good.output.utf8))
    #expect(made["time"].string == "2020-12-05T01:00:00+00:00" && made["range"].items.count == 500)
    let extinction = made["extinction"].items.map { $0.double ?? .nan }
    #expect(extinction.count == 500 && extinction[10..<90].allSatisfy { abs($0 - 1e-4) < 1e-5 })
    #expect(made["layers"]["wavelet"].double.map { abs($0 - 1_500) < 30 } == true)
    #expect(made["layers"]["gradient"].double.map { abs($0 - 1_500) < 30 } == true)
    let layer = made["boundary_layer"]
    #expect(layer["height"].double.map { abs($0 - 1_500) < 30 } == true && layer["quality"].string == "good")
    #expect(layer["reason"].string == "agreed" && layer["uncertainty"].double.map { $0 > 0 && $0 < 100 } == true)
    #expect(layer["reason_zh"].string?.isEmpty == false && made["elevated_layers"].items.isEmpty)
    #expect(made["ozone"].items.isEmpty && made["near_surface_mass"]["refusal"].string?.contains("humidity") == true)
    // Even aerosol of 1e-4 1/m.
    let depths = try await lidar(
      bench.file("good.json"), "--optical-depth", "200-1200", "--humidity", "85", "--mass-relation", "400000,5")
    let more = try JSONValue(Array(depths.output.utf8))
    #expect(more["optical_depth"]["between"].double.map { abs($0 - 0.1) < 0.01 } == true)
    #expect(more["near_surface_mass"]["value"].double.map { abs($0 - 25) < 2.5 } == true)
    let hours = (1...60).map { (hour: Int) -> String in "\(Double(hour) * 1e-5),20,\(hour * 3)" }
    try bench.write("pairs.csv", (["extinction,humidity,pm25"] + hours).joined(separator: "\n"))
    let fitted = try await lidar(bench.file("good.json"), "--humidity", "20", "--mass-pairs", bench.file("pairs.csv"))
    let mass = try JSONValue(Array(fitted.output.utf8))["near_surface_mass"]
    #expect(mass["value"].double.map { abs($0 - 30) < 3 } == true && mass["relation"]["pairs"].double == 60)
    try bench.write("pairs.csv", "1e-4,20,30\n1e-4,twenty,30\n")
    let bad = try await lidar(bench.file("good.json"), "--mass-pairs", bench.file("pairs.csv"))
    #expect(bad.exit == 65 && bad.error.contains("pairs.csv:2"))
    #expect(try await lidar(bench.file("good.json"), "--humidity", "200").exit == 64)
    #expect(try await lidar(bench.file("good.json"), "--mass-relation", "0,5").exit == 64)
    #expect(try await lidar(bench.file("good.json"), "--search", "3000").exit == 64)
    try bench.write("nothing.dat", "hello\n")
    let nothing = try await lidar(bench.file("nothing.dat"), bench.file("good.json"))
    #expect(nothing.exit == 65 && nothing.error.contains("nothing.dat") && !nothing.output.isEmpty)
    #expect(try await lidar(bench.file("good.json"), "--reference-range", "6000").exit == 64)
    #expect(try await lidar(bench.file("good.json"), "--lidar-ratio", "0").exit == 64)
    #expect(try await lidar(bench.file("missing")).exit == 66)
  }

  @Test(.enabled(if: isPresent, "the folder shared/data is not beside this checkout"))
  func recordedFiles() async throws {
    let bench = try Workbench()
    func lidar(_ name: String, _ arguments: String...) async throws -> LantianProcess.Outcome {
      try await LantianProcess.verb(["lidar", Self.folder.appendingPathComponent(name).path] + arguments, in: bench)
    }
    for (name, profiles) in [
      ("cl51.dat", 2), ("chm15k_20201022.nc", 10), ("cl61_20230730.nc", 5), ("licel_RM1120200.012", 1),
    ] {
      let outcome = try await lidar(name)
      #expect(outcome.exit == 0, "\(name): \(outcome.error)")
      #expect(outcome.output.split(separator: "\n").count == profiles, "\(name)")
    }
    let corrupted = try await lidar("cl51_corrupted_profile.dat")
    #expect(
      corrupted.exit == 0 && corrupted.error.contains("line 11") && corrupted.output.split(separator: "\n").count == 2)
    #expect(try await lidar("cl51_corrupted_profile.dat", "--strict").exit == 65)
    let answer = try await LantianProcess.verb(
      ["decode", "--format", "lidar-file", Self.folder.appendingPathComponent("chm15k_20201022.nc").path], in: bench)
    #expect(answer.exit == 0 && answer.error.split(separator: "\n").count == 10, "\(answer.error)")
    #expect(answer.error.contains("lidar profile 2020-10-22T"), "\(answer.error)")
    // Packed, and hundreds of profiles.
    #expect(try await lidar("eprofile_l2_20210908.nc.gz").output.split(separator: "\n").count == 288)
  }
}
