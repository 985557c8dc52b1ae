import AirQuality
import ArgumentParser
import Feeds
import Lidar
import LidarFiles
import Timekeeping

/// `lantian decode`: recorded answers offline, as NDJSON.
struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Decodes recorded answers; one reading a line as JSON.",
    discussion:
      "Files packed with gzip are unpacked. Bad rows go to standard error; a body that cannot be read at all, "
      + "and a provider's answer that says it failed, give exit code 65; a bad row does so with --strict.\n\nFormats:\n"
      + formats)

  /// A line for each format, its name first.
  private static let formats: String = {
    let width = FeedPreset.allCases.map(\.rawValue.count).max() ?? 0
    return FeedPreset.allCases.map { preset in
      "  \(preset.rawValue)" + String(repeating: " ", count: width + 2 - preset.rawValue.count) + preset.summary
    }.joined(separator: "\n")
  }()

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Format, one of those listed above.", valueName: "name"))
  var format: String

  @Flag(help: "Fails on a bad row.")
  var strict = false

  @Option(help: "Station of rows that name none; otherwise the format's name.")
  var station: String?

  @Argument(help: "Recorded answers.")
  var files: [String]

  func validate() throws {
    guard FeedFormat(named: format) != nil else {
      let known = FeedPreset.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("no format is called \(format); known are \(known)")
    }
  }

  func run() throws {
    guard let format = FeedFormat(named: format) else { return }
    let decoder = try FeedDecoder(format)
    let writer = NDJSONWriter(feed: format.name)
    let device = format.mayNameNoStation ? format.name : nil
    var failed = false
    for file in files {
      let body: [UInt8]
      do throws(InputFile.Failure) { body = try InputFile.read(file) } catch { throw error.exit() }
      // The core links no library of files; what is no lidar's file, such as a login page, is the decoder's to name.
      var decoded =
        format == .preset(.lidarFile) && LidarFormat(sniffing: body) != nil
        ? LidarFileBodyDecoder.body(LidarFile.decode(body))
        : decoder.decode(
          body, context: DecodeContext(receivedAt: WallClock().now(), defaultStation: station ?? device))
      // Nothing is screened here: what the instrument itself says of a value stands among the reasons.
      for index in decoded.batch.readings.indices where decoded.batch.readings[index].flag == .fail {
        decoded.batch.readings[index].flag = .unknown
      }
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
    for note in decoded.notes { printError("\(file): note: \(note)") }
    if decoded.skippedRows > 0 {
      printError("\(file): \(decoded.skippedRows) rows without a station or without data left out")
    }
    if decoded.ignoredValues > 0 { printError("\(file): \(decoded.ignoredValues) values of other quantities left out") }
    for profile in decoded.profiles {
      printError("\(file): lidar profile of \(profile.station), \(profile.backscatter.count) bins")
    }
    for record in decoded.records {
      let stamp = record.at.map { CivilOffset.utc.format($0) } ?? "without a stamp"
      let bins = record.channels.map(\.values.count).max() ?? 0
      printError("\(file): lidar profile \(stamp), \(record.channels.count) channels, \(bins) bins")
    }
    if case .failed(let failure) = decoded.verdict {
      printError("\(file): \(failure.code.rawValue): \(failure.message)")
      return true
    }
    return strict && decoded.errorCount > 0
  }
}
