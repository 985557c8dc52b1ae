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
