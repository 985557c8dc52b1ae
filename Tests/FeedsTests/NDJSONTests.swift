import AirQuality
import Feeds
import Testing

@Suite("NDJSON")
struct NDJSONTests {
  @Test("one reading a line, as promised")
  func lines() {
    let begin = Instant(milliseconds: 1_563_843_600_000)
    var missing = Reading(
      station: 1, pollutant: .co, value: .nan, begin: begin, periodMilliseconds: 3_600_000, flag: .missing)
    missing.reasons = .missing
    let batch = ReadingBatch(
      stations: ["2183A", "a\"b\\\n离"],
      readings: [
        Reading(station: 0, pollutant: .pm25, value: 29, begin: begin, periodMilliseconds: 3_600_000), missing,
      ])
    var output: [UInt8] = []
    NDJSONWriter(feed: "cnemc").write(batch, county: { $0 == "2183A" ? "141102" : nil }, to: &output)
    #expect(
      String(decoding: output, as: UTF8.self) == #"""
        {"feed":"cnemc","station":"2183A","county":"141102","pollutant":"pm25","value":29,"unit":"ug/m3","begin":"2019-07-23T09:00:00+08:00","end":"2019-07-23T10:00:00+08:00","flag":2,"reasons":[]}
        {"feed":"cnemc","station":"a\"b\\\n离","county":null,"pollutant":"co","value":null,"unit":"mg/m3","begin":"2019-07-23T09:00:00+08:00","end":"2019-07-23T10:00:00+08:00","flag":9,"reasons":["missing"]}

        """#)
  }

  @Test(
    "numbers",
    arguments: [
      (29.0, "29"), (0.4, "0.4"), (-0.0, "0"), (1e308, "1e+308"), (1e-5, "1e-05"), (.nan, "null"), (.infinity, "null"),
      (0.1 + 0.2, "0.30000000000000004"), (1e15, "1000000000000000"), (1e17, "1e+17"), (123_456_789, "123456789"),
    ])
  func numbers(_ value: Double, _ text: String) { #expect(NDJSONWriter.number(value) == text) }
}
