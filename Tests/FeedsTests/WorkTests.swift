import Feeds
import Testing

/// Bodies made so that work which grows by rows times fields, or rows times bytes, would not come to an end.
@Suite("the work that a body makes grows with its size alone")
struct WorkTests {
  private static let many = 400_000
  private static let fields = String(repeating: #""a":1,"#, count: many)
  private static let rows = String(repeating: "0,", count: many)
  private static let long = String(repeating: "1", count: 4 << 20)

  private static let cases: [(name: String, preset: FeedPreset, body: String)] = [
    (
      "many fields around many rows of a device", .sensorCommunity,
      #"{"esp8266id":"1","age":"10",\#(fields)"sensordatavalues":[\#(rows)0]}"#
    ),
    (
      "many fields around many rows of an area", .sensorCommunity,
      #"[{"timestamp":"2020-12-01 01:00:00","sensor":{"id":1},\#(fields)"sensordatavalues":[\#(rows)0]}]"#
    ),
    (
      "many fields around many observations", .sensorThings,
      #"{"value":[{"@iot.id":1,"name":"PM10",\#(fields)"Observations":[\#(rows)0]}]}"#
    ),
    (
      "many fields around a table's rows", .purpleAir,
      #"{"data_time_stamp":1,\#(fields)"fields":["sensor_index"],"data":[\#(rows)0]}"#
    ),
    (
      "a name, a unit and a stamp of megabytes around many rows", .sensorThings,
      #"{"value":[{"@iot.id":1,"name":"\#(long)","unitOfMeasurement":{"symbol":"\#(long)"},"Observations":["#
        + String(repeating: #"{"phenomenonTime":"2020-12-01T01:00:00Z","result":1},"#, count: 50_000) + "0]}]}"
    ),
    (
      "an age of megabytes around many rows", .sensorCommunity,
      #"{"esp8266id":"1","age":"\#(long)","sensordatavalues":["#
        + String(repeating: #"{"value_type":"P1","value":"1"},"#, count: 50_000) + "0]}"
    ),
  ]

  @Test("bodies that are wide and long at once", .timeLimit(.minutes(1)), arguments: cases.indices)
  func bounded(_ index: Int) {
    let test = Self.cases[index]
    let body = decode(.preset(test.preset), test.body)
    #expect(body.rowCount > 50_000, "\(test.name)")
  }

  @Test("what encloses rows is looked for anew in each enclosing element, and held beside it")
  func enclosing() {
    let text =
      #"[{"timestamp":"2020-12-01 01:00:00","sensor":{"id":1},"sensordatavalues":[{"value_type":"P1","value":1},"#
      + #"{"value_type":"P2","value":2}]},{"timestamp":"2020-12-01 01:00:00","sensor":{"id":2},"sensordatavalues":["#
      + #"{"value_type":"P1","value":3}]},{"timestamp":"2020-12-01 01:00:00","sensordatavalues":["#
      + #"{"value_type":"P1","value":4}]},{"timestamp":"2020-12-01 01:00:00","sensor":{"id":5,"id":6},"#
      + #""sensordatavalues":[{"value_type":"P1","value":5}]}]"#
    let body = decode(.preset(.sensorCommunity), text)
    let at = "2020-12-01T09:00:00+08:00+0"
    #expect(body.lines == ["1 pm10 1 \(at)", "1 pm25 2 \(at)", "2 pm10 3 \(at)"])
    #expect(
      body.errors.map { "\($0.code.rawValue) \($0.path)" } == ["station $[2].sensor.id", "station $[3].sensor.id"])
  }
}
