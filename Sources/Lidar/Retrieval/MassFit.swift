/// Least squares of a station's hours over the extinction beside it: PM = a·σ/f(RH) + b, in sums that take one pair after
/// another (Welford's way, so that no digits are lost).
package struct MassFit: Sendable, Hashable {
  /// What is asked of a fit before its relation is used.
  package struct Conditions: Sendable, Hashable {
    /// Hours.
    package var minimumPairs = 48
    /// Standard deviation of the dry extinction over its mean: in air that is always the same no slope is seen.
    package var minimumSpread = 0.25
    /// Pearson's r.
    package var minimumCorrelation = 0.5
    package init() {}
  }

  /// How well the pairs lie on the line.
  package struct Quality: Sendable, Hashable {
    package var pairs: Int
    /// Pearson's r.
    package var correlation: Double
    /// Standard deviation of a station's hour about the line, µg/m³.
    package var residual: Double
    /// Of the slope, µg/m³ for 1/m.
    package var slopeError: Double
    /// Mean of the dry extinction, 1/m, and the sum of squares about it.
    package var meanExtinction: Double
    package var sumOfSquares: Double

    /// Standard deviation of a new hour at a dry extinction, µg/m³.
    package func predictionError(at extinction: Double) -> Double {
      let distance = extinction - meanExtinction
      let leverage = 1 / Double(max(1, pairs)) + (sumOfSquares > 0 ? distance * distance / sumOfSquares : 0)
      return residual * (1 + leverage).squareRoot()
    }
  }

  /// Why there is no relation.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case pairs(Int, needed: Int)
    case spread(Double, needed: Double)
    case falling(Double)
    case correlation(Double, needed: Double)

    package var description: String {
      switch self {
      case .pairs(let count, let needed): "\(count) usable hours; a fit needs \(needed)"
      case .spread(let value, let needed):
        "the dry extinction varies by \(percent(value)) of its mean; a fit needs \(percent(needed))"
      case .falling(let slope): "mass falls with extinction (slope \(slope)): the pairs do not belong together"
      case .correlation(let value, let needed): "r is \(hundredths(value)); a fit needs \(hundredths(needed))"
      }
    }

    private func percent(_ share: Double) -> String { "\(hundredths(share * 100)) %" }
    private func hundredths(_ value: Double) -> String {
      value.isFinite && abs(value) < 1e12 ? "\((value * 100).rounded() / 100)" : "\(value)"
    }
  }

  package let growth: HumidityGrowth
  package let conditions: Conditions
  /// Pairs taken, and left out for humidity, extinction or mass that cannot be used.
  package private(set) var pairs = 0
  package private(set) var leftOut = 0
  private var meanX = 0.0
  private var meanY = 0.0
  private var sumXX = 0.0
  private var sumYY = 0.0
  private var sumXY = 0.0

  package init(growth: HumidityGrowth = .usual, conditions: Conditions = Conditions()) {
    self.growth = growth
    self.conditions = conditions
  }

  /// One hour: extinction near the ground (1/m), relative humidity (per cent) and the station's mass (µg/m³).
  ///
  /// Returns whether it was taken: moist, missing or impossible values are left out and counted.
  @discardableResult
  package mutating func add(extinction: Double, humidity: Double?, micrograms: Double) -> Bool {
    guard let factor = try? growth.factor(humidity), extinction >= -0.001, extinction <= 0.05, micrograms >= 0,
      micrograms <= 20_000
    else {
      leftOut += 1
      return false
    }
    pairs += 1
    let x = extinction / factor
    let (dx, dy) = (x - meanX, micrograms - meanY)
    meanX += dx / Double(pairs)
    meanY += dy / Double(pairs)
    sumXX += dx * (x - meanX)
    sumYY += dy * (micrograms - meanY)
    sumXY += dx * (micrograms - meanY)
    return true
  }

  /// The relation of all pairs so far.
  package func relation() throws(Refusal) -> ExtinctionToMass {
    guard pairs >= max(3, conditions.minimumPairs) else {
      throw .pairs(pairs, needed: max(3, conditions.minimumPairs))
    }
    let deviation = (sumXX / Double(pairs - 1)).squareRoot()
    let spread = meanX > 0 ? deviation / meanX : 0
    guard sumXX > 0, spread >= conditions.minimumSpread else { throw .spread(spread, needed: conditions.minimumSpread) }
    let slope = sumXY / sumXX
    guard slope > 0 else { throw .falling(slope) }
    let correlation = sumYY > 0 ? sumXY / (sumXX * sumYY).squareRoot() : 0
    guard correlation >= conditions.minimumCorrelation else {
      throw .correlation(correlation, needed: conditions.minimumCorrelation)
    }
    let variance = max(0, sumYY - slope * sumXY) / Double(pairs - 2)
    return ExtinctionToMass(
      Quality(
        pairs: pairs, correlation: min(1, correlation), residual: variance.squareRoot(),
        slopeError: (variance / sumXX).squareRoot(), meanExtinction: meanX, sumOfSquares: sumXX),
      slope: slope, intercept: meanY - slope * meanX, growth: growth)
  }
}
