import AirQuality
import Lidar
import Testing

@Suite("the gradient layer height")
struct GradientLayerTests {
  /// SplitMix64 with a Gaussian on top.
  struct Noise {
    var state: UInt64
    mutating func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) / 9_007_199_254_740_992
    }
    /// The sum of twelve uniforms: mean 0, standard deviation 1.
    mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
  }

  static func profile(
    top: Double, below: Double = 3, above: Double = 0.6, noise: Double = 0, resolution: Double = 15, seed: UInt64 = 1,
    bins: Int = 400, shape: (Double) -> Double = { _ in 0 }
  ) -> LidarProfile {
    var random = Noise(state: seed)
    let values = (0..<bins).map { bin -> Float in
      let height = 30 + Double(bin) * resolution
      let air = (height < top ? below : above) * (1 - height / 60_000)
      return Float(air + shape(height) + noise * random.normal())
    }
    return LidarProfile(
      station: "LD", at: Instant(milliseconds: 0), firstRangeMeters: 30, resolutionMeters: resolution,
      backscatter: values)
  }

  @Test("a clean step is found to a bin", arguments: [250.0, 600, 1_200, 2_000, 2_800])
  func clean(_ top: Double) throws {
    let height = try #require(gradientLayerHeight(Self.profile(top: top)))
    #expect(abs(height - top) <= 15)
  }

  @Test("noise moves it little", arguments: [UInt64](1...20))
  func noisy(_ seed: UInt64) throws {
    print("seed \(seed)")
    let top = 500 + 100 * Double(seed)
    let height = try #require(gradientLayerHeight(Self.profile(top: top, noise: 0.6, seed: seed)))
    #expect(abs(height - top) <= 60)
  }

  @Test("the sharpest fall, not the first")
  func sharpest() throws {
    let profile = Self.profile(top: 1_500, below: 3, above: 0.5, noise: 0.1) { $0 < 600 ? 0.8 : 0 }
    let height = try #require(gradientLayerHeight(profile))
    #expect(abs(height - 1_500) <= 30)
  }

  @Test("pure noise and a smooth decay show no layer", arguments: [UInt64](1...20))
  func none(_ seed: UInt64) {
    print("seed \(seed)")
    #expect(gradientLayerHeight(Self.profile(top: 0, above: 1, noise: 1, seed: seed)) == nil)
  }

  @Test("outside 100 m to 3 km nothing is searched")
  func limits() {
    #expect(gradientLayerHeight(Self.profile(top: 3_600)) == nil)
    #expect(gradientLayerHeight(Self.profile(top: 5_000)) == nil)
  }

  @Test("a cloud's own top is not the layer")
  func cloud() throws {
    let profile = Self.profile(top: 800, noise: 0.05) { (1_800..<2_100).contains($0) ? 200 : 0 }
    let height = try #require(gradientLayerHeight(profile))
    #expect(abs(height - 800) <= 30)
  }

  @Test("gaps are stepped over, and profiles without substance give nothing")
  func gaps() throws {
    var profile = Self.profile(top: 900, noise: 0.1)
    for bin in stride(from: 0, to: profile.backscatter.count, by: 9) { profile.backscatter[bin] = .nan }
    #expect(abs(try #require(gradientLayerHeight(profile)) - 900) <= 30)
    for empty in [[], [1], [Float](repeating: .nan, count: 400), [Float](repeating: 0, count: 400)] {
      profile.backscatter = empty
      #expect(gradientLayerHeight(profile) == nil)
    }
    profile = Self.profile(top: 900)
    for resolution in [0, -15, Double.nan, .infinity, 1e-12] {
      profile.resolutionMeters = resolution
      #expect(gradientLayerHeight(profile) == nil)
    }
  }
}
