import AirQuality
import Feeds
import Testing

@Suite("line protocol and metrics as text")
struct PointTextTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var body: String
    var lines: [String]
    /// `code path` of each error.
    var errors: [String] = []
    var ignored = 0
    var testDescription: String { name }
  }

  static let at = "2020-12-01T09:00:00+08:00+0"
  static let nitrogen = NDJSONWriter.number(10 * (46.0055 / 24.465))

  static let influx: [Case] = [
    Case(
      name: "fields by name, tags, other fields",
      body: #"air,station=A pm25=12.5,no2_ppb=10,up=t,pm25_count=9i 1606784400"#,
      lines: ["A pm25 12.5 \(at)", "A no2 \(nitrogen) \(at)"], ignored: 2),
    Case(
      name: "sensor.community's firmware: nodes, P1 and P2, pascals",
      body: "feinstaub,node=esp8266-1 SDS_P1=12.34,SDS_P2=5.67,BME280_pressure=98500.25 1606784400\n"
        + "feinstaub,node=esp8266-2 SDS_P1=9 1606784400\nair,location=office,device_name=b SPS30_P2=7 1606784400",
      lines: [
        "esp8266-1 pm10 12.34 \(at)", "esp8266-1 pm25 5.67 \(at)", "esp8266-1 pressure 985.0025 \(at)",
        "esp8266-2 pm10 9 \(at)", "b pm25 7 \(at)",
      ]),
    Case(
      name: "precisions",
      body: "a,site=A pm10=1 1606784400000000000\na,site=A pm10=2 1606784400000000\na,site=A pm10=3 1606784400000\n"
        + "a,site=A pm10=4 1606784400\na,site=A pm10=5\n",
      lines: (1...5).map { "A pm10 \($0) \(at)" }),
    Case(
      name: "escapes", body: #"my\ air,station=\ A\,\ B\=C  pm25=1i,text="a, b=\"c\" \\ d",PM10=2u 1606784400"#,
      lines: ["A, B=C pm25 1 \(at)", "A, B=C pm10 2 \(at)"], ignored: 1),
    Case(
      name: "a quoted text runs over lines",
      body: "a,site=A t=\"x\ny # z\",pm25=1 1606784400\r\n# comment\na,site=B pm25=2 1606784400",
      lines: ["A pm25 1 \(at)", "B pm25 2 \(at)"], ignored: 1),
    Case(
      name: "the measurement or a tag names a bare value",
      body: "ozone,site=A,unit=ppb value=10 1606784400\nair,site=A,parameter=CO,unit=mg/m3 value=0.4 1606784400",
      lines: ["A o3 \(NDJSONWriter.number(10 * (47.998 / 24.465))) \(at)", "A co 0.4 \(at)"]),
    Case(
      name: "the more specific tag names the station", body: "a,host=h,name=n,station=S pm25=1 1606784400",
      lines: ["S pm25 1 \(at)"]),
    Case(
      name: "bad lines between good ones",
      body:
        "a,site=A pm25=1 1606784400\nnonsense\na,site=A pm25=x 1606784400\na,site=A pm25=1 soon\na,site=A,unit=lux pm25=1\n"
        + "a pm25=1 1606784400\na,site=A pm25= 1606784400\na,site=A pm25=1 1606784400 2\na,site=A pm25=\"12\" 1606784400",
      lines: ["A pm25 1 \(at)", "A pm25 12 \(at)"],
      errors: [
        "structure line 2", "value line 3", "time line 4", "unit line 5", "station line 6", "structure line 7",
        "structure line 8",
      ]),
    Case(
      name: "points of other things need no station", body: "cpu usage=1 soon\na,site=A pm25=1 1606784400",
      lines: ["A pm25 1 \(at)"], ignored: 1),
    Case(
      name: "a position that is none", body: "a,site=A pm25=1,lat=91,lon=0 1606784400", lines: ["A pm25 1 \(at)"],
      errors: ["position line 1"], ignored: 2),
  ]

  @Test("InfluxDB line protocol", arguments: influx)
  func lineProtocol(_ test: Case) { check(test, .influxLine) }

  static let metrics: [Case] = [
    Case(
      name: "a family of one quantity, other families left",
      body:
        "# HELP x y\n# TYPE airgradient_pm2d5_ugm3 gauge\nairgradient_pm2d5_ugm3{airgradient_serial_number=\"84fc\"} 34.5\n"
        + "process_cpu_seconds_total 5\nairgradient_pm0d3_p100ml{airgradient_serial_number=\"84fc\"} 270\n",
      lines: ["84fc pm25 34.5 \(at)"], ignored: 2),
    Case(
      name: "our own page",
      body:
        #"lantian_concentration_grams_per_cubic_meter{county="141102",pollutant="co",window="1h"} 0.0004 1606784400000"#
        + "\n"
        + #"lantian_completeness_ratio{county="141102",pollutant="co",window="1h"} 0.5"#,
      lines: ["141102 co \(NDJSONWriter.number(0.0004 * (1_000_000 / 1_000))) 2020-12-01T08:00:00+08:00+3600"],
      ignored: 1),
    Case(
      name: "escapes, spaces, exemplars, NaN",
      body:
        "pm10_ugm3 { station = \"a \\\"b\\\" \\\\ c\" , x=\"}\" , } 5 # {t=\"1\"} 2\nno2_ppb{station=\"B\"} NaN 1606784400000",
      lines: ["a \"b\" \\ c pm10 5 \(at)", "B no2 missing \(at)"]),
    Case(
      name: "OpenMetrics' seconds and units",
      body:
        "# TYPE air_humidity_ratio gauge\n# UNIT air_humidity_ratio ratio\nair_humidity_ratio{site=\"A\"} 0.4 1606784400.5\n# EOF\n",
      lines: ["A humidity 40 2020-12-01T09:00:00.500+08:00+0"]),
    Case(
      name: "histograms are no measurements",
      body:
        "# TYPE pm25 histogram\npm25{site=\"A\"} 1\npm25_bucket{site=\"A\",le=\"1\"} 1\npm25_sum{site=\"A\"} 1\npm10{site=\"A\"} 1",
      lines: ["A pm10 1 \(at)"], ignored: 3),
    Case(
      name: "bad lines between good ones",
      body:
        "pm25{site=\"A\"} 1\npm25{site=\"A} 1\npm25{site=\"A\"}\npm25 1\npm25{site=\"A\"} 1 soon\npm25{site=\"A\"} one\n"
        + "pm25{site=\"A\",window=\"fortnight\"} 1\npm25{site=\"A\"} +Inf\npm25{site=\"A\",unit=\"lux\"} 1\npm25_ppb{site=\"A\"} 1",
      lines: ["A pm25 1 \(at)"],
      errors: [
        "structure line 2", "structure line 3", "station line 4", "time line 5", "value line 6", "time line 7",
        "value line 8",
        "unit line 9", "unit line 10",
      ]),
  ]

  @Test("Prometheus and OpenMetrics", arguments: metrics)
  func metricsText(_ test: Case) { check(test, .prometheusText) }

  private func check(_ test: Case, _ preset: FeedPreset) {
    let body = decode(.preset(preset), test.body)
    #expect(body.lines == test.lines)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == test.errors)
    #expect(body.ignoredValues == test.ignored)
  }

  @Test("positions go with their points")
  func positions() {
    let body = decode(
      .preset(.influxLine),
      "a,site=A pm25=1 1606784400\na,site=B,lat=37.5 pm25=2,pm10=3,lon=111.1 1606784460\na,site=A pm25=4 1606784400")
    #expect(
      (0..<4).map { body.batch.position(of: $0) } == [
        nil, Position(latitude: 37.5, longitude: 111.1), Position(latitude: 37.5, longitude: 111.1), nil,
      ])
    var output: [UInt8] = []
    NDJSONWriter(feed: "route").write(body.batch, to: &output)
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[1].contains(#""end":"2020-12-01T09:01:00+08:00","lat":37.5,"lon":111.1,"flag":2"#))
    #expect(!lines[0].contains("lat") && !lines[3].contains("lat"))
  }

  @Test("line protocol cut inside quotes keeps the points before")
  func truncated() {
    let body = decode(.preset(.influxLine), "a,site=A pm25=1 1606784400\na,site=A t=\"x")
    #expect(body.failure?.code == .truncated && body.lines.count == 1)
  }

  @Test("cut anywhere, the points of whole lines stay", arguments: [FeedPreset.influxLine, .prometheusText])
  func cuts(_ preset: FeedPreset) {
    let line = preset == .influxLine ? "a,station=A pm25=1 1606784400\n" : "pm25{station=\"A\"} 1 1606784400000\n"
    let whole = Array((line + line + line).utf8)
    for length in 0...whole.count {
      let body = FeedFormat.preset(preset).decode(Array(whole[..<length]), context: .test)
      let lines = length / line.utf8.count
      #expect(body.batch.readings.count >= lines && body.batch.readings.count <= lines + 1, "\(length)")
    }
  }

  @Test(
    "names of quantities",
    arguments: [
      ("pm25", Pollutant.pm25, nil), ("PM2.5", .pm25, nil), ("PM 2.5", .pm25, nil), ("PM₂.₅", .pm25, nil),
      ("pm2_5_atm_b", nil, nil),
      ("pm2_5_b", .pm25B, nil), ("pm10_0", .pm10, nil), ("pm1_0", .pm1, nil), ("PM10 mass concentration", .pm10, nil),
      ("airgradient_pm2d5_ugm3", .pm25, .microgramsPerCubicMeter), ("no2_ppb", .no2, .partsPerBillion),
      ("co_ppm_mean", .co, .partsPerMillion), ("no2 [µg/m³]", .no2, .microgramsPerCubicMeter), ("Ozone (O3)", nil, nil),
      ("Nitrogen dioxide (air)", .no2, nil), ("airTemperature", .temperature, nil),
      ("air_temperature_celsius", .temperature, .celsius), ("humidity_%", .humidity, .percent), ("细颗粒物浓度", nil, nil),
      ("二氧化硫", .so2, nil), ("降尘", .dustfall, nil), ("wind_speed_mps", .windSpeed, .metersPerSecond),
      ("pm25_aqi", nil, nil),
      ("aqi_pm25", nil, nil), ("pm25_24h", nil, nil), ("no_data", nil, nil), ("cpu_temperature", nil, nil),
      ("node_co", .co, nil),
      ("pm2_5_count", nil, nil), ("noise", nil, nil), ("", nil, nil), ("tvoc_ppb", .voc, .partsPerBillion),
    ] as [(String, Pollutant?, MeasurementUnit?)])
  func names(_ text: String, _ pollutant: Pollutant?, _ unit: MeasurementUnit?) {
    let name = QuantityName(text)
    #expect(name?.pollutant == pollutant && name?.unit == unit)
  }

  @Test(
    "parts of particles, and what only sounds like a quantity of the air",
    arguments: [
      "Pb in PM10", "As in PM10", "Ni PM10", "BaP PM10", "Benzo(a)pyrene in PM10", "Lead in PM10 (aerosol)",
      "Sulphate in PM2.5", "NH4+ in PM2.5", "Black carbon in PM2.5", "PM10 Arsenic", "Pb mass concentration PM10",
      "Non-volatile PM10", "PM2.5-10", "PM coarse PM10-PM2.5", "Station WUM dwpt_temp", "Dew point temperature",
      "Road surface temp", "Wet bulb temp", "Wet bulb air temp", "Sea temp", "Black globe temp", "Soil temp",
      "node_hwmon_temp_celsius", "absolute humidity", "sea level pressure", "vapour pressure", "gust_wind_speed",
      "Temperature indoor",
    ])
  func otherQuantities(_ text: String) { #expect(QuantityName(text) == nil) }

  @Test(
    "ordinary names of observed properties and of streams",
    arguments: [
      ("Temperature measurement", Pollutant.temperature), ("Humidity measurement", .humidity),
      ("WUM temp", .temperature),
      ("PM2.5 measurement", .pm25), ("PM2.5 hourly", .pm25), ("PM2.5 (aerosol)", .pm25), ("PM10 measured", .pm10),
      ("Particulate matter < 2.5 µm (aerosol)", .pm25), ("Particulate matter < 10 μm (aerosol)", .pm10),
      ("PM10 particulate matter (hourly measured)", .pm10), ("PM10 Observations", .pm10), ("NO2 Parco S. Chiara", nil),
      ("Parco S. Chiara NO2", .no2), ("Ozone (air)", .o3), ("CO2 in room", nil),
    ] as [(String, Pollutant?)])
  func ordinaryNames(_ text: String, _ pollutant: Pollutant?) { #expect(QuantityName(text)?.pollutant == pollutant) }
}
