import AirQuality
import Dispatch
import Feeds
import FoundationEssentials
import History
import Synchronization

/// History files of a replay or a review, read and decoded; on as many processors as there are.
struct HistorySources {
  /// The files, folders opened up, in the order they were read.
  private(set) var paths: [String] = []
  private(set) var tables: [HistoryTable] = []
  /// Lines for standard error: how each file was understood where that was no success, and every fault kept.
  private(set) var report: [String] = []
  private(set) var problemCount = 0
  /// Files of which nothing could be read.
  private(set) var unreadable = 0

  /// Station-hours that are held at one time; forty bytes each.
  static let maximumRows = 100_000_000

  /// - Throws: exit code 66 when a file cannot be opened, 65 when one is damaged or there are too many rows.
  init(_ arguments: [String], options: HistoryOptions) throws {
    let paths = try arguments.flatMap { try Self.expand($0) }
    self.paths = paths
    let made = Mutex<[Result<HistoryTable, InputFile.Failure>?]>(Array(repeating: nil, count: paths.count))
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      let table = Self.read(paths[index], options)
      made.withLock { $0[index] = table }
    }
    for result in made.withLock({ $0 }) {
      switch result {
      case .success(let table): take(table)
      case .failure(let failure): throw failure.exit()
      case nil: break
      }
    }
    guard tables.reduce(0, { $0 + $1.rows.count }) <= Self.maximumRows else {
      throw ExitStatus.data.fail("more than \(Self.maximumRows) station-hours; give fewer files at a time")
    }
  }

  private mutating func take(_ table: HistoryTable) {
    tables.append(table)
    problemCount += table.problemCount
    report += table.problems.map(\.description)
    if table.problemCount > table.problems.count {
      report.append("\(table.file): \(table.problemCount - table.problems.count) more faults")
    }
    if table.rows.isEmpty, table.days.isEmpty { unreadable += 1 }
  }

  private static func read(_ path: String, _ options: HistoryOptions) -> Result<HistoryTable, InputFile.Failure> {
    do throws(InputFile.Failure) {
      let bytes = try InputFile.read(path)
      guard let text = TableText.utf8(bytes) else {
        return .failure(InputFile.Failure(description: "\(path): neither UTF-8 nor GB18030", status: .data))
      }
      return .success(HistoryReader.read(text, file: path, defaultStation: stem(path), options: options))
    } catch {
      return .failure(error)
    }
  }

  /// `data/Dongsi.csv.gz` is the file of Dongsi.
  private static func stem(_ path: String) -> String {
    String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "-")
  }

  /// A file, or the tables of a folder in the order of their names.
  private static func expand(_ path: String) throws -> [String] {
    var isFolder = false
    guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
      return [path]
    }
    let endings = [".csv", ".tsv", ".txt"]
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let tables = names.filter { name in
      !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") }
    }
    guard !tables.isEmpty else {
      throw ExitStatus.noInput.fail("\(path): no file ends in \(endings.joined(separator: ", ")), or these with .gz")
    }
    return tables.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { path + "/" + $0 }
  }

  /// Stations and their counties from a table with columns `station` and `county`.
  ///
  /// - Throws: exit code 66 when the file cannot be read, 65 when it is damaged, 78 when it is no such table.
  static func mapping(_ path: String) throws -> [(station: String, county: String)] {
    let bytes: [UInt8]
    do throws(InputFile.Failure) { bytes = try InputFile.read(path) } catch { throw error.exit() }
    guard let text = TableText.utf8(bytes) else {
      throw ExitStatus.configuration.fail("\(path): neither UTF-8 nor GB18030")
    }
    let content = text.starts(with: CSVLine.byteOrderMark) ? text.dropFirst(3) : text[...]
    var places: (station: Int, county: Int)?
    var rows: [(station: String, county: String)] = []
    for (number, line) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if line.first == 0x23 || line.allSatisfy({ [0x20, 0x09, 0x0D, 0x2C].contains($0) }) { continue }
      guard let fields = try? CSVLine.fields(of: line).map({ String(decoding: $0, as: UTF8.self) }) else {
        throw ExitStatus.configuration.fail("\(path):\(number + 1): a quote does not close")
      }
      guard let known = places else {
        guard let station = fields.firstIndex(of: "station"), let county = fields.firstIndex(of: "county") else {
          throw ExitStatus.configuration.fail("\(path):\(number + 1): the header needs the columns station and county")
        }
        places = (station, county)
        continue
      }
      guard max(known.station, known.county) < fields.count, !fields[known.station].isEmpty,
        !fields[known.county].isEmpty
      else { throw ExitStatus.configuration.fail("\(path):\(number + 1): station or county is empty") }
      rows.append((fields[known.station], fields[known.county]))
    }
    return rows
  }

  /// Where Debian's libjs-chart.js puts the library; read when a report is made and written into it, so that the report
  /// works without the package and without a network.
  static let chartLibraryPaths = [
    "/usr/share/javascript/chart.js/chart.min.js", "/usr/share/javascript/chart.js/Chart.min.js",
  ]

  static func chartLibrary() -> String? {
    for path in chartLibraryPaths {
      if let bytes = try? InputFile.read(path) { return String(decoding: bytes, as: UTF8.self) }
    }
    return nil
  }
}
