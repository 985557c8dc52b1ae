import AirQuality
import Lidar
import LidarFiles
import Testing

/// What the numbers of a file can be: every one that cannot is refused by name, none stops the program.
@Suite("bounds of lidar files")
struct DecoderBoundsTests {
  static let impossible = ["0", "-15", "1e-9", "0.009", "10001", "1e300", "nan", "inf", "-inf"]

  @Test("one bound on the distance between bins", arguments: impossible)
  func binWidths(_ text: String) throws {
    let value = try #require(Double(text))
    #expect(!LidarGeometry.isPossible(firstRangeMeters: 0, resolutionMeters: value))
    let licel = LicelDecoder.decode(Self.licel(width: text))
    #expect(licel.records.isEmpty && licel.faults.count == 1 && licel.faults[0].message.contains("\(value) m between"))
    let vaisala = VaisalaDecoder.decode(Self.vaisala(resolution: text))
    #expect(vaisala.records.isEmpty && vaisala.faultCount == 1, "\(vaisala.faults)")
    #expect(vaisala.faults.first?.message.contains("\(value) m between") == true)
    // An axis of NetCDF may run downward.
    if value.isFinite, value >= 0, value < 1e200 {
      let axis = (0..<4).map { 30 + Double($0) * value }
      let file = NetCDFDecoder.decode(MadeNetCDF.eprofile(altitude: axis).bytes())
      #expect(file.records.isEmpty && file.faults.last?.message.contains("m between bins") == true, "\(file.faults)")
    }
    var profile = GradientLayerTests.profile(top: 900)
    profile.resolutionMeters = value
    #expect(gradientLayerHeight(profile) == nil)
    #expect(waveletLayer(profile.backscatter, firstRangeMeters: 30, resolutionMeters: value) == nil)
    #expect(CloudBase.lowest(in: profile.backscatter, firstRangeMeters: 30, resolutionMeters: value) == nil)
    #expect(ProfileWindow([.init(profile)]) == nil)
  }

  @Test("the bounds themselves are possible, and layers are looked for in them", arguments: [0.01, 10_000.0])
  func edges(_ resolution: Double) {
    #expect(LidarGeometry.isPossible(firstRangeMeters: 0, resolutionMeters: resolution))
    var profile = GradientLayerTests.profile(top: 900)
    profile.resolutionMeters = resolution
    _ = gradientLayerHeight(profile)
    _ = waveletLayer(profile.backscatter, firstRangeMeters: 30, resolutionMeters: resolution)
    for size in [Double.nan, .infinity, 1e300, -1] {
      var settings = GradientLayerSettings()
      settings.halfWindowMeters = size
      #expect(gradientLayerHeight(profile, settings: settings) == nil || size == -1)
      var wavelet = WaveletLayerSettings()
      wavelet.dilationsMeters = [size]
      _ = waveletLayer(profile.backscatter, firstRangeMeters: 30, resolutionMeters: resolution, settings: wavelet)
    }
  }

  @Test(
    "a Licel dataset whose numbers cannot be",
    arguments: [
      ("wave", "inf.o", "inf nm"), ("wave", "nan.o", "nan nm"), ("wave", "1e300.o", "1e+300 nm"),
      ("wave", "-532.o", "-532.0 nm"), ("wave", "100001.o", "100001.0 nm"), ("wave", "0.o", "0.0 nm"),
      ("range", "inf", "inf mV"), ("range", "nan", "nan mV"), ("range", "-0.5", "-500.0 mV"), ("range", "1e9", "mV"),
      ("bits", "0", "0 bits"), ("bits", "64", "64 bits"), ("bits", "-9223372036854775808", "bits"),
      ("shots", "0", "0 shots"), ("shots", "-1", "-1 shots"),
    ])
  func licelNumbers(_ field: String, _ text: String, _ said: String) throws {
    var bytes = Self.licel()
    switch field {
    case "wave": bytes = Self.licel(wave: text)
    case "range": bytes = Self.licel(range: text)
    case "bits": bytes = Self.licel(bits: text)
    default: bytes = Self.licel(shots: text)
    }
    #expect(LidarFormat(sniffing: bytes) == .licel)
    let content = LicelDecoder.decode(bytes)
    #expect(content.records.isEmpty && content.faults.first?.message.contains(said) == true, "\(content.faults)")
  }

  @Test(
    "units of time: the clock and its zone, or a refusal",
    arguments: [
      ("seconds since 1970-01-01", 0.0), ("seconds since 1970-01-01 00:00:00.000", 0),
      ("seconds since 1970-01-01T01:00:00Z", 3_600), ("seconds since 1970-01-01 08:00:00 +08:00", 0),
      ("seconds since 1970-01-01 08:00 +8:00", 0), ("seconds since 1970-01-01T08:00:00+0800", 0),
      ("seconds since 1970-01-01 00:00:00 -6:00", 21_600), ("seconds since 1970-01-01 0:0:1.5 UTC", 1.5),
      ("seconds since 1970-01-01 00:00:00.000 00:00", 0), ("hours since 1970-01-01T00:00:00-01:30", 5_400),
    ])
  func timeUnits(_ text: String, _ epoch: Double) throws {
    let unit = try #require(TimeUnit(text), "\(text)")
    #expect(unit.instant(0) == Instant(milliseconds: Int64(epoch * 1_000)))
    #expect(unit.instant(.nan) == nil && unit.instant(1e300) == nil && unit.instant(-.infinity) == nil)
  }

  @Test(
    "units of time that cannot be",
    arguments: [
      "", "seconds", "seconds since", "seconds since soon", "fortnights since 1970-01-01", "seconds since 1970-13-01",
      "seconds since 1970-01-01 24:00:00", "seconds since 1970-01-01 00:60:00", "seconds since 1970-01-01 00:00:60",
      "seconds since 1970-01-01 1e300:00:00", "seconds since 1970-01-01 99999999999999999999:00",
      "seconds since 1970-01-01 00:00:00 +25:00", "seconds since 1970-01-01 00:00:00 Mars",
      "seconds since 1970-01-01T", "seconds since 1970-01-01X00:00", "seconds since 1970-01-01 ::",
      "seconds since 1970-01-01 00:00:00 +08:00 extra words",
    ])
  func badTimeUnits(_ text: String) { #expect(TimeUnit(text) == nil) }

  @Test(
    "units of backscatter",
    arguments: [
      ("1E-6*1/(m*sr)", 1e-6), ("1e-06 m^-1 sr^-1", 1e-6), ("10^-6 1/(m sr)", 1e-6), ("1e-9*1/(m*sr)", 1e-9),
      ("1e-12/(m*sr)", 1e-12), ("1/(m*sr)", 1), ("m-1 sr-1", 1), ("1/(sr*m)", 1), ("a.u.", nil), ("", nil),
      ("1E-6", nil),
      ("1E-6*1/(km*sr)", nil), ("1E6*1/(m*sr)", nil),
    ])
  func backscatterUnits(_ text: String, _ factor: Double?) {
    let found = BackscatterUnit.factor(text)
    #expect((found == nil) == (factor == nil))
    if let found, let factor { #expect(abs(found / factor - 1) < 1e-12) }
  }

  @Test("texts kept as strings count like texts kept as characters", arguments: [false, true])
  func strings(isString: Bool) throws {
    let content = NetCDFDecoder.decode(MadeNetCDF.eprofile(isString: isString).bytes())
    #expect(content.faultCount == 0, "\(content.faults)")
    #expect(content.records.count == 3 && content.records[0].at == Instant(milliseconds: 18_000 * 86_400_000))
    #expect(content.records[0].channels[0].values == [1e-6, 2e-6, 3e-6, 4e-6])
    #expect(content.records[0].channels[0].firstRangeMeters == 30)
    let far = NetCDFDecoder.decode(
      MadeNetCDF.eprofile(isString: isString, altitude: [1, 2, 3, 4], altitudeUnits: "km").bytes())
    #expect(far.records.first?.channels[0].resolutionMeters == 1_000)
  }

  @Test(
    "E-PROFILE files that cannot be",
    arguments: [
      (MadeNetCDF.eprofile(units: "counts"), "\"counts\""),
      (MadeNetCDF.eprofile(units: "counts", isString: true), "\"counts\""),
      (MadeNetCDF.eprofile(units: nil), "has no unit"), (MadeNetCDF.eprofile(altitudeUnits: "ft"), "\"ft\""),
      (MadeNetCDF.eprofile(time: "seconds since 1970-01-01 99:00:00"), "99:00:00"),
      (MadeNetCDF.eprofile(isString: true, time: "moons since ever"), "moons since ever"),
      (MadeNetCDF.eprofile(altitude: [30, 60, 95, 120]), "altitude(2) = 95.0"),
      (MadeNetCDF.eprofile(altitude: [30, .nan, 90, 120]), "altitude(1)"),
      (MadeNetCDF.eprofile(altitude: [2e6, 2e6 + 30, 2e6 + 60, 2e6 + 90]), "first distance"),
      (MadeNetCDF.eprofile(wavelength: -5), "-5.0 nm"), (MadeNetCDF.eprofile(wavelength: 1e30), "1e+30 nm"),
    ])
  func eprofileRefused(_ file: MadeNetCDF, _ said: String) {
    let content = NetCDFDecoder.decode(file.bytes())
    #expect(content.records.isEmpty && content.faults.first?.message.contains(said) == true, "\(content.faults)")
  }

  @Test("a unit that is a number is told")
  func numberAsUnit() {
    var file = MadeNetCDF.eprofile(units: nil)
    file.variables[3].numberAsUnit = 1e-6
    let content = NetCDFDecoder.decode(file.bytes())
    #expect(content.faults.map(\.message) == ["attenuated_backscatter_0:units is no text"])
  }

  // MARK: Made files

  static func licel(
    width: String = "7.50", wave: String = "00532.o", bits: String = "12", shots: String = "000010",
    range: String = "0.500"
  ) -> [UInt8] {
    Array(
      (" a1.012\r\n Site 02/02/2011 00:00:28 02/02/2011 00:01:29 0100 -060.0 -002.9 00 00 30.0 1013.0\r\n"
        + " 0000600 0010 0000600 0010 01\r\n"
        + " 1 0 1 00002 1 0960 \(width) \(wave) 0 0 00 000 \(bits) \(shots) \(range) BT0\r\n\r\n").utf8)
      + [1, 0, 0, 0, 2, 0, 0, 0, 0x0D, 0x0A]
  }

  static func vaisala(resolution: String) -> [UInt8] {
    Array(
      ("-2021-03-04 05:06:07\r\nCL018111\u{2}\r\n10 00440 ///// ///// 00008004C080\r\n"
        + "00100 \(resolution) 0002 100 +26 039 01 0003 L0016HN15 178\r\n0000100002\r\n\u{3}\r\n").utf8)
  }
}
