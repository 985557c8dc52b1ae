import AirQuality
import Lidar
import LidarFiles
import Testing

/// Files of one instrument as its firmwares, networks and loggers write them.
@Suite("variants of NetCDF files")
struct NetCDFVariantTests {
  private typealias Variable = MadeNetCDF.Variable

  /// Three profiles of four bins, 15 m apart.
  private static func file(
    _ signal: Variable, _ more: [Variable] = [], range: [Double] = [15, 30, 45, 60],
    attributes: [(String, String)] = []
  ) -> MadeNetCDF {
    MadeNetCDF(
      dimensions: [("time", 3), ("range", 4), ("layer", 1)],
      variables: [
        .init(
          name: "time", dimensions: ["time"], values: [0, 15, 30], units: "seconds since 1904-1-1 0:0:0"),
        .init(name: "range", dimensions: ["range"], values: range, units: "m"), signal,
      ] + more, attributes: attributes)
  }

  private static let ramp = (0..<12).map { Double($0 + 1) }

  private static func signal(_ name: String, _ values: [Double] = ramp, units: String? = nil) -> Variable {
    .init(name: name, dimensions: ["time", "range"], values: values, units: units)
  }

  private static func layer(_ name: String, _ value: Double) -> Variable {
    .init(name: name, dimensions: ["time", "layer"], values: [value, value, value])
  }

  @Test("beta_att of a CHM15k that knows its calibration is no CL61's", arguments: ["1/(m*sr)", "", nil] as [String?])
  func calibratedCHM15k(units: String?) throws {
    let more = [
      Self.layer("cbh", 900), Self.layer("pbl", 400), Variable(name: "zenith", dimensions: [], values: [5]),
      Variable(name: "wavelength", dimensions: [], values: [1_064]),
      Variable(name: "altitude", dimensions: [], values: [950], units: "m"),
    ]
    let content = NetCDFDecoder.decode(Self.file(Self.signal("beta_att", units: units), more).bytes())
    let record = try #require(content.records.first, "\(content.faults)")
    #expect(content.format == "chm15k" && record.cloudBasesMeters == [900] && record.layersMeters == [400])
    #expect(record.tiltDegrees == 5 && record.altitudeMeters == 950)
    #expect(record.channels[0].wavelengthNanometers == 1_064)
    #expect(record.channels[0].kind == (units == "1/(m*sr)" ? .attenuatedBackscatter : .rangeCorrected))
  }

  @Test("CL61 without its own ratio has what it is made of")
  func depolarisation() throws {
    let cross = Self.signal("x_pol", [1, 1, 1, 1] + [Double](repeating: 0, count: 8))
    let parallel = Self.signal("p_pol", [2, 4, 0, 10] + [Double](repeating: 1, count: 8))
    let elevation = Variable(name: "elevation", dimensions: [], values: [1_200], units: "m")
    let content = NetCDFDecoder.decode(Self.file(Self.signal("beta_att"), [cross, parallel, elevation]).bytes())
    let record = try #require(content.records.first, "\(content.faults)")
    let ratio = try #require(record.channels.first { $0.kind == .depolarisation }).values
    #expect(content.format == "cl61" && ratio[0] == 0.5 && ratio[1] == 0.25 && ratio[2].isNaN && ratio[3] == 0.1)
    #expect(record.altitudeMeters == 1_200)
  }

  @Test(
    "firmware before 0.702 is neither normalised nor range-corrected afterwards",
    arguments: [
      ("12.03.1 2.13 0.559", true), ("12.03.1 2.13 0.702", false), ("12.12.1 2.13 1.040 0", false), ("soon", false),
    ])
  func oldFirmware(version: String, isOld: Bool) throws {
    let spread = Variable(name: "stddev", dimensions: ["time"], values: [2, 3, 4])
    let made = Self.file(Self.signal("beta_raw"), [spread], attributes: [("software_version", version)])
    let content = NetCDFDecoder.decode(made.bytes())
    let second = try #require(content.records.dropFirst().first, "\(content.faults)").channels[0].values
    let expected: [Float] = isOld ? [3_375, 16_200, 42_525, 86_400] : [5, 6, 7, 8]
    #expect(second == expected)
    guard isOld else { return }
    let without = NetCDFDecoder.decode(
      Self.file(Self.signal("beta_raw"), attributes: [("software_version", version)]).bytes())
    #expect(without.records.isEmpty && without.faults.first?.message.contains("stddev") == true)
  }

  @Test("the farthest bin first is turned round")
  func descending() throws {
    let content = NetCDFDecoder.decode(Self.file(Self.signal("beta_raw"), range: [60, 45, 30, 15]).bytes())
    let channel = try #require(content.records.first, "\(content.faults)").channels[0]
    #expect(channel.values == [4, 3, 2, 1] && channel.firstRangeMeters == 15 && channel.resolutionMeters == 15)
  }

  @Test("whole numbers that were never written are missing")
  func fills() {
    var signal = Self.signal("beta_raw", [Double](repeating: -2_147_483_647, count: 4) + [1, 2, 3, 4, 5, 6, 7, 8])
    signal.isInteger = true
    let content = NetCDFDecoder.decode(Self.file(signal).bytes())
    #expect(content.records.count == 2 && content.faults.map(\.place) == ["beta_raw(0)"], "\(content.faults)")
  }

  @Test("of a classic file that is cut short the whole profiles are kept, whatever its length")
  func cut() {
    let more = [Variable(name: "stddev", dimensions: ["time"], values: [1, 2, 3])]
    let made = Self.file(Self.signal("beta_raw"), more).bytes(isClassic: true)
    // The library rounds its memory up: the file ends with the third of stddev, 3.
    let end = made.indices.last { made[$0...].starts(with: [0x40, 0x08, 0, 0, 0, 0, 0, 0]) }! + 8
    let whole = Array(made.prefix(end))
    #expect(NetCDFDecoder.decode(whole).records.count == 3 && NetCDFDecoder.decode(whole).faultCount == 0)
    var counts: [Int] = []
    // A record is time, four bins and stddev: 48 bytes.
    for length in (whole.count - 3 * 48 - 1)..<whole.count {
      let content = NetCDFDecoder.decode(Array(whole.prefix(length)))
      counts.append(content.records.count)
      #expect(content.faultCount > 0, "\(length) bytes")
      let values = content.records.flatMap { $0.channels[0].values }
      #expect(values == Self.ramp.prefix(values.count).map { Float($0) }, "\(length) bytes")
    }
    #expect(counts.last == 2 && counts == counts.sorted() && counts.first == 0)
  }

  @Test("E-PROFILE: heights without the station's, its unit, its line, and bins that are not to be used")
  func eprofile() throws {
    let high: [Double] = [1_342, 1_372, 1_402, 1_432]
    let lost = NetCDFDecoder.decode(MadeNetCDF.eprofile(altitude: high, station: nil).bytes())
    let channel = try #require(lost.records.first).channels[0]
    #expect(channel.firstRangeMeters == 15 && lost.faults.map(\.place) == ["station_altitude"])
    var made = MadeNetCDF.eprofile(altitude: high, station: 1.327)
    made.variables[made.variables.count - 1].units = "km"
    made.variables.removeAll { $0.name == "l0_wavelength" }
    made.attributes = [("instrument_type", "CL51")]
    let found = try #require(NetCDFDecoder.decode(made.bytes()).records.first)
    #expect(abs(found.channels[0].firstRangeMeters - 15) < 1e-9 && found.altitudeMeters == 1_327)
    #expect(found.channels[0].wavelengthNanometers == 910)
    made.attributes = []
    #expect(NetCDFDecoder.decode(made.bytes()).records.first?.channels[0].wavelengthNanometers == nil)
    let flagged = NetCDFDecoder.decode(
      MadeNetCDF.eprofile(flags: [0, 1, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0]).bytes())
    #expect(flagged.records.map { $0.channels[0].invalidBins } == [[1, 3], [], []])
    let signal = flagged.records[0].channels[0]
    #expect(!signal.measured.contains { !$0.isFinite })
    #expect(signal.rangeCorrected[0].isFinite && signal.rangeCorrected[1].isNaN && signal.rangeCorrected[3].isNaN)
  }
}
