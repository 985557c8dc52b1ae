/// Random numbers for jitter: small, fast, repeatable from a seed, not for secrets. (SplitMix64, Steele et al. 2014.)
package struct JitterGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameter seed: the same seed gives the same waits; by default a random one.
  package init(seed: UInt64 = .random(in: 0 ... .max)) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
