/// The running means of the counties as they were made last, for the city's.
struct RunningMemory: Sendable {
  private var generation: UInt64 = 0
  /// By unit; a county that comes again replaces its older one.
  private var means: [RunningMeans?] = []

  mutating func take(_ made: RunningMeans, generation: UInt64) {
    if generation != self.generation {
      means.removeAll(keepingCapacity: true)
      self.generation = generation
    }
    while means.count <= made.unit { means.append(nil) }
    means[made.unit] = made
  }

  /// All `count` counties' means of the hour; nil when one is not there or hours have changed since.
  func counties(_ count: Int, endHour: Int32, generation: UInt64) -> [RunningMeans]? {
    guard generation == self.generation, means.count >= count else { return nil }
    var found: [RunningMeans] = []
    found.reserveCapacity(count)
    for county in means.prefix(count) {
      guard let county, county.endHour == endHour else { return nil }
      found.append(county)
    }
    return found
  }
}
