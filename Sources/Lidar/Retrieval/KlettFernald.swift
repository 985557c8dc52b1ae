import CMath

/// Aerosol backscatter and extinction out of one elastic signal: Klett, Appl. Opt. 20, 211 (1981); Fernald, Appl. Opt. 23, 652
/// (1984), with one lidar ratio for all aerosol and a reference where the air is taken for clean.
///
/// β_a(R) = S·T / [S(R0)/(β_a + β_m)(R0) − 2∫_{R0}^{R} L_a·S·T dr] − β_m, with S the range-corrected signal and
/// T = exp(−2∫_{R0}^{R} (L_a − L_m)·β_m dr). Below the reference the solution is stable; above it, it may run away and is
/// then given up. The signal's calibration falls out.
package struct KlettFernald: Sendable, Hashable {
  /// Extinction over backscatter of the aerosol, steradians; 20 to 120 are met, 50 is usual for continental haze.
  package var lidarRatio: Double
  /// Where the air is taken for clean, metres along the beam.
  package var referenceMeters: ClosedRange<Double>
  /// Aerosol over molecular backscatter at the reference.
  package var referenceRatio: Double
  /// Nothing below is used: the overlap of beam and telescope is incomplete there.
  package var minimumMeters: Double

  package init(
    lidarRatio: Double = 50, referenceMeters: ClosedRange<Double> = 4_000...6_000, referenceRatio: Double = 0,
    minimumMeters: Double = 100
  ) {
    self.lidarRatio = lidarRatio
    self.referenceMeters = referenceMeters
    self.referenceRatio = referenceRatio
    self.minimumMeters = minimumMeters
  }

  /// What came out; NaN where nothing can be said.
  package struct Result: Sendable, Hashable {
    /// 1/(m sr).
    package var backscatter: [Double]
    /// 1/m.
    package var extinction: [Double]
    /// From the instrument to the reference; below `minimumMeters` the extinction of the lowest usable bin goes on.
    package var opticalDepth: Double
    /// The middle of the reference, metres; of the solution upward the highest bin that it reached.
    package var referenceMeters: Double
    /// Standard error of the signal at the reference over the signal itself: the aerosol there is as wrong, and what lies
    /// below less so the denser it is. Nil for the solution upward.
    package var referenceError: Double?
    /// The extinction as a column, for optical depths between two distances.
    package var column: ExtinctionColumn
  }

  /// Why nothing came out.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case geometry
    case lidarRatio
    case wavelength
    case referenceOutOfRange
    case noSignalAtReference
    case opaque

    package var description: String {
      switch self {
      case .geometry: "the profile has no bins, or they are not evenly spaced"
      case .lidarRatio: "a lidar ratio lies above 0 and at most 500 sr"
      case .wavelength: "molecular scattering is known from 250 to 1,100 nm only"
      case .referenceOutOfRange: "the profile does not reach the reference range"
      case .noSignalAtReference: "the signal at the reference range is not above its noise: choose a lower one"
      case .opaque: "hardly any light comes back from the first usable bin: fog or dense haze lies before it"
      }
    }
  }

  /// Inverts a range-corrected signal.
  ///
  /// - Parameters:
  ///   - signal: range-corrected, any unit; NaN bins are bridged by the corrected signal of the bin before.
  ///   - tiltDegrees: of the beam from the vertical, for the height of the molecules.
  package func invert(
    _ signal: [Float], firstRangeMeters: Double, resolutionMeters: Double, wavelengthNanometers: Double,
    tiltDegrees: Double = 0, stationMeters: Double = 0
  ) throws(Refusal) -> Result {
    guard !signal.isEmpty,
      LidarGeometry.isPossible(firstRangeMeters: firstRangeMeters, resolutionMeters: resolutionMeters)
    else { throw .geometry }
    guard lidarRatio > 0, lidarRatio <= 500, referenceRatio >= 0, referenceRatio.isFinite else { throw .lidarRatio }
    guard
      let molecules = MolecularAtmosphere(wavelengthNanometers: wavelengthNanometers, stationMeters: stationMeters)
    else { throw .wavelength }
    func range(_ bin: Int) -> Double { firstRangeMeters + Double(bin) * resolutionMeters }
    let bins = signal.indices.filter { referenceMeters.contains(range($0)) && signal[$0].isFinite }
    guard bins.count >= 2, let first = bins.first, let last = bins.last else { throw .referenceOutOfRange }
    let reference = (first + last) / 2
    let cosine = cmathCosine(tiltDegrees)
    let molecular = signal.indices.map { molecules.backscatter(atMeters: range($0) * cosine) }
    // The mean of the reference, each bin brought to the middle by what molecules alone would do.
    let level = try referenceLevel(signal, bins, molecular, reference, resolutionMeters)
    var result = integrate(signal, molecular, reference, level.mean, range: range, resolution: resolutionMeters)
    result.referenceError = level.error / level.mean
    return result
  }

  /// Solves a calibrated attenuated backscatter upward from the instrument, for signals that reach no clean air: what each
  /// bin scatters is its signal over the two-way transmission up to its middle.
  ///
  /// Below the first bin the air is taken to be like it; over a gap the aerosol of the bin before goes on. Errors of the
  /// calibration grow with the optical depth; it ends where less than a fifth of the light comes back.
  package func invertCalibrated(
    _ attenuated: [Float], firstRangeMeters: Double, resolutionMeters: Double, wavelengthNanometers: Double,
    tiltDegrees: Double = 0, stationMeters: Double = 0
  ) throws(Refusal) -> Result {
    guard !attenuated.isEmpty,
      LidarGeometry.isPossible(firstRangeMeters: firstRangeMeters, resolutionMeters: resolutionMeters)
    else { throw .geometry }
    guard lidarRatio > 0, lidarRatio <= 500 else { throw .lidarRatio }
    guard
      let molecules = MolecularAtmosphere(wavelengthNanometers: wavelengthNanometers, stationMeters: stationMeters)
    else { throw .wavelength }
    let cosine = cmathCosine(tiltDegrees)
    func range(_ bin: Int) -> Double { firstRangeMeters + Double(bin) * resolutionMeters }
    var backscatter = [Double](repeating: .nan, count: attenuated.count)
    var march = UpwardMarch(lidarRatio: lidarRatio)
    var reached: Int?
    for bin in attenuated.indices where range(bin) >= minimumMeters {
      guard range(bin) <= referenceMeters.upperBound else { break }
      let molecular = molecules.backscatter(atMeters: range(bin) * cosine)
      // The near field, not seen, is taken to be like the first bin.
      let path = march.isAtStart ? max(0, range(bin)) : resolutionMeters
      guard march.advance(Double(attenuated[bin]), molecular: molecular, path: path) else { break }
      if let aerosol = march.aerosol {
        backscatter[bin] = aerosol
        reached = bin
      }
    }
    guard let reached else { throw march.isAtStart ? .referenceOutOfRange : .opaque }
    return result(backscatter, reference: reached, range: range, resolution: resolutionMeters)
  }

  private func result(
    _ backscatter: [Double], reference: Int, range: (Int) -> Double, resolution: Double
  ) -> Result {
    let extinction = backscatter.map { $0 * lidarRatio }
    let column = ExtinctionColumn(extinction, firstRangeMeters: range(0), resolutionMeters: resolution)
    return Result(
      backscatter: backscatter, extinction: extinction,
      opticalDepth: column.depth(fromMeters: 0, toMeters: range(reference)) ?? .nan, referenceMeters: range(reference),
      column: column)
  }

  private func referenceLevel(
    _ signal: [Float], _ bins: [Int], _ molecular: [Double], _ reference: Int, _ resolution: Double
  ) throws(Refusal) -> (mean: Double, error: Double) {
    var values: [Double] = []
    for bin in bins {
      // Two-way transmission by molecules between the bin and the middle.
      let path = Double(bin - reference) * resolution * (molecular[bin] + molecular[reference]) / 2
      let transmission = cmath_exp(-2 * path * MolecularAtmosphere.lidarRatio)
      values.append(Double(signal[bin]) * molecular[reference] / molecular[bin] / transmission)
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count - 1))
    let error = (variance / Double(values.count)).squareRoot()
    guard mean > 0, mean > 2 * error else { throw .noSignalAtReference }
    return (mean, error)
  }

  private func integrate(
    _ signal: [Float], _ molecular: [Double], _ reference: Int, _ level: Double, range: (Int) -> Double,
    resolution: Double
  ) -> Result {
    let count = signal.count
    var backscatter = [Double](repeating: .nan, count: count)
    let ratio = lidarRatio - MolecularAtmosphere.lidarRatio
    let total = molecular[reference] * (1 + referenceRatio)
    backscatter[reference] = total - molecular[reference]
    for direction in [-1, 1] {
      var path = 0.0
      var integral = 0.0
      var transmission = 1.0
      var corrected = level
      var bin = reference
      while true {
        let next = bin + direction
        guard next >= 0, next < count, range(next) >= minimumMeters else { break }
        let step = Double(direction) * resolution
        path += step * (molecular[bin] + molecular[next]) / 2
        transmission = cmath_exp(-2 * ratio * path)
        let value = signal[next].isFinite ? Double(signal[next]) : .nan
        // Over a gap the corrected signal stands still.
        let there = value.isNaN ? corrected : value * transmission
        integral += step * lidarRatio * (corrected + there) / 2
        let denominator = level / total - 2 * integral
        guard denominator > 0 else { break }
        backscatter[next] = value.isNaN ? .nan : there / denominator - molecular[next]
        corrected = there
        bin = next
      }
    }
    return result(backscatter, reference: reference, range: range, resolution: resolution)
  }
}
