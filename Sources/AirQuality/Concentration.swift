/// A measured amount in thousandths of its pollutant's unit: µg/m³ for all but CO, which is mg/m³.
///
/// Fixed point keeps sums, means and comparisons exact and replays identical to the last bit; three decimals are more
/// than any instrument or standard states. The range is ±2,147,483.647 of the unit; anything outside is unusable.
@frozen
public struct Concentration: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// The value times 1,000; `Int32.min` stands for "no value".
  public var thousandths: Int32

  @inlinable public init(thousandths: Int32) { self.thousandths = thousandths }

  /// No value.
  @inlinable public static var missing: Concentration { Concentration(thousandths: .min) }

  @inlinable public var isMissing: Bool { thousandths == .min }

  /// The nearest representable amount (ties to even), `missing` when `value` is not finite or out of range.
  @inlinable public init(_ value: Double) {
    let scaled = (value * 1_000).rounded(.toNearestOrEven)
    // A NaN fails both comparisons.
    guard scaled > -2_147_483_648, scaled < 2_147_483_648 else {
      self = .missing
      return
    }
    self.thousandths = Int32(scaled)
  }

  /// The amount as a floating-point number for display and JSON; NaN when missing.
  @inlinable public var value: Double { isMissing ? .nan : Double(thousandths) / 1_000 }

  @inlinable public static func < (a: Concentration, b: Concentration) -> Bool { a.thousandths < b.thousandths }

  /// The mean of `count` amounts that add up to `sum` thousandths, ties to even; missing when `count` is 0.
  @inlinable public static func mean(sum: Int64, count: Int) -> Concentration {
    guard count > 0 else { return .missing }
    return Concentration(thousandths: Int32(truncatingIfNeeded: divideHalfEven(sum, Int64(count))))
  }
}

/// `numerator / denominator` rounded to the nearest integer, ties to even (GB/T 8170-2008, 3.2). The denominator is > 0.
@inlinable
public func divideHalfEven(_ numerator: Int64, _ denominator: Int64) -> Int64 {
  precondition(denominator > 0)
  var quotient = numerator / denominator
  var remainder = numerator % denominator
  if remainder < 0 {
    quotient -= 1
    remainder += denominator
  }
  let twice = remainder * 2
  if twice > denominator || (twice == denominator && quotient & 1 != 0) { quotient += 1 }
  return quotient
}
