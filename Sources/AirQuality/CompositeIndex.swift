/// The composite index (环境空气质量综合指数): the sum of each pollutant's concentration over its limit, smaller is cleaner
/// (城市环境空气质量排名技术规定, annex; HJ 663-2026).
///
/// Means of SO2, NO2, PM10 and PM2.5 over the annual limits of class 2, the 95th percentile of daily CO over its 24 h limit,
/// the 90th of ozone's highest 8 h means over its 8 h limit. By the edition of 2026 PM2.5 weighs three times, NO2 and ozone
/// twice; its limits are those of GB 3095-2026. Exact until the one rounding to two decimals.
public struct CompositeIndex: Sendable, Hashable {
  /// The part of one pollutant: its concentration over its limit, times its weight.
  public struct Part: Sendable, Hashable {
    public var pollutant: Pollutant
    /// As published: rounded, in `Pollutant.unit`.
    public var concentration: Concentration
    public var limit: Concentration
    public var weight: Int
    /// The single index, rounded to two decimals, hundredths.
    public var hundredths: Int
  }

  /// In the order of `Pollutant.criteria`.
  public var parts: [Part]
  /// The index in hundredths.
  public var hundredths: Int

  /// Which rules sum the index (综合指数版本).
  public enum Edition: String, CaseIterable, Sendable, Hashable {
    /// Unweighted, the technical rules of ranking with GB 3095-2012.
    case ranking2012 = "ranking-2012"
    /// Weighted, HJ 663-2026 with GB 3095-2026.
    case hj663In2026 = "hj663-2026"

    /// The edition in force on a day.
    public static func inForce(on day: CivilDay) -> Edition {
      AQIEdition.inForce(on: day) == .hj633In2026 ? .hj663In2026 : .ranking2012
    }

    func weight(_ pollutant: Pollutant) -> Int {
      guard self == .hj663In2026 else { return 1 }
      switch pollutant {
      case .pm25: return 3
      case .no2, .o3: return 2
      default: return 1
      }
    }
  }

  /// Nil unless all six are there.
  ///
  /// - Parameters:
  ///   - values: published figures of the period in the order of `Pollutant.criteria`: means, of CO and ozone percentiles.
  ///   - standard: whose limits divide.
  public init?(_ values: [Concentration], edition: Edition, standard: AmbientStandard) {
    guard values.count == Pollutant.criteriaCount, values.allSatisfy({ !$0.isMissing && $0.thousandths >= 0 }) else {
      return nil
    }
    // Over the product of the limits every part is a whole number.
    var numerator: Int64 = 0
    var denominator: Int64 = 1
    parts = []
    for (pollutant, value) in zip(Pollutant.criteria, values) {
      let average: AmbientStandard.Average = pollutant == .co ? .day : pollutant == .o3 ? .eightHours : .year
      guard let limit = standard.limit(pollutant, average) else { return nil }
      let weight = edition.weight(pollutant)
      let top = Int64(value.thousandths) * Int64(weight)
      let bottom = Int64(limit.thousandths)
      parts.append(
        Part(
          pollutant: pollutant, concentration: value, limit: limit, weight: weight,
          hundredths: Int(divideHalfEven(top * 100, bottom))))
      let divisor = Self.greatestCommonDivisor(denominator, bottom)
      numerator = numerator * (bottom / divisor) + top * (denominator / divisor)
      denominator = denominator / divisor * bottom
    }
    let divisor = Self.greatestCommonDivisor(max(1, numerator), denominator)
    hundredths = Int(divideHalfEven(numerator / divisor * 100, denominator / divisor))
  }

  /// The pollutants with the largest single index (最大单项指数), all on a tie; compared exactly, so that rounding makes no
  /// ties.
  public var leading: [Pollutant] {
    // a/b against c/d by a·d against c·b; both products stay below 2^62.
    func top(_ part: Part) -> Int64 { Int64(part.concentration.thousandths) * Int64(part.weight) }
    return parts.filter { part in
      parts.allSatisfy {
        top(part) * Int64($0.limit.thousandths / 1_000) >= top($0) * Int64(part.limit.thousandths / 1_000)
      }
    }.map(\.pollutant)
  }

  private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return max(1, a)
  }
}

/// Places in a ranking, smallest first: equal values share a place and the next is skipped (1, 1, 3); nil has none.
public func sharedRanks(_ values: [Int?]) -> [Int?] {
  values.map { value in value.map { value in 1 + values.count { $0.map { $0 < value } ?? false } } }
}
