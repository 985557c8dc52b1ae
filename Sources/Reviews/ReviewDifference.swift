package import AirQuality
package import Engine
import History
package import Replay
import Rollup

/// How a reviewed set differs from what the daemon holds (审核差异): hours of stations, daily figures of units, levels.
package struct ReviewDifference: Sendable {
  /// What is known of the period, from the store.
  package struct Facts: Sendable {
    /// As it counted in the period.
    package var site: Site
    package var feeds: [String]
    package var criteria: String
    package var edition: String
    /// Hour chunks from `lead` days before the set until `trail` days after it.
    package var chunks: [StoredChunk]
    /// What was reviewed before, in the order of the imports.
    package var earlier: [ReviewedDay]
    /// Days that the ledger takes reviewed values of; nil takes all.
    package var ledger: ClosedRange<CivilDay>?
    package init(
      site: Site, feeds: [String], criteria: String, edition: String, chunks: [StoredChunk], earlier: [ReviewedDay],
      ledger: ClosedRange<CivilDay>? = nil
    ) {
      self.site = site
      self.feeds = feeds
      self.criteria = criteria
      self.edition = edition
      self.chunks = chunks
      self.earlier = earlier
      self.ledger = ledger
    }
  }

  /// Days before the set that levels of its first hours rest on, and days after it that its last hours reach.
  package static let lead: Int32 = 6
  package static let trail: Int32 = 4

  /// One station and pollutant.
  package struct Hours: Sendable, Hashable {
    package var station: String
    package var pollutant: Pollutant
    package var same = 0
    package var changed = 0
    /// Provisional value, none in the review.
    package var removed = 0
    /// Value in the review alone.
    package var added = 0
    /// No value in either.
    package var empty = 0
    /// Of the changed hours, the one with the largest change.
    package var largest: Change?

    /// A value that became another.
    package struct Change: Sendable, Hashable {
      /// Civil hour number.
      package var hour: Int32
      package var before: Concentration
      package var after: Concentration
      var size: Int64 { abs(Int64(after.thousandths) - Int64(before.thousandths)) }
    }
  }

  /// A unit's day whose published figures differ.
  package struct Day: Sendable, Hashable {
    package var unit: String
    package var day: CivilDay
    /// In the order of `Pollutant.criteria`.
    package var before: [Concentration]
    package var after: [Concentration]
    package var aqiBefore: Int?
    package var aqiAfter: Int?
    /// Whether it is a heavy-pollution day, a good day; nil when that cannot be said.
    package var heavyBefore: Bool?
    package var heavyAfter: Bool?
    package var goodBefore: Bool?
    package var goodAfter: Bool?
  }

  /// A unit over all days of the set.
  package struct Unit: Sendable, Hashable {
    package var unit: County
    /// Days, and of these the days whose six figures are final with the set.
    package var days = 0
    package var finalDays = 0
    package var changedDays = 0
    package var heavyBefore = 0
    package var heavyAfter = 0
    package var goodBefore = 0
    package var goodAfter = 0
    /// Means of the valid days in the order of `Pollutant.criteria`; missing without one.
    package var meansBefore: [Concentration] = []
    package var meansAfter: [Concentration] = []
  }

  /// What an import makes of the days of a station and pollutant.
  package struct Taking: Sendable, Hashable {
    /// Enter the ledger.
    package var taken = 0
    /// Of stations that are not assessed: kept on record, in no figure.
    package var notAssessed = 0
    /// Older than what the ledger holds: kept on record, in no figure.
    package var beforeLedger = 0
    /// Not closed yet: kept on record, in no figure.
    package var notOver = 0
    package var notTaken: Int { notAssessed + beforeLedger + notOver }
    package init() {}
  }

  package var site: Site
  package var span: ClosedRange<CivilDay>
  /// What an import makes of the set, and the days that the ledger holds.
  package private(set) var taking = Taking()
  package var ledger: ClosedRange<CivilDay>?
  /// By station and pollutant.
  package var hours: [Hours] = []
  /// Over the days from the first to the last that the ledger takes.
  package var units: [Unit] = []
  /// By day, then unit.
  package var days: [Day] = []
  /// Events of levels as found by provisional hours, and as they would have been by the reviewed ones.
  package var levels: ReplayComparison

  /// Compares. `progress` hears of days done and in all.
  ///
  /// - Throws: what is wrong with a stored chunk.
  package init?(
    _ set: [ReviewedDay], _ facts: Facts, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) throws {
    guard let first = set.map(\.day).min(), let last = set.map(\.day).max() else { return nil }
    site = facts.site
    span = first...last
    ledger = facts.ledger
    let provisional = try ProvisionalHours(
      facts.chunks, site: facts.site, named: Set(set.map(\.station)))
    let assessed = Set(facts.site.stations.filter(\.assessed).map(\.id))
    for item in set {
      if !assessed.contains(item.station) {
        taking.notAssessed += 1
      } else if let ledger, item.day < ledger.lowerBound {
        taking.beforeLedger += 1
      } else if let ledger, item.day > ledger.upperBound {
        taking.notOver += 1
      } else {
        taking.taken += 1
      }
    }
    // What the ledger does not take changes no figure, and must not stretch the comparison over years.
    let taken = facts.ledger.map { ledger in set.filter { ledger.contains($0.day) } } ?? set
    levels = Self.levels(provisional, taken, facts)
    compareHours(set, provisional)
    try compareDays(taken, facts, progress)
  }

  // MARK: Hours

  private mutating func compareHours(_ set: [ReviewedDay], _ provisional: ProvisionalHours) {
    struct Key: Hashable {
      var station: String
      var pollutant: Pollutant
    }
    var found: [Key: Hours] = [:]
    for item in set {
      let key = Key(station: item.station, pollutant: item.pollutant)
      var counts = found[key] ?? Hours(station: item.station, pollutant: item.pollutant)
      for (slot, after) in item.hours.enumerated() {
        let hour = item.day.firstHour + Int32(slot)
        let before = provisional.value(item.station, item.pollutant, hour)
        switch (before.isMissing, after.isMissing) {
        case (true, true): counts.empty += 1
        case (true, false): counts.added += 1
        case (false, true): counts.removed += 1
        case (false, false):
          if before == after {
            counts.same += 1
          } else {
            counts.changed += 1
            let change = Hours.Change(hour: hour, before: before, after: after)
            if change.size > counts.largest?.size ?? 0 { counts.largest = change }
          }
        }
      }
      found[key] = counts
    }
    hours = found.values.sorted { ($0.station, $0.pollutant.rawValue) < ($1.station, $1.pollutant.rawValue) }
  }

  // MARK: Days

  /// Days that rings made of chunks hold at once.
  private static let window: Int32 = 14

  private mutating func compareDays(
    _ set: [ReviewedDay], _ facts: Facts, _ progress: (Int, Int) -> Void
  ) throws {
    let editions = AQIEditionSetting(name: facts.edition) ?? .byDate
    let named = Engine.units(of: facts.site)
    var sums = named.map { _ in Sums() }
    units = named.map { Unit(unit: $0) }
    guard let first = set.map(\.day).min(), let last = set.map(\.day).max() else {
      units = []
      return
    }
    let all = Int(last.number - first.number) + 1
    var from = first
    while from <= last {
      let through = min(from.adding(days: Self.window - 1), last)
      let chunks = facts.chunks.filter { $0.key.kind == .hours && (from...through).contains($0.key.day) }
      var rollup = try Rollup(
        site: facts.site, feeds: facts.feeds, last: through, chunks: chunks.map(\.rollup))
      _ = rollup.review(facts.earlier.filter { (from...through).contains($0.day) })
      var reviewed = rollup
      _ = reviewed.review(set.filter { (from...through).contains($0.day) })
      for number in from.number...through.number {
        let day = CivilDay(number: number)
        for unit in named.indices {
          compare(unit, day, rollup, reviewed, editions.edition(on: day), &sums[unit])
        }
      }
      from = through.adding(days: 1)
      progress(Int(from.number - first.number), all)
    }
    for index in units.indices {
      units[index].meansBefore = sums[index].before.means
      units[index].meansAfter = sums[index].after.means
    }
    // A unit without any day has nothing to compare.
    units.removeAll { $0.days == 0 }
  }

  private struct Sums {
    struct Side {
      var sums = [Int64](repeating: 0, count: Pollutant.criteriaCount)
      var counts = [Int](repeating: 0, count: Pollutant.criteriaCount)
      mutating func add(_ values: [Concentration]) {
        for (lane, value) in values.enumerated() where !value.isMissing {
          sums[lane] += Int64(value.thousandths)
          counts[lane] += 1
        }
      }
      var means: [Concentration] { zip(sums, counts).map { .mean(sum: $0, count: $1) } }
    }
    var before = Side()
    var after = Side()
  }

  private mutating func compare(
    _ unit: Int, _ day: CivilDay, _ old: Rollup, _ new: Rollup, _ edition: AQIEdition, _ sums: inout Sums
  ) {
    guard !old.isUnmonitored(unit, on: day) else { return }
    let before = Self.figures(old, unit, day)
    let after = Self.figures(new, unit, day)
    sums.before.add(before)
    sums.after.add(after)
    let (oldIndex, newIndex) = (Self.index(before, edition), Self.index(after, edition))
    let change = Day(
      unit: units[unit].unit.code, day: day, before: before, after: after, aqiBefore: oldIndex.lowerBound,
      aqiAfter: newIndex.lowerBound, heavyBefore: oldIndex.isHeavy, heavyAfter: newIndex.isHeavy,
      goodBefore: Self.isGood(oldIndex), goodAfter: Self.isGood(newIndex))
    units[unit].days += 1
    if Pollutant.criteria.allSatisfy({ new.isFinal(unit, pollutant: $0, day: day) }) { units[unit].finalDays += 1 }
    if change.heavyBefore == true { units[unit].heavyBefore += 1 }
    if change.heavyAfter == true { units[unit].heavyAfter += 1 }
    if change.goodBefore == true { units[unit].goodBefore += 1 }
    if change.goodAfter == true { units[unit].goodAfter += 1 }
    guard before != after else { return }
    units[unit].changedDays += 1
    days.append(change)
  }

  /// As published: rounded by GB/T 8170.
  private static func figures(_ rollup: Rollup, _ unit: Int, _ day: CivilDay) -> [Concentration] {
    Pollutant.criteria.map {
      rollup.unitDay(unit, pollutant: $0, day: day).value.rounded(toDecimals: $0 == .co ? 1 : 0)
    }
  }

  private static func index(_ values: [Concentration], _ edition: AQIEdition) -> AQI {
    func value(_ pollutant: Pollutant) -> Concentration { values[Int(pollutant.rawValue)] }
    return AQI(
      DailyInput(
        pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
        o3EightHour: value(.o3)), edition: edition)
  }

  private static func isGood(_ aqi: AQI) -> Bool? {
    guard let bound = aqi.lowerBound else { return nil }
    return bound > 100 ? false : aqi.isLowerBound ? nil : true
  }

  // MARK: Levels

  /// The levels of the period found twice by the same engine under a virtual clock.
  private static func levels(_ provisional: ProvisionalHours, _ set: [ReviewedDay], _ facts: Facts) -> ReplayComparison
  {
    func play(_ hours: ProvisionalHours) -> ReplayResult {
      var replay = Replay(
        ReplayInput(tables: [hours.table()], offset: facts.site.offset), site: facts.site, criteria: facts.criteria,
        edition: facts.edition)
      return replay.run()
    }
    var reviewed = provisional
    for day in set { reviewed.take(day) }
    return ReplayComparison(play(provisional), play(reviewed))
  }
}
