import AirQuality
import Feeds
import Testing

@Suite("the national feed", .enabled(if: Samples.arePresent, "\(Samples.absence)"))
struct NationalFeedTests {
  /// What an independent reading of the recorded files by regular expressions found.
  struct Poll: Sendable, CustomTestStringConvertible {
    var file: String
    var rows: Int
    /// Missing values and the sum of the others, by pollutant.
    var columns: [Pollutant: (missing: Int, sum: Double)]
    var withoutAQI: Int
    var sumOfAQI: Int
    var testDescription: String { file }
  }

  static let polls = [
    Poll(
      file: "201907181226_data", rows: 1_476,
      columns: [
        .pm25: (91, 33_031), .pm10: (79, 57_735), .so2: (75, 9_800), .no2: (74, 16_089), .co: (59, 892.8),
        .o3: (80, 148_326), .o3EightHour: (29, 92_321),
      ], withoutAQI: 68, sumOfAQI: 65_117),
    Poll(
      file: "201907181250_data", rows: 1_499,
      columns: [
        .pm25: (90, 32_446), .pm10: (80, 56_522), .so2: (74, 9_358), .no2: (81, 15_227), .co: (84, 864.1),
        .o3: (86, 156_671), .o3EightHour: (42, 105_950),
      ], withoutAQI: 68, sumOfAQI: 66_607),
    Poll(
      file: "20190723_data", rows: 1_499,
      columns: [
        .pm25: (74, 29_590), .pm10: (89, 59_766), .so2: (86, 12_238), .no2: (75, 25_923), .co: (70, 1_012.9),
        .o3: (72, 96_797), .o3EightHour: (53, 70_176),
      ], withoutAQI: 62, sumOfAQI: 60_385),
  ]

  @Test("every row of every poll", arguments: polls)
  func wholePoll(_ poll: Poll) throws {
    let body = try FeedDecoder(.preset(.cnemc)).decode(Samples.load("cnemc/\(poll.file).xml.gz"), context: .test)
    #expect(body.verdict == .ok)
    #expect(body.errorCount == 0)
    #expect(body.rowCount == poll.rows)
    #expect(body.batch.stations.count == poll.rows)
    #expect(body.batch.readings.count == poll.rows * 7)
    for (pollutant, expected) in poll.columns {
      let readings = body.batch.readings.filter { $0.pollutant == pollutant }
      #expect(readings.count(where: { $0.value.isNaN && $0.flag == .missing }) == expected.missing, "\(pollutant)")
      let sum = readings.filter { !$0.value.isNaN }.reduce(0) { $0 + $1.value }
      #expect(abs(sum - expected.sum) < 1e-6, "\(pollutant)")
    }
    #expect(body.publishedIndices.count == poll.rows - poll.withoutAQI)
    #expect(body.publishedIndices.reduce(0) { $0 + $1.aqi } == poll.sumOfAQI)
  }

  @Test("a half-published hour keeps both hours apart")
  func halfPublishedHour() throws {
    let body = try FeedFormat.preset(.cnemc).decode(Samples.load("cnemc/201907181226_data.xml.gz"), context: .test)
    let ends = body.batch.readings.filter { $0.pollutant == .pm25 }.map { CivilOffset.china.format($0.end) }
    #expect(ends.count(where: { $0 == "2019-07-18T13:00:00+08:00" }) == 1_438)
    #expect(ends.count(where: { $0 == "2019-07-18T14:00:00+08:00" }) == 38)
  }

  @Test("a station of Lüliang, in the words of NDJSON")
  func stationRow() throws {
    let body = try FeedFormat.preset(.cnemc).decode(Samples.load("cnemc/20190723_data.xml.gz"), context: .test)
    #expect(
      body.lines.filter { $0.hasPrefix("2867A ") } == [
        "2867A pm25 76 2019-07-23T09:00:00+08:00+3600", "2867A pm10 107 2019-07-23T09:00:00+08:00+3600",
        "2867A so2 missing 2019-07-23T09:00:00+08:00+3600", "2867A no2 61 2019-07-23T09:00:00+08:00+3600",
        "2867A co 1.8 2019-07-23T09:00:00+08:00+3600", "2867A o3 32 2019-07-23T09:00:00+08:00+3600",
        "2867A o3_8h 10 2019-07-23T02:00:00+08:00+28800",
      ])
    let station = try #require(body.batch.stations.firstIndex(of: "2183A"))
    #expect(body.publishedIndices.first { $0.station == station }?.aqi == 57)
  }

  @Test("cut at many places: the rows before the cut stay, and the error names a line")
  func truncation() throws {
    let whole = try Samples.load("cnemc/20190723_data.xml.gz")
    let decoder = try FeedDecoder(.preset(.cnemc))
    let complete = decoder.decode(whole, context: .test)
    for cut in stride(from: 20_000, to: whole.count, by: 211_777) {
      let body = decoder.decode(Array(whole[..<cut]), context: .test)
      #expect(body.failure?.code == .truncated, "cut at \(cut)")
      #expect(body.failure?.message.contains("line ") == true)
      #expect(!body.batch.readings.isEmpty)
      // NaN is not equal to itself: compare what is printed.
      #expect(body.lines == Array(complete.lines.prefix(body.batch.readings.count)))
    }
  }
}
