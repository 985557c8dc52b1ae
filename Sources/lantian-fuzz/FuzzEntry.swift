import AirQuality
import Feeds
import Glibc
import Lidar

/// The decoders under libFuzzer (`Deploy/fuzz`). LANTIAN_FUZZ_FORMAT names the format; an input is a body of it: of a feed, a
/// lidar's file (`FuzzLidar`), or a stream of HJ 212 (`FuzzHJ212`).
///
/// Whatever the bytes, decoding must end, and what comes of it must be sound: the checks below trap where it is not.
enum FuzzEntry {
  /// Mappings that reach what no preset does.
  static let mappings: [String: FeedMapping] = [
    "mapping-ndjson": FeedMapping(
      container: .ndjson(rows: "$.p[*]"), station: "^.id | $.id",
      time: TimeMapping(
        path: "$.d", notation: .local, pattern: "yy-M-d H:mm", meaning: .end, periodMilliseconds: 0,
        timeOfDayPath: "$.h", zonePath: "$.z",
        rowPeriod: .init(path: "$.n", unitMilliseconds: 60_000, unitPath: "$.u")),
      long: LongLayout(pollutant: "$.k", value: "$.v", unitPath: "$.w", knowsCommonNames: true),
      position: PositionMapping(latitude: "$.lat", longitude: "$.lon")),
    "mapping-lists": FeedMapping(
      container: .json(rows: "$[*].hourly.time[*]"), station: "^.id",
      time: TimeMapping(path: "$", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0),
      values: [
        ValueMapping(pollutant: "pm10", path: "^.hourly.pm10[#]", unit: "ug/m3"),
        ValueMapping(pollutant: "o3", path: "^.hourly.gas[#].o3 | ^.hourly.o3[#]", unit: "ug/m3"),
      ]),
    "mapping-csv": FeedMapping(
      container: .csv(.init(delimiter: ";")), station: "id",
      time: TimeMapping(
        path: "t", notation: .local, pattern: "yyyyMM", meaning: .begin, periodMilliseconds: 0, isMonthly: true),
      missing: [.text("-")],
      values: [
        ValueMapping(pollutant: "dustfall", path: "a | b", unitPath: "u"),
        ValueMapping(pollutant: "pm25", path: "c", unit: "mg/m3"),
      ]),
    "mapping-xml": FeedMapping(
      container: .xml(row: "r"), station: "@s | s/@id",
      time: TimeMapping(path: "a", notation: .rfc3339, meaning: .begin, periodMilliseconds: 3_600_000, endPath: "b"),
      missing: [.text("&mdash;")], values: [ValueMapping(pollutant: "so2", path: "v/x", unit: "ppb")],
      error: ErrorMapping(path: "fault")),
  ]

  /// What the bytes are given to.
  private enum Subject: Sendable {
    case feed(FeedDecoder)
    case lidar(FuzzLidar)
    case hj212(FuzzHJ212)
  }

  private static let subject: Subject = {
    let name = unsafe getenv("LANTIAN_FUZZ_FORMAT").map { unsafe String(cString: $0) } ?? ""
    if let lidar = FuzzLidar(rawValue: name) { return .lidar(lidar) }
    if let stream = FuzzHJ212(rawValue: name) { return .hj212(stream) }
    let format = mappings[name].map { FeedFormat.mapping($0) } ?? FeedFormat(named: name)
    guard let format else {
      let known =
        FeedPreset.allCases.map(\.rawValue) + mappings.keys.sorted() + FuzzLidar.allCases.map(\.rawValue)
        + FuzzHJ212.allCases.map(\.rawValue)
      preconditionFailure("LANTIAN_FUZZ_FORMAT is \"\(name)\"; it must be one of \(known.joined(separator: " "))")
    }
    do { return .feed(try FeedDecoder(format)) } catch { preconditionFailure("\(name) cannot work: \(error)") }
  }()

  static func run(_ body: UnsafeRawBufferPointer) {
    switch subject {
    case .feed(let decoder):
      let context = DecodeContext(receivedAt: Instant(milliseconds: 1_606_784_400_000), defaultStation: "S")
      check(unsafe decoder.decode(body, context: context), bytes: body.count)
    case .lidar(let lidar): unsafe lidar.run(Array(body))
    case .hj212(let stream): unsafe stream.run(Array(body))
    }
  }

  /// Years 1 to 9999, and the longest period before.
  private static let begins: ClosedRange<Int64> = -70_000_000_000_000...253_402_300_799_999

  private static func check(_ body: DecodedBody, bytes: Int) {
    let batch = body.batch
    precondition(body.errors.count <= body.errorCount && body.errors.count <= FeedLimits.keptErrors)
    precondition(batch.positions.isEmpty || batch.positions.count == batch.readings.count)
    // Entities of XML may multiply rows.
    precondition(batch.readings.count <= bytes * 4_096 && batch.stations.count <= bytes * 4_096)
    for station in batch.stations { precondition(station.utf8.count <= FeedLimits.stationBytes * 3) }
    for reading in batch.readings {
      precondition(Int(reading.station) < batch.stations.count)
      precondition(!reading.value.isInfinite && reading.value.isNaN == (reading.flag == .missing))
      precondition(begins.contains(reading.begin.milliseconds) && reading.spanMilliseconds >= 0)
    }
    // A profile of a feed goes the way of one out of a file.
    for profile in body.profiles { FuzzLidar.retrieve(LidarRecord(profile)) }
    for error in body.errors { precondition(!error.message.isEmpty && error.message.utf8.count < 2_000) }
    if case .failed(let failure) = body.verdict {
      precondition(!failure.message.isEmpty && failure.message.utf8.count < 2_000 && failure.path != nil)
    }
    var lines: [UInt8] = []
    NDJSONWriter(feed: "fuzz").write(batch, to: &lines)
  }
}

/// What libFuzzer calls for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  unsafe FuzzEntry.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
