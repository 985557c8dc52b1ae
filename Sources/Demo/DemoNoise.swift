/// Repeatable variation: every number is a function of the seed and of what it is asked for.
struct DemoNoise: Sendable {
  let seed: UInt64

  /// Uniform in 0 to 1 for a stream and a position in it.
  func uniform(_ stream: UInt64, _ position: Int64) -> Double {
    var state = seed &+ stream &* 0x9E37_79B9_7F4A_7C15
    state = Self.mixed(state) &+ UInt64(bitPattern: position)
    return Double(Self.mixed(state) >> 11) * 0x1p-53
  }

  /// About normal with deviation 1, within ±3.5.
  func normal(_ stream: UInt64, _ position: Int64) -> Double {
    var sum = 0.0
    for part in 0..<4 { sum += uniform(stream &+ UInt64(part) &* 0x51_7CC1, position) }
    return (sum - 2) * 1.732
  }

  /// A smooth curve through normals that stand `period` apart.
  func smooth(_ stream: UInt64, at time: Double, period: Double) -> Double {
    let scaled = time / period
    let left = scaled.rounded(.down)
    let share = scaled - left
    let weight = share * share * (3 - 2 * share)
    return normal(stream, Int64(left)) * (1 - weight) + normal(stream, Int64(left) + 1) * weight
  }

  /// The stream of a name.
  static func stream(_ name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }

  /// The finaliser of SplitMix64.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
