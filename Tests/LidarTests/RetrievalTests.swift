import AirQuality
import Foundation
import Lidar
import TestSupport
import Testing

/// Retrievals against air that is known.
struct RetrievalTests {
  /// A mixed layer of aerosol below 1,500 m and a thin layer at 2,500 m, seen by a lidar at 532 nm.
  struct Truth {
    var ratio = 50.0
    var wavelength = 532.0
    let resolution = 15.0
    let bins = 600

    func aerosol(_ height: Double) -> Double {
      let mixed = 3e-6 / (1 + exp((height - 1_500) / 60))
      let thin = 1.5e-6 * exp(-pow((height - 2_500) / 150, 2))
      return mixed + thin
    }

    /// Range-corrected signal without noise, calibrated by `constant`.
    func signal(_ constant: Double = 1) -> [Float] {
      let molecules = MolecularAtmosphere(wavelengthNanometers: wavelength)!
      var depth = 0.0
      // Steps of a metre: far finer than the bins.
      var signal: [Float] = []
      var height = 0.5
      for bin in 0..<bins {
        let range = (Double(bin) + 0.5) * resolution
        while height < range {
          depth += aerosol(height) * ratio + molecules.extinction(atMeters: height)
          height += 1
        }
        signal.append(Float(constant * (aerosol(range) + molecules.backscatter(atMeters: range)) * exp(-2 * depth)))
      }
      return signal
    }

    var opticalDepth: Double { (0..<5_000).reduce(0.0) { $0 + aerosol(Double($1) + 0.5) * ratio } }
  }

  @Test("Rayleigh scattering at sea level, Bucholtz 1995 and the standard atmosphere")
  func molecules() throws {
    // Extinction at 15 °C and 1013.25 hPa, table 2 of the paper (1/km): 0.3550 µm 0.0720, 0.5320 µm 0.0131, 1.0640 µm 0.00079.
    for (wavelength, expected) in [(355.0, 7.0e-5), (532, 1.316e-5), (1_064, 7.9e-7)] {
      let found = try #require(MolecularAtmosphere(wavelengthNanometers: wavelength)).extinction(atMeters: 0)
      #expect(abs(found / expected - 1) < 0.03, "\(wavelength): \(found)")
    }
    let green = try #require(MolecularAtmosphere(wavelengthNanometers: 532))
    #expect(abs(green.backscatter(atMeters: 0) - 1.57e-6) < 0.02e-6)
    // U.S. Standard Atmosphere 1976: 5 km 255.68 K, 54,048 Pa; 11 km 216.77 K, 22,700 Pa; 20 km 216.65 K, 5,529 Pa.
    for (height, kelvin, pascal) in [(5_000.0, 255.68, 54_048.0), (11_000, 216.77, 22_700), (20_000, 216.65, 5_529)] {
      let state = MolecularAtmosphere.state(atMeters: height)
      #expect(abs(state.kelvin - kelvin) < 0.05 && abs(state.pascal / pascal - 1) < 0.002, "\(height) m: \(state)")
    }
    #expect(MolecularAtmosphere(wavelengthNanometers: 200) == nil)
  }

  @Test(
    "extinction of known air: within 3 % where there is aerosol, whatever the calibration", arguments: [1.0, 4.2e9])
  func klettKnown(constant: Double) throws {
    let truth = Truth()
    let result = try KlettFernald().invert(
      truth.signal(constant), firstRangeMeters: 7.5, resolutionMeters: 15, wavelengthNanometers: 532)
    for bin in 10..<250 {
      let range = 7.5 + Double(bin) * 15
      let expected = truth.aerosol(range) * truth.ratio
      #expect(abs(result.extinction[bin] - expected) <= 0.03 * expected + 1e-6, "\(range) m")
    }
    #expect(abs(result.opticalDepth / truth.opticalDepth - 1) < 0.03)
  }

  @Test("upward of the reference the solution goes on while it can")
  func upward() throws {
    let truth = Truth()
    var klett = KlettFernald(referenceMeters: 3_800...4_200)
    klett.minimumMeters = 100
    let result = try klett.invert(
      truth.signal(), firstRangeMeters: 7.5, resolutionMeters: 15, wavelengthNanometers: 532)
    #expect(result.extinction[400].isFinite && abs(result.extinction[400]) < 2e-6)
  }

  @Test("with noise the profile stays within 10 % of its peak", arguments: [21, 22, 23, 24] as [UInt64])
  func noise(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let truth = Truth()
    let clean = truth.signal()
    let noisy = clean.enumerated().map { bin, value in
      // Noise of the raw signal is the same everywhere: range-corrected it grows with the square of the distance.
      let range = (Double(bin) + 0.5) * 15
      let sum = (0..<12).reduce(0.0) { total, _ in total + Double.random(in: 0..<1, using: &random) } - 6
      return Float(Double(value) + sum * 2e-9 * (range / 1_000) * (range / 1_000))
    }
    let result = try KlettFernald().invert(
      noisy, firstRangeMeters: 7.5, resolutionMeters: 15, wavelengthNanometers: 532)
    let peak = 3e-6 * truth.ratio
    for bin in 10..<80 {
      let expected = truth.aerosol(7.5 + Double(bin) * 15) * truth.ratio
      #expect(abs(result.extinction[bin] - expected) < 0.1 * peak, "seed \(seed), bin \(bin)")
    }
  }

  @Test("a calibrated signal that reaches no clean air is solved upward: within 8 % in the mixed layer")
  func calibrated() throws {
    let truth = Truth()
    let result = try KlettFernald().invertCalibrated(
      truth.signal(), firstRangeMeters: 7.5, resolutionMeters: 15, wavelengthNanometers: 532)
    for bin in 10..<90 {
      let expected = truth.aerosol(7.5 + Double(bin) * 15) * truth.ratio
      #expect(abs(result.extinction[bin] / expected - 1) < 0.08, "bin \(bin)")
    }
  }

  @Test func refusals() {
    let signal = Truth().signal()
    func refusal(_ klett: KlettFernald, _ values: [Float], resolution: Double = 15, wavelength: Double = 532)
      -> KlettFernald.Refusal?
    {
      do throws(KlettFernald.Refusal) {
        _ = try klett.invert(
          values, firstRangeMeters: 7.5, resolutionMeters: resolution, wavelengthNanometers: wavelength)
        return nil
      } catch { return error }
    }
    #expect(refusal(KlettFernald(), []) == .geometry)
    #expect(refusal(KlettFernald(), signal, resolution: 0) == .geometry)
    #expect(refusal(KlettFernald(), signal, resolution: .nan) == .geometry)
    #expect(refusal(KlettFernald(lidarRatio: 0), signal) == .lidarRatio)
    #expect(refusal(KlettFernald(), signal, wavelength: 100) == .wavelength)
    #expect(refusal(KlettFernald(referenceMeters: 20_000...30_000), signal) == .referenceOutOfRange)
    #expect(refusal(KlettFernald(), signal.map { _ in .nan }) == .referenceOutOfRange)
    #expect(refusal(KlettFernald(), signal.map { -$0 }) == .noSignalAtReference)
    #expect(refusal(KlettFernald(), [1]) == .referenceOutOfRange)
  }

  @Test(
    "the top of a mixed layer by wavelets: within its own uncertainty and 30 m", arguments: [31, 32, 33] as [UInt64])
  func wavelet(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let noisy = Truth().signal().map { $0 * Float(1 + 0.02 * (Double.random(in: -1...1, using: &random))) }
    let layer = try #require(waveletLayer(noisy, firstRangeMeters: 7.5, resolutionMeters: 15))
    #expect(abs(layer.heightMeters - 1_500) <= max(30, layer.uncertaintyMeters), "seed \(seed): \(layer)")
    #expect(layer.found == layer.tried && layer.uncertaintyMeters < 60)
  }

  @Test func noLayer() {
    let clean = (0..<600).map { bin in
      Float(MolecularAtmosphere(wavelengthNanometers: 532)!.backscatter(atMeters: Double(bin) * 15))
    }
    #expect(waveletLayer(clean, firstRangeMeters: 7.5, resolutionMeters: 15) == nil)
    #expect(waveletLayer([], firstRangeMeters: 7.5, resolutionMeters: 15) == nil)
    #expect(waveletLayer([1, 2, 3], firstRangeMeters: 7.5, resolutionMeters: 15) == nil)
    #expect(waveletLayer(clean.map { _ in .nan }, firstRangeMeters: 7.5, resolutionMeters: 15) == nil)
    // A cloud ends the search: what lies below it is no step.
    var cloudy = clean
    for bin in 60..<70 { cloudy[bin] = 1 }
    #expect(waveletLayer(cloudy, firstRangeMeters: 7.5, resolutionMeters: 15) == nil)
  }
}
