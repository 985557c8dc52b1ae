import AirQuality
import Lidar
import TestSupport
import Testing

@Suite("everything of one profile")
struct ProductsTests {
  static func record(_ air: MadeAir, _ constant: Double = 1, minute: Int = 0) -> LidarRecord {
    LidarRecord(
      LidarProfile(
        station: "L", at: Instant(milliseconds: Int64(minute) * 60_000), firstRangeMeters: air.resolution / 2,
        resolutionMeters: air.resolution, wavelengthNanometers: air.wavelength, backscatter: air.signal(constant)))
  }

  @Test("known air: top within 30 m, optical depths and extinction within 3 %, mass as the relation has it")
  func known() throws {
    var air = MadeAir()
    air.layers = [
      .init(base: -1_000, top: 1_200, backscatter: 3e-6), .init(base: 2_300, top: 2_900, backscatter: 1e-6),
    ]
    var settings = LidarProducts.Settings()
    settings.humidity = 85
    settings.mass = ExtinctionToMass(slope: 4e5, intercept: 10)
    let products = try #require(LidarProducts(Self.record(air, 5e7), settings))
    let height = try #require(products.boundaryLayer?.heightMeters)
    #expect(abs(height - 1_200) <= 30)
    let depth = try #require(products.layerOpticalDepth)
    #expect(abs(depth / (1.5e-4 * height) - 1) < 0.03)
    let extinction = try #require(products.nearGroundExtinction)
    #expect(abs(extinction / 1.5e-4 - 1) < 0.03)
    let mass = try products.mass.get()
    #expect(
      abs(mass.micrograms - (4e5 * extinction / 2 + 10)) < 1e-6 && abs(mass.uncertainty / mass.micrograms - 0.3) < 1e-9)
    #expect(products.layers.layers.count == 1 && products.layers.layers[0].kind == .aerosol)
    let ratio = try #require(products.retrieval.scatteringRatio)
    #expect(abs(ratio[30] / (1 + 3e-6 / 1.5e-6) - 1) < 0.05)
    #expect(products.depolarization == nil && products.ozone.isEmpty)
  }

  /// Both polarisations of 532 nm with a gain of 2.5, and 1,064 nm, of dust over haze.
  private static func polarised(withInfrared: Bool) throws -> LidarRecord {
    var air = MadeAir()
    air.layers = [
      .init(base: -1_000, top: 1_200, backscatter: 3e-6), .init(base: 2_000, top: 3_000, backscatter: 2e-6),
    ]
    var red = air
    red.wavelength = 1_064
    var record = Self.record(red, 5e7)
    let molecules = try #require(MolecularAtmosphere(wavelengthNanometers: 532))
    var parallel = record.channels[0]
    (parallel.wavelengthNanometers, parallel.name, parallel.polarisation) = (532, "532.p", .parallel)
    var cross = parallel
    (cross.name, cross.polarisation) = ("532.s", .cross)
    for (bin, total) in air.signal(5e7).enumerated() {
      let height = air.range(bin)
      let (p, c) = DepolarizationTests.parts(
        molecular: molecules.backscatter(atMeters: height), aerosol: air.aerosol(height),
        particle: height < 1_600 ? 0.03 : 0.3)
      parallel.values[bin] = Float(Double(total) * p / (p + c))
      cross.values[bin] = Float(Double(total) * 2.5 * c / (p + c))
    }
    record.channels = (withInfrared ? record.channels : []) + [parallel, cross]
    return record
  }

  @Test("dust's own depolarisation is that of its line, whichever line the layers come from", arguments: [true, false])
  func particleRatio(withInfrared: Bool) throws {
    var settings = LidarProducts.Settings()
    settings.depolarization.calibration = 2.5
    settings.retrieval.crossGain = 2.5
    let products = try #require(LidarProducts(Self.polarised(withInfrared: withInfrared), settings))
    #expect(products.retrieval.channel.wavelengthNanometers == (withInfrared ? 1_064 : 532))
    let particle = try #require(try products.depolarization?.get().particle)
    for bin in [20, 60] { #expect(abs(particle[bin] - 0.03) < 0.005, "bin \(bin): \(particle[bin])") }
    for bin in [150, 180] { #expect(abs(particle[bin] - 0.3) < 0.02, "bin \(bin): \(particle[bin])") }
  }

  @Test("a line that is told by its polarisations alone is their sum: dust is not a fifth too thin")
  func sumOfPolarisations() throws {
    let record = try Self.polarised(withInfrared: false)
    let total = try #require(record.elastic(crossGain: 2.5))
    #expect(total.polarisation == .total && total.name == "532.p + 532.s")
    var settings = LidarProducts.Settings()
    settings.retrieval.crossGain = 2.5
    let extinction = try #require(LidarProducts(record, settings)?.retrieval.inversion).extinction
    for (bin, truth) in [(40, 1.5e-4), (160, 1e-4)] {
      #expect(abs(extinction[bin] / truth - 1) < 0.05, "bin \(bin): \(extinction[bin])")
    }
  }

  @Test("the air's density is that of the instrument's height, which its file tells, or a person")
  func altitude() throws {
    var record = Self.record(MadeAir(), 5e7)
    func extinction(_ station: Double?) throws -> Double {
      var settings = LidarRetrieval.Settings()
      settings.stationMeters = station
      return try #require(LidarRetrieval(record, settings)?.inversion).extinction[50]
    }
    let low = try extinction(nil)
    record.altitudeMeters = 1_500
    let high = try extinction(nil)
    #expect(try extinction(1_500) == high && extinction(0) == low && abs(high / low - 1) > 0.01)
  }

  @Test("a beam along the ground has no layers above the instrument")
  func alongTheGround() throws {
    var record = Self.record(MadeAir(), 5e7)
    record.tiltDegrees = 88
    let products = try #require(LidarProducts(record))
    #expect(products.boundaryLayer == nil && products.layers.layers.isEmpty && products.layerOpticalDepth == nil)
    #expect(products.retrieval.gradientHeightMeters == nil && products.retrieval.wavelet == nil)
  }

  @Test("how sure the reference is stands beside the inversion", arguments: [81, 82, 83] as [UInt64])
  func referenceError(seed: UInt64) throws {
    func error(_ noise: Double) throws -> Double {
      var random = SeededRandom(seed: seed)
      let air = MadeAir(noise: noise)
      var record = Self.record(air, 5e7)
      record.channels[0].values = air.signal(5e7, random: &random)
      return try #require(LidarRetrieval(record)?.inversion?.referenceError)
    }
    let (low, high) = (try error(0.001), try error(0.004))
    #expect(low > 0 && high > 2 * low && high < 0.5, "seed \(seed): \(low) \(high)")
  }

  @Test("neighbours are averaged; without humidity there is no mass, without a channel nothing")
  func edges() throws {
    var air = MadeAir()
    air.layers = [.init(base: -1_000, top: 1_200, backscatter: 3e-6)]
    let records = (0..<5).map { Self.record(air, minute: $0) }
    let products = try #require(LidarProducts(records[4], neighbours: records))
    #expect(products.boundaryLayer?.profiles == 5)
    #expect(products.boundaryLayer?.from == records[0].at && products.boundaryLayer?.until == records[4].at)
    #expect(throws: ExtinctionToMass.Refusal.humidity(.missing)) { try products.mass.get() }
    #expect(products.massRelation?.source == .literature)
    #expect(LidarProducts(LidarRecord(at: nil, source: "", tiltDegrees: 0, channels: [])) == nil)
    // Optical depth is the vertical one, whatever the beam's tilt.
    var tilted = records[0]
    tilted.tiltDegrees = 60
    let slant = try #require(LidarProducts(tilted)?.retrieval.opticalDepth(fromHeight: 0, toHeight: 400))
    let column = try #require(LidarProducts(tilted)?.retrieval.inversion?.column.depth(fromMeters: 0, toMeters: 800))
    #expect(abs(slant - column / 2) < 1e-9)
  }
}
