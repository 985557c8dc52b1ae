import AirQuality
import Feeds
import Testing

/// Rows and values that look like the others and are something else.
@Suite("rows and values that are not what they seem")
struct RowRuleTests {
  private static let at = "2020-12-01T09:00:00+08:00+0"

  @Test(
    "a list without rows is an answer without rows",
    arguments: [
      (FeedPreset.airGradient, "[]"), (.pm25in, "[]"), (.sensorCommunity, "[]"), (.sensorThings, "[]"),
      (.sensorThings, #"{"value":[]}"#), (.waqi, #"{"status":"ok","data":[]}"#), (.openaq, #"{"results":[]}"#),
      (.purpleAir, #"{"data_time_stamp":1,"fields":["sensor_index"],"data":[]}"#), (.lidarJSON, "[]"),
    ])
  func emptyLists(_ preset: FeedPreset, _ text: String) {
    let body = decode(.preset(preset), text)
    #expect(body.verdict == .empty && body.errorCount == 0, "\(body.verdict) \(body.errors)")
  }

  @Test("pm25.in's zeros that are no values, and those that are")
  func pm25inZeros() {
    func row(_ code: String, _ rest: String) -> String {
      #"{"station_code":"\#(code)","time_point":"2013-12-04T19:00:00Z",\#(rest)}"#
    }
    let rows = [
      row("A", #""aqi":150,"quality":"轻度污染","pm10":0,"pm10_24h":0"#),
      row("B", #""aqi":0,"quality":null,"pm10":0,"pm10_24h":3"#),
      row("C", #""aqi":160,"quality":"中度污染","pm10":0,"pm10_24h":121"#),
      row("D", #""aqi":0,"quality":"优","pm10":0"#), row("E", #""aqi":"0","pm10":"0""#),
      row("F", #""aqi":0,"quality":"","pm10":7"#),
    ]
    let body = decode(.preset(.pm25in), "[" + rows.joined(separator: ",") + "]")
    let at = "2013-12-04T18:00:00+08:00+3600"
    #expect(
      body.lines == [
        "A pm10 missing \(at)", "B pm10 missing \(at)", "C pm10 0 \(at)", "D pm10 0 \(at)", "E pm10 missing \(at)",
        "F pm10 7 \(at)",
      ])
    #expect(body.batch.readings[0].flag == .missing && body.batch.readings[0].reasons == .missing)
  }

  @Test("pm25.in's answer of indices alone says so")
  func pm25inIndices() {
    let body = decode(
      .preset(.pm25in),
      #"[{"aqi":38,"quality":"优","station_code":"1141A","time_point":"2015-02-02T15:00:00Z"}]"#)
    #expect(body.verdict == .empty && body.notes.count == 1 && body.notes[0].contains("indices"), "\(body.notes)")
    #expect(decode(.preset(.pm25in), "[]").notes.isEmpty)
  }

  @Test("a PPD42NS counts particles: no mass, by its type in an area's reply, by its names in a device's own")
  func particleCounts() {
    func packet(_ type: String) -> String {
      #"{"timestamp":"2020-12-01 01:00:00","sensor":{"id":9,"sensor_type":{"name":"\#(type)"}},"sensordatavalues":["#
        + #"{"value_type":"P1","value":"1183.62"},{"value_type":"P2","value":"62.00"}]}"#
    }
    let area = decode(.preset(.sensorCommunity), "[\(packet("PPD42NS")),\(packet("SDS011"))]")
    #expect(area.lines == ["9 pm10 1183.62 \(Self.at)", "9 pm25 62 \(Self.at)"])
    #expect(area.ignoredValues == 2 && area.errorCount == 0)
    let local = decode(
      .preset(.sensorCommunity),
      #"{"esp8266id":"7","age":"0","sensordatavalues":[{"value_type":"P1","value":"1183.62"},"#
        + #"{"value_type":"P2","value":"62"},{"value_type":"PMS_P2","value":"5"}]}"#)
    #expect(local.lines == ["7 pm25 5 \(Self.at)"] && local.ignoredValues == 2)
  }

  @Test("of a device's sensors of one quantity one is taken, whatever their order, and the others are named")
  func sensorsOfOneDevice() {
    func local(_ values: [(String, String)]) -> DecodedBody {
      let list = values.map { #"{"value_type":"\#($0.0)","value":"\#($0.1)"}"# }.joined(separator: ",")
      return decode(.preset(.sensorCommunity), #"{"esp8266id":"7","age":"0","sensordatavalues":[\#(list)]}"#)
    }
    let values = [
      ("PMS_P2", "15"), ("SDS_P2", "5"), ("temperature", "20"), ("BMP_temperature", "21"), ("BME280_temperature", "22"),
      ("BMP_pressure", "100000"),
    ]
    let body = local(values)
    #expect(body.lines == ["7 pm25 5 \(Self.at)", "7 temperature 22 \(Self.at)", "7 pressure 1000 \(Self.at)"])
    #expect(Set(local(values.reversed()).lines) == Set(body.lines))
    #expect(body.notes.count == 1 && body.notes[0].hasPrefix("3 values left out"), "\(body.notes)")
    #expect(body.notes[0].contains("SDS_P2 before PMS_P2") && body.notes[0].contains("BME280_temperature before"))
    #expect(local([("SDS_P2", "unavailable"), ("PMS_P2", "15")]).lines == ["7 pm25 15 \(Self.at)"])
    #expect(local([("SDS_P2", "5"), ("SDS_P1", "9")]).notes.isEmpty)
  }
}
