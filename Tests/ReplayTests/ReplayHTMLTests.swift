import AirQuality
import Foundation
import Testing

@testable import History
@testable import Replay

/// The report of a small case, byte for byte. After a wanted change, `LANTIAN_RECORD_GOLDEN=1` writes the files anew; read
/// the difference before committing it.
@Suite struct ReplayHTMLTests {
  private static func result() -> (ReplayResult, ReplayComparison) {
    let header = "time,station,PM2.5,PM10,SO2,NO2,O3,CO\n"
    let rows = (1...9).map { day in
      (1...24).map { "2020-01-0\(day) \($0):00,A<1>,\(day <= 4 ? 200 : 20),100,10,40,20,1\n" }.joined()
    }.joined()
    let input = input(header + rows)
    let first = replay(input)
    return (first, ReplayComparison(first, replay(input, criteria: "mee-2017")))
  }

  private func expectGolden(_ text: String, _ name: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    let file = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["LANTIAN_RECORD_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    // Not by `String(contentsOf:)`, which drops a byte order mark.
    #expect(text == String(decoding: try Data(contentsOf: file), as: UTF8.self))
  }

  @Test func thePageIsAsRecorded() throws {
    let (result, comparison) = Self.result()
    try expectGolden(
      ReplayHTML(result, comparison: comparison, chartLibrary: "/* the chart library, </script> inside */").page(),
      "report.html")
  }

  @Test func withoutTheLibraryThereAreTablesOnlyAndThePageSaysSo() {
    let page = ReplayHTML(Self.result().0, chartLibrary: nil).page()
    #expect(page.contains("libjs-chart.js") && !page.contains("<script") && !page.contains("<canvas"))
    #expect(page.contains("<table>"))
  }

  /// Nothing is fetched from anywhere.
  @Test func thePageStandsAlone() {
    let (result, comparison) = Self.result()
    let page = ReplayHTML(result, comparison: comparison, chartLibrary: "x").page()
    for word in ["http://", "https://", "src=", "href=", "@import", "url("] { #expect(!page.contains(word), "\(word)") }
    // One script for the library and one for the drawing, both closed.
    #expect(page.components(separatedBy: "</script>").count == 3)
  }

  @Test func jsonAndTablesAreAsRecorded() throws {
    let (result, comparison) = Self.result()
    for (name, bytes) in ReplayFiles.all(result, comparison: comparison) {
      let text = String(decoding: bytes, as: UTF8.self)
      // One element a line, so that a difference can be read.
      try expectGolden(name == "result.json" ? text.replacingOccurrences(of: "},{", with: "},\n{") : text, name)
    }
  }
}
