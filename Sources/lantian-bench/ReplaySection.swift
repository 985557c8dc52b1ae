import AirQuality
import CGzip
import FoundationEssentials

/// Station-hours per second of `lantian replay`, from packed CSV to ledger and levels, beside a pass of `zcat | awk` over
/// the same files that only adds six columns up.
struct ReplaySection {
  var bench: Workbench

  static let stations = 12

  func run(into report: inout Report) throws {
    let directory = try freshDirectory(bench.path("history"))
    let days = bench.pick(1_461, quick: 365)
    let files = try (0..<Self.stations).map { try Self.write($0, days: days, directory: directory) }
    let log = bench.path("replay.log")
    // Adds the columns from the sixth on, and says how many rows it saw.
    let sums =
      "zcat \(files.joined(separator: " ")) | awk -F, '{ for (i = 6; i <= 11; i++) s += $i; n++ } END { print n, s }'"
    var own: [Double] = []
    var reference: [Double] = []
    let hours = Double(Self.stations * days * 24)
    for _ in 0..<bench.pick(5, quick: 2) {
      var begin = monotonic()
      let output = try ChildProcess.run([bench.program("lantian"), "replay", "--output", "json"] + files, log: log)
      own.append(hours / Double(monotonic() - begin) * 1e9)
      guard output.contains("\"station_hours\":\(Int(hours)),"), output.contains("\"peak\":\"orange\"") else {
        throw BenchmarkFailure("the replay lost rows or found no episode: \(output.prefix(300))")
      }
      begin = monotonic()
      _ = try ChildProcess.run(["/bin/sh", "-c", sums], log: log)
      reference.append(hours / Double(monotonic() - begin) * 1e9)
    }
    report.add(
      "replay", "station-hours/s, packed CSV to ledger, \(decimal(hours))", median(own), "1/s",
      reference: ("zcat | awk", median(reference)), aim: .atLeast(500_000))
  }

  /// A file in the layout of the PRSA files; an episode every third week. Returns its path.
  private static func write(_ station: Int, days: Int, directory: String) throws -> String {
    var text =
      "\"No\",\"year\",\"month\",\"day\",\"hour\",\"PM2.5\",\"PM10\",\"SO2\",\"NO2\",\"CO\",\"O3\",\"TEMP\",\"wd\",\"station\"\n"
    guard let first = CivilDay(year: 2013, month: 3, day: 1) else { return "" }
    var row = 0
    for number in 0..<days {
      let (year, month, day) = first.adding(days: Int32(number)).components
      let base = number % 21 < 5 ? 230 : 40
      for hour in 0..<24 {
        row += 1
        let noise = (row * 7_919 + station * 104_729) % 31
        let fine = row % 53 == 0 ? "NA" : "\(base + noise)"
        text +=
          "\(row),\(year),\(month),\(day),\(hour),\(fine),\(base + 40 + noise),\(8 + noise % 9).5,\(30 + noise),"
          + "\(600 + noise * 10),\(20 + hour * 3),-1.\(noise % 10),\"NNW\",\"S\(station)\"\n"
      }
    }
    let bytes = Array(text.utf8)
    var packed = [UInt8](repeating: 0, count: cgzip_gzip_bound(bytes.count))
    let size = unsafe cgzip_gzip(bytes, bytes.count, &packed, packed.count, 6)
    guard size > 0 else { throw BenchmarkFailure("zlib could not pack the history") }
    let path = directory + "/S\(station).csv.gz"
    try Data(packed.prefix(size)).write(to: URL(filePath: path))
    return path
  }
}
