import AirQuality
import Lidar
import LidarFiles
import TestSupport
import Testing

@Suite("the top of the mixed layer")
struct BoundaryLayerTests {
  static func window(_ air: MadeAir, profiles: Int, seed: UInt64, clouds: [Double] = []) -> ProfileWindow {
    var random = SeededRandom(seed: seed)
    return ProfileWindow(
      (0..<profiles).map { number in
        ProfileWindow.Member(
          LidarProfile(
            station: "L", at: Instant(milliseconds: Int64(number) * 60_000), firstRangeMeters: air.resolution / 2,
            resolutionMeters: air.resolution, wavelengthNanometers: air.wavelength,
            backscatter: air.signal(random: &random)), cloudBasesMeters: clouds)
      })!
  }

  @Test(
    "known tops: within 45 m and three of its own standard deviations",
    arguments: [300.0, 600, 1_000, 1_500, 2_200, 2_800], [51, 52] as [UInt64])
  func known(top: Double, seed: UInt64) throws {
    var air = MadeAir(noise: 0.03)
    air.layers = [.init(base: -1_000, top: top, backscatter: 3e-6)]
    let layer = BoundaryLayer(Self.window(air, profiles: 10, seed: seed))
    let height = try #require(layer.heightMeters)
    let uncertainty = try #require(layer.uncertaintyMeters)
    #expect(abs(height - top) <= 45 && abs(height - top) <= 3 * uncertainty, "seed \(seed): \(height) ± \(uncertainty)")
    #expect(layer.quality == .good && layer.reason == .agreed && layer.profiles == 10, "\(layer.reason)")
    #expect(layer.candidates.contains { abs($0.heightMeters - top) < 60 })
  }

  /// The instrument's own aerosol layers in the CHM15k file: ten profiles over 24 hours of one day, each with up to three.
  @Test(.enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)))
  func chm15k() throws {
    for name in ["chm15k_20201022.nc", "chm15k_one_profile.nc"] {
      let content = NetCDFDecoder.decode(try SharedLidar.bytes(name))
      for record in content.records {
        let layer = try #require(BoundaryLayer([record]))
        print(
          CivilOffset.utc.format(record.at!), record.layersMeters, record.cloudBasesMeters, layer.gradientMeters ?? -1,
          layer.waveletMeters ?? -1, layer.heightMeters ?? -1, layer.uncertaintyMeters ?? -1, layer.reason,
          layer.candidates.map {
            "\(Int($0.heightMeters)) \(($0.relativeStep*100).rounded()) \(Int($0.signalToNoise))"
          },
          LayerDetection(record, aboveMeters: layer.heightMeters)!.layers.map {
            "\($0.kind) \(Int($0.baseMeters))-\(Int($0.topMeters)) x\(($0.contrast*10).rounded()/10)"
          }
        )
      }
    }
  }
}
