import Foundation
import Lidar
import TestSupport
import Testing

@Suite("calibrated signals and optical depths")
struct ColumnTests {
  private static func solve(_ signal: [Float], _ air: MadeAir, minimum: Double = 100) throws -> KlettFernald.Result {
    var klett = KlettFernald(lidarRatio: air.lidarRatio)
    klett.minimumMeters = minimum
    return try klett.invertCalibrated(
      signal, firstRangeMeters: air.resolution / 2, resolutionMeters: air.resolution, wavelengthNanometers: 532)
  }

  @Test("extinction of known air within 1 %, from the first bin on", arguments: [7.5, 15, 30])
  func known(resolution: Double) throws {
    var air = MadeAir(resolution: resolution)
    air.bins = Int(3_000 / resolution)
    let result = try Self.solve(air.signal(), air)
    let first = result.extinction.firstIndex { $0.isFinite } ?? air.bins
    #expect(air.range(first) - 100 < resolution)
    for bin in first..<air.bins where air.range(bin) < 1_350 {
      let truth = air.extinction(air.range(bin))
      #expect(
        abs(result.extinction[bin] / truth - 1) < 0.01, "\(air.range(bin)) m: \(result.extinction[bin]), \(truth)")
    }
  }

  @Test("a gap attenuates like the bin before it: beyond it still within 2 %")
  func gap() throws {
    let air = MadeAir()
    var signal = air.signal()
    for bin in 20..<50 { signal[bin] = .nan }
    let result = try Self.solve(signal, air)
    #expect(result.extinction[20..<50].allSatisfy { $0.isNaN })
    for bin in 50..<90 {
      #expect(abs(result.extinction[bin] / air.extinction(air.range(bin)) - 1) < 0.02, "bin \(bin)")
    }
    // A gap at the very start is the near field, not a gap.
    for bin in 0..<20 { signal[bin] = .nan }
    let late = try Self.solve(signal, air).extinction[60]
    #expect(abs(late / air.extinction(air.range(60)) - 1) < 0.02)
  }

  @Test("fog at the ground ends it, and says so")
  func opaque() {
    var air = MadeAir()
    air.layers = [.init(base: -1_000, top: 1_500, backscatter: 1e-3)]
    #expect(throws: KlettFernald.Refusal.opaque) { try Self.solve(air.signal(), air, minimum: 300) }
    #expect(throws: KlettFernald.Refusal.referenceOutOfRange) {
      try Self.solve([Float](repeating: .nan, count: 100), air)
    }
    #expect(!KlettFernald.Refusal.opaque.description.isEmpty)
  }

  @Test("the solution ends where the light does, and the optical depth is that of what was reached")
  func ends() throws {
    var air = MadeAir()
    air.layers = [.init(base: -1_000, top: 900, backscatter: 2e-6), .init(base: 900, top: 5_000, backscatter: 5e-5)]
    let result = try Self.solve(air.signal(), air)
    let highest = result.extinction.lastIndex { $0.isFinite } ?? 0
    #expect(air.range(highest) > 850 && air.range(highest) < 1_500 && result.referenceMeters == air.range(highest))
  }

  @Test(
    "optical depth between two heights, of both solutions: within 2 % of the sum over the truth",
    arguments: [
      (0.0, 1_000.0), (200, 1_300), (500, 600), (0, 1_500), (1_000, 1_000),
    ])
  func between(from: Double, to: Double) throws {
    let air = MadeAir()
    let truth = stride(from: from + 0.5, to: to, by: 1).reduce(0.0) { $0 + air.extinction($1) }
    let upward = try Self.solve(air.signal(), air).column
    let downward = try KlettFernald().invert(
      air.signal(2e9), firstRangeMeters: 7.5, resolutionMeters: 15, wavelengthNanometers: 532
    ).column
    for column in [upward, downward] {
      let depth = try #require(column.depth(fromMeters: from, toMeters: to))
      #expect(abs(depth - truth) <= 0.02 * truth + 1e-4, "\(depth), \(truth)")
    }
  }

  @Test("depths add up, whatever the heights", arguments: [91, 92] as [UInt64])
  func additive(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<200 {
      let resolution = Double.random(in: 1...50, using: &random)
      let values = (0..<40).map { _ in
        Int.random(in: 0..<6, using: &random) == 0 ? Double.nan : Double.random(in: -1e-5...1e-3, using: &random)
      }
      let column = ExtinctionColumn(values, firstRangeMeters: resolution / 2, resolutionMeters: resolution)
      guard let known = column.knownMeters else { continue }
      let heights = (0..<3).map { _ in Double.random(in: 0...known.upperBound, using: &random) }.sorted()
      let low = try #require(column.depth(fromMeters: heights[0], toMeters: heights[1]))
      let high = try #require(column.depth(fromMeters: heights[1], toMeters: heights[2]))
      let whole = try #require(column.depth(fromMeters: heights[0], toMeters: heights[2]))
      #expect(abs(low + high - whole) < 1e-9, "seed \(seed)")
    }
  }

  @Test func noDepth() {
    let column = ExtinctionColumn([.nan, 1e-4, 2e-4, .nan], firstRangeMeters: 10, resolutionMeters: 10)
    #expect(column.knownMeters == 20...30 && column.depth(fromMeters: 0, toMeters: 35) != nil)
    #expect(column.depth(fromMeters: 0, toMeters: 36) == nil && column.depth(fromMeters: 30, toMeters: 20) == nil)
    #expect(
      column.depth(fromMeters: .nan, toMeters: 20) == nil && column.depth(fromMeters: 0, toMeters: .infinity) == nil)
    for empty in [[], [Double.nan]] {
      let none = ExtinctionColumn(empty, firstRangeMeters: 10, resolutionMeters: 10)
      #expect(none.knownMeters == nil && none.depth(fromMeters: 0, toMeters: 1) == nil)
    }
    // 20 m of the lowest extinction below it, then the mean of both over 10 m.
    #expect(abs((column.depth(fromMeters: 0, toMeters: 30) ?? 0) - (20e-4 + 15e-4)) < 1e-12)
  }
}
