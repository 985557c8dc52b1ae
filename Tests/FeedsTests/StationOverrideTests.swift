import AirQuality
import Feeds
import Testing

@Suite("Units and stamps of single stations")
struct StationOverrideTests {
  private static let mapping = FeedMapping(
    container: .json(rows: "$[*]"), station: "$.id",
    time: TimeMapping(path: "$.t", notation: .rfc3339, meaning: .end, periodMilliseconds: 3_600_000),
    values: [
      ValueMapping(pollutant: "pm25", path: "$.pm25", unit: "ug/m3"),
      ValueMapping(pollutant: "co", path: "$.co", unit: "mg/m3"),
    ])
  private static let body = Array(
    """
    [{"id": "A", "t": "2020-12-01T09:00:00+08:00", "pm25": 0.05, "co": 800},
     {"id": "B", "t": "2020-12-01T09:00:00+08:00", "pm25": 50, "co": 0.8},
     {"id": "A", "t": "2020-12-01T10:00:00+08:00", "pm25": 0.06, "co": 900}]
    """.utf8)

  private func decode(_ settings: [StationSetting]) throws -> ReadingBatch {
    var context = DecodeContext(receivedAt: Instant(milliseconds: 1_606_784_400_000))
    for setting in settings { context.overrides[setting.station] = setting }
    return try FeedDecoder(.mapping(Self.mapping)).decode(Self.body, context: context).batch
  }

  @Test("one station's units change its values alone")
  func units() throws {
    let plain = try decode([])
    let batch = try decode([
      StationSetting(
        station: "A",
        units: [
          .init(pollutant: .pm25, unit: .milligramsPerCubicMeter),
          .init(pollutant: .co, unit: .microgramsPerCubicMeter),
        ])
    ])
    #expect(batch.readings.map(\.value) == [50, 0.8, 50, 0.8, 60, 0.9])
    #expect(batch.readings.map(\.begin) == plain.readings.map(\.begin))
    #expect(plain.readings.map(\.value) == [0.05, 800, 50, 0.8, 0.06, 900])
  }

  @Test(
    "one station's stamps mean something else",
    arguments: [
      (StampMeaning.begin, Int32?.none, Int64(0), Int32(3_600_000)), (.end, 300_000, -300_000, 300_000),
      (.instant, nil, 0, 0), (.begin, 60_000, 0, 60_000),
    ])
  func stamps(_ stamp: StampMeaning, _ period: Int32?, _ shift: Int64, _ expected: Int32) throws {
    let batch = try decode([StationSetting(station: "A", stamp: stamp, periodMilliseconds: period)])
    let nine = CivilDay("2020-12-01")!.firstHour + 9
    #expect(batch.readings[0].begin == CivilOffset.china.start(ofHour: nine).adding(milliseconds: shift))
    #expect(batch.readings[0].periodMilliseconds == expected)
    #expect(batch.readings[2].begin == CivilOffset.china.start(ofHour: nine - 1))
    #expect(batch.readings[2].periodMilliseconds == 3_600_000)
  }

  @Test("a period alone keeps the feed's meaning of the stamp")
  func period() throws {
    let batch = try decode([StationSetting(station: "A", periodMilliseconds: 300_000)])
    let nine = CivilOffset.china.start(ofHour: CivilDay("2020-12-01")!.firstHour + 9)
    #expect(batch.readings[0].begin == nine.adding(milliseconds: -300_000))
  }
}
