import AirQuality
import Feeds
import Testing

@Suite("vendors' presets on recorded answers", .enabled(if: Samples.arePresent, "\(Samples.absence)"))
struct VendorSampleTests {
  private func load(_ preset: FeedPreset, _ file: String, station: String? = nil) throws -> DecodedBody {
    var context = DecodeContext.test
    context.defaultStation = station
    return try FeedFormat.preset(preset).decode(Samples.load(file), context: context)
  }

  @Test("WAQI: indices stay indices, the stamp is local with its offset")
  func waqi() throws {
    let body = try load(.waqi, "waqi/city_feed.json")
    #expect(body.verdict == .ok && body.errorCount == 0)
    let at = "2023-08-07T23:00:00+08:00+0"
    #expect(
      body.lines == [
        "6332 us_aqi 29 \(at)", "6332 us_aqi_pm25 1 \(at)", "6332 us_aqi_pm10 12 \(at)", "6332 us_aqi_so2 0.1 \(at)",
        "6332 us_aqi_no2 0.7 \(at)", "6332 us_aqi_o3 29.4 \(at)", "6332 temperature 17.5 \(at)",
        "6332 humidity 73.2 \(at)", "6332 pressure 1008.8 \(at)", "6332 wind_speed 1.6 \(at)",
      ])
    #expect(body.batch.readings.allSatisfy { $0.pollutant.unit != .microgramsPerCubicMeter })
    #expect(body.batch.position(of: 0) == Position(latitude: 52.101308, longitude: 5.128183))
    #expect(body.notes.count == 1 && body.notes[0].contains("indices"))
    let error = try load(.waqi, "waqi/error.json")
    #expect(error.failure?.code == .errorReply && error.failure?.message.contains("Unknown station") == true)
    #expect(error.batch.readings.isEmpty)
  }

  @Test("OpenAQ: latest values name no pollutant, old and new stamps, sentinels")
  func openaqLatest() throws {
    let body = try load(.openaq, "openaq/v3_latest.json")
    #expect(body.verdict == .ok)
    #expect(body.errorCount == 0)
    #expect(body.rowCount == 1_000)
    #expect(body.batch.readings.count == 1_000)
    #expect(body.lines.first == "43487 unspecified 16 2021-08-09T19:00:00+08:00+0")
    #expect(body.batch.readings.count(where: { $0.flag == .missing }) == 5)
    #expect(body.batch.readings.allSatisfy { $0.pollutant == .unspecified })
    #expect(body.batch.position(of: 0) == Position(latitude: 40.1465, longitude: 117.07089999999998))
    #expect(body.notes.first?.contains("unspecified") == true)
  }

  @Test("OpenAQ's archive: a line a value, quarter hours that end at the stamp, ppm converted")
  func openaqRealtime() throws {
    let body = try load(.openaqRealtime, "openaq/realtime.ndjson")
    #expect(body.verdict == .ok && body.errorCount == 0 && body.rowCount == 2 && body.ignoredValues == 1)
    let nitric = NDJSONWriter.number(0.0002 * (30.006 / 24.465 * 1_000))
    #expect(body.lines == ["station1 no \(nitric) 2024-04-09T05:10:00+08:00+900"])
    #expect(body.batch.position(of: 0) == Position(latitude: 42.8011974, longitude: -122.99144547))
  }

  @Test("PurpleAir: both channels apart, °F converted, the unit's own stamp")
  func purpleAirSensor() throws {
    let body = try load(.purpleAir, "purpleair/local_dual_laser.json")
    #expect(body.verdict == .ok && body.errorCount == 0)
    let at = "2022-07-23T23:03:40+08:00+0"
    let celsius = NDJSONWriter.number(60 * (5.0 / 9.0) + -160.0 / 9.0)
    #expect(
      body.lines == [
        "14867 pm25 1.7 \(at)", "14867 pm25_a 1.08 \(at)", "14867 pm25_b 2.22 \(at)", "14867 pm10 1.8 \(at)",
        "14867 pm10_a 1.28 \(at)", "14867 pm10_b 2.31 \(at)", "14867 pm1 1.1 \(at)", "14867 pm1_a 0.95 \(at)",
        "14867 pm1_b 1.16 \(at)", "14867 humidity 55 \(at)", "14867 temperature \(celsius) \(at)",
        "14867 pressure 982.39 \(at)",
      ])
    #expect(body.batch.position(of: 11) == Position(latitude: 66.996, longitude: -50.6215))
  }

  @Test("PurpleAir: columns without a value, and the error reply")
  func purpleAirCloud() throws {
    let body = try load(.purpleAir, "purpleair/get_sensors_response.json")
    #expect(body.verdict == .empty && body.rowCount == 5 && body.errorCount == 0 && body.batch.stations.count == 5)
    #expect(body.notes.count == 1 && body.notes[0].contains("pm2.5_atm"))
    let error = try load(.purpleAir, "purpleair/error_invalid_api_key_response.json")
    #expect(error.failure?.code == .errorReply && error.batch.readings.isEmpty)
    #expect(error.failure?.message.contains("The provided api_key was not valid") == true)
  }

  @Test("AirGradient: measures, and a unit that has just started")
  func airGradient() throws {
    let body = try load(.airGradient, "airgradient/current_measures.json")
    let at = "2020-12-01T09:00:00+08:00+0"
    #expect(
      body.lines == [
        "84fce612f5b8 pm25 34 \(at)", "84fce612f5b8 pm10 41 \(at)", "84fce612f5b8 pm1 22 \(at)",
        "84fce612f5b8 co2 778 \(at)", "84fce612f5b8 temperature 23.1 \(at)", "84fce612f5b8 humidity 32 \(at)",
      ])
    let booting = try load(.airGradient, "airgradient/measures_after_boot.json")
    #expect(booting.verdict == .empty && booting.rowCount == 1 && booting.errorCount == 0)
    #expect(booting.batch.readings.isEmpty)
  }

  @Test("AirNow: GMT hours by their begin, code page 437, values below zero")
  func airNow() throws {
    let body = try load(.airNowHourly, "airnow/hourly_excerpt.dat")
    #expect(body.verdict == .ok && body.errorCount == 0 && body.rowCount == 4)
    let ozone = NDJSONWriter.number(39 * (47.998 / 24.465))
    let ozone38 = NDJSONWriter.number(38 * (47.998 / 24.465))
    #expect(
      body.lines == [
        "000051501 o3 \(ozone) 2016-12-26T08:00:00+08:00+3600",
        "410170601 pm25 16.7 2026-07-28T03:00:00+08:00+3600",
        "000010601 pm25 -3.2 2026-07-28T03:00:00+08:00+3600",
        "000010601 o3 \(ozone38) 2026-07-28T03:00:00+08:00+3600",
      ])
  }

  @Test("SensorThings: observations that do not say what they measure")
  func sensorThings() throws {
    let body = try load(.sensorThings, "sensorthings/observations.json", station: "borehole")
    #expect(body.verdict == .ok && body.errorCount == 0 && body.rowCount == 101 && body.batch.readings.count == 101)
    #expect(body.lines[0] == "borehole unspecified 8.81 2023-03-28T20:15:00+08:00+0")
    #expect(body.notes.first?.contains("$expand") == true)
    let small = try load(.sensorThings, "sensorthings/observationsDataFixtureMinimalExample2.json", station: "b")
    #expect(small.batch.readings.map(\.value) == [1, 3.444444444444444])
  }
}
