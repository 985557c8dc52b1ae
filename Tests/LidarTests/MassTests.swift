import Lidar
import TestSupport
import Testing

@Suite("mass out of extinction")
struct MassTests {
  @Test(
    "growth by humidity",
    arguments: [
      (0.0, 1.0), (40, 1), (40.0001, 1), (70, 1.41421356), (85, 2), (94, 3.16227766), (95, 3.46410162),
    ])
  func growth(_ humidity: Double, _ expected: Double) throws {
    #expect(abs(try HumidityGrowth.usual.factor(humidity) - expected) < 1e-5)
  }

  @Test func growthRefusals() {
    func refusal(_ humidity: Double?) -> HumidityGrowth.Refusal? {
      do throws(HumidityGrowth.Refusal) {
        _ = try HumidityGrowth.usual.factor(humidity)
        return nil
      } catch { return error }
    }
    #expect(refusal(nil) == .missing && refusal(95.1) == .tooMoist(95.1, limit: 95))
    #expect(refusal(-1) == .impossible(-1) && refusal(111) == .impossible(111))
    guard case .impossible = refusal(.nan) else {
      Issue.record("no number is no humidity")
      return
    }
    for (gamma, dry, wet) in [
      (-0.1, 40.0, 95.0), (2.1, 40, 95), (.nan, 40, 95), (0.5, 95, 40), (0.5, 40, 100), (0.5, -1, 95),
    ] {
      #expect(HumidityGrowth(gamma: gamma, dryLimit: dry, wetLimit: wet) == nil)
    }
    #expect(HumidityGrowth(gamma: 0) != nil)
  }

  @Test("3.33 m² a gram at 550 nm: 333 1/Mm of dry haze are 100 µg/m³, good to half of that")
  func literature() throws {
    let relation = try #require(ExtinctionToMass(wavelengthNanometers: 550))
    let mass = try relation.mass(extinction: 333e-6, humidity: 30)
    #expect(abs(mass.micrograms - 100) < 1e-9 && abs(mass.uncertainty - 50) < 1e-9 && mass.humidityFactor == 1)
    #expect(abs(try relation.mass(extinction: 333e-6, humidity: 85).micrograms - 50) < 1e-9)
    #expect(try relation.mass(extinction: -1e-6, humidity: 30).micrograms == 0)
    // The same air scatters less at 1,064 nm, so that each 1/m stands for more mass.
    let far = try #require(ExtinctionToMass(wavelengthNanometers: 1_064))
    #expect(abs(far.slope / relation.slope - 2.357) < 0.01 && relation.source == .literature)
    #expect(ExtinctionToMass(wavelengthNanometers: 100) == nil && ExtinctionToMass(wavelengthNanometers: .nan) == nil)
  }

  @Test func refusals() throws {
    let relation = try #require(ExtinctionToMass(slope: 3e5, intercept: 5))
    func refusal(_ extinction: Double?, _ humidity: Double?) -> ExtinctionToMass.Refusal? {
      do throws(ExtinctionToMass.Refusal) {
        _ = try relation.mass(extinction: extinction, humidity: humidity)
        return nil
      } catch { return error }
    }
    #expect(refusal(1e-4, 50) == nil && refusal(nil, 50) == .noExtinction && refusal(.nan, 50) == .noExtinction)
    #expect(refusal(1e-4, nil) == .humidity(.missing) && refusal(1e-4, 99) == .humidity(.tooMoist(99, limit: 95)))
    #expect(refusal(0.051, 50) == .extinction(0.051) && refusal(.infinity, 50) == .extinction(.infinity))
    for (slope, intercept) in [(0.0, 0.0), (-1, 0), (.nan, 0), (1e10, 0), (1, .nan), (1, 1e5)] {
      #expect(ExtinctionToMass(slope: slope, intercept: intercept) == nil)
    }
    for each in [ExtinctionToMass.Refusal.humidity(.missing), .noExtinction, .extinction(1)] {
      #expect(!each.description.isEmpty)
    }
  }

  @Test(
    "a fit finds the line back: without noise to 1e-6, with noise within three of its own errors",
    arguments: [81, 82, 83, 84] as [UInt64])
  func fits(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var (clean, noisy) = (MassFit(), MassFit())
    for _ in 0..<300 {
      let humidity = Double.random(in: 10...94, using: &random)
      let dry = Double.random(in: 2e-5...6e-4, using: &random)
      let extinction = dry * (try HumidityGrowth.usual.factor(humidity))
      let mass = 2.5e5 * dry + 8
      let isTaken = clean.add(extinction: extinction, humidity: humidity, micrograms: mass)
      #expect(isTaken)
      noisy.add(extinction: extinction, humidity: humidity, micrograms: max(0, mass + 12 * normal(&random)))
    }
    let exact = try clean.relation()
    #expect(abs(exact.slope / 2.5e5 - 1) < 1e-6 && abs(exact.intercept - 8) < 1e-4 && exact.source == .fitted)
    #expect(abs((exact.fit?.correlation ?? 0) - 1) < 1e-6)
    let found = try noisy.relation()
    let quality = try #require(found.fit)
    #expect(abs(found.slope - 2.5e5) < 3 * quality.slopeError && quality.pairs == 300, "seed \(seed)")
    #expect(abs(quality.residual - 12) < 2 && quality.correlation > 0.9, "seed \(seed)")
    // Far from the mean of the pairs a result is worth less.
    let near = try found.mass(extinction: 3e-4, humidity: 20).uncertainty
    let far = try found.mass(extinction: 5e-3, humidity: 20).uncertainty
    #expect(near >= 11 && far > near)
  }

  @Test("one pair after another gives what two passes give")
  func streaming() throws {
    var random = SeededRandom(seed: 85)
    var fit = MassFit()
    var pairs: [(Double, Double)] = []
    for _ in 0..<100 {
      let pair = (Double.random(in: 1e-5...5e-4, using: &random), Double.random(in: 0...200, using: &random))
      let mass = pair.0 * 3e5 + pair.1 * 0.1
      pairs.append((pair.0, mass))
      fit.add(extinction: pair.0, humidity: 20, micrograms: mass)
    }
    var (meanX, meanY, sumXX, sumXY) = (0.0, 0.0, 0.0, 0.0)
    for (x, y) in pairs {
      meanX += x / 100
      meanY += y / 100
    }
    for (x, y) in pairs {
      sumXX += (x - meanX) * (x - meanX)
      sumXY += (x - meanX) * (y - meanY)
    }
    let relation = try fit.relation()
    #expect(abs(relation.slope / (sumXY / sumXX) - 1) < 1e-9)
    #expect(abs(relation.intercept - (meanY - sumXY / sumXX * meanX)) < 1e-6)
  }

  @Test func fitRefusals() throws {
    func refusal(_ pairs: [(Double, Double)], _ conditions: MassFit.Conditions = .init()) -> MassFit.Refusal? {
      var fit = MassFit(conditions: conditions)
      for pair in pairs { fit.add(extinction: pair.0, humidity: 20, micrograms: pair.1) }
      do throws(MassFit.Refusal) {
        _ = try fit.relation()
        return nil
      } catch { return error }
    }
    let rising: [(Double, Double)] = (1...60).map { (1e-5 * Double($0), 3.0 * Double($0)) }
    let steady: [(Double, Double)] = rising.map { (1e-4, $0.1) }
    let hardly: [(Double, Double)] = rising.map { (1e-4 + $0.0 / 100, $0.1) }
    let falling: [(Double, Double)] = rising.map { ($0.0, 200 - $0.1) }
    let loosely: [(Double, Double)] = rising.enumerated().map { ($1.0, $0 % 2 == 0 ? $1.1 * 0.01 : 500) }
    let same: [(Double, Double)] = rising.map { ($0.0, 50) }
    #expect(refusal(rising) == nil)
    #expect(refusal([]) == .pairs(0, needed: 48) && refusal(Array(rising.prefix(47))) == .pairs(47, needed: 48))
    #expect(refusal(steady) == .spread(0, needed: 0.25))
    guard case .spread(let value, _) = refusal(hardly), value < 0.25 else {
      Issue.record("air that hardly changes")
      return
    }
    guard case .falling(let slope) = refusal(falling), slope < 0 else {
      Issue.record("mass that falls with extinction")
      return
    }
    guard case .correlation = refusal(loosely) else {
      Issue.record("pairs that hardly belong together")
      return
    }
    guard case .falling = refusal(same) else {
      Issue.record("a station that always shows the same")
      return
    }
    var loose = MassFit.Conditions()
    loose.minimumPairs = 0
    #expect(refusal(Array(rising.prefix(2)), loose) == .pairs(2, needed: 3))
    var fit = MassFit()
    for (extinction, humidity, mass) in [
      (1e-4, nil, 10.0), (1e-4, 99, 10), (.nan, 50, 10), (1, 50, 10), (1e-4, 50, -1), (1e-4, 50, .nan),
    ] as [(Double, Double?, Double)] {
      let isTaken = fit.add(extinction: extinction, humidity: humidity, micrograms: mass)
      #expect(!isTaken)
    }
    #expect(fit.pairs == 0 && fit.leftOut == 6)
    for each in [
      MassFit.Refusal.pairs(1, needed: 2), .spread(0.1, needed: 0.2), .falling(-1), .correlation(0.1, needed: 0.5),
    ] {
      #expect(!each.description.isEmpty)
    }
  }
}
