import AirQuality
import Screening

/// Reads `screening.interference`: thresholds of the signs of interference; a sign is looked for unless it is `off`.
extension ConfigurationLoader {
  mutating func readInterference(_ node: ConfigurationNode?) -> InterferenceLimits {
    var limits = InterferenceLimits()
    guard let node, let fields = fields(node, ["sudden_drop", "spray", "pinned"]) else { return limits }
    if let node = fields["sudden_drop"] { limits.suddenDrop = readSuddenDrop(node) }
    if let node = fields["spray"] { limits.spray = readSpray(node) }
    if let node = fields["pinned"] { limits.pinned = readPinned(node) }
    return limits
  }

  private mutating func readSuddenDrop(_ node: ConfigurationNode) -> InterferenceLimits.SuddenDrop? {
    var drop = InterferenceLimits.SuddenDrop()
    guard !isOff(node) else { return nil }
    guard let fields = fields(node, ["share", "below_neighbours", "others", "least"]) else { return drop }
    drop.share = decimal(fields["share"], in: 0.01...0.99, "a share of the hours before") ?? drop.share
    drop.belowNeighbours =
      decimal(fields["below_neighbours"], in: 0.01...0.99, "a share of the neighbours' median") ?? drop.belowNeighbours
    drop.others = decimal(fields["others"], in: 0...10, "a share of the hours before") ?? drop.others
    let pollutants = InterferenceLimits.SuddenDrop.pollutants
    if let node = fields["least"], let least = self.fields(node, pollutants.map(\.name)) {
      drop.least = [:]
      for pollutant in pollutants {
        drop.least[pollutant] = decimal(least[pollutant.name], in: 0...10_000, "a fall in \(pollutant.unit.rawValue)")
      }
    }
    return drop
  }

  private mutating func readSpray(_ node: ConfigurationNode) -> InterferenceLimits.Spray? {
    var spray = InterferenceLimits.Spray()
    guard !isOff(node) else { return nil }
    guard let fields = fields(node, ["humidity_rise", "coarse_fall", "share", "neighbours"]) else { return spray }
    spray.humidityRise = decimal(fields["humidity_rise"], in: 1...100, "points of humidity") ?? spray.humidityRise
    spray.coarseFall = decimal(fields["coarse_fall"], in: 0.01...1, "a fall of the coarse share") ?? spray.coarseFall
    spray.share = decimal(fields["share"], in: 0.01...1, "a share of the PM10 before") ?? spray.share
    spray.neighbours = decimal(fields["neighbours"], in: 0...10, "a share of the PM10 before") ?? spray.neighbours
    return spray
  }

  private mutating func readPinned(_ node: ConfigurationNode) -> InterferenceLimits.Pinned? {
    var pinned = InterferenceLimits.Pinned()
    guard !isOff(node) else { return nil }
    guard let fields = fields(node, ["share", "hours", "limits"]) else { return pinned }
    pinned.share = decimal(fields["share"], in: 0.5...1, "a share of the limit") ?? pinned.share
    pinned.hours = integer(fields["hours"], in: 2...InterferenceSigns.hours, "a count of hours") ?? pinned.hours
    if let node = fields["limits"], let limits = self.fields(node, Pollutant.criteria.map(\.name)) {
      pinned.limits = [:]
      for pollutant in Pollutant.criteria {
        guard let node = limits[pollutant.name] else { continue }
        pinned.limits[pollutant] = items(node, of: "numbers that values may be held under").compactMap {
          decimal($0, in: 0.001...100_000, "a value in \(pollutant.unit.rawValue)")
        }.sorted()
      }
    }
    return pinned
  }
}
