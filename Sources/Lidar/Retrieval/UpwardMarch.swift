import CMath

/// One step after another up through a calibrated attenuated backscatter (`KlettFernald.invertCalibrated`).
struct UpwardMarch {
  let lidarRatio: Double
  /// Aerosol backscatter of the bin just passed, 1/(m sr); nil where the signal had a gap.
  private(set) var aerosol: Double?
  /// No bin with a signal has been passed.
  private(set) var isAtStart = true
  /// Two-way transmission up to the middle of the bin just passed.
  private var transmission = 1.0
  /// Extinction by aerosol there, 1/m; over a gap that of the last bin known.
  private var extinction = 0.0
  private var molecularExtinction = 0.0

  init(lidarRatio: Double) { self.lidarRatio = lidarRatio }

  /// Goes on to the middle of the next bin, `path` metres away; at the start that is its whole distance.
  ///
  /// The bin's own extinction takes part in its transmission: half of the way for a bin above another, all of it for the
  /// first. That equation, β·T(β) = signal, is solved by iteration.
  /// - Returns: false where less than a fifth of the light comes back, or more than was sent: the solution ends.
  mutating func advance(_ signal: Double, molecular: Double, path: Double) -> Bool {
    let air = molecular * MolecularAtmosphere.lidarRatio
    guard signal.isFinite else {
      aerosol = nil
      guard !isAtStart else { return true }
      transmission *= cmath_exp(-2 * path * (extinction + (molecularExtinction + air) / 2))
      molecularExtinction = air
      return transmission >= 0.2
    }
    let share = isAtStart ? 1.0 : 0.5
    let before = isAtStart ? 0 : (extinction + molecularExtinction) / 2
    var found = signal / transmission - molecular
    var reached = transmission
    for _ in 0..<30 {
      // Noise below zero at the very start would brighten the way: the near field holds no less than nothing.
      let own = isAtStart ? max(0, found) : found
      reached = transmission * cmath_exp(-2 * path * (before + share * (lidarRatio * own + air)))
      guard reached >= 0.2, reached <= 1.2 else {
        isAtStart = false
        return false
      }
      let next = signal / reached - molecular
      if abs(next - found) <= 1e-9 * (abs(next) + molecular) {
        found = next
        break
      }
      found = next
    }
    // Far less than clean air sends back: what stands before the first bin has taken the light away.
    if isAtStart, found < -0.7 * molecular {
      isAtStart = false
      return false
    }
    (aerosol, transmission, isAtStart) = (found, reached, false)
    (extinction, molecularExtinction) = (lidarRatio * found, air)
    return true
  }
}
