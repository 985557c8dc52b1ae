import Foundation
import HTTPTypes
import Testing

@testable import Web

/// Answers from the sample, byte for byte. After a wanted change, `LANTIAN_RECORD_GOLDEN=1` writes the files anew; read
/// the difference before committing it.
@Suite struct GoldenTests {
  @Test(arguments: [
    ("status", "/api/v1/status"), ("feeds", "/api/v1/feeds"), ("stations", "/api/v1/stations"),
    ("series", "/api/v1/stations/2183A/series?pollutant=co&window=1d"), ("counties", "/api/v1/counties"),
    ("dust", "/api/v1/dust"), ("targets", "/api/v1/targets?year=2020"), ("events", "/api/v1/events?since=3&limit=4"),
    ("flags", "/api/v1/flags"), ("tasks", "/api/v1/tasks"), ("lidar", "/api/v1/lidar"),
    ("error", "/api/v1/events?limit=none"),
  ])
  func answersAreAsRecorded(name: String, target: String) async throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    let file = folder.appendingPathComponent(name + ".json")
    let reply = await face().answer(WebRequest(.get, target))
    // One element a line, so that a difference can be read.
    let lines = reply.text.replacingOccurrences(of: "},{", with: "},\n{") + "\n"
    if ProcessInfo.processInfo.environment["LANTIAN_RECORD_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try lines.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(lines == (try String(contentsOf: file, encoding: .utf8)))
  }
}
