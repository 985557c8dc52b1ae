public import AirQuality

/// What is known of the year before (基准年): an official value, or an interval that is shown and decides nothing.
public struct LedgerBaseline: Sendable, Hashable {
  public var year: Int
  /// The best single value, and the interval it lies in; all equal for a stated value.
  public var value: Concentration
  public var low: Concentration
  public var high: Concentration
  public var isOfficial: Bool
  /// The value was computed backwards from the printed target and drop.
  public var isDerived: Bool
  public var source: String

  /// A stated value.
  public init(_ stated: TargetBaseline) {
    year = stated.year
    value = stated.value
    low = stated.value
    high = stated.value
    isOfficial = stated.isOfficial
    isDerived = false
    source = stated.source
  }

  /// The value of the year before that a printed target T and drop p lead back to: T/(1 - p), where T was rounded to the
  /// decimals of its standard and p to a tenth of a percent. Nil when one of them is not printed.
  public init?(derivedFrom row: TargetRow) {
    guard let indicator = Indicator(rawValue: row.indicator), indicator.annualMeanOf != nil,
      let target = row.target.map(Concentration.init(_:)), !target.isMissing, target.thousandths > 0,
      let drop = row.dropPercent.map(Concentration.init(_:)), !drop.isMissing
    else { return nil }
    let halfStep: Int64 = indicator.decimals(year: row.year) == 0 ? 500 : 50
    let whole: Int64 = 100_000
    let halfTenth: Int64 = 50
    let (printed, kept) = (Int64(target.thousandths), whole - Int64(drop.thousandths))
    guard kept > halfTenth else { return nil }
    year = row.year - 1
    value = Concentration(clamping: divideHalfEven(printed * whole, kept))
    low = Concentration(clamping: floorDivide((printed - halfStep) * whole, kept + halfTenth))
    high = Concentration(clamping: -floorDivide(-(printed + halfStep) * whole, kept - halfTenth))
    isOfficial = false
    isDerived = true
    source = row.source
  }

  /// What the ledger says of the year before a row's: the official value, else a stated one, else a derived one.
  public static func known(for row: TargetRow, among stated: [TargetBaseline]) -> LedgerBaseline? {
    let fitting = stated.filter {
      $0.year == row.year - 1 && $0.county == row.county && $0.indicator == row.indicator
    }
    if let official = fitting.first(where: \.isOfficial) { return LedgerBaseline(official) }
    if let own = row.baseline.map(Concentration.init(_:)), !own.isMissing {
      return LedgerBaseline(
        TargetBaseline(
          year: row.year - 1, county: row.county, indicator: row.indicator, value: own, isOfficial: true,
          source: row.source))
    }
    return fitting.first.map(LedgerBaseline.init(_:)) ?? LedgerBaseline(derivedFrom: row)
  }

  /// The drop from this value to `amount` in percent, low and high by the interval; nil when the value may be zero.
  public func drop(to amount: Concentration) -> (low: Concentration, high: Concentration)? {
    guard low.thousandths > 0, !amount.isMissing else { return nil }
    func percent(_ base: Concentration) -> Concentration {
      Concentration(
        clamping: divideHalfEven(
          100_000 * (Int64(base.thousandths) - Int64(amount.thousandths)), Int64(base.thousandths)))
    }
    return (percent(low), percent(high))
  }
}
