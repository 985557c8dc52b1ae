package import AirQuality

/// A period that bulletins are made of (评价时段).
package enum AssessmentPeriod: Sendable, Hashable {
  case day(CivilDay)
  /// Seven days from a Monday.
  case week(CivilDay)
  case month(CivilMonth)
  /// From 1.
  case quarter(year: Int, quarter: Int)
  case year(Int)
  /// A heating season (采暖季), first and last day; it is named by the year it begins in.
  case season(ClosedRange<CivilDay>)

  /// The kinds, by their verb.
  package enum Kind: String, CaseIterable, Sendable, Hashable {
    case day, week, month, quarter, year, season
  }

  package var kind: Kind {
    switch self {
    case .day: .day
    case .week: .week
    case .month: .month
    case .quarter: .quarter
    case .year: .year
    case .season: .season
    }
  }

  /// Reads `2020-12-05` (day; week, month, quarter, year that hold it), `2020-W49`, `2020-12`, `2020-Q4`, `2020`; a season
  /// is named by the year it begins in and must be dated. Nil when the text is none of the kind.
  package init?(_ kind: Kind, _ text: String, seasons: [ClosedRange<CivilDay>] = []) {
    if let day = CivilDay(text) {
      guard let period = AssessmentPeriod(kind, holding: day, seasons: seasons) else { return nil }
      self = period
      return
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let year = parts.first.flatMap { $0.utf8.count == 4 ? Int($0) : nil } ?? 0
    guard (1...9_999).contains(year) else { return nil }
    let rest = parts.count == 2 ? parts[1] : nil
    switch kind {
    case .day: return nil
    case .week:
      guard let rest, rest.first == "W" || rest.first == "w", let number = Int(rest.dropFirst()),
        let monday = Self.monday(year: year, week: number)
      else { return nil }
      self = .week(monday)
    case .month:
      guard let month = CivilMonth(text) else { return nil }
      self = .month(month)
    case .quarter:
      guard let rest, rest.first == "Q" || rest.first == "q", let number = Int(rest.dropFirst()),
        (1...4).contains(number)
      else { return nil }
      self = .quarter(year: year, quarter: number)
    case .year:
      guard parts.count == 1 else { return nil }
      self = .year(year)
    case .season:
      guard parts.count == 1, let season = seasons.first(where: { $0.lowerBound.year == year }) else { return nil }
      self = .season(season)
    }
  }

  /// The period of that kind that holds a day; nil when no season does.
  package init?(_ kind: Kind, holding day: CivilDay, seasons: [ClosedRange<CivilDay>] = []) {
    switch kind {
    case .day: self = .day(day)
    case .week: self = .week(day.adding(days: -Self.weekday(day)))
    case .month: self = .month(CivilMonth(day))
    case .quarter: self = .quarter(year: day.year, quarter: (day.components.month - 1) / 3 + 1)
    case .year: self = .year(day.year)
    case .season:
      guard let season = seasons.first(where: { $0.contains(day) }) else { return nil }
      self = .season(season)
    }
  }

  /// The newest period of a kind that ended before `today`; nil when no season did.
  package static func last(
    _ kind: Kind, before today: CivilDay, seasons: [ClosedRange<CivilDay>] = []
  ) -> AssessmentPeriod? {
    if kind == .season {
      return seasons.filter { $0.upperBound < today }.max { $0.upperBound < $1.upperBound }.map { .season($0) }
    }
    guard let running = AssessmentPeriod(kind, holding: today) else { return nil }
    return AssessmentPeriod(kind, holding: running.days.lowerBound.adding(days: -1))
  }

  package var days: ClosedRange<CivilDay> {
    switch self {
    case .day(let day): return day...day
    case .week(let monday): return monday...monday.adding(days: 6)
    case .month(let month): return month.days
    case .quarter(let year, let quarter):
      let first = CivilMonth(number: Int32(year * 12 + (quarter - 1) * 3))
      return first.firstDay...first.adding(months: 2).days.upperBound
    case .year(let year):
      let first = CivilMonth(number: Int32(year * 12))
      return first.firstDay...first.adding(months: 11).days.upperBound
    case .season(let days): return days
    }
  }

  /// The same period of the year before (上年同期): the same dates, weeks by their dates.
  package var yearBefore: AssessmentPeriod {
    switch self {
    case .day(let day): .day(Self.yearBefore(day))
    case .week(let monday): .week(Self.yearBefore(monday))
    case .month(let month): .month(month.adding(months: -12))
    case .quarter(let year, let quarter): .quarter(year: year - 1, quarter: quarter)
    case .year(let year): .year(year - 1)
    case .season(let days): .season(Self.yearBefore(days.lowerBound)...Self.yearBefore(days.upperBound))
    }
  }

  /// The day of the year before that `through` is set beside: the last of the same period once it is over, else the same
  /// date, so that every figure up to one day is compared with one and the same span.
  package func dayBefore(_ through: CivilDay) -> CivilDay {
    through >= days.upperBound ? yearBefore.days.upperBound : Self.yearBefore(through)
  }

  /// 29 February goes with the 28th.
  private static func yearBefore(_ day: CivilDay) -> CivilDay {
    let (year, month, number) = day.components
    return CivilDay(year: year - 1, month: month, day: min(number, CivilDay.days(inMonth: month, of: year - 1))) ?? day
  }

  /// 0 for Monday.
  package static func weekday(_ day: CivilDay) -> Int32 {
    // 1970-01-01 was a Thursday.
    let rest = (day.number + 3) % 7
    return rest < 0 ? rest + 7 : rest
  }

  /// The Monday of a week of ISO 8601: the first week holds 4 January.
  private static func monday(year: Int, week: Int) -> CivilDay? {
    guard (1...53).contains(week), let fourth = CivilDay(year: year, month: 1, day: 4) else { return nil }
    let monday = fourth.adding(days: -weekday(fourth) + Int32(week - 1) * 7)
    // Its Thursday says which year it belongs to.
    return monday.adding(days: 3).year == year ? monday : nil
  }

  /// Week of ISO 8601 with its year.
  private static func isoWeek(_ monday: CivilDay) -> (year: Int, week: Int) {
    let year = monday.adding(days: 3).year
    guard let first = Self.monday(year: year, week: 1) else { return (year, 1) }
    return (year, Int(monday.number - first.number) / 7 + 1)
  }

  /// `2020-12-05`, `2020-W49`, `2020-12`, `2020-Q4`, `2020`, `2020/2021`.
  package var name: String {
    switch self {
    case .day(let day): return day.description
    case .week(let monday):
      let (year, week) = Self.isoWeek(monday)
      return "\(year)-W\(week < 10 ? "0" : "")\(week)"
    case .month(let month): return month.description
    case .quarter(let year, let quarter): return "\(year)-Q\(quarter)"
    case .year(let year): return String(year)
    case .season(let days): return "\(days.lowerBound.year)/\(days.upperBound.year)"
    }
  }
}
