import AirQuality
import ArgumentParser
import Feeds
import JSONText
import Lidar
import LidarFiles
import Timekeeping

/// `lantian lidar FILE…`: profiles out of instruments' files, and what can be retrieved from them.
struct LidarCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lidar",
    abstract: "Decodes lidar profiles and retrieves extinction and layers; one JSON object a profile.",
    discussion: """
      Formats, recognised by their first bytes: Vaisala CL31, CL51, CT25K (text) and CL61, Lufft CHM15k, E-PROFILE level 2 \
      (NetCDF), Licel raw files, and JSON profiles. Files packed with gzip are unpacked. A damaged profile is named on \
      standard error and left out, the rest goes on; exit code 65 when a file gives no profile, with --strict on any fault. \
      Extinction is Klett-Fernald's with one lidar ratio; heights are above the instrument.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Aerosol extinction over backscatter, sr.", valueName: "sr"))
  var lidarRatio = 50.0

  @Option(help: ArgumentHelp("Where the air is taken for clean, metres along the beam.", valueName: "from-to"))
  var referenceRange = "4000-6000"

  @Option(help: ArgumentHelp("Aerosol over molecular backscatter at the reference.", valueName: "ratio"))
  var referenceRatio = 0.0

  @Option(help: ArgumentHelp("Height of the instrument above sea level, metres.", valueName: "metres"))
  var station = 0.0

  @Flag(help: "Fails on any fault.")
  var strict = false

  @Argument(help: "Files of instruments.")
  var files: [String]

  func validate() throws {
    guard lidarRatio > 0, lidarRatio <= 500 else {
      throw ValidationError("--lidar-ratio lies above 0 and at most 500 sr")
    }
    guard referenceRatio >= 0, referenceRatio <= 1_000 else { throw ValidationError("--reference-ratio is 0 to 1000") }
    guard Self.range(referenceRange) != nil else {
      throw ValidationError("--reference-range \(referenceRange): write it in metres as 4000-6000")
    }
    guard abs(station) <= 9_000 else { throw ValidationError("--station is at most 9000 m") }
  }

  /// `4000-6000`, `4000:6000`, `4000,6000`.
  static func range(_ text: String) -> ClosedRange<Double>? {
    let parts = text.split { "-:,".contains($0) }.compactMap { Double($0) }
    guard parts.count == 2, parts[0] >= 0, parts[0] < parts[1], parts[1] <= 100_000 else { return nil }
    return parts[0]...parts[1]
  }

  func run() throws {
    var settings = LidarRetrieval.Settings()
    settings.klett.lidarRatio = lidarRatio
    settings.klett.referenceRatio = referenceRatio
    if let range = Self.range(referenceRange) { settings.klett.referenceMeters = range }
    settings.stationMeters = station
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
      for (index, record) in content.records.enumerated() {
        let retrieval = LidarRetrieval(record, settings)
        if let refusal = retrieval?.refusal { refusals[refusal.description, default: 0] += 1 }
        InputFile.writeStandardOutput(
          LidarJSON(
            file: file, format: content.format, index: index, record: record, retrieval: retrieval, settings: settings
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

  /// Reads a file of any known format.
  static func decode(_ bytes: [UInt8]) -> LidarFileContent {
    switch LidarFormat(sniffing: bytes) {
    case .vaisala: return VaisalaDecoder.decode(bytes)
    case .licel: return LicelDecoder.decode(bytes)
    case .netCDF: return NetCDFDecoder.decode(bytes)
    case .json: return json(bytes)
    case nil:
      var content = LidarFileContent(format: "unknown")
      content.fail("", "the file is none of Vaisala messages, Licel raw, NetCDF and JSON profiles")
      return content
    }
  }

  private static func json(_ bytes: [UInt8]) -> LidarFileContent {
    var content = LidarFileContent(format: "lidar-json")
    let decoded = FeedFormat.preset(.lidarJSON).decode(
      bytes, context: DecodeContext(receivedAt: WallClock().now(), defaultStation: "lidar"))
    for error in decoded.errors { content.fail("row \(error.row), \(error.path)", error.message) }
    content.faultCount = max(content.faultCount, decoded.errorCount)
    if case .failed(let failure) = decoded.verdict { content.fail(failure.path ?? "", failure.message) }
    content.records = decoded.profiles.map { profile in
      LidarRecord(
        at: profile.at, source: profile.station, tiltDegrees: 0,
        channels: [
          LidarChannel(
            name: "backscatter", kind: .rangeCorrected, wavelengthNanometers: profile.wavelengthNanometers,
            unit: "a.u.",
            firstRangeMeters: profile.firstRangeMeters, resolutionMeters: profile.resolutionMeters,
            values: profile.backscatter)
        ])
    }
    return content
  }
}

/// One profile as a line of JSON.
struct LidarJSON {
  var file: String
  var format: String
  var index: Int
  var record: LidarRecord
  var retrieval: LidarRetrieval?
  var settings: LidarRetrieval.Settings

  func line() -> [UInt8] {
    var writer = JSONWriter(offset: .utc, capacity: 1 << 16)
    writer.object { writer in
      writer.field("file", file)
      writer.field("format", format)
      writer.field("profile", index)
      writer.field("time", record.at)
      writer.field("source", record.source)
      writer.field("tilt_degrees", record.tiltDegrees)
      writer.field("verified", record.isVerified)
      writer.key("cloud_bases")
      numbers(record.cloudBasesMeters.map { Float($0) }, &writer)
      writer.key("instrument_layers")
      numbers(record.layersMeters.map { Float($0) }, &writer)
      if let retrieval { write(retrieval, &writer) }
      writer.array("channels", record.channels) { writer, channel in
        writer.object { writer in
          writer.field("name", channel.name)
          writer.field("kind", channel.kind.rawValue)
          writer.field("wavelength_nm", channel.wavelengthNanometers)
          writer.field("unit", channel.unit)
          writer.field("first_range_m", channel.firstRangeMeters)
          writer.field("resolution_m", channel.resolutionMeters)
          // The one that everything is made of stands above.
          guard channel != retrieval?.channel || channel.kind == .analog || channel.kind == .photonCounting else {
            return
          }
          writer.key("values")
          numbers(channel.values, &writer)
        }
      }
    }
    return writer.bytes + [0x0A]
  }

  private func write(_ made: LidarRetrieval, _ writer: inout JSONWriter) {
    let channel = made.channel
    writer.field("wavelength_nm", channel.wavelengthNanometers)
    writer.key("range")
    numbers(channel.values.indices.map { Float(channel.range(ofBin: $0)) }, &writer)
    writer.field("attenuated_backscatter_unit", channel.kind == .attenuatedBackscatter ? channel.unit : "a.u.")
    writer.key("attenuated_backscatter")
    numbers(made.corrected, &writer)
    writer.key("extinction")
    if let inversion = made.inversion {
      numbers(inversion.extinction.map { Float($0) }, &writer)
    } else {
      writer.null()
    }
    writer.key("backscatter")
    if let inversion = made.inversion {
      numbers(inversion.backscatter.map { Float($0) }, &writer)
    } else {
      writer.null()
    }
    writer.object("inversion") {
      $0.field("method", made.inversion == nil ? nil : made.method.rawValue)
      $0.field("lidar_ratio", settings.klett.lidarRatio)
      $0.field("reference_from", settings.klett.referenceMeters.lowerBound)
      $0.field("reference_to", settings.klett.referenceMeters.upperBound)
      $0.field("reference_ratio", settings.klett.referenceRatio)
      $0.field("optical_depth", made.inversion.flatMap { $0.opticalDepth.isFinite ? $0.opticalDepth : nil })
      $0.field("refusal", made.refusal?.description)
    }
    writer.object("layers") {
      $0.field("gradient", made.gradientHeightMeters)
      $0.field("wavelet", made.wavelet?.heightMeters)
      $0.field("wavelet_uncertainty", made.wavelet?.uncertaintyMeters)
      $0.field("wavelet_found", made.wavelet?.found)
    }
  }

  private func numbers(_ values: [Float], _ writer: inout JSONWriter) {
    writer.beginArray()
    for value in values { writer.value(measured: value) }
    writer.endArray()
  }
}
