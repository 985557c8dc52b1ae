import Foundation
import Lidar
import TestSupport
import Testing

@Suite("ozone of two lines")
struct OzoneTests {
  /// Air with ozone and, where asked, aerosol; the signals of a line in it.
  struct Air {
    var ozone: @Sendable (Double) -> Double = { height in
      // 100 µg/m³ near the ground, a plume of 160 more at 1,500 m.
      (100 + 160 * exp(-pow((height - 1_500) / 400, 2))) / OzoneDIAL.Result.microgramsPerMolecule
    }
    var aerosol: MadeAir?
    /// Ångström exponent from 299 nm.
    var angstrom = 1.0
    let resolution = 15.0
    let bins = 300

    func backscatter(_ height: Double, _ nanometers: Double) -> Double {
      (aerosol?.aerosol(height) ?? 0) * pow(299.19 / nanometers, angstrom)
    }

    /// Range-corrected; `noise` is the raw signal's standard deviation at 1 km as a share of the signal there.
    func signal(_ nanometers: Double, constant: Double = 1, noise: Double = 0, random: inout SeededRandom) -> [Float] {
      let cross = OzoneCrossSection(wavelengthNanometers: nanometers)!
      let vacuum = cross.vacuumNanometers
      let air = MolecularAtmosphere(wavelengthNanometers: vacuum)!
      var depth = 0.0
      var height = 0.5
      return (0..<bins).map { bin in
        let range = (Double(bin) + 0.5) * resolution
        while height < range {
          let kelvin = MolecularAtmosphere.state(atMeters: height).kelvin
          depth += air.extinction(atMeters: height) + ozone(height) * cross.value(atKelvin: kelvin)
          depth += 50 * backscatter(height, vacuum)
          height += 1
        }
        let clean = (air.backscatter(atMeters: range) + backscatter(range, vacuum)) * exp(-2 * depth)
        let spread = noise * 1e-5 * pow(range / 1_000, 2) * normal(&random)
        return Float(constant * (clean + spread))
      }
    }
  }

  private func range(_ bin: Int) -> Double { (Double(bin) + 0.5) * 15 }

  @Test("cross sections: another source's numbers at 287.2 and 299.1 nm within 5 %, and the temperatures' order")
  func crossSections() throws {
    // Molina and Molina, J. Geophys. Res. 91, 14501 (1986), at 298 K.
    for (line, other) in [(287.0, 203.4e-24), (299, 45.51e-24)] {
      let found = try #require(OzoneCrossSection(wavelengthNanometers: line)).value(atKelvin: 298)
      #expect(abs(found / other - 1) < 0.05, "\(line): \(found)")
    }
    for line in OzoneCrossSection.lines {
      let cross = try #require(OzoneCrossSection(wavelengthNanometers: Double(line)))
      #expect(cross.line == line && abs(cross.vacuumNanometers - Double(line)) < 0.6)
      #expect(cross.value(atKelvin: 293) > cross.value(atKelvin: 203) && cross.value(atKelvin: 203) > 0)
      // Between two temperatures lies the middle; beyond the last it goes on, and is held.
      let middle = (cross.value(atKelvin: 273) + cross.value(atKelvin: 293)) / 2
      #expect(abs(cross.value(atKelvin: 283) / middle - 1) < 1e-12)
      #expect(cross.value(atKelvin: 310) >= cross.value(atKelvin: 293))
      #expect(cross.value(atKelvin: 400) == cross.value(atKelvin: 320) && cross.value(atKelvin: 1) > 0)
    }
    // Longer light is absorbed less.
    let ordered = OzoneCrossSection.lines.map {
      OzoneCrossSection(wavelengthNanometers: Double($0))!.value(atKelvin: 273)
    }
    #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0 > $1 })
    for other in [100.0, 280, 299.6, 355, .nan, .infinity] {
      #expect(OzoneCrossSection(wavelengthNanometers: other) == nil)
    }
  }

  @Test(
    "clean air without noise: within 3 % and 14 µg/m³ from 300 m to 3 km, whatever the calibrations",
    arguments: [(289.0, 299.0), (287, 299), (266, 289), (299, 316), (285, 291)])
  func known(on: Double, off: Double) throws {
    var random = SeededRandom(seed: 1)
    let air = Air()
    let result = try OzoneDIAL().retrieve(
      on: air.signal(on, constant: 3e8, random: &random), off: air.signal(off, constant: 7e5, random: &random),
      onNanometers: on, offNanometers: off, firstRangeMeters: 7.5, resolutionMeters: 15)
    for bin in 20..<200 {
      let truth = air.ozone(range(bin)) * OzoneDIAL.Result.microgramsPerMolecule
      // The window of 230 to 500 m flattens the plume's peak of 260: by its curvature, up to 14.
      #expect(
        abs(result.micrograms[bin] - truth) < 0.03 * truth + 14, "\(range(bin)) m: \(result.micrograms[bin]), \(truth)")
    }
    #expect(!result.isAerosolCorrected && result.on == Int(on) && result.off == Int(off))
  }

  @Test("noise: the stated uncertainty covers the error as often as it says", arguments: [61, 62, 63] as [UInt64])
  func noisy(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var air = Air()
    air.ozone = { _ in 120 / OzoneDIAL.Result.microgramsPerMolecule }
    let result = try OzoneDIAL().retrieve(
      on: air.signal(289, noise: 0.01, random: &random), off: air.signal(299, noise: 0.01, random: &random),
      onNanometers: 289, offNanometers: 299, firstRangeMeters: 7.5, resolutionMeters: 15)
    var within = [0, 0, 0]
    for bin in 20..<180 where result.density[bin].isFinite {
      let error = abs(result.micrograms[bin] - 120)
      within[0] += 1
      if error <= result.microgramsUncertainty[bin] + 1.5 { within[1] += 1 }
      if error <= 3 * result.microgramsUncertainty[bin] + 1.5 { within[2] += 1 }
    }
    // Two thirds within one and nearly all within three; windows overlap, so that the shares scatter.
    #expect(
      within[0] > 120 && within[1] * 2 > within[0] && within[2] * 100 >= within[0] * 97, "seed \(seed): \(within)")
  }

  @Test("aerosol: uncorrected it misleads by more than 20 µg/m³, corrected by less than 8")
  func aerosol() throws {
    var random = SeededRandom(seed: 1)
    var air = Air()
    air.aerosol = MadeAir()
    air.aerosol?.layers = [.init(base: -1_000, top: 1_200, backscatter: 4e-6, edge: 80)]
    air.ozone = { _ in 100 / OzoneDIAL.Result.microgramsPerMolecule }
    let (on, off) = (air.signal(289, random: &random), air.signal(299, random: &random))
    let aerosol = OzoneDIAL.Aerosol(
      backscatter: (0..<air.bins).map { air.backscatter(range($0), 299.19) }, wavelengthNanometers: 299.19)
    func worst(_ aerosol: OzoneDIAL.Aerosol?) throws -> Double {
      let result = try OzoneDIAL().retrieve(
        on: on, off: off, onNanometers: 289, offNanometers: 299, firstRangeMeters: 7.5, resolutionMeters: 15,
        aerosol: aerosol)
      #expect(result.isAerosolCorrected == (aerosol != nil))
      return (20..<200).map { abs(result.micrograms[$0] - 100) }.max() ?? .nan
    }
    #expect(try worst(nil) > 20)
    #expect(try worst(aerosol) < 8)
  }

  @Test("µg of a molecule: 7.97e-17, as 48 g/mol make it")
  func conversion() { #expect(abs(OzoneDIAL.Result.microgramsPerMolecule / 7.97e-17 - 1) < 1e-3) }

  @Test func refusals() {
    let signal = [Float](repeating: 1, count: 100)
    func refusal(
      _ dial: OzoneDIAL = OzoneDIAL(), on: [Float]? = nil, off: [Float]? = nil, _ onLine: Double = 289,
      _ offLine: Double = 299, resolution: Double = 15
    ) -> OzoneDIAL.Refusal? {
      do throws(OzoneDIAL.Refusal) {
        _ = try dial.retrieve(
          on: on ?? signal, off: off ?? signal, onNanometers: onLine, offNanometers: offLine, firstRangeMeters: 7.5,
          resolutionMeters: resolution)
        return nil
      } catch { return error }
    }
    #expect(refusal() == nil)
    #expect(
      refusal(on: []) == .geometry && refusal(resolution: 0) == .geometry && refusal(resolution: .nan) == .geometry)
    #expect(refusal(off: [1, 2]) == .unlikeBins)
    #expect(refusal(onDescription: 355) == .line(355) && refusal(OzoneDIAL(), 289, 532) == .line(532))
    #expect(
      refusal(OzoneDIAL(), 299, 289) == .separation(299, 289) && refusal(OzoneDIAL(), 289, 289) == .separation(289, 289)
    )
    #expect(refusal(on: signal.map { -$0 }) == .noSignal && refusal(off: signal.map { _ in .nan }) == .noSignal)
    var dial = OzoneDIAL()
    dial.windowMeters = .nan
    #expect(refusal(dial) == .settings)
    dial = OzoneDIAL()
    dial.minimumMeters = 1e9
    #expect(refusal(dial) == .noSignal)
    func refusal(onDescription line: Double) -> OzoneDIAL.Refusal? { refusal(OzoneDIAL(), line, 299) }
    for each in [OzoneDIAL.Refusal.geometry, .unlikeBins, .line(1), .separation(1, 2), .settings, .noSignal] {
      #expect(!each.description.isEmpty)
    }
  }

  @Test("out of a Licel file with three lines")
  func licel() throws {
    var random = SeededRandom(seed: 1)
    let air = Air()
    // Sums of shots as the recorder keeps them: the raw signal, not range-corrected.
    let datasets = [266.0, 289, 299].map { line in
      (
        line,
        air.signal(line, constant: 1e17, random: &random).enumerated().map { bin, value in
          Int32(clamping: Int64(Double(value) / pow(range(bin), 2)))
        }
      )
    }
    let content = LicelDecoder.decode(
      MadeLicel.file(datasets.map { MadeLicel.Dataset(wave: "00\(Int($0.0)).o", raw: $0.1) }))
    let record = try #require(content.records.first, "\(content.faults)")
    let made = OzoneDIAL().retrieve(record)
    #expect(made.count == 2)
    let pairs = try made.map { try $0.get() }
    #expect(pairs.map { [$0.on, $0.off] } == [[266, 289], [289, 299]])
    for bin in 20..<100 {
      let truth = air.ozone(range(bin)) * OzoneDIAL.Result.microgramsPerMolecule
      #expect(abs(pairs[1].micrograms[bin] - truth) < 20, "\(range(bin)) m: \(pairs[1].micrograms[bin]), \(truth)")
    }
  }
}
