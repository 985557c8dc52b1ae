import AirQuality
import ArgumentParser
import Feeds
import Lidar
import Timekeeping

/// `lantian decode`: recorded answers offline, as NDJSON.
struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Decodes recorded answers; one reading a line as JSON.",
    discussion: "Files packed with gzip are unpacked. Bad rows go to standard error; a body that cannot be read at all "
      + "gives exit code 65, a bad row does so with --strict.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "Format: \(FeedPreset.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: String

  @Flag(help: "Fails on a bad row.")
  var strict = false

  @Option(help: "Station of rows that name none; otherwise the format's name.")
  var station: String?

  @Argument(help: "Recorded answers.")
  var files: [String]

  func validate() throws {
    guard FeedFormat(named: format) != nil else {
      throw ValidationError("no format is called \(format); known are \(FeedPreset.allCases.map(\.rawValue))")
    }
  }

  func run() throws {
    guard let format = FeedFormat(named: format) else { return }
    let decoder = try FeedDecoder(format)
    let writer = NDJSONWriter(feed: self.format)
    let device = format.mayNameNoStation ? self.format : nil
    var failed = false
    for file in files {
      let body: [UInt8]
      do {
        body = try InputFile.read(file)
      } catch {
        throw ExitStatus.inputOutput.fail("\(error)")
      }
      let decoded = decoder.decode(
        body, context: DecodeContext(receivedAt: WallClock().now(), defaultStation: station ?? device))
      var output: [UInt8] = []
      writer.write(decoded.batch, to: &output)
      InputFile.writeStandardOutput(output)
      failed = report(decoded, file: file) || failed
    }
    if failed { throw ExitCode(ExitStatus.data.rawValue) }
  }

  /// Says what was wrong; true when that fails the command.
  private func report(_ decoded: DecodedBody, file: String) -> Bool {
    for error in decoded.errors {
      printError("\(file): row \(error.row), \(error.path): \(error.code.rawValue): \(error.message)")
    }
    if decoded.errorCount > decoded.errors.count {
      printError("\(file): \(decoded.errorCount - decoded.errors.count) more errors")
    }
    if decoded.skippedRows > 0 { printError("\(file): \(decoded.skippedRows) rows without a station left out") }
    for profile in decoded.profiles {
      printError("\(file): lidar profile of \(profile.station), \(profile.backscatter.count) bins")
    }
    if case .failed(let failure) = decoded.verdict {
      printError("\(file): \(failure.code.rawValue): \(failure.message)")
      return true
    }
    return strict && decoded.errorCount > 0
  }
}
