import Foundation
import Lidar
import LidarFiles
import TestSupport
import Testing

@Suite("depolarisation")
struct DepolarizationTests {
  /// The two parts of what comes back from air and particles of known ratios.
  static func parts(molecular: Double, aerosol: Double, particle: Double, air: Double = 0.0036) -> (Double, Double) {
    let parallel = molecular / (1 + air) + aerosol / (1 + particle)
    let cross = molecular * air / (1 + air) + aerosol * particle / (1 + particle)
    return (parallel, cross)
  }

  @Test("the particle's ratio comes back out of every mixture: to 1e-9", arguments: [0.0, 0.02, 0.1, 0.31, 0.5])
  func particles(_ truth: Double) throws {
    for ratio in [1.2, 1.5, 2, 5, 20, 100] {
      let (parallel, cross) = Self.parts(molecular: 1, aerosol: ratio - 1, particle: truth)
      let found = try #require(Depolarization().particle(volume: cross / parallel, scatteringRatio: ratio))
      #expect(abs(found - truth) < 1e-9, "R \(ratio)")
    }
    #expect(Depolarization().particle(volume: 0.1, scatteringRatio: 1.1) == nil)
    #expect(Depolarization().particle(volume: .nan, scatteringRatio: 3) == nil)
    #expect(Depolarization().particle(volume: 0.1, scatteringRatio: .nan) == nil)
    #expect(Depolarization().particle(volume: 50, scatteringRatio: 1.3) == nil)
  }

  @Test(
    "dust over haze, with noise and a calibration constant: volume within 0.01, particle within 0.03",
    arguments: [71, 72] as [UInt64])
  func forward(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var air = MadeAir()
    air.layers = [
      .init(base: -1_000, top: 1_200, backscatter: 3e-6), .init(base: 2_000, top: 3_000, backscatter: 2e-6),
    ]
    let truth = { (height: Double) in height < 1_600 ? 0.03 : 0.3 }
    let molecules = try #require(MolecularAtmosphere(wavelengthNanometers: 532))
    let total = air.signal()
    var (parallel, cross): ([Float], [Float]) = ([], [])
    for bin in 0..<air.bins {
      let height = air.range(bin)
      let (p, c) = Self.parts(
        molecular: molecules.backscatter(atMeters: height), aerosol: air.aerosol(height), particle: truth(height))
      let level = Double(total[bin]) / (p + c)
      parallel.append(Float(level * p * (1 + 0.005 * normal(&random))))
      cross.append(Float(level * c * 2.5 * (1 + 0.005 * normal(&random))))
    }
    var depolarization = Depolarization()
    depolarization.calibration = 2.5
    let ratio = (0..<air.bins).map { 1 + air.aerosol(air.range($0)) / molecules.backscatter(atMeters: air.range($0)) }
    let result = try depolarization.retrieve(
      parallel: parallel, cross: cross, scatteringRatio: ratio, firstRangeMeters: 7.5, resolutionMeters: 15)
    let particle = try #require(result.particle)
    for bin in 10..<190 {
      let height = air.range(bin)
      let (p, c) = Self.parts(
        molecular: molecules.backscatter(atMeters: height), aerosol: air.aerosol(height), particle: truth(height))
      #expect(abs(result.volume[bin] - c / p) < 0.01, "seed \(seed), \(height) m")
      if ratio[bin] > 1.5 { #expect(abs(particle[bin] - truth(height)) < 0.03, "seed \(seed), \(height) m") }
      if ratio[bin] < 1.2 { #expect(particle[bin].isNaN) }
    }
  }

  @Test func refusals() {
    let signal = [Float](repeating: 1, count: 50)
    func refusal(_ parallel: [Float], _ cross: [Float], _ depolarization: Depolarization = Depolarization())
      -> Depolarization.Refusal?
    {
      do throws(Depolarization.Refusal) {
        _ = try depolarization.retrieve(
          parallel: parallel, cross: cross, scatteringRatio: nil, firstRangeMeters: 7.5, resolutionMeters: 15)
        return nil
      } catch { return error }
    }
    #expect(refusal(signal, signal) == nil)
    #expect(refusal([], []) == .unlikeBins && refusal(signal, [1]) == .unlikeBins)
    #expect(refusal(signal.map { -$0 }, signal) == .noSignal && refusal(signal, signal.map { _ in .nan }) == .noSignal)
    for constant in [0, -1, .nan, .infinity] {
      var wrong = Depolarization()
      wrong.calibration = constant
      #expect(refusal(signal, signal, wrong) == .calibration)
      wrong = Depolarization()
      wrong.molecular = constant == 0 ? 0.2 : constant
      #expect(refusal(signal, signal, wrong) == .molecular)
    }
    for each in [Depolarization.Refusal.noParallel, .noCross, .unlikeBins, .calibration, .molecular, .noSignal] {
      #expect(!each.description.isEmpty)
    }
  }

  @Test("of a Licel file by its letters, and why not")
  func licel() throws {
    let raw = (0..<200).map { Int32(400_000 / (1 + $0 / 20)) }
    func record(_ datasets: [MadeLicel.Dataset]) throws -> LidarRecord {
      try #require(LicelDecoder.decode(MadeLicel.file(datasets)).records.first)
    }
    let both = try record([.init(wave: "00532.p", raw: raw), .init(wave: "00532.s", raw: raw.map { $0 / 10 })])
    #expect(both.channels.map(\.polarisation) == [.parallel, .cross] && both.elastic?.polarisation == .total)
    let result = try Depolarization().retrieve(both, scatteringRatio: nil)
    #expect(abs(result.volume[50] - 0.1) < 0.01 && result.particle == nil && !result.isOfInstrument)
    #expect(result.wavelengthNanometers == 532)
    for (datasets, expected) in [
      ([MadeLicel.Dataset(wave: "00532.o", raw: raw)], Depolarization.Refusal.noCross),
      ([.init(wave: "00532.s", raw: raw)], .noParallel),
      ([.init(wave: "00532.s", raw: raw), .init(wave: "00355.p", raw: raw)], .noParallel),
      ([.init(wave: "00532.s", raw: raw, isPhotonCounting: true), .init(wave: "00532.p", raw: raw)], .noParallel),
    ] {
      let made = try record(datasets)
      #expect(throws: expected) { try Depolarization().retrieve(made, scatteringRatio: nil) }
    }
  }

  @Test(
    "the ratio of CL61 is the instrument's own",
    .enabled(if: SharedLidar.isPresent, Comment(rawValue: SharedLidar.absent)))
  func cl61() throws {
    let record = try #require(NetCDFDecoder.decode(try SharedLidar.bytes("cl61_20230730.nc")).records.first)
    let result = try Depolarization().retrieve(record, scatteringRatio: nil)
    #expect(result.isOfInstrument && result.volume.count == 3_276)
    // Near the ground, where the signal is strong, it is a ratio.
    #expect(result.volume[10..<40].allSatisfy { $0 > -0.1 && $0 < 1 })
  }
}
