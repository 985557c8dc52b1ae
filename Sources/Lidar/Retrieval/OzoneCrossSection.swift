/// How strongly ozone absorbs at the lines of ozone lidars, by temperature.
///
/// The numbers are those of the revised SCIAMACHY spectra, version 4 (measured by Bogumil et al., J. Photochem. Photobiol. A
/// 157, 167 (2003); revised by Chehade et al., Atmos. Meas. Tech. 6, 3055 (2013)), taken between its points at the line's
/// wavelength in vacuum; the revision states 3 % against other data.
package struct OzoneCrossSection: Sendable, Hashable {
  /// As instruments name the line, whole nanometres.
  package var line: Int
  /// Of the light in vacuum, nm.
  package var vacuumNanometers: Double
  /// m² a molecule at `temperatures`.
  private var values: [Double]

  /// Kelvin.
  package static let temperatures = [203.0, 223, 243, 273, 293]
  /// Share of the cross section that the revision states as its agreement with other data.
  package static let relativeUncertainty = 0.03

  /// Lines: Nd:YAG's fourth harmonic (266) and its Raman lines in carbon dioxide (276, 287), deuterium (289, 316) and hydrogen
  /// (299); KrF's in hydrogen (277, 313) and deuterium (292); dye and Ce:LiCAF lasers (285, 291); XeCl (308).
  private static let table: [(Int, Double, [Double])] = [
    (266, 266.11, [9.314e-22, 9.320e-22, 9.336e-22, 9.336e-22, 9.344e-22]),
    (276, 276.32, [5.227e-22, 5.254e-22, 5.266e-22, 5.283e-22, 5.307e-22]),
    (277, 276.99, [4.954e-22, 4.980e-22, 4.992e-22, 5.012e-22, 5.034e-22]),
    (285, 285.08, [2.333e-22, 2.368e-22, 2.382e-22, 2.414e-22, 2.436e-22]),
    (287, 287.34, [1.863e-22, 1.897e-22, 1.906e-22, 1.934e-22, 1.957e-22]),
    (289, 289.09, [1.477e-22, 1.511e-22, 1.512e-22, 1.545e-22, 1.567e-22]),
    (291, 291.08, [1.174e-22, 1.211e-22, 1.210e-22, 1.239e-22, 1.259e-22]),
    (292, 291.68, [1.064e-22, 1.096e-22, 1.097e-22, 1.130e-22, 1.150e-22]),
    (299, 299.19, [3.964e-23, 3.982e-23, 4.106e-23, 4.298e-23, 4.422e-23]),
    (308, 308.00, [1.139e-23, 1.166e-23, 1.211e-23, 1.281e-23, 1.339e-23]),
    (313, 313.01, [5.512e-24, 5.693e-24, 5.967e-24, 6.419e-24, 6.847e-24]),
    (316, 316.41, [3.335e-24, 3.484e-24, 3.699e-24, 4.032e-24, 4.337e-24]),
  ]

  /// The lines that are known, nm.
  package static var lines: [Int] { table.map(\.0) }

  /// The line nearest to a wavelength, when it lies within half a nanometre; nil for any other.
  package init?(wavelengthNanometers: Double) {
    guard let found = Self.table.first(where: { abs(Double($0.0) - wavelengthNanometers) <= 0.5 }) else { return nil }
    (line, vacuumNanometers, values) = found
  }

  /// m² a molecule: between the temperatures of the table linearly, beyond them along the nearest two, held below 190 and
  /// above 320 K.
  package func value(atKelvin kelvin: Double) -> Double {
    let temperature = min(320, max(190, kelvin))
    let upper = Self.temperatures.dropFirst().firstIndex { temperature <= $0 } ?? Self.temperatures.count - 1
    let (low, high) = (Self.temperatures[upper - 1], Self.temperatures[upper])
    let share = (temperature - low) / (high - low)
    return values[upper - 1] + (values[upper] - values[upper - 1]) * share
  }
}
