import AirQuality
import CGzip
import Foundation

@testable import History
@testable import Replay

/// The folder of recorded inputs beside the checkout.
enum SharedData {
  static let history = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/history")

  static let isPresent = FileManager.default.fileExists(atPath: history.path)
  static let absent = "the folder shared/data is not beside this checkout"

  /// Names of the folder's files that begin so.
  static func files(prefix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: history.path).filter { $0.hasPrefix(prefix) }.sorted()
  }

  /// A file's bytes, unpacked.
  static func bytes(_ name: String) throws -> [UInt8] {
    let packed = [UInt8](try Data(contentsOf: history.appendingPathComponent(name)))
    guard packed.prefix(2) == [0x1F, 0x8B] else { return packed }
    var bytes = [UInt8](repeating: 0, count: 16 << 20)
    let size = unsafe cgzip_gunzip(packed, packed.count, &bytes, bytes.count)
    precondition(size >= 0, name)
    return Array(bytes.prefix(size))
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014), so that a failure can be repeated from its printed seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Generic CSV of stations whose air is bad on some days, with gaps, marks of missing values and repeated hours.
func generated(seed: UInt64, stations: Int = 4, days: Int = 24, firstDay: CivilDay = CivilDay("2019-12-20")!) -> String
{
  var random = SeededGenerator(seed: seed)
  var lines = ["time,station,PM2.5,PM10,SO2,NO2,O3,CO"]
  for day in 0..<days {
    // Waves of nine days: clean, then above 150, then above 250.
    let base = [20, 30, 180, 260, 330, 300, 200, 40, 25][day % 9]
    for hour in 1...24 {
      for station in 0..<stations {
        let chance = Int.random(in: 0..<100, using: &random)
        // A station that says nothing, and hours without any row.
        if chance < 6 || day % 11 == 10 && hour < 5 { continue }
        let fine = base + Int.random(in: -15...15, using: &random)
        let cells = [
          chance < 10 ? "NA" : "\(fine)", "\(fine + 30).5", "\(10 + station)", "\(35 + hour)",
          "\(Int.random(in: 5...90, using: &random))", "1.\(station)",
        ]
        let line = "\(firstDay.adding(days: Int32(day))) \(hour):00,S\(station)," + cells.joined(separator: ",")
        lines.append(line)
        if chance > 97 { lines.append(line) }
      }
    }
  }
  return lines.joined(separator: "\n") + "\n"
}

func input(_ texts: String..., options: HistoryOptions = HistoryOptions()) -> ReplayInput {
  let tables = texts.enumerated().map {
    HistoryReader.read(Array($1.utf8), file: "\($0).csv", defaultStation: "x", options: options)
  }
  return ReplayInput(tables: tables, offset: .china)
}

func site(_ input: ReplayInput) -> Site {
  ReplayRegistry(siteName: "试验").site(stations: input.stations, cities: input.cities)
}

func replay(
  _ input: ReplayInput, criteria: String = "mee-2018", edition: String = "by-date",
  lifting: Replay.Lifting = .proposed, batching: Replay.Batching = .hour
) -> ReplayResult {
  var run = Replay(
    input, site: site(input), criteria: criteria, edition: edition, lifting: lifting, batching: batching)
  return run.run()
}
