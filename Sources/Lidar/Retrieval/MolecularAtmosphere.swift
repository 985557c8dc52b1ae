import CMath

/// What clean air scatters: the U.S. Standard Atmosphere 1976 up to 32 km, and Rayleigh scattering by Bucholtz, Appl. Opt.
/// 34, 2765 (1995), equations 8 and table 3.
package struct MolecularAtmosphere: Sendable, Hashable {
  /// Metres above sea level of the instrument.
  package var stationMeters: Double
  /// 250 to 1,100 nm.
  package var wavelengthNanometers: Double

  /// Extinction over backscatter of molecules, steradians: 8π/3.
  package static let lidarRatio = 8 * Double.pi / 3

  /// Nil for a wavelength outside the fit.
  package init?(wavelengthNanometers: Double, stationMeters: Double = 0) {
    guard (250...1_100).contains(wavelengthNanometers), stationMeters.isFinite else { return nil }
    self.wavelengthNanometers = wavelengthNanometers
    self.stationMeters = stationMeters
    // Cross section of a molecule, cm²: A·λ^-(B + Cλ + D/λ), λ in µm.
    let wavelength = wavelengthNanometers / 1_000
    let (a, b, c, d) =
      wavelength < 0.5
      ? (3.01577e-28, 3.55212, 1.35579, 0.11563) : (4.01061e-28, 3.99668, 1.10298e-3, 2.71393e-2)
    crossSection = a * cmath_pow(wavelength, -(b + c * wavelength + d / wavelength)) * 1e-4
  }

  /// m² a molecule.
  private let crossSection: Double

  /// Temperature (K) and pressure (Pa) of the standard atmosphere, metres above sea level; held above 32 km and below 0.
  package static func state(atMeters height: Double) -> (kelvin: Double, pascal: Double) {
    // Layers: base height, base temperature, lapse rate, base pressure.
    let layers = [
      (0.0, 288.15, -0.0065, 101_325.0), (11_000, 216.65, 0, 22_632.06), (20_000, 216.65, 0.001, 5_474.889),
    ]
    // Geometric to geopotential height.
    let clamped = min(max(height, -500), 32_000)
    let geopotential = 6_356_766 * clamped / (6_356_766 + clamped)
    let layer = layers.last { $0.0 <= max(geopotential, 0) } ?? layers[0]
    let rise = geopotential - layer.0
    let kelvin = layer.1 + layer.2 * rise
    // g0·M/R.
    let constant = 0.0341631947
    let pascal =
      layer.2 == 0
      ? layer.3 * cmath_exp(-constant * rise / layer.1) : layer.3 * cmath_pow(layer.1 / kelvin, constant / layer.2)
    return (kelvin, pascal)
  }

  /// Extinction by molecules at a height above the instrument, 1/m.
  package func extinction(atMeters height: Double) -> Double {
    let (kelvin, pascal) = Self.state(atMeters: stationMeters + height)
    return crossSection * pascal / (1.380649e-23 * kelvin)
  }

  /// Backscatter by molecules at a height above the instrument, 1/(m sr).
  package func backscatter(atMeters height: Double) -> Double { extinction(atMeters: height) / Self.lidarRatio }

  /// What clean air sends back from a height above the instrument, attenuated on both ways by the molecules below, 1/(m sr).
  /// The column below a height is its pressure's difference: exact for air in rest.
  package func attenuated(atMeters height: Double) -> Double {
    let below = Self.state(atMeters: stationMeters).pascal - Self.state(atMeters: stationMeters + height).pascal
    // Molecules over a square metre: pressure over weight of one molecule (28.9644 g/mol, 9.80665 m/s²).
    let column = max(0, below) * 6.02214076e23 / (0.0289644 * 9.80665)
    return backscatter(atMeters: height) * cmath_exp(-2 * crossSection * column)
  }
}

/// The cosine of an angle in degrees.
func cmathCosine(_ degrees: Double) -> Double { cmath_cos(degrees * .pi / 180) }
