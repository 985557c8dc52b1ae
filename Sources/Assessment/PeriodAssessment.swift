package import AirQuality

/// A unit over a period on one basis (时段评价, HJ 663).
package struct PeriodAssessment: Sendable, Hashable {
  package var period: AssessmentPeriod
  package var basis: AssessmentBasis
  /// Calendar days of the period, and those that are over.
  package var calendarDays: Int
  package var daysOver: Int
  /// In the order of `Pollutant.criteria`.
  package var pollutants: [PollutantAssessment]
  /// Days with a complete AQI, or one above 100 from some of the six (有效天数).
  package var judgedDays: Int
  /// AQI up to 100, from all six (优良天数); above 200 (重污染天数).
  package var goodDays: Int
  package var heavyDays: Int
  /// Days on which the scale's end is reached, AQI 500 (爆表).
  package var offScaleDays: Int
  /// Judged days by category, `AQICategory` in order: those whose category is certain.
  package var byCategory: [Int]
  /// Judged days whose category is open (级别未定): an AQI from some of the six, above 100 already, that the others may raise.
  /// With those of `byCategory` they make up `judgedDays`.
  package var openDays: Int
  /// Days that are over whose AQI is not known.
  package var unknownDays: Int
  /// Days left out for sand-dust.
  package var deductedDays: Int
  /// Nil unless the six figures are there.
  package var index: CompositeIndex?
  /// The AQI of each day that is over, oldest first; nil when unknown.
  package var dailyAQI: [Int?]
  /// Primary pollutants of the days with a complete AQI above 50: how often each stood first.
  package var primaryDays: [Int]
  /// Whether every daily value that is there is final.
  package var isFinal: Bool

  /// Of a single day: whether its AQI is from some of the six only.
  package var isLowerBoundDay: Bool { pollutants.contains { $0.validDays == 0 } }

  /// Valid daily values of the six, of those there should be, 0 to 1; 0 before any day is over.
  package var completeness: Double {
    let possible = pollutants.reduce(0) { $0 + $1.days }
    return possible == 0 ? 0 : Double(pollutants.reduce(0) { $0 + $1.validDays }) / Double(possible)
  }

  /// Known when every day has all six, indeterminate when no figure is valid, incomplete otherwise.
  package enum State: String, Sendable, Hashable {
    case known, incomplete, indeterminate
  }

  package var state: State {
    if daysOver > 0, pollutants.allSatisfy({ $0.validDays == $0.days }) { return .known }
    return pollutants.contains { $0.isValid } ? .incomplete : .indeterminate
  }

  /// Whether each of the six has enough valid days: only then the period is ranked.
  package var isValid: Bool { pollutants.allSatisfy(\.isValid) }

  package subscript(pollutant: Pollutant) -> PollutantAssessment { pollutants[Int(pollutant.rawValue)] }

  /// - Parameters:
  ///   - days: the unit's days, any order; days outside the period do not count.
  ///   - through: the last day that is over.
  ///   - deducted: days that the dust-deducted basis leaves out of PM10, PM2.5 and the counts of days; sand-dust makes no
  ///     period less valid, and gases keep their days.
  ///   - editions: by which daily AQIs are made.
  package init(
    _ days: [DayFigures], _ period: AssessmentPeriod, basis: AssessmentBasis = .measured, through: CivilDay,
    deducted: Set<CivilDay> = [], editions: AQIEditionSetting = .byDate
  ) {
    self.period = period
    self.basis = basis
    let span = period.days
    calendarDays = Int(span.upperBound.number - span.lowerBound.number) + 1
    let over = span.lowerBound.number...max(span.lowerBound.number, min(span.upperBound.number, through.number))
    let isBegun = through >= span.lowerBound
    let known = Dictionary(days.map { ($0.day, $0) }, uniquingKeysWith: { _, last in last })
    var all: [DayFigures] = []
    if isBegun {
      for number in over {
        let day = CivilDay(number: number)
        all.append(
          known[day] ?? DayFigures(day: day, values: Array(repeating: .missing, count: Pollutant.criteriaCount)))
      }
    }
    let left = basis == .dustDeducted ? deducted : []
    let counted = all.filter { !left.contains($0.day) }
    deductedDays = all.count - counted.count
    daysOver = counted.count
    // The rules of the period's last day judge it as a whole.
    let standard = AmbientStandard.inForce(on: span.upperBound)
    let edition = editions.edition(on: span.upperBound)
    pollutants = Pollutant.criteria.map { pollutant in
      PollutantAssessment(
        pollutant, all, all.map { Self.values($0, basis)[Int(pollutant.rawValue)] }, period, standard: standard,
        edition: edition, leavingOut: pollutant == .pm10 || pollutant == .pm25 ? left : [],
        isOver: through >= span.upperBound)
    }
    index = CompositeIndex(
      pollutants.map(\.figure), edition: CompositeIndex.Edition.inForce(on: span.upperBound), standard: standard)
    judgedDays = 0
    goodDays = 0
    heavyDays = 0
    offScaleDays = 0
    openDays = 0
    byCategory = Array(repeating: 0, count: AQICategory.allCases.count)
    dailyAQI = []
    primaryDays = Array(repeating: 0, count: Pollutant.criteriaCount)
    unknownDays = 0
    isFinal =
      basis != .provisional && daysOver > 0
      && counted.allSatisfy { day in zip(day.values, day.isFinal).allSatisfy { $0.isMissing || $1 } }
      && counted.contains { $0.isFinal.contains(true) }
    for day in counted { judge(Self.aqi(Self.values(day, basis), editions.edition(on: day.day))) }
  }

  private static func values(_ day: DayFigures, _ basis: AssessmentBasis) -> [Concentration] {
    basis == .provisional ? day.provisional : day.values
  }

  /// The daily index of published values (HJ 633).
  package static func aqi(_ values: [Concentration], _ edition: AQIEdition) -> AQI {
    func value(_ pollutant: Pollutant) -> Concentration {
      values[Int(pollutant.rawValue)].rounded(toDecimals: pollutant == .co ? 1 : 0)
    }
    return AQI(
      DailyInput(
        pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
        o3EightHour: value(.o3)), edition: edition)
  }

  private mutating func judge(_ aqi: AQI) {
    let bound = aqi.lowerBound
    dailyAQI.append(bound)
    // An index from some of the six is a lower bound: above 100 it is certain that the day is not good.
    guard let bound, !aqi.isLowerBound || bound > 100 else {
      unknownDays += 1
      return
    }
    if aqi.isHeavy == true { heavyDays += 1 }
    if bound >= 500 { offScaleDays += 1 }
    if bound <= 100 { goodDays += 1 }
    judgedDays += 1
    // What is missing may lie in another category, and may be what stands first; above 300 there is no worse one.
    let category = AQICategory(aqi: bound)
    if aqi.isLowerBound && category != .severe {
      openDays += 1
    } else {
      byCategory[category.rawValue - 1] += 1
    }
    guard !aqi.isLowerBound else { return }
    for pollutant in aqi.primary { primaryDays[Int(pollutant.rawValue)] += 1 }
  }
}
