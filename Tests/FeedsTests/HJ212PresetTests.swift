import AirQuality
import Feeds
import HJ212
import Testing

@Suite("the preset hj212")
struct HJ212PresetTests {
  static func frames(_ segments: [String]) -> [UInt8] {
    segments.flatMap { FrameEncoder.frame(Array($0.utf8)) ?? [] }
  }

  @Test("readings with stamps: split messages, marks, missing values")
  func seed() throws {
    let body = FeedFormat.preset(.hj212).decode(try Seeds.small(.hj212), context: .test)
    #expect(body.verdict == .ok && body.errorCount == 0 && body.rowCount == 4)
    #expect(
      body.lines == [
        "A pm25 1 2020-01-01T00:00:00+08:00+0", "A pm25 2 2020-01-01T00:00:00+08:00+3600",
        "A pm10 3 2020-01-01T00:00:00+08:00+3600", "B co 0.5 2020-01-01T00:00:00+08:00+60",
        "B o3 missing 2020-01-01T00:00:00+08:00+60",
      ])
    #expect(body.batch.readings.map(\.flag) == [.unknown, .unknown, .fail, .unknown, .missing])
    #expect(body.batch.readings[2].reasons == .instrument)
  }

  @Test("the recorded frames, one a line", .enabled(if: Samples.arePresent, "no recorded answers"))
  func recorded() throws {
    let text = String(decoding: try Samples.load("hj212/frames.tsv"), as: UTF8.self)
    let rows = text.split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let lines = rows.map { $0[7] }.joined(separator: "\n")
    let body = decode(.preset(.hj212), lines)
    #expect(body.verdict == .ok && body.rowCount == rows.count && rows.count == 25)
    let bad = rows.enumerated().filter { $0.element[0] != "valid" }
    #expect(body.errors.map(\.path) == bad.map { "frame \($0.offset + 1)" })
    #expect(body.errors.map(\.row) == bad.map(\.offset))
    for (error, row) in zip(body.errors, bad) {
      #expect(error.message.contains(row.element[0] == "bad-crc" ? "the checksum is" : "the length says"))
      #expect(!error.message.contains("123456"))
    }
    #expect(body.batch.readings.count == 51 && body.batch.stations.count == 7)
    #expect(body.lines.contains("JLYP01_AIR01_0001 co 0.427 2022-05-13T16:26:00+08:00+60"))
    #expect(body.lines.contains("JLYP01_AIR01_0001 pm25 14 2022-05-13T16:26:00+08:00+60"))
    #expect(body.lines.contains("JSRCTD000YD107 so2 22.25 2022-09-28T14:28:12+08:00+0"))
    // One after another, without line breaks: the damaged ones end where the next begins.
    let joined = decode(.preset(.hj212), rows.map { $0[7] }.joined())
    #expect(joined.lines == body.lines && joined.errorCount == body.errorCount)
    // The table itself: what stands between frames is passed over, and said.
    let table = decode(.preset(.hj212), text)
    #expect(table.lines == body.lines && table.errors.last?.path == "between frames")
  }

  @Test("each frame by itself gets its verdict", .enabled(if: Samples.arePresent, "no recorded answers"))
  func verdicts() throws {
    let text = String(decoding: try Samples.load("hj212/frames.tsv"), as: UTF8.self)
    for line in text.split(separator: "\n").dropFirst() {
      let row = line.split(separator: "\t", omittingEmptySubsequences: false)
      let body = decode(.preset(.hj212), String(row[7]))
      if row[0] == "valid" {
        #expect(body.failure == nil && body.errorCount == 0, "\(row[7])")
        #expect((body.verdict == .ok) == !body.batch.readings.isEmpty)
      } else {
        #expect(body.failure?.code == .noUsableRow && body.batch.readings.isEmpty, "\(row[7])")
        #expect(body.failure?.path == "frame 1")
      }
    }
  }

  @Test("errors name the frame, the place and the reason")
  func errors() {
    let body = FeedFormat.preset(.hj212).decode(
      Self.frames([
        "ST=22;CN=2011;MN=A;CP=&&DataTime=20200101000000;a34004-Rtd=x;a34002-Rtd=5&&",
        "ST=22;CN=2051;MN=A;CP=&&DataTime=2020;a34004-Avg=1&&",
        "ST=22;CN=2011;CP=&&DataTime=20200101000000;a34004-Rtd=1&&",
        "MN=A;MN=B;CP=&&&&", "QN=1;ST=22;CN=2061;MN=A;PNUM=2;PNO=2;CP=&&DataTime=20200101000000;a34004-Avg=1&&",
        "ST=22;CN=9015;MN=A;CP=&&&&",
      ]), context: .test)
    #expect(
      body.errors.map(\.path) == [
        "frame 1, a34004-Rtd", "frame 2, DataTime", "frame 3, MN", "frame 4", "frame 6, PNO",
      ])
    #expect(body.errors.map(\.code) == [.value, .time, .station, .row, .row])
    #expect(
      body.lines == ["A pm10 5 2020-01-01T00:00:00+08:00+0", "A pm25 1 2020-01-01T00:00:00+08:00+3600"])
  }

  @Test("no frames at all")
  func none() {
    #expect(decode(.preset(.hj212), "{\"data\":[]}").failure?.code == .notHJ212)
    #expect(decode(.preset(.hj212), "##12").failure?.code == .notHJ212)
    let water = FeedFormat.preset(.hj212).decode(
      Self.frames(["ST=21;CN=2011;MN=A;CP=&&DataTime=20200101000000;w01001-Rtd=7&&"]), context: .test)
    #expect(water.verdict == .empty && water.ignoredValues == 1 && water.rowCount == 1)
  }
}
