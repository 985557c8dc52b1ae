import CMath

/// Ozone out of two lines of one lidar that it absorbs unlike (differential absorption, 差分吸收), and the air between:
///
/// N = [d/dr ln(P_off/P_on) − d/dr ln(β_off/β_on)] / (2Δσ) − (Δα_m + Δα_a)/Δσ, Δ being on minus off. (Browell, Ismail,
/// Shipley, Appl. Opt. 24, 2827 (1985); Kovalev and McElroy, Appl. Opt. 33, 8393 (1994).)
///
/// The derivative is a Savitzky–Golay slope over a window that grows with the distance. Molecular extinction is the
/// standard atmosphere's; backscatter and extinction by aerosol are taken off where a profile of it is given. Overlap and
/// calibration fall out where they are the same for both lines.
package struct OzoneDIAL: Sendable, Hashable {
  /// The window of the slope at the instrument, metres, and by how much of the distance it grows.
  package var windowMeters = 200.0
  package var windowShare = 0.1
  /// Nothing below or above is given, metres along the beam.
  package var minimumMeters = 200.0
  package var maximumMeters = 10_000.0
  /// Metres above sea level of the instrument; nil for what the file says of it, else sea level.
  package var stationMeters: Double?
  /// Kelvin by which the air is warmer than the standard atmosphere.
  package var warmerKelvin = 0.0
  /// Statistical uncertainty above which a bin is left out, 1/m³; 3e18 is about 240 µg/m³.
  package var maximumUncertainty = 3e18

  package init() {}

  /// Aerosol of the same air, for its part in both signals.
  package struct Aerosol: Sendable, Hashable {
    /// Backscatter at `wavelengthNanometers`, one a bin of the signals, 1/(m sr); NaN counts as none.
    package var backscatter: [Double]
    package var wavelengthNanometers: Double
    /// Extinction over backscatter, sr.
    package var lidarRatio: Double
    /// Both fall with the wavelength by this power.
    package var angstromExponent: Double

    package init(
      backscatter: [Double], wavelengthNanometers: Double, lidarRatio: Double = 50, angstromExponent: Double = 1
    ) {
      self.backscatter = backscatter
      self.wavelengthNanometers = wavelengthNanometers
      self.lidarRatio = lidarRatio
      self.angstromExponent = angstromExponent
    }

    fileprivate func value(_ bin: Int, at nanometers: Double) -> Double {
      guard bin < backscatter.count, backscatter[bin].isFinite, nanometers > 0 else { return 0 }
      return max(0, backscatter[bin]) * cmath_pow(wavelengthNanometers / nanometers, angstromExponent)
    }
  }

  /// Ozone along the beam; NaN where nothing can be said.
  package struct Result: Sendable, Hashable {
    /// The lines, nm.
    package var on: Int
    package var off: Int
    package var firstRangeMeters: Double
    package var resolutionMeters: Double
    /// Molecules, 1/m³, and the standard deviation that the signals' noise makes of them.
    package var density: [Double]
    package var densityUncertainty: [Double]
    /// Whether aerosol has been taken off.
    package var isAerosolCorrected: Bool

    /// Micrograms of a molecule of ozone: 47.998 g/mol.
    package static let microgramsPerMolecule = 47.9982 / 6.02214076e23 * 1e6
    /// µg/m³ at the air's own temperature and pressure.
    package var micrograms: [Double] { density.map { $0 * Self.microgramsPerMolecule } }
    package var microgramsUncertainty: [Double] { densityUncertainty.map { $0 * Self.microgramsPerMolecule } }
  }

  /// Why there is no ozone.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case geometry
    case unlikeBins
    case line(Double)
    case separation(Int, Int)
    case settings
    case noSignal

    package var description: String {
      switch self {
      case .geometry: "the profile has no bins, or they cannot be"
      case .unlikeBins: "the two signals do not have the same bins"
      case .line(let wavelength):
        "no cross section of ozone is known at \(wavelength) nm; lines are "
          + OzoneCrossSection.lines.map { String($0) }.joined(separator: ", ")
      case .separation(let on, let off):
        "ozone absorbs \(on) nm no more than \(off) nm: the first must be the stronger absorbed"
      case .settings: "the window of the slope is 1 to 5,000 m and grows by at most the distance"
      case .noSignal: "no bin of both signals is above its noise"
      }
    }
  }

  /// Ozone out of two signals, range-corrected or not, with their background taken off.
  package func retrieve(
    on: [Float], off: [Float], onNanometers: Double, offNanometers: Double, firstRangeMeters: Double,
    resolutionMeters: Double, tiltDegrees: Double = 0, aerosol: Aerosol? = nil
  ) throws(Refusal) -> Result {
    guard !on.isEmpty,
      LidarGeometry.isPossible(firstRangeMeters: firstRangeMeters, resolutionMeters: resolutionMeters)
    else { throw .geometry }
    guard on.count == off.count else { throw .unlikeBins }
    guard (1...5_000).contains(windowMeters), (0...1).contains(windowShare) else { throw .settings }
    guard let strong = OzoneCrossSection(wavelengthNanometers: onNanometers) else { throw .line(onNanometers) }
    guard let weak = OzoneCrossSection(wavelengthNanometers: offNanometers) else { throw .line(offNanometers) }
    guard strong.value(atKelvin: 273) > 1.05 * weak.value(atKelvin: 273) else {
      throw .separation(strong.line, weak.line)
    }
    let station = stationMeters ?? 0
    guard
      let strongAir = MolecularAtmosphere(wavelengthNanometers: strong.vacuumNanometers, stationMeters: station),
      let weakAir = MolecularAtmosphere(wavelengthNanometers: weak.vacuumNanometers, stationMeters: station)
    else { throw .line(onNanometers) }
    let pair = Pair(strong: strong, weak: weak, strongAir: strongAir, weakAir: weakAir)
    let upright = uprightShare(ofTilt: tiltDegrees)
    let height = { (bin: Int) in (firstRangeMeters + Double(bin) * resolutionMeters) * upright }
    var result = Result(
      on: strong.line, off: weak.line, firstRangeMeters: firstRangeMeters, resolutionMeters: resolutionMeters,
      density: [Double](repeating: .nan, count: on.count),
      densityUncertainty: [Double](repeating: .nan, count: on.count),
      isAerosolCorrected: aerosol != nil)
    let slopes = SlidingSlope(logarithms(on, off, pair, aerosol, height))
    for bin in on.indices {
      let range = firstRangeMeters + Double(bin) * resolutionMeters
      guard range >= minimumMeters, range <= maximumMeters else { continue }
      let half = binCount(
        ofMeters: (windowMeters + windowShare * range) / 2, resolutionMeters: resolutionMeters, atLeast: 2,
        bins: on.count)
      guard let slope = slopes.slope(at: bin, half: half) else { continue }
      let kelvin = MolecularAtmosphere.state(atMeters: station + height(bin)).kelvin + warmerKelvin
      let difference = strong.value(atKelvin: kelvin) - weak.value(atKelvin: kelvin)
      let error = slope.error / resolutionMeters / (2 * difference)
      guard error <= maximumUncertainty else { continue }
      let other = pair.extinction(atMeters: height(bin)) + aerosolExtinction(aerosol, bin, pair)
      result.density[bin] = (slope.perBin / resolutionMeters / 2 - other) / difference
      result.densityUncertainty[bin] = error
    }
    guard result.density.contains(where: \.isFinite) else { throw .noSignal }
    return result
  }

  /// ln(P_off/P_on) with the part of backscatter taken off; NaN where a signal is not above zero.
  private func logarithms(
    _ on: [Float], _ off: [Float], _ pair: Pair, _ aerosol: Aerosol?, _ height: (Int) -> Double
  ) -> [Double] {
    on.indices.map { bin in
      guard on[bin] > 0, off[bin] > 0, on[bin].isFinite, off[bin].isFinite else { return .nan }
      let ratio = cmath_log(Double(off[bin]) / Double(on[bin]))
      guard let aerosol else { return ratio }
      let weak = pair.weakAir.backscatter(atMeters: height(bin)) + aerosol.value(bin, at: pair.weak.vacuumNanometers)
      let strong =
        pair.strongAir.backscatter(atMeters: height(bin)) + aerosol.value(bin, at: pair.strong.vacuumNanometers)
      return ratio - cmath_log(weak / strong)
    }
  }

  private func aerosolExtinction(_ aerosol: Aerosol?, _ bin: Int, _ pair: Pair) -> Double {
    guard let aerosol else { return 0 }
    let difference =
      aerosol.value(bin, at: pair.strong.vacuumNanometers) - aerosol.value(bin, at: pair.weak.vacuumNanometers)
    return aerosol.lidarRatio * difference
  }

  /// What is known of the two lines.
  private struct Pair {
    var strong: OzoneCrossSection
    var weak: OzoneCrossSection
    var strongAir: MolecularAtmosphere
    var weakAir: MolecularAtmosphere

    /// Molecular extinction of the one minus the other, 1/m.
    func extinction(atMeters height: Double) -> Double {
      strongAir.extinction(atMeters: height) - weakAir.extinction(atMeters: height)
    }
  }
}
