import AirQuality
import Feeds
import bench_parsers

/// Decoding alone, format by format, beside the least that a parser in C or C++ does with the same bytes.
struct FormatsSection {
  var bench: Workbench

  /// Points of a body: a station at one time.
  static let stations = 5_000

  /// A format, its body, the readings in it, and the reference that reads it.
  private struct Subject: Sendable {
    var name: String
    var format: FeedFormat
    var body: [UInt8]
    var readings: Int
    var reference: @Sendable ([UInt8]) -> lantian_bench_parsed
    var referenceName: String
  }

  func run(into report: inout Report) throws {
    for subject in Self.subjects { try measure(subject, &report) }
  }

  private func measure(_ subject: Subject, _ report: inout Report) throws {
    let decoder = try FeedDecoder(subject.format)
    let context = DecodeContext(receivedAt: Instant(milliseconds: 1_606_784_400_000), defaultStation: "S")
    var ours = Double.infinity
    var reference = Double.infinity
    for _ in 0..<bench.pick(25, quick: 8) {
      let begin = processorTime()
      let decoded = decoder.decode(subject.body, context: context)
      ours = min(ours, Double(processorTime() - begin))
      guard decoded.batch.readings.count == subject.readings, decoded.errorCount == 0 else {
        throw BenchmarkFailure(
          "\(subject.name): \(decoded.batch.readings.count) readings of \(subject.readings), \(decoded.errors)")
      }
      let start = processorTime()
      let parsed = subject.reference(subject.body)
      reference = min(reference, Double(processorTime() - start))
      guard parsed.numbers >= subject.readings else {
        throw BenchmarkFailure("\(subject.name): the reference saw \(parsed.numbers) numbers")
      }
    }
    let bytes = Double(subject.body.count)
    report.add(
      "formats", "decoding \(subject.name)", bytes / ours * 1e3, "MB/s",
      reference: (subject.referenceName, bytes / reference * 1e3))
    report.add("formats", "readings/s of \(subject.name)", Double(subject.readings) / ours * 1e9, "1/s")
  }

  // MARK: - Bodies

  private static func value(_ station: Int, _ lane: Int) -> String {
    "\((station * 7 + lane * 13) % 180).\((station + lane) % 10)"
  }

  private static func rows(_ separator: String, _ row: (Int) -> String) -> String {
    (0..<stations).map(row).joined(separator: separator)
  }

  private static let names = ["pm25", "pm10", "so2", "no2", "o3", "co"]

  private static let subjects: [Subject] = [
    xml, json, table, ndjson, csv(",", "CSV"), csv("\t", "TSV"), bars, sensorThings, lines, metrics,
  ]

  private static func subject(
    _ name: String, _ format: FeedFormat, _ body: String, perStation: Int, _ referenceName: String,
    _ reference: @escaping @Sendable ([UInt8]) -> lantian_bench_parsed
  ) -> Subject {
    Subject(
      name: name, format: format, body: Array(body.utf8), readings: stations * perStation, reference: reference,
      referenceName: referenceName)
  }

  private static let xml = subject(
    "cnemc (XML)", .preset(.cnemc),
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><R>"
      + rows("") { station in
        let elements = zip(["PM2_5", "PM10", "SO2", "NO2", "O3_24h", "CO"], 0...).map { name, lane in
          "<\(name)>\(value(station, lane))</\(name)>"
        }
        return "<AQIDataPublishLive><StationCode>\(station)A</StationCode><TimePoint>2019-07-23T10:00:00</TimePoint>"
          + elements.joined() + "</AQIDataPublishLive>"
      } + "</R>", perStation: 6, "expat", { unsafe lantian_bench_parse_xml($0, $0.count) })

  private static let wide = names.map {
    ValueMapping(pollutant: $0, path: "$." + $0, unit: $0 == "co" ? "mg/m3" : "ug/m3")
  }

  private static let json = subject(
    "a JSON mapping",
    .mapping(
      FeedMapping(
        container: .json(rows: "$.data[*]"), station: "$.sn",
        time: TimeMapping(path: "$.ts", notation: .epochMilliseconds, meaning: .end, periodMilliseconds: 60_000),
        values: wide)),
    "{\"data\":["
      + rows(",") { station in
        "{\"sn\":\"s\(station)\",\"ts\":1606784400000,"
          + zip(names, 0...).map { "\"\($0)\":\(value(station, $1))" }.joined(separator: ",") + "}"
      } + "]}", perStation: 6, "simdjson DOM", { unsafe lantian_bench_parse_json($0, $0.count) })

  private static let table = subject(
    "purpleair (JSON by columns)", .preset(.purpleAir),
    "{\"data_time_stamp\":1606784400,\"fields\":[\"sensor_index\",\"last_seen\",\"pm2.5_atm\",\"pm2.5_atm_a\","
      + "\"pm2.5_atm_b\",\"pm10.0_atm\",\"humidity\",\"temperature\"],\"data\":["
      + rows(",") { station in
        "[\(station),1606784400," + (0..<6).map { value(station, $0) }.joined(separator: ",") + "]"
      } + "]}", perStation: 6, "simdjson DOM", { unsafe lantian_bench_parse_json($0, $0.count) })

  private static let ndjson = subject(
    "openaq-realtime (NDJSON)", .preset(.openaqRealtime),
    rows("\n") { station in
      "{\"date\":{\"utc\":\"2024-04-08T21:25:00.000Z\",\"local\":\"2024-04-09T00:25:00+03:00\"},\"parameter\":\"pm25\","
        + "\"value\":\(value(station, 0)),\"unit\":\"µg/m³\",\"averagingPeriod\":{\"unit\":\"hours\",\"value\":0.25},"
        + "\"location\":\"s\(station)\",\"city\":\"x\",\"country\":\"US\",\"coordinates\":{\"latitude\":42.8,"
        + "\"longitude\":-122.9},\"sourceName\":\"t\",\"mobile\":false}"
    }, perStation: 1, "simdjson stream", { unsafe lantian_bench_parse_ndjson($0, $0.count) })

  private static func csv(_ delimiter: Character, _ name: String) -> Subject {
    let join = String(delimiter)
    let mapping = FeedMapping(
      container: .csv(.init(delimiter: delimiter)), station: "id",
      time: TimeMapping(path: "time", notation: .local, meaning: .end, periodMilliseconds: 3_600_000),
      values: names.map { ValueMapping(pollutant: $0, path: $0, unit: $0 == "co" ? "mg/m3" : "ug/m3") })
    let text =
      (["id", "time"] + names).joined(separator: join) + "\n"
      + rows("\n") { station in
        (["s\(station)", "2020-12-01 09:00:00"] + (0..<6).map { value(station, $0) }).joined(separator: join)
      }
    let code = CChar(delimiter.asciiValue ?? 0x2C)
    return subject(
      "a \(name) mapping", .mapping(mapping), text, perStation: 6, "memchr, strtod",
      { unsafe lantian_bench_parse_delimited($0, $0.count, code) })
  }

  private static let bars = subject(
    "airnow-hourly (bars)", .preset(.airNowHourly),
    rows("\n") { station in
      "07/27/26|19:00|0000\(station)|Goose Bay|-4|PM2.5|UG/M3|\(value(station, 0))|Canadian Network"
    } + "\n", perStation: 1, "memchr, strtod", { unsafe lantian_bench_parse_delimited($0, $0.count, CChar(0x7C)) })

  private static let sensorThings = subject(
    "sensorthings (JSON)", .preset(.sensorThings),
    "{\"value\":["
      + rows(",") { station in
        "{\"@iot.id\":\(station),\"phenomenonTime\":\"2023-03-28T12:00:00Z/2023-03-28T13:00:00Z\",\"result\":"
          + "\(value(station, 0)),\"Datastream\":{\"name\":\"a\",\"unitOfMeasurement\":{\"symbol\":\"µg/m³\"},"
          + "\"ObservedProperty\":{\"name\":\"PM2.5\"},\"Thing\":{\"@iot.id\":\(station)}}}"
      } + "]}", perStation: 1, "simdjson DOM", { unsafe lantian_bench_parse_json($0, $0.count) })

  private static let lines = subject(
    "influx-line", .preset(.influxLine),
    rows("\n") { station in
      "air,station=s\(station),county=141102 "
        + zip(names, 0...).map { "\($0)=\(value(station, $1))" }.joined(separator: ",")
        + " 1606784400000000000"
    }, perStation: 6, "words, strtod", { unsafe lantian_bench_parse_words($0, $0.count) })

  private static let metrics = subject(
    "prometheus-text", .preset(.prometheusText),
    rows("\n") { station in
      "airgradient_pm2d5_ugm3{airgradient_serial_number=\"s\(station)\",airgradient_device_type=\"ONE\"} \(value(station, 0))"
    }, perStation: 1, "words, strtod", { unsafe lantian_bench_parse_words($0, $0.count) })
}
