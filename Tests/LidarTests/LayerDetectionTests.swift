import Lidar
import LidarFiles
import TestSupport
import Testing

@Suite("layers aloft")
struct LayerDetectionTests {
  static func layers(_ air: MadeAir, seed: UInt64 = 1, above: Double? = 1_200) -> [LayerDetection.Layer] {
    var random = SeededRandom(seed: seed)
    return LayerDetection(
      signal: air.signal(3e7, random: &random), firstHeightMeters: air.resolution / 2,
      resolutionMeters: air.resolution, wavelengthNanometers: air.wavelength, aboveMeters: above
    ).layers
  }

  @Test(
    "one layer: edges within 60 m, the peak inside, contrast within 20 %", arguments: [532.0, 1_064],
    [41, 42] as [UInt64])
  func one(wavelength: Double, seed: UInt64) throws {
    var air = MadeAir(wavelength: wavelength, noise: wavelength < 600 ? 0.004 : 0.0004)
    air.layers = [
      .init(base: -1_000, top: 900, backscatter: 2e-6), .init(base: 2_400, top: 3_100, backscatter: 1.5e-6),
    ]
    let found = Self.layers(air, seed: seed)
    #expect(found.count == 1, "seed \(seed): \(found)")
    let layer = try #require(found.first)
    #expect(abs(layer.baseMeters - 2_400) <= 60 && abs(layer.topMeters - 3_100) <= 60 && layer.isTopSeen, "\(layer)")
    #expect((2_400...3_100).contains(layer.peakMeters) && layer.kind == .aerosol && layer.signalToNoise >= 5)
    let clean = try #require(MolecularAtmosphere(wavelengthNanometers: wavelength)).backscatter(atMeters: 2_700)
    // Attenuated within the layer, the contrast stays a little behind.
    #expect(
      layer.contrast < 1.15 * (1 + 1.5e-6 / clean) && layer.contrast > 0.8 * (1 + 1.5e-6 / clean), "\(layer) \(clean)")
  }

  @Test("two layers, lowest first; clean air has none; the mixed layer is none of them")
  func several() throws {
    var air = MadeAir(noise: 0.003)
    air.layers = [
      .init(base: -1_000, top: 900, backscatter: 3e-6), .init(base: 2_000, top: 2_500, backscatter: 1e-6),
      .init(base: 3_500, top: 4_200, backscatter: 8e-7),
    ]
    let found = Self.layers(air, seed: 43)
    #expect(found.count == 2 && found.map(\.kind) == [.aerosol, .aerosol], "\(found)")
    #expect(abs(found[0].baseMeters - 2_000) <= 60 && abs(found[1].baseMeters - 3_500) <= 90)
    air.layers = []
    for seed in [44, 45, 46] as [UInt64] { #expect(Self.layers(air, seed: seed, above: nil).isEmpty, "seed \(seed)") }
  }

  @Test(
    "droplets and ice are clouds, smoke is not",
    arguments: [
      (1_800.0, 200.0, 1e-4, LayerDetection.Kind.cloud), (6_000, 300, 4e-5, .cloud), (8_600, 300, 2e-6, .cloud),
      (3_000, 600, 3e-6, .aerosol),
    ])
  func kinds(base: Double, depth: Double, backscatter: Double, kind: LayerDetection.Kind) throws {
    var air = MadeAir()
    air.bins = 700
    air.layers = [
      .init(base: -1_000, top: 900, backscatter: 3e-6),
      .init(base: base, top: base + depth, backscatter: backscatter, edge: 15),
    ]
    let layer = try #require(Self.layers(air).first { abs($0.baseMeters - base) <= 90 })
    #expect(layer.kind == kind, "\(layer)")
  }

  @Test(
    "a cloud is told over coarse and fine bins, thick and thin; haze is none",
    arguments: [5.0, 10, 15, 30], [5e-4, 2e-3, 1e-2] as [Double])
  func cloudsOverCoarseBins(resolution: Double, extinction: Double) throws {
    var air = MadeAir(resolution: resolution, bins: Int(9_000 / resolution), noise: 0.004)
    for seed in [47, 48, 49] as [UInt64] {
      var random = SeededRandom(seed: seed)
      air.layers = [.init(base: -1_000, top: 900, backscatter: 2e-6)]
      let haze = air.signal(random: &random)
      #expect(CloudBase.lowest(in: haze, firstRangeMeters: resolution / 2, resolutionMeters: resolution) == nil)
      air.layers.append(.init(base: 1_500, top: 1_800, backscatter: extinction / 20, edge: 8))
      let cloud = CloudBase.lowest(
        in: air.signal(random: &random), firstRangeMeters: resolution / 2, resolutionMeters: resolution)
      let base = try #require(cloud, "seed \(seed)").baseMeters
      #expect(abs(base - 1_500) <= max(30, 1.5 * resolution), "seed \(seed): \(base)")
    }
  }

  @Test("a layer that the signal ends in has a top that is not seen")
  func open() throws {
    var air = MadeAir()
    air.bins = 200
    air.layers = [.init(base: 2_000, top: 9_000, backscatter: 2e-6)]
    let layer = try #require(Self.layers(air).last)
    #expect(!layer.isTopSeen && layer.topMeters > 2_800 && abs(layer.baseMeters - 2_000) <= 60)
  }

  @Test("nothing to find in what is no profile")
  func nothing() {
    for (values, resolution) in [
      ([Float](), 15.0), ([1], 15), ([Float](repeating: .nan, count: 400), 15),
      ([Float](repeating: 1, count: 400), .nan),
      ([Float](repeating: 0, count: 400), 15), ([Float](repeating: .infinity, count: 400), 15),
      ([Float](repeating: .greatestFiniteMagnitude, count: 400), 15), ([Float](repeating: -1, count: 400), 0.01),
    ] {
      let found = LayerDetection(
        signal: values, firstHeightMeters: 7.5, resolutionMeters: resolution, wavelengthNanometers: 532,
        aboveMeters: nil)
      #expect(found.layers.isEmpty)
    }
  }

  @Test(.enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)))
  func recorded() throws {
    for name in [
      "cl51.dat", "chm15k_20201022.nc", "cl61_20230730.nc", "eprofile_l2_20210908.nc.gz", "licel_RM1120200.012",
    ] {
      let content = try #require(FileFormatTests.decode(try SharedLidar.bytes(name)))
      for record in content.records.prefix(20) {
        let top = BoundaryLayer([record])?.heightMeters
        let layers = try #require(LayerDetection(record, aboveMeters: top)).layers
        #expect(layers.allSatisfy { $0.baseMeters < $0.topMeters && $0.baseMeters >= (top ?? 0) - 1 })
        #expect(zip(layers, layers.dropFirst()).allSatisfy { $0.topMeters <= $1.baseMeters + 120 })
      }
    }
  }
}
