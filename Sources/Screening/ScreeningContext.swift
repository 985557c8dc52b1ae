import AirQuality

/// What the tests over time know of the stations of a batch and of their counties.
package struct ScreeningContext: Sendable {
  /// County of each station of the batch, an index into `counties`; -1 for none.
  package var places: [Int32]
  package var counties: [CountyAir]
  /// Whether each station of the batch has a place in the rings; empty for all. Others get no memory: a feed may invent as
  /// many ids as it likes.
  package var known: [Bool]

  /// The air of a county as its assessed stations last measured it.
  package struct CountyAir: Sendable, BitwiseCopyable, Hashable {
    /// Hourly means of the assessed stations, thousandths, in the order of `Pollutant.criteria`; `Int32.min` for none. No
    /// array: it is read once a reading, and counts no references.
    package var reference: SIMD8<Int32>
    /// Sand-dust is suspected, declared or confirmed.
    package var hasDust: Bool

    package init(
      reference: SIMD8<Int32> = SIMD8(repeating: .min), hasDust: Bool = false
    ) {
      self.reference = reference
      self.hasDust = hasDust
    }
  }

  package init(places: [Int32] = [], counties: [CountyAir] = [], known: [Bool] = []) {
    self.places = places
    self.counties = counties
    self.known = known
  }

  /// The county's air of a station of the batch.
  @inline(__always)
  func air(of station: Int) -> CountyAir? {
    guard station < places.count, places[station] >= 0, Int(places[station]) < counties.count else { return nil }
    return counties[Int(places[station])]
  }
}
