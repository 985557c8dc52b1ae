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

  // MARK: Formats that declare no columns

  private func decode(_ preset: FeedPreset, _ body: String, _ settings: [StationSetting]) -> DecodedBody {
    var context = DecodeContext.test
    for setting in settings { context.overrides[setting.station] = setting }
    return FeedFormat.preset(preset).decode(Array(body.utf8), context: context)
  }

  private static let milligrams = StationSetting(
    station: "A", units: [.init(pollutant: .pm25, unit: .milligramsPerCubicMeter)], stamp: .end,
    periodMilliseconds: 3_600_000)

  @Test("points: line protocol and metrics")
  func points() {
    let influx = decode(
      .influxLine, "air,station=A pm25=0.05,no2=7 1577808000\nair,station=B pm25=50 1577808000\n", [Self.milligrams])
    #expect(
      influx.lines == [
        "A pm25 50 2019-12-31T23:00:00+08:00+3600", "A no2 7 2019-12-31T23:00:00+08:00+3600",
        "B pm25 50 2020-01-01T00:00:00+08:00+0",
      ])
    // The tag names another unit, and the registry holds.
    let tagged = decode(.influxLine, "air,station=A,unit=ug/m3 pm25=0.05 1577808000\n", [Self.milligrams])
    #expect(tagged.lines == ["A pm25 50 2019-12-31T23:00:00+08:00+3600"])
    let begin = StationSetting(station: "A", stamp: .begin, periodMilliseconds: 300_000)
    let metrics = """
      pm25_ugm3{station="A"} 5 1577808000000
      pm25_ugm3{station="A",window="1h"} 6 1577808000000
      pm25_ugm3{station="B",window="1h"} 7 1577808000000

      """
    #expect(
      decode(.prometheusText, metrics, [begin]).lines == [
        "A pm25 5 2020-01-01T00:00:00+08:00+300", "A pm25 6 2020-01-01T00:00:00+08:00+3600",
        "B pm25 7 2019-12-31T23:00:00+08:00+3600",
      ])
    #expect(
      decode(.prometheusText, metrics, [Self.milligrams]).lines.prefix(2) == [
        "A pm25 5000 2019-12-31T23:00:00+08:00+3600", "A pm25 6000 2019-12-31T23:00:00+08:00+3600",
      ])
  }

  @Test("UK-AIR, both layouts")
  func ukAir() {
    let wide = """
      A PM2.5 particulate matter (Hourly measured) (parsecs)
      Date,01:00,02:00
      01-01-2020,0.05,0.06
      B PM2.5 particulate matter (Hourly measured) (µg/m³)
      Date,01:00
      01-01-2020,50

      """
    #expect(
      decode(.ukAir, wide, [Self.milligrams]).lines == [
        "A pm25 50 2020-01-01T08:00:00+08:00+3600", "A pm25 60 2020-01-01T09:00:00+08:00+3600",
        "B pm25 50 2020-01-01T08:00:00+08:00+3600",
      ])
    var begin = Self.milligrams
    begin.stamp = .begin
    let narrow = """
      A
      Date,time,PM<sub>2.5</sub> particulate matter (Hourly measured),status,unit
      01-01-2020,01:00,0.05,P,ugm-3

      """
    #expect(decode(.ukAir, narrow, [begin]).lines == ["A pm25 50 2020-01-01T09:00:00+08:00+3600"])
    #expect(decode(.ukAir, narrow, []).lines == ["A pm25 0.05 2020-01-01T08:00:00+08:00+3600"])
  }

  @Test("UK-AIR: means over other times than an hour are no hours")
  func ukAirDailyMeans() {
    let text = """
      A
      Date,time,PM<sub>2.5</sub> particulate matter (Daily measured),status,unit,PM<sub>10</sub> particulate matter (Hourly measured),status,unit
      01-01-2020,01:00,5,P,ugm-3,9,P,ugm-3

      """
    #expect(decode(.ukAir, text, []).lines == ["A pm10 9 2020-01-01T08:00:00+08:00+3600"])
  }

  @Test("HJ 212")
  func hj212() {
    let segment =
      "QN=20200101010000001;ST=22;CN=2051;PW=123456;MN=A;Flag=4;CP=&&DataTime=20200101010000;a34004-Avg=0.05,a34004-Flag=N&&"
    let frame = String(decoding: HJ212PresetTests.frames([segment]), as: UTF8.self)
    #expect(decode(.hj212, frame, []).lines == ["A pm25 0.05 2020-01-01T01:00:00+08:00+60"])
    var setting = Self.milligrams
    setting.periodMilliseconds = 300_000
    #expect(decode(.hj212, frame, [setting]).lines == ["A pm25 50 2020-01-01T00:55:00+08:00+300"])
  }
}
