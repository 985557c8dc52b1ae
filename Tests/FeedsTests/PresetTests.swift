import AirQuality
import Feeds
import Testing

@Suite("JSON and CSV presets on recorded answers", .enabled(if: Samples.arePresent, "\(Samples.absence)"))
struct PresetTests {
  @Test("pm25.in: a station row; the Z of its stamp is not true")
  func pm25inStation() throws {
    let body = try FeedFormat.preset(.pm25in).decode(
      Samples.load("pm25in/aqis_by_station_json_station_code_1141A.json"), context: .test)
    #expect(body.verdict == .ok && body.errorCount == 0)
    #expect(
      body.lines == [
        "1141A pm25 3 2016-09-17T14:00:00+08:00+3600", "1141A pm10 26 2016-09-17T14:00:00+08:00+3600",
        "1141A so2 9 2016-09-17T14:00:00+08:00+3600", "1141A no2 17 2016-09-17T14:00:00+08:00+3600",
        "1141A co 0.4 2016-09-17T14:00:00+08:00+3600", "1141A o3 85 2016-09-17T14:00:00+08:00+3600",
        "1141A o3_8h 63 2016-09-17T07:00:00+08:00+28800",
      ])
  }

  @Test(
    "pm25.in: rows of one pollutant, the city's average left out",
    arguments: [("pm10", Pollutant.pm10, 17.0), ("so2", .so2, 12.0)])
  func pm25inPollutant(_ name: String, _ pollutant: Pollutant, _ first: Double) throws {
    let body = try FeedFormat.preset(.pm25in).decode(
      Samples.load("pm25in/\(name)_json_avg_true_city_shanghai_stations_yes.json"), context: .test)
    #expect(body.verdict == .ok && body.errorCount == 0)
    #expect(body.rowCount == 11 && body.skippedRows == 1 && body.batch.readings.count == 10)
    #expect(body.batch.readings.allSatisfy { $0.pollutant == pollutant })
    #expect(body.readings("1142A", pollutant).map(\.value) == [first])
  }

  @Test("pm25.in: the quota error that comes as HTTP 200")
  func pm25inQuota() throws {
    let body = try FeedFormat.preset(.pm25in).decode(Samples.load("pm25in/quota_error_http200.json"), context: .test)
    #expect(body.failure?.code == .errorReply)
    #expect(body.failure?.message.contains("请求次数用完") == true)
  }

  @Test("sensor.community: an area reply, texts for numbers, stamps in UTC")
  func sensorCommunityArea() throws {
    let body = try FeedFormat.preset(.sensorCommunity).decode(
      Samples.load("sensor_community/area_reply.json"), context: .test)
    #expect(body.verdict == .ok && body.errorCount == 0)
    #expect(body.rowCount == 154 && body.batch.readings.count == 154 && body.batch.stations.count == 36)
    for (pollutant, count) in [(Pollutant.pm10, 41), (.pm25, 41), (.temperature, 36), (.humidity, 36)] {
      #expect(body.batch.readings.count(where: { $0.pollutant == pollutant }) == count)
    }
    #expect(body.lines[0] == "39367 temperature 23.7 2020-04-19T23:45:49+08:00+0")
    #expect(body.lines[2] == "39366 pm10 11.67 2020-04-19T23:45:48+08:00+0")
    #expect(body.lines[3] == "39366 pm25 6.6 2020-04-19T23:45:48+08:00+0")
  }

  @Test("sensor.community: one device for itself, 69 s before reception")
  func sensorCommunityLocal() throws {
    let bytes = try Samples.load("sensor_community/nam_station.json")
    var context = DecodeContext.test
    context.defaultStation = "roof"
    let body = FeedFormat.preset(.sensorCommunity).decode(bytes, context: context)
    #expect(body.verdict == .ok && body.errorCount == 0 && body.ignoredValues == 5)
    let at = "2020-12-01T08:58:51+08:00+0"
    let pressure = NDJSONWriter.number(86_470.22 * 0.01)
    #expect(
      body.lines == [
        "roof pm10 2.08 \(at)", "roof pm25 1.33 \(at)", "roof temperature 22.02 \(at)",
        "roof pressure \(pressure) \(at)", "roof humidity 38.65 \(at)",
      ])
    let orphan = FeedFormat.preset(.sensorCommunity).decode(bytes, context: .test)
    #expect(orphan.failure?.code == .noUsableRow)
    #expect(orphan.errors.first?.code == .station)
  }

  @Test("UK-AIR: wide CSV, hours ending GMT, 24:00, HTML in the header")
  func ukAir() throws {
    let body = try FeedFormat.preset(.ukAir).decode(Samples.load("uk-air/wrexham_pm25_wide.csv"), context: .test)
    #expect(body.verdict == .ok && body.errorCount == 0)
    #expect(body.rowCount == 5 && body.batch.readings.count == 120 && body.batch.stations == ["Wrexham"])
    #expect(body.lines[0] == "Wrexham pm25 19.198 2022-01-01T08:00:00+08:00+3600")
    #expect(body.lines[23] == "Wrexham pm25 9.009 2022-01-02T07:00:00+08:00+3600")
    #expect(body.lines[119] == "Wrexham pm25 14.67 2022-01-06T07:00:00+08:00+3600")
  }

  @Test(
    "providers' own errors are failures with their words",
    arguments: [
      ("waqi/error.json", "$.data", "Unknown station"),
      ("purpleair/error_invalid_api_key_response.json", "$.data[*]", "ApiKeyInvalidError"),
    ])
  func errorReplies(_ file: String, _ rows: String, _ words: String) throws {
    var mapping = Mappings.park
    mapping.container = .json(rows: rows + (rows.hasSuffix("]") ? "" : ".iaqi"))
    let body = try FeedFormat.mapping(mapping).decode(Samples.load(file), context: .test)
    #expect(body.failure?.code == .errorReply)
    #expect(body.failure?.message.contains(words) == true)
  }

  @Test("a vendor's columns by position: PurpleAir's field lists")
  func purpleAir() throws {
    let mapping = FeedMapping(
      container: .json(rows: "$.data[*]"), station: "$[0]",
      time: TimeMapping(path: "^.data_time_stamp", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0),
      values: [ValueMapping(pollutant: "temperature", path: "$[3]", unit: "degF")])
    let bytes = try Samples.load("purpleair/get_sensors_response.json")
    let body = FeedFormat.mapping(mapping).decode(bytes, context: .test)
    #expect(body.rowCount > 0)
    #expect(body.batch.stations.count == body.rowCount)
  }
}
