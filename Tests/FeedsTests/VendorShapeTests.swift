import AirQuality
import Feeds
import Testing

@Suite("shapes of vendors' answers")
struct VendorShapeTests {
  /// A body of a preset and what comes of it.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var preset: FeedPreset
    var body: String
    var lines: [String]
    /// `code path` of each error.
    var errors: [String] = []
    var testDescription: String { name }
  }

  static let at = "2020-12-01T09:00:00+08:00+0"

  static let cases: [Case] = [
    Case(
      name: "WAQI's map", preset: .waqi,
      body: #"{"status":"ok","data":[{"lat":37.5,"lon":111.1,"uid":1451,"aqi":"57","station":{"name":"x","#
        + #""time":"2020-12-01T09:00:00+08:00"}},{"lat":1,"lon":2,"uid":2,"aqi":"-","station":{"time":"#
        + #""2020-12-01T01:00:00Z"}}]}"#,
      lines: ["1451 us_aqi 57 \(at)", "2 us_aqi missing \(at)"]),
    Case(
      name: "WAQI without a station's data", preset: .waqi,
      body: #"{"status":"ok","data":{"aqi":"-","idx":7,"iaqi":{},"time":{"s":"","tz":""}}}"#, lines: []),
    Case(
      name: "WAQI with weather but no stamp", preset: .waqi,
      body: #"{"status":"ok","data":{"aqi":"-","idx":7,"iaqi":{"t":{"v":5}},"time":{"tz":"+03:00","v":0}}}"#, lines: []),
    Case(
      name: "WAQI with an index but no stamp", preset: .waqi,
      body: #"{"status":"ok","data":{"aqi":42,"idx":7,"iaqi":{},"time":{"s":"","tz":"+01:00"}}}"#, lines: [],
      errors: ["time $.data.time.s"]),
    Case(
      name: "WAQI's stations found by name", preset: .waqi,
      body: #"{"status":"ok","data":[{"uid":6337,"aqi":"3","time":{"tz":"+02:00","stime":"2020-12-01 03:00:00","#
        + #""vtime":1},"station":{"name":"K","geo":[51.6,4.5]}},{"uid":8,"aqi":"-","time":{"tz":"+02:00","stime":"#
        + #""2020-12-01 03:00:00"}},{"uid":9,"aqi":"","time":{"tz":"","stime":""}}]}"#,
      lines: ["6337 us_aqi 3 \(at)", "8 us_aqi missing \(at)"]),
    Case(
      name: "OpenAQ's measurements, with both ends of their period", preset: .openaq,
      body: #"{"results":[{"value":0.04,"parameter":{"name":"o3","units":"ppm"},"period":{"datetimeFrom":{"utc":"#
        + #""2020-12-01T00:00:00Z"},"datetimeTo":{"utc":"2020-12-01T01:00:00Z"}},"coordinates":null},"#
        + #"{"value":5,"parameter":{"name":"um003","units":"particles/cm³"},"period":{"datetimeFrom":{"utc":"#
        + #""2020-12-01T00:00:00Z"},"datetimeTo":{"utc":"2020-12-01T01:00:00Z"}}},"#
        + #"{"value":1,"parameter":{"name":"pm25","units":"µg/m³"},"period":{"datetimeFrom":{"utc":"#
        + #""2020-12-01T02:00:00Z"},"datetimeTo":{"utc":"2020-12-01T01:00:00Z"}}}]}"#,
      lines: ["S o3 \(NDJSONWriter.number(0.04 * (47.998 / 24.465 * 1_000))) 2020-12-01T08:00:00+08:00+3600"],
      errors: ["time $.results[2].period.datetimeTo.utc"]),
    Case(
      name: "OpenAQ's sensors with their latest", preset: .openaq,
      body: #"{"results":[{"id":1,"name":"pm25 µg/m³","parameter":{"name":"pm25","units":"µg/m³"},"#
        + #""latest":{"datetime":{"utc":"2020-12-01T01:00:00Z"},"value":12,"coordinates":{"latitude":1,"longitude":2}}}]}"#,
      lines: ["S pm25 12 \(at)"]),
    Case(
      name: "OpenAQ's means by hour of day", preset: .openaq,
      body: #"{"results":[{"value":6.38,"parameter":{"name":"pm25","units":"µg/m³"},"period":{"label":"hourofday","#
        + #""datetimeFrom":{"utc":"2023-03-01T06:00:00Z"},"datetimeTo":{"utc":"2024-03-01T06:00:00Z"}}}]}"#,
      lines: [], errors: ["row $.results[0].period.label"]),
    Case(
      name: "OpenAQ's page without results", preset: .openaq, body: #"{"meta":{"found":0},"results":[]}"#, lines: []),
    Case(
      name: "a broken line between good ones", preset: .openaqRealtime,
      body: #"{"date":{"utc":"2020-12-01T01:00:00Z"},"parameter":"pm25","value":1,"unit":"µg/m³","location":"a"}"#
        + "\n\n{\"date\":\r\n"
        + #"{"date":{"utc":"2020-12-01T01:00:00Z"},"parameter":"pm25","value":2,"unit":"pounds","location":"b"}"# + "\n"
        + #"{"date":{"utc":"2020-12-01T01:00:00Z"},"parameter":"co","value":3,"unit":"mg/m³","location":"c","#
        + #""averagingPeriod":{"value":1,"unit":"fortnights"}}"# + "\n"
        + #"{"date":{"utc":"2020-12-01T01:00:00Z"},"parameter":"co","value":null,"unit":null,"location":"c","#
        + #""averagingPeriod":{"value":1,"unit":"days"}}"# + "\n",
      lines: ["a pm25 1 \(at)", "c co missing 2020-11-30T09:00:00+08:00+86400"],
      errors: ["structure line 3", "unit line 4, $.unit", "time line 5, $.averagingPeriod.value"]),
    Case(
      name: "PurpleAir's columns, in any order, with alternatives", preset: .purpleAir,
      body:
        #"{"data_time_stamp":1606784400,"fields":["pm2.5_b","pm2.5_a","pm2.5","sensor_index","last_seen","humidity"],"#
        + #""data":[[8,7,7.5,1,1606784340,40],[null,3,3,2,null,null]]}"#,
      lines: [
        "1 pm25 7.5 2020-12-01T08:59:00+08:00+0", "1 pm25_a 7 2020-12-01T08:59:00+08:00+0",
        "1 pm25_b 8 2020-12-01T08:59:00+08:00+0", "1 humidity 40 2020-12-01T08:59:00+08:00+0", "2 pm25 3 \(at)",
        "2 pm25_a 3 \(at)", "2 pm25_b missing \(at)", "2 humidity missing \(at)",
      ]),
    Case(
      name: "PurpleAir's history of hours", preset: .purpleAir,
      body: #"{"sensor_index":14867,"start_timestamp":1606780800,"end_timestamp":1606788000,"average":60,"#
        + #""fields":["time_stamp","pm2.5_atm_a","pm2.5_atm_b"],"data":[[1606780800,5.5,6]]}"#,
      lines: [
        "14867 pm25_a 5.5 2020-12-01T08:00:00+08:00+3600", "14867 pm25_b 6 2020-12-01T08:00:00+08:00+3600",
        "14867 pm25 5.75 2020-12-01T08:00:00+08:00+3600",
      ]),
    Case(
      name: "PurpleAir's history by cf_1, of channels and their own weather", preset: .purpleAirCF1,
      body: #"{"sensor_index":7,"start_timestamp":1606780800,"average":60,"fields":["time_stamp","humidity_a","#
        + #""pressure_a","pm2.5_cf_1_a","pm2.5_cf_1_b","pm2.5_atm_a"],"data":[[1606784400,44,1001,5,6,1]]}"#,
      lines: [
        "7 pm25_a 5 2020-12-01T09:00:00+08:00+3600", "7 pm25_b 6 2020-12-01T09:00:00+08:00+3600",
        "7 humidity 44 2020-12-01T09:00:00+08:00+3600", "7 pressure 1001 2020-12-01T09:00:00+08:00+3600",
        "7 pm25 5.5 2020-12-01T09:00:00+08:00+3600",
      ]),
    Case(
      name: "an early PurpleAir sensor", preset: .purpleAir,
      body: #"{"data_time_stamp":1606784400,"sensor":{"sensor_index":7,"location_type":0,"humidity_a":44,"#
        + #""temperature_a":50,"pressure_a":1001,"pm2.5_a":5,"pm2.5_b":6}}"#,
      lines: [
        "7 pm25_a 5 \(at)", "7 pm25_b 6 \(at)", "7 humidity 44 \(at)",
        "7 temperature \(NDJSONWriter.number(50 * (5.0 / 9.0) + -160.0 / 9.0)) \(at)", "7 pressure 1001 \(at)",
        "7 pm25 5.5 \(at)",
      ]),
    Case(
      name: "a PurpleAir sensor indoors: a field of no calibration is cf_1", preset: .purpleAir,
      body: #"{"data_time_stamp":1606784400,"sensor":{"sensor_index":7,"location_type":1,"pm2.5":40,"pm2.5_a":41,"#
        + #""humidity":30}}"#, lines: ["7 humidity 30 \(at)"]),
    Case(
      name: "the same by cf_1, and a table of both kinds", preset: .purpleAirCF1,
      body: #"{"data_time_stamp":1606784400,"fields":["sensor_index","location_type","pm2.5"],"#
        + #""data":[[1,1,40],[2,0,41],[3,null,42]]}"#, lines: ["1 pm25 40 \(at)"]),
    Case(
      name: "a PurpleAir table of sensors indoors", preset: .purpleAirCF1,
      body: #"{"data_time_stamp":1606784400,"location_type":1,"fields":["sensor_index","pm2.5"],"data":[[1,40]]}"#,
      lines: ["1 pm25 40 \(at)"]),
    Case(
      name: "a PurpleAir unit's own page", preset: .purpleAir,
      body: #"{"SensorId":"84:f3:eb:1:2:3","DateTime":"2020/12/01T01:00:00z","lat":37.5,"lon":111.1,"#
        + #""current_temp_f":50,"pm2_5_atm":15.00,"pm2_5_atm_b":16.5,"pm2_5_cf_1":99,"pm2.5_aqi":57}"#,
      lines: [
        "84:f3:eb:1:2:3 pm25_a 15 \(at)", "84:f3:eb:1:2:3 pm25_b 16.5 \(at)",
        "84:f3:eb:1:2:3 temperature \(NDJSONWriter.number(50 * (5.0 / 9.0) + -160.0 / 9.0)) \(at)",
        "84:f3:eb:1:2:3 pm25 15.75 \(at)",
      ]),
    Case(
      name: "a PurpleAir unit's own page by cf_1, and one of a single laser", preset: .purpleAirCF1,
      body: #"{"SensorId":"s","DateTime":"2020/12/01T01:00:00z","pm2_5_atm":15.00,"pm2_5_atm_b":16.5,"#
        + #""pm2_5_cf_1":99,"pm2_5_cf_1_b":97,"pm10_0_cf_1":110,"pm1_0_cf_1":null,"pm1_0_cf_1_b":9}"#,
      lines: [
        "s pm25_a 99 \(at)", "s pm25_b 97 \(at)", "s pm10_a 110 \(at)", "s pm1_a missing \(at)", "s pm1_b 9 \(at)",
        "s pm25 98 \(at)", "s pm10 110 \(at)", "s pm1 9 \(at)",
      ]),
    Case(
      name: "PurpleAir's columns by cf_1", preset: .purpleAirCF1,
      body: #"{"data_time_stamp":1606784400,"fields":["sensor_index","pm2.5_atm","pm2.5_cf_1","pm2.5"],"#
        + #""data":[[1,7,8,7]]}"#,
      lines: ["1 pm25 8 \(at)"]),
    Case(
      name: "AirGradient by the names of newer firmware", preset: .airGradient,
      body: #"{"serialNumber":"84fce612f5b8","model":"P-1PSG","co2":612,"pm01":1.25,"pm25":2.5,"pm10":3.75,"#
        + #""pm02Count":70,"temperature":21.5,"humidity":48.25,"tvocIndex":101}"#,
      lines: [
        "84fce612f5b8 pm25 2.5 \(at)", "84fce612f5b8 pm10 3.75 \(at)", "84fce612f5b8 pm1 1.25 \(at)",
        "84fce612f5b8 co2 612 \(at)", "84fce612f5b8 temperature 21.5 \(at)", "84fce612f5b8 humidity 48.25 \(at)",
      ]),
    Case(
      name: "AirGradient's newer firmware, just started", preset: .airGradient,
      body: #"{"serialNumber":"84fce612f5b8","model":"P-1PSG","firmware":"1.0.0","boot":0}"#, lines: []),
    Case(
      name: "AirGradient's channels alone", preset: .airGradient,
      body: #"{"serialno":"x","channels":{"1":{"pm02":5,"atmp":18.8,"rhum":68},"2":{"pm02":6,"atmp":19,"rhum":60}}}"#,
      lines: [
        "x pm25_a 5 \(at)", "x pm25_b 6 \(at)", "x temperature 18.8 \(at)", "x humidity 68 \(at)",
        "x pm25 5.5 \(at)",
      ]),
    Case(
      name: "AirGradient's two sensors", preset: .airGradient,
      body: #"{"serialno":"x","pm02":34,"channels":{"1":{"pm02":33},"2":{"pm02":35}}}"#,
      lines: ["x pm25 34 \(at)", "x pm25_a 33 \(at)", "x pm25_b 35 \(at)"]),
    Case(
      name: "AirGradient's cloud", preset: .airGradient,
      body: #"[{"locationId":5,"serialno":null,"pm02":3,"timestamp":"2020-12-01T00:59:00.000Z"}]"#,
      lines: ["5 pm25 3 2020-12-01T08:59:00+08:00+0"]),
    Case(
      name: "SensorThings by Datastreams of Things", preset: .sensorThings,
      body: #"{"value":[{"@iot.id":7,"name":"T","Datastreams":[{"name":"x","unitOfMeasurement":{"symbol":"mg/m3"},"#
        + #""ObservedProperty":{"name":"PM10 mass concentration"},"Observations":[{"phenomenonTime":"#
        + #""2020-12-01T00:00:00Z/2020-12-01T01:00:00Z","result":0.05}]},{"name":"pressure","unitOfMeasurement":"#
        + #"{"symbol":"","name":"Pascal"},"Observations":[{"phenomenonTime":"2020-12-01T01:00:00Z","result":"99000"}]},"#
        + #"{"name":"Noise","Observations":[{"phenomenonTime":"2020-12-01T01:00:00Z","result":1}]}]}]}"#,
      lines: ["7 pm10 50 2020-12-01T08:00:00+08:00+3600", "7 pressure 990 \(at)"]),
    Case(
      name: "SensorThings as arrays of components", preset: .sensorThings,
      body:
        #"{"value":[{"Datastream@iot.navigationLink":"https://x/Datastreams(1)","components":["id","phenomenonTime","#
        + #""result"],"dataArray":[[1,"2020-12-01T00:00:00Z/2020-12-01T01:00:00Z",5],[2,"2020-12-01T01:00:00Z",null]]},"#
        + #"{"Datastream@iot.navigationLink":"https://x/Datastreams(2)","components":["id","phenomenonTime","result"],"#
        + #""dataArray":[[3,"2020-12-01T01:00:00Z","7"]]}]}"#,
      lines: [
        "https://x/Datastreams(1) unspecified 5 2020-12-01T08:00:00+08:00+3600",
        "https://x/Datastreams(1) unspecified missing \(at)", "https://x/Datastreams(2) unspecified 7 \(at)",
      ]),
    Case(
      name: "SensorThings: one Datastream", preset: .sensorThings,
      body: #"{"@iot.id":9,"name":"PM2.5","unitOfMeasurement":{"symbol":"µg/m³"},"Observations":[{"phenomenonTime":"#
        + #""2020-12-01T01:00:00Z","result":null},{"phenomenonTime":"2020-12-01T01:00:00Z","result":[1]},"#
        + #"{"phenomenonTime":"yesterday","result":1}]}"#,
      lines: ["9 pm25 missing \(at)"],
      errors: ["value $.Observations[1].result", "time $.Observations[2].phenomenonTime"]),
    Case(
      name: "SensorThings: Datastreams known by their description, and by nothing", preset: .sensorThings,
      body: #"{"@iot.id":17,"Datastreams":[{"@iot.id":19,"description":"Temperature measurement","Observations":["#
        + #"{"phenomenonTime":"2020-12-01T01:00:00Z","result":4.6}]},{"@iot.id":21,"Observations":["#
        + #"{"phenomenonTime":"2020-12-01T01:00:00Z","result":5}]},{"@iot.id":22,"name":"","Observations":["#
        + #"{"phenomenonTime":"2020-12-01T01:00:00Z","result":6}]},{"@iot.id":23,"name":"PM10","unitOfMeasurement":"#
        + #"{"symbol":null},"Observations":[{"phenomenonTime":"2020-12-01T01:00:00Z","result":7}]}]}"#,
      lines: ["17 temperature 4.6 \(at)", "21 unspecified 5 \(at)", "22 unspecified 6 \(at)"],
      errors: ["unit $.Datastreams[3].unitOfMeasurement.symbol"]),
    Case(
      name: "SensorThings: several values in one result", preset: .sensorThings,
      body: #"{"@iot.id":2,"name":"air_quality_readings2","Observations":[{"phenomenonTime":"2020-12-01T01:00:00Z","#
        + #""result":{"Humidity":35}},{"phenomenonTime":"2020-12-01T01:00:00Z","result":[17.5,35]},"#
        + #"{"phenomenonTime":"2020-12-01T01:00:00Z","result":1}]}"#,
      lines: [], errors: ["value $.Observations[0].result", "value $.Observations[1].result"]),
  ]

  @Test("one name at two places of the world is two stations: the second is refused")
  func openaqNames() {
    func line(_ value: Int, _ latitude: Double, _ longitude: Double) -> String {
      #"{"date":{"utc":"2020-12-01T00:00:00.000Z"},"parameter":"pm25","location":"X","value":\#(value),"#
        + #""unit":"µg/m³","coordinates":{"latitude":\#(latitude),"longitude":\#(longitude)},"#
        + #""averagingPeriod":{"value":1,"unit":"hours"}}"#
    }
    let body = [line(10, 37.5, 111.1), line(90, 40.1, -100.2), line(11, 37.6, 111.2)].joined(separator: "\n") + "\n"
    let decoded = FeedFormat.preset(.openaqRealtime).decode(Array(body.utf8), context: .test)
    #expect(decoded.batch.readings.map(\.value) == [10, 11] && decoded.errors.map(\.code) == [.station])
    #expect(decoded.errors.first?.message.contains("two stations of that name") == true, "\(decoded.errors)")
  }

  @Test("decode to rows, units and stamps", arguments: cases)
  func shapes(_ test: Case) {
    var context = DecodeContext.test
    context.defaultStation = "S"
    let body = FeedFormat.preset(test.preset).decode(Array(test.body.utf8), context: context)
    #expect(body.lines == test.lines)
    #expect(body.errors.map { "\($0.code.rawValue) \($0.path)" } == test.errors)
  }

  @Test("each seed decodes without an error", arguments: FeedPreset.allCases)
  func seeds(_ preset: FeedPreset) throws {
    var context = DecodeContext.test
    context.defaultStation = "S"
    let body = FeedFormat.preset(preset).decode(try Seeds.small(preset), context: context)
    #expect(body.verdict == .ok && body.errorCount == 0, "\(body.errors)")
  }

  @Test(
    "providers' errors are never rows",
    arguments: [
      (FeedPreset.waqi, #"{"status":"error","data":"Invalid key"}"#, "Invalid key"),
      (.waqi, #"{"status":"nope","data":"can not connect"}"#, "can not connect"),
      (.waqi, #"{"status":"error","data":"Over quota"}"#, "Over quota"),
      (.openaq, #"{"detail":"Invalid credentials"}"#, "Invalid credentials"),
      (.openaq, #"{"message":"Too many requests"}"#, "Too many requests"),
      (.openaqRealtime, #"{"message":"Forbidden"}"#, "Forbidden"),
      (.purpleAir, #"{"error":"RateLimitExceededError","description":"Slow down."}"#, "Slow down"),
      (.airGradient, #"{"error":"Unauthorized","message":"token is missing"}"#, "token is missing"),
      (.sensorThings, #"{"code":404,"type":"error","message":"Nothing found."}"#, "Nothing found"),
      (.influxLine, #"{"code":"unauthorized","message":"unauthorized access"}"#, "unauthorized access"),
      (.prometheusText, #"{"status":"error","error":"bad token"}"#, "bad token"),
      (.airGradient, #"{"message":"Unauthorized","statusCode":401}"#, "Unauthorized"),
      (.airGradient, #"{"statusCode":429,"message":"ThrottlerException: Too Many Requests"}"#, "Too Many Requests"),
      (.openaq, #"{"detail":[{"type":"int_parsing","msg":"Input should be a valid integer"}]}"#, "a valid integer"),
      (
        .openaq, #"{"type":"x","title":"Unprocessable Content","status":422,"errors":[{"detail":"limit"}]}"#,
        "Content: limit"
      ),
      (.sensorThings, #"{"error":{"message":["Datastream not found"],"code":404}}"#, "Datastream not found"),
      (.waqi, #"{"status":"error","message":"404"}"#, "error: 404"),
      (.pm25in, #""Over quota""#, "Over quota"), (.airGradient, #""Over quota""#, "Over quota"),
      (.pm25in, #"{"error":"Sorry，您这个小时内的API请求次数用完了，休息一下吧！"}"#, "请求次数用完"),
    ])
  func errorReplies(_ preset: FeedPreset, _ text: String, _ words: String) {
    let body = decode(.preset(preset), text)
    #expect(body.failure?.code == .errorReply)
    #expect(body.failure?.message.contains(words) == true, "\(body.failure?.message ?? "")")
    #expect(body.batch.readings.isEmpty)
  }

  @Test("words instead of JSON are shown", arguments: [FeedPreset.waqi, .openaqRealtime, .sensorCommunity, .pm25in])
  func prose(_ preset: FeedPreset) {
    let body = decode(.preset(preset), "Rate limit exceeded\n")
    #expect(body.failure?.code == .notJSON)
    #expect(body.failure?.message.contains("Rate limit exceeded") == true, "\(body.failure?.message ?? "")")
  }

  @Test("HTML is refused by every preset", arguments: FeedPreset.allCases)
  func html(_ preset: FeedPreset) {
    let body = decode(.preset(preset), "<!DOCTYPE html><html><head><title>Log in</title></head></html>")
    #expect(body.failure?.message.contains("Log in") == true)
    #expect(decode(.preset(preset), " \n ").failure?.code == .empty)
  }

  @Test("what lies beyond this answer is told")
  func nextLink() throws {
    let body = FeedFormat.preset(.sensorThings).decode(try Seeds.small(.sensorThings), context: .test)
    #expect(body.lines.first == "7 pm25 8.81 2023-03-28T20:00:00+08:00+3600")
    #expect(body.notes.count == 1 && body.notes[0].contains("https://x.example/"))
  }

  @Test(
    "pm25.in's answers of one pollutant",
    arguments: [
      ("co", Pollutant.co, 0.4), ("o3", .o3, 85), ("no2", .no2, 17), ("pm2_5", .pm25, 3), ("so2", .so2, 9),
      ("pm10", .pm10, 26),
    ])
  func pm25in(_ name: String, _ pollutant: Pollutant, _ value: Double) {
    let text =
      #"[{"aqi":27,"area":"上海","\#(name)":\#(value),"\#(name)_24h":99,"station_code":"1141A","#
      + #""time_point":"2016-09-17T15:00:00Z"},{"\#(name)":50,"position_name":null,"station_code":null,"#
      + #""time_point":"2016-09-17T15:00:00Z"}]"#
    let body = decode(.preset(.pm25in), text)
    #expect(body.batch.readings.map(\.pollutant) == [pollutant] && body.batch.readings[0].value == value)
    #expect(body.skippedRows == 1 && body.errorCount == 0)
    #expect(body.lines[0].hasSuffix("2016-09-17T14:00:00+08:00+3600"))
  }
}
