/// An air quality index with what made it (空气质量指数, HJ 633).
public struct AQI: Sendable, Hashable {
  /// One graded concentration.
  public struct Part: Sendable, Hashable {
    public var factor: AQIFactor
    public var concentration: Concentration
    /// 0 to 500.
    public var iaqi: Int

    public init(factor: AQIFactor, concentration: Concentration, iaqi: Int) {
      self.factor = factor
      self.concentration = concentration
      self.iaqi = iaqi
    }
  }

  /// A day with an AQI above this is a heavy-pollution day (重污染天).
  public static let heavyAbove = 200

  public var edition: AQIEdition
  /// What counted; ozone may stand here twice, by its 1 h and its 8 h factor.
  public var parts: [Part]
  /// Those of the six without any index, in the order of `Pollutant.criteria`.
  public var missing: [Pollutant]

  /// Grades made elsewhere; `parts` in the order of `Pollutant.criteria`.
  public init(edition: AQIEdition, parts: [Part]) {
    self.edition = edition
    self.parts = parts
    self.missing = Pollutant.criteria.filter { pollutant in
      !parts.contains { $0.factor.pollutant == pollutant }
    }
  }

  /// The largest known index, whatever is missing: the air is at least this bad. Nil when nothing is known.
  public var lowerBound: Int? { parts.map(\.iaqi).max() }

  /// The AQI as published: the largest index.
  ///
  /// Nil when nothing is known; in the 2026 edition also (`NA`) when one of the six is missing and the rest is
  /// at most 100.
  public var value: Int? {
    guard let bound = lowerBound else { return nil }
    return edition == .hj633In2026 && !missing.isEmpty && bound <= 100 ? nil : bound
  }

  /// Whether `value` rests on some of the six only: it may raise a finding, never clear one.
  public var isLowerBound: Bool { !missing.isEmpty }

  /// The index of one of the six, for ozone the larger of its two; nil when it has none.
  public func iaqi(of pollutant: Pollutant) -> Int? {
    parts.lazy.filter { $0.factor.pollutant == pollutant }.map(\.iaqi).max()
  }

  /// The factors with the largest index, all of them on a tie; none when the AQI is at most 50 or unknown.
  public var primaryFactors: [AQIFactor] {
    guard let value, value > 50 else { return [] }
    return parts.filter { $0.iaqi == value }.map(\.factor)
  }

  /// The primary pollutants (首要污染物), ties all listed; none when the AQI is at most 50 or unknown.
  public var primary: [Pollutant] { Self.pollutants(of: primaryFactors) }

  /// The exceeding pollutants (超标污染物): index above 100. The 2026 edition knows none.
  public var exceeding: [Pollutant] {
    edition == .hj633In2012 ? Self.pollutants(of: parts.filter { $0.iaqi > 100 }.map(\.factor)) : []
  }

  public var category: AQICategory? { value.map(AQICategory.init(aqi:)) }

  /// Whether a day with this AQI is a heavy-pollution day: one index above 200 makes it so despite gaps; nil when
  /// something is missing and nothing is above 200.
  public var isHeavy: Bool? {
    if let bound = lowerBound, bound > Self.heavyAbove { return true }
    return missing.isEmpty ? false : nil
  }

  private static func pollutants(of factors: [AQIFactor]) -> [Pollutant] {
    Pollutant.criteria.filter { pollutant in factors.contains { $0.pollutant == pollutant } }
  }
}
