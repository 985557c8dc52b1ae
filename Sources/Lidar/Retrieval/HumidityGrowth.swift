import CMath

/// How much more aerosol scatters in moist air than in dry: f(RH) = ((1 − RH)/(1 − RH_dry))^−γ above the dry limit, 1 below it
/// (Kasten, Tellus 21, 631 (1969); Hänel, Adv. Geophys. 19, 73 (1976)).
package struct HumidityGrowth: Sendable, Hashable {
  /// The exponent; 0.3 to 1 are met over land, 0.5 is assumed where none is fitted.
  package var gamma: Double
  /// Below it aerosol counts as dry, per cent.
  package var dryLimit: Double
  /// Above it droplets of fog grow beyond any law, per cent: nothing is said then.
  package var wetLimit: Double

  /// Nil when the exponent lies outside 0 to 2, or the limits outside 0 to 99 or not in order.
  package init?(gamma: Double = 0.5, dryLimit: Double = 40, wetLimit: Double = 95) {
    guard (0...2).contains(gamma), (0...99).contains(dryLimit), (0...99).contains(wetLimit), dryLimit < wetLimit else {
      return nil
    }
    (self.gamma, self.dryLimit, self.wetLimit) = (gamma, dryLimit, wetLimit)
  }

  private init() { (gamma, dryLimit, wetLimit) = (0.5, 40, 95) }

  /// γ 0.5, dry below 40 %, nothing above 95 %.
  package static let usual = HumidityGrowth()

  /// Why there is no factor.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case missing
    case impossible(Double)
    case tooMoist(Double, limit: Double)

    package var description: String {
      switch self {
      case .missing: "the relative humidity is missing: extinction of moist aerosol cannot be made dry"
      case .impossible(let value): "\(value) % is no relative humidity"
      case .tooMoist(let value, let limit): "\(value) % of relative humidity: above \(limit) % fog may scatter"
      }
    }
  }

  /// The factor, 1 or more, at a relative humidity in per cent.
  package func factor(_ humidity: Double?) throws(Refusal) -> Double {
    guard let humidity else { throw .missing }
    // Sensors in saturated air show a little more than 100.
    guard humidity >= 0, humidity <= 110 else { throw .impossible(humidity) }
    guard humidity <= wetLimit else { throw .tooMoist(humidity, limit: wetLimit) }
    guard humidity > dryLimit else { return 1 }
    return cmath_pow((100 - humidity) / (100 - dryLimit), -gamma)
  }
}
