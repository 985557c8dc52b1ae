package import AirQuality

/// A figure beside that of the year before (同比).
package enum YearOnYear: Sendable, Hashable {
  /// Change in tenths of a percent (GB/T 8170), below zero when it fell.
  case change(tenths: Int)
  /// Change of a count of days, between counts of as many judged days.
  case days(Int)
  /// The year before is not known well enough, or this one is not: why.
  case notComparable(Reason)

  /// Why two figures are not compared.
  package enum Reason: Sendable, Hashable {
    case noValueNow
    case noValueBefore
    /// Too few valid days on either side.
    case notValidNow
    case notValidBefore
    /// Another edition of the standard judged the year before.
    case otherEdition
    case zeroBefore
  }

  /// Two means or percentiles of one pollutant.
  package init(_ now: PollutantAssessment, before: PollutantAssessment) {
    self = Self.compare(now.figure, now.isValid, before.figure, before.isValid)
  }

  /// Two composite indices; indices of different editions are not compared.
  package init(_ now: PeriodAssessment, before: PeriodAssessment) {
    guard
      CompositeIndex.Edition.inForce(on: now.period.days.upperBound)
        == CompositeIndex.Edition.inForce(on: before.period.days.upperBound)
    else {
      self = .notComparable(.otherEdition)
      return
    }
    func value(_ assessment: PeriodAssessment) -> Concentration {
      assessment.index.map { Concentration(thousandths: Int32(clamping: $0.hundredths * 10)) } ?? .missing
    }
    self = Self.compare(value(now), now.isValid, value(before), before.isValid)
  }

  private static func compare(
    _ now: Concentration, _ isNowValid: Bool, _ before: Concentration, _ isBeforeValid: Bool
  ) -> YearOnYear {
    if now.isMissing { return .notComparable(.noValueNow) }
    if before.isMissing { return .notComparable(.noValueBefore) }
    if !isNowValid { return .notComparable(.notValidNow) }
    if !isBeforeValid { return .notComparable(.notValidBefore) }
    guard before.thousandths > 0 else { return .notComparable(.zeroBefore) }
    let difference = Int64(now.thousandths) - Int64(before.thousandths)
    return .change(tenths: Int(divideHalfEven(difference * 1_000, Int64(before.thousandths))))
  }

  /// Counts of days, comparable when both sides have judged nine of ten days: a count of fewer days is smaller for that.
  /// This project's own rule.
  package static func days(
    _ count: (PeriodAssessment) -> Int, _ now: PeriodAssessment, before: PeriodAssessment
  ) -> YearOnYear {
    func isValid(_ assessment: PeriodAssessment) -> Bool {
      assessment.daysOver > 0 && assessment.judgedDays * 10 >= assessment.daysOver * 9
    }
    guard isValid(now) else { return .notComparable(now.judgedDays == 0 ? .noValueNow : .notValidNow) }
    guard isValid(before) else { return .notComparable(before.judgedDays == 0 ? .noValueBefore : .notValidBefore) }
    return .days(count(now) - count(before))
  }
}

/// The order of counties by their composite index (市内排名), cleanest first. It never decides the province's worst-ten rule.
package struct CountyOrder: Sendable, Hashable {
  /// One county's place.
  package struct Place: Sendable, Hashable {
    package var county: String
    /// Shared by equal indices; nil without an index, or when it rests on too few valid days: what is missing must not
    /// make a county clean.
    package var rank: Int?
    /// The index in hundredths, also of a county that is not ranked.
    package var hundredths: Int?
    package var leading: [Pollutant]
  }

  /// By rank, counties without a rank last; counties of one rank in the order given.
  package var places: [Place]

  package init(_ counties: [(county: String, assessment: PeriodAssessment)]) {
    let ranks = sharedRanks(counties.map { $0.assessment.isValid ? $0.assessment.index?.hundredths : nil })
    let made = zip(counties, ranks).map { county, rank in
      Place(
        county: county.county, rank: rank, hundredths: county.assessment.index?.hundredths,
        leading: county.assessment.index?.leading ?? [])
    }
    places = made.enumerated().sorted {
      ($0.element.rank ?? .max, $0.offset) < ($1.element.rank ?? .max, $1.offset)
    }.map(\.element)
  }

  /// The first and the last three ranks, with all that share them; fewer when fewer counties are ranked.
  package var best: [Place] { places.filter { $0.rank.map { $0 <= 3 } ?? false } }
  package var worst: [Place] {
    let ranked = places.filter { $0.rank != nil }
    guard ranked.count > 3, let bound = ranked[ranked.count - 3].rank else { return [] }
    return ranked.filter { $0.rank.map { $0 >= bound && $0 > 3 } ?? false }.reversed()
  }
}
