import CMath

/// Mass concentration near the ground (近地面颗粒物质量浓度) out of extinction: PM = a·σ/f(RH) + b.
///
/// Either fitted to a co-located station's hours (`MassFit`), or by the mass extinction efficiency of 3.33 m²/g at 550 nm,
/// a value of the literature for mixed aerosol: with it the result is good to half of itself at best, and says so.
package struct ExtinctionToMass: Sendable, Hashable {
  /// Where the relation comes from.
  package enum Source: String, CaseIterable, Sendable, Hashable {
    case literature
    case fitted
    /// Given by hand.
    case stated
  }

  /// µg/m³ for an extinction of 1/m, and for none.
  package var slope: Double
  package var intercept: Double
  package var growth: HumidityGrowth
  package var source: Source
  /// One standard deviation of a single result as a share of it, and what a fit adds.
  package var relativeUncertainty: Double
  package var fit: MassFit.Quality?

  /// Literature: 3.33 m² of extinction cross section a gram at 550 nm.
  package static let massExtinctionEfficiency = 3.33
  /// By which extinction falls with the wavelength, where the efficiency of 550 nm is used at another.
  package static let angstromExponent = 1.3

  /// By the efficiency of the literature; nil for a wavelength outside 250 to 1,100 nm.
  package init?(wavelengthNanometers: Double, growth: HumidityGrowth = .usual) {
    guard (250...1_100).contains(wavelengthNanometers) else { return nil }
    slope = 1e6 / Self.massExtinctionEfficiency * cmath_pow(wavelengthNanometers / 550, Self.angstromExponent)
    (intercept, self.growth, source, relativeUncertainty) = (0, growth, .literature, 0.5)
  }

  /// By hand; nil unless the slope is above zero and both are finite.
  package init?(slope: Double, intercept: Double, growth: HumidityGrowth = .usual) {
    guard slope > 0, slope <= 1e9, abs(intercept) <= 10_000 else { return nil }
    (self.slope, self.intercept, self.growth, source, relativeUncertainty) = (slope, intercept, growth, .stated, 0.3)
  }

  /// By a fit.
  init(_ fit: MassFit.Quality, slope: Double, intercept: Double, growth: HumidityGrowth) {
    (self.slope, self.intercept, self.growth, source, relativeUncertainty) = (slope, intercept, growth, .fitted, 0)
    self.fit = fit
  }

  /// A mass concentration.
  package struct Mass: Sendable, Hashable {
    /// µg/m³ and its standard deviation.
    package var micrograms: Double
    package var uncertainty: Double
    /// The factor of humidity that the extinction was divided by.
    package var humidityFactor: Double
  }

  /// Why there is none.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case humidity(HumidityGrowth.Refusal)
    case noExtinction
    case extinction(Double)

    package var description: String {
      switch self {
      case .humidity(let refusal): refusal.description
      case .noExtinction: "there is no extinction near the ground"
      case .extinction(let value): "an extinction of \(value) 1/m is none of haze: -0.001 to 0.05 are taken"
      }
    }
  }

  /// The mass of air with an extinction (1/m) at a relative humidity (per cent); below zero counts as none.
  package func mass(extinction: Double?, humidity: Double?) throws(Refusal) -> Mass {
    guard let extinction, !extinction.isNaN else { throw .noExtinction }
    guard extinction >= -0.001, extinction <= 0.05 else { throw .extinction(extinction) }
    let factor: Double
    do throws(HumidityGrowth.Refusal) { factor = try growth.factor(humidity) } catch { throw .humidity(error) }
    let dry = extinction / factor
    let value = max(0, slope * dry + intercept)
    let spread = fit.map { $0.predictionError(at: dry) } ?? 0
    return Mass(micrograms: value, uncertainty: max(spread, relativeUncertainty * value), humidityFactor: factor)
  }
}
