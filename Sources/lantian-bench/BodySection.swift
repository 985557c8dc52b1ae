import AirQuality
import Feeds
import Rollup
import Screening

/// Readings per second from the bytes of an answer to the rings on one core: decoding by mapping, screening, insertion.
struct BodySection {
  var bench: Workbench

  static let stations = 10_000
  static let start: Int64 = 1_606_780_800_000

  func run(into report: inout Report) throws {
    try measure("array of objects", rowsAreLists: false, &report)
    try measure("array of arrays", rowsAreLists: true, &report)
  }

  private static func mapping(rowsAreLists: Bool) -> FeedMapping {
    let names = ["pm2_5", "pm10", "so2", "no2", "o3", "co"]
    let values = zip(Pollutant.criteria, names).enumerated().map { index, pair in
      ValueMapping(
        pollutant: pair.0.name, path: rowsAreLists ? "$[\(index + 2)]" : "$." + pair.1,
        unit: pair.0 == .co ? "mg/m3" : "ug/m3")
    }
    return FeedMapping(
      container: .json(rows: "$.data[*]"), station: rowsAreLists ? "$[0]" : "$.sn",
      time: TimeMapping(
        path: rowsAreLists ? "$[1]" : "$.ts", notation: .epochMilliseconds, meaning: .end, periodMilliseconds: 60_000),
      missing: [.number(-999)], values: values)
  }

  /// One minute of all stations.
  private static func body(minute: Int, rowsAreLists: Bool) -> [UInt8] {
    let stamp = start + Int64(minute + 1) * 60_000
    var text = "{\"data\":["
    for station in 0..<stations {
      if station > 0 { text += "," }
      let base = 20 + (station * 7 + minute) % 90
      let values = ["\(base).5", "\(base + 30).25", "\(base % 40)", "\(base % 50).1", "\(base)", "1.\(base % 10)"]
      if rowsAreLists {
        text += "[\"s\(100_000 + station)\",\(stamp)," + values.joined(separator: ",") + "]"
      } else {
        text +=
          "{\"sn\":\"s\(100_000 + station)\",\"ts\":\(stamp),\"pm2_5\":\(values[0]),\"pm10\":\(values[1]),"
          + "\"so2\":\(values[2]),\"no2\":\(values[3]),\"o3\":\(values[4]),\"co\":\(values[5])}"
      }
    }
    text += "]}"
    return Array(text.utf8)
  }

  private func measure(_ name: String, rowsAreLists: Bool, _ report: inout Report) throws {
    let decoder = try FeedDecoder(.mapping(Self.mapping(rowsAreLists: rowsAreLists)))
    let screener = Screener()
    let county = County(code: "141102", nameChinese: "", nameEnglish: "")
    let registry = (0..<Self.stations).map {
      Station(id: "s\(100_000 + $0)", name: "", county: county.code, stationClass: .micro, assessed: false)
    }
    var rollup = Rollup(
      site: Site(name: "", code: "141100", offset: .china, counties: [county], stations: registry), feeds: ["bench"])
    var memory = ScreeningMemory()
    let air = ScreeningContext(places: [Int32](repeating: 0, count: Self.stations), counties: [.init()])
    var decodeTimes: [Double] = []
    var wholeTimes: [Double] = []
    var bytes = 0
    let minutes = bench.pick(120, quick: 65)
    for minute in 0..<minutes {
      let body = Self.body(minute: minute, rowsAreLists: rowsAreLists)
      bytes = body.count
      let now = Instant(milliseconds: Self.start + Int64(minute + 1) * 60_000 + 500)
      let context = DecodeContext(receivedAt: now)
      let begin = processorTime()
      let decoded = decoder.decode(body, context: context)
      let middle = processorTime()
      var readings = decoded.batch.readings
      let classes = rollup.classes(of: decoded.batch.stations)
      screener.screen(&readings, classes: classes, receivedAt: now)
      _ = memory.judge(
        &readings, feed: "bench", stations: decoded.batch.stations, classes: classes, context: air, offset: .china,
        with: screener)
      let summary = rollup.insert(
        feed: "bench", stations: decoded.batch.stations, readings: readings, now: now)
      let end = processorTime()
      guard summary.accepted == Self.stations * 6 else {
        throw BenchmarkFailure("\(summary.accepted) of \(Self.stations * 6) readings were accepted")
      }
      decodeTimes.append(Double(middle - begin))
      wholeTimes.append(Double(end - begin))
    }
    // The mean, not the median: the hour's roll-up falls into one minute of sixty.
    let readings = Double(Self.stations * 6)
    let decode = decodeTimes.dropFirst(5).reduce(0, +) / Double(minutes - 5)
    let whole = wholeTimes.dropFirst(5).reduce(0, +) / Double(minutes - 5)
    report.add("body", "readings/s body to ring, \(name)", readings / whole * 1e9, "1/s", aim: .atLeast(5e6))
    report.add("body", "readings/s decoded alone, \(name)", readings / decode * 1e9, "1/s")
    report.add("body", "decoding, \(name)", Double(bytes) / decode * 1e3, "MB/s")
  }
}
