import AirQuality
import ArgumentParser
import Daemon
import Feeds
import Glibc
import JSONText
import Lidar
import LidarFiles
import Timekeeping

/// `lantian lidar FILE…`: profiles out of instruments' files, and what can be retrieved from them.
struct LidarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lidar",
    abstract: "Decodes lidar profiles and retrieves extinction, layers and more; one JSON object a profile.",
    discussion: """
      Formats, recognised by their first bytes: Vaisala CL31, CL51, CT25K (text) and CL61, Lufft CHM15k, E-PROFILE level 2 \
      (NetCDF), Licel raw files, and JSON profiles. Files packed with gzip are unpacked. A damaged profile is named on \
      standard error and left out, the rest goes on; exit code 65 when a file gives no profile, with --strict on any fault. \
      Extinction is Klett-Fernald's with one lidar ratio; heights are above the instrument. The top of the mixed layer comes \
      with its uncertainty and the reason for its quality, layers aloft with what they are, optical depths, depolarisation \
      where channels are polarised, ozone where two lines of an ozone lidar are there, and with --humidity the mass near the \
      ground: by 3.33 m2/g of the literature (good to half at best), by a stated relation, or by one fitted to a station's \
      hours (at least 48 of them).
      """)

  @OptionGroup var global: GlobalOptions

  @OptionGroup(title: "Retrievals") var options: LidarOptions

  @Flag(help: "Fails on any fault.")
  var strict = false

  /// How the daemon has a file read in a process of its own.
  @Option(help: .hidden)
  var extract: String?

  @Argument(help: "Files of instruments.")
  var files: [String]

  func run() throws {
    if let extract { return try write(extract) }
    let settings = try options.settings()
    var failed = false
    for file in files {
      let bytes: [UInt8]
      do throws(InputFile.Failure) { bytes = try InputFile.read(file) } catch { throw error.exit() }
      let content = Self.decode(bytes)
      for fault in content.faults { printError("\(file): \(fault)") }
      if content.faultCount > content.faults.count {
        printError("\(file): \(content.faultCount - content.faults.count) more faults")
      }
      var refusals: [String: Int] = [:]
      var window = RecentRecords(minutes: options.average)
      for (index, record) in content.records.enumerated() {
        window.append(record)
        let products = LidarProducts(record, neighbours: window.records, settings)
        if let refusal = products?.retrieval.refusal { refusals[refusal.description, default: 0] += 1 }
        InputFile.writeStandardOutput(
          LidarJSON(
            file: file, format: content.format, index: index, record: record, products: products, settings: settings,
            depthHeights: options.opticalDepth.flatMap { LidarOptions.range($0) }
          )
          .line())
      }
      for (reason, count) in refusals.sorted(by: { $0.key < $1.key }) {
        printError("\(file): \(count) of \(content.records.count) profiles not inverted from the reference: \(reason)")
      }
      failed = failed || content.records.isEmpty || strict && content.faultCount > 0
    }
    if failed { throw ExitCode(ExitStatus.data.rawValue) }
  }

  /// Leaves what the daemon wants of one file at a path. The library may break on a damaged file: memory and time are
  /// bounded, and nothing else is at stake here.
  private func write(_ path: String) throws {
    var memory = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &memory)
    let bytes: [UInt8]
    do throws(InputFile.Failure) { bytes = try InputFile.read(files[0]) } catch { throw error.exit() }
    let extract = LidarExtract(of: bytes, station: "lidar").encoded()
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ExitStatus.inputOutput.fail("\(path): errno \(errno)") }
    defer { close(descriptor) }
    var rest = extract[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw ExitStatus.inputOutput.fail("\(path): errno \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  /// Reads a file of any known format, JSON profiles too.
  static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    LidarFormat(sniffing: bytes) == .json ? json(bytes) : LidarFile.decode(bytes)
  }

  private static func json(_ bytes: [UInt8]) -> LidarFileContent {
    var content = LidarFileContent(format: "lidar-json")
    let decoded = FeedFormat.preset(.lidarJSON).decode(
      bytes, context: DecodeContext(receivedAt: WallClock().now(), defaultStation: "lidar"))
    for error in decoded.errors { content.fail("row \(error.row), \(error.path)", error.message) }
    content.faultCount = max(content.faultCount, decoded.errorCount)
    if case .failed(let failure) = decoded.verdict { content.fail(failure.path ?? "", failure.message) }
    content.records = decoded.profiles.map { LidarRecord($0) }
    return content
  }
}

/// The records of the last minutes, for what is averaged.
private struct RecentRecords {
  let minutes: Double
  private(set) var records: [LidarRecord] = []

  init(minutes: Double) { self.minutes = minutes }

  /// Takes the next record, and lets go of those that are too old; one without a stamp stands alone.
  mutating func append(_ record: LidarRecord) {
    guard let at = record.at else {
      records = [record]
      return
    }
    let oldest = at.milliseconds - Int64(minutes * 60_000)
    records.removeAll { ($0.at?.milliseconds ?? .min) <= oldest }
    records.append(record)
  }
}
