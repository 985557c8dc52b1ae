import AirQuality
package import Engine

/// How the level events of two replays of the same data differ (规则对比).
package struct ReplayComparison: Sendable {
  /// One event of each that tell of the same change at different times.
  package struct Moved: Sendable {
    package var first: EventRecord
    package var second: EventRecord
    /// Hours by which the second is later; below 0 when earlier.
    package var hours: Int
  }
  /// `mee-2018, by-date` and the like.
  package var firstRules: String
  package var secondRules: String
  /// Transitions of the same unit, level and hour in both.
  package var same = 0
  package var onlyFirst: [EventRecord] = []
  package var onlySecond: [EventRecord] = []
  package var moved: [Moved] = []
  /// Days whose AQI, or whether they are heavy, differ, by unit.
  package var days: [DayDifference] = []

  /// How many days of a unit's year the two judge differently.
  package struct DayDifference: Sendable, Hashable {
    package var county: String
    package var year: Int
    package var differentAQI: Int
    package var heavyFirst: Int
    package var heavySecond: Int
    package var goodFirst: Int
    package var goodSecond: Int
  }

  /// Transitions of one unit to one level further apart than this are not the same one moved.
  package static let farthestHours = 96

  package init(_ first: ReplayResult, _ second: ReplayResult) {
    firstRules = first.rules
    secondRules = second.rules
    compareEvents(first, second)
    compareDays(first, second)
  }

  private mutating func compareEvents(_ first: ReplayResult, _ second: ReplayResult) {
    let shown = Set(first.units.map(\.code))
    func transitions(_ result: ReplayResult) -> [EventRecord] {
      result.events.filter { $0.kind == .level && shown.contains($0.county) }
    }
    var rest = transitions(second)
    var unmatched: [EventRecord] = []
    for event in transitions(first) {
      if let index = rest.firstIndex(where: { Self.isSame($0, event) && $0.at == event.at }) {
        rest.remove(at: index)
        same += 1
      } else {
        unmatched.append(event)
      }
    }
    for event in unmatched {
      let near = rest.indices.filter {
        Self.isSame(rest[$0], event) && abs(Self.hours(event, rest[$0])) <= Self.farthestHours
      }
      if let index = near.min(by: { abs(Self.hours(event, rest[$0])) < abs(Self.hours(event, rest[$1])) }) {
        moved.append(Moved(first: event, second: rest[index], hours: Self.hours(event, rest[index])))
        rest.remove(at: index)
      } else {
        onlyFirst.append(event)
      }
    }
    onlySecond = rest
  }

  private static func isSame(_ a: EventRecord, _ b: EventRecord) -> Bool { a.county == b.county && a.to == b.to }

  private static func hours(_ a: EventRecord, _ b: EventRecord) -> Int {
    Int((b.at.milliseconds - a.at.milliseconds) / 3_600_000)
  }

  private mutating func compareDays(_ first: ReplayResult, _ second: ReplayResult) {
    for year in first.years {
      guard let other = second.years.first(where: { $0.year == year.year && $0.county == year.county }) else {
        continue
      }
      let days = (first.days[year.county] ?? []).filter { $0.day.year == year.year }
      let others = (second.days[year.county] ?? []).filter { $0.day.year == year.year }
      keep(
        DayDifference(
          county: year.county, year: year.year, differentAQI: zip(days, others).count { $0.aqi != $1.aqi },
          heavyFirst: year.heavyDays, heavySecond: other.heavyDays, goodFirst: year.goodDays,
          goodSecond: other.goodDays))
    }
  }

  /// Keeps a difference that is one.
  private mutating func keep(_ difference: DayDifference) {
    if difference.differentAQI > 0 || difference.heavyFirst != difference.heavySecond
      || difference.goodFirst != difference.goodSecond
    {
      days.append(difference)
    }
  }

  /// Whether nothing differs.
  package var isEmpty: Bool { onlyFirst.isEmpty && onlySecond.isEmpty && moved.isEmpty && days.isEmpty }
}
