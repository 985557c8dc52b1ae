import Foundation
import Testing

/// The exit codes of verbs that read files, as README tells them.
@Suite("exit codes of verbs that read files")
struct ExitCodeTests {
  /// A verb with the files it reads left out.
  static let verbs: [[String]] = [["replay"], ["lidar"], ["decode", "--format", "airnow-hourly"]]

  @Test("a file that is missing, or cannot be read, is 66", arguments: verbs)
  func missing(verb: [String]) async throws {
    let bench = try Workbench()
    let missing = try await LantianProcess.verb(verb + [bench.file("none.csv.gz")], in: bench)
    #expect(missing.exit == 66 && missing.error.contains("none.csv.gz"), "\(missing.error)")
    // An empty folder opens, and cannot be read.
    try FileManager.default.createDirectory(atPath: bench.file("folder"), withIntermediateDirectories: true)
    let folder = try await LantianProcess.verb(verb + [bench.file("folder")], in: bench)
    #expect(folder.exit == 66 && folder.error.contains("folder"), "\(folder.error)")
  }

  @Test("damaged content is 65", arguments: verbs)
  func damaged(verb: [String]) async throws {
    let bench = try Workbench()
    // A gzip head and nothing behind it.
    let bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B]
    try Data(bytes).write(to: URL(fileURLWithPath: bench.file("cut.csv.gz")))
    let cut = try await LantianProcess.verb(verb + [bench.file("cut.csv.gz")], in: bench)
    #expect(cut.exit == 65 && cut.error.contains("cut.csv.gz"), "\(cut.error)")
  }

  @Test("an output that cannot be written is 74")
  func output() async throws {
    let bench = try Workbench()
    try bench.write("good.csv", "time,station,PM2.5\n2020-12-01 01:00,A,30\n")
    try bench.write("file", "no folder")
    for target in [["--html", bench.file("none/report.html")], ["--out", bench.file("file/out")]] {
      let outcome = try await LantianProcess.verb(["replay", bench.file("good.csv")] + target, in: bench)
      #expect(outcome.exit == 74, "\(target): \(outcome.error)")
    }
    let table = try await LantianProcess.verb(["replay", bench.file("good.csv")], in: bench)
    #expect(table.exit == 0 && table.output.contains("PM2.5 (valid)"), "\(table.output)")
  }

  @Test("a body of another format is 65, an answer cut inside its last row says so")
  func foreign() async throws {
    let bench = try Workbench()
    try bench.write("foreign.json", "{\"foo\":1}")
    let foreign = try await LantianProcess.verb(
      ["decode", "--format", "airgradient", bench.file("foreign.json")], in: bench)
    #expect(foreign.exit == 65 && foreign.error.contains("check the feed's format"), "\(foreign.error)")
    let row = "07/27/26|19:00|000010601|Goose Bay|-4|PM2.5|UG/M3|13.2|Canada"
    try bench.write("cut.dat", row + "\n" + row.dropLast(10))
    let cut = try await LantianProcess.verb(["decode", "--format", "airnow-hourly", bench.file("cut.dat")], in: bench)
    #expect(cut.exit == 0 && cut.output.split(separator: "\n").count == 1)
    #expect(cut.error.contains("the answer ends inside this row"), "\(cut.error)")
    let strict = try await LantianProcess.verb(
      ["decode", "--format", "airnow-hourly", "--strict", bench.file("cut.dat")], in: bench)
    #expect(strict.exit == 65)
  }
}
