package import AirQuality
import Engine
import History

/// Runs history through the engine under a virtual clock (历史回放).
///
/// Every civil hour gets one record at the instant of its end: the batch of its rows, or a tick when there is none, so
/// that hours close and gaps are noticed as in `run`. Daily means of cities go in as imports, day by day. Nothing is
/// computed here that the engine computes.
package struct Replay {
  /// What happens when the engine proposes to lift or lower a level, which in `run` is a person's decision.
  package enum Lifting: String, CaseIterable, Sendable {
    /// A virtual duty officer follows every proposal at once, by an ordinary act named `replay`.
    case proposed
    /// Nobody decides: the first level of a kind stays until the end.
    case never
  }

  private let input: ReplayInput
  private let lifting: Lifting
  private var engine = Engine()
  private var configuration: EngineConfiguration
  private var result: ReplayResult
  private var acts = 0
  /// The first and last civil day of the data, and the first day not yet taken into the result.
  private var firstDay: CivilDay
  private var lastDay: CivilDay
  private var harvestFrom: CivilDay
  private var nextDaily = 0
  private var readings: ContiguousArray<Reading> = []
  private let batching: Batching

  /// How an hour's rows are cut into answers.
  package enum Batching: Sendable {
    case hour
    /// A batch for every station of the hour.
    case station
  }

  /// The name of the feed that history comes from.
  package static let feed = "history"

  package init(
    _ input: ReplayInput, site: Site, targets: [TargetRow] = [], criteria: String, edition: String,
    lifting: Lifting = .proposed, batching: Batching = .hour
  ) {
    self.input = input
    self.lifting = lifting
    self.batching = batching
    configuration = EngineConfiguration(
      site: site, feeds: [Self.feed], targets: targets, criteria: criteria, edition: edition, hooks: [])
    let hourDays =
      input.hours.isEmpty
      ? [] : [CivilDay(hour: input.hours.lowerBound - 1), CivilDay(hour: input.hours.upperBound - 2)]
    let known = hourDays + [input.days.first?.day, input.days.last?.day].compactMap { $0 }
    firstDay = known.min() ?? CivilDay(number: 0)
    lastDay = known.max() ?? CivilDay(number: 0)
    harvestFrom = firstDay
    result = ReplayResult(rules: "\(criteria), \(edition)", site: site, units: Self.units(of: site))
  }

  /// The counties, and the aggregates that differ from all of them.
  private static func units(of site: Site) -> [County] {
    let city = County(code: site.code, nameChinese: site.name, nameEnglish: site.name, group: "全市")
    let urban = County(code: site.urbanCode, nameChinese: "市区", nameEnglish: "Urban district", group: "市区")
    let hasUrban = site.stations.contains { $0.urban && $0.assessed && !$0.background }
    return site.counties + (site.counties.count > 1 ? [city] : []) + (hasUrban ? [urban] : [])
  }

  /// Runs everything; `progress` hears of civil hours done and in all, about once a day of data.
  package mutating func run(progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) -> ReplayResult {
    guard !input.isEmpty else { return result }
    let offset = configuration.site.offset
    // From the first day's midnight, so that the ledger holds the first day as a whole.
    let first = min(firstDay.firstHour, input.hours.isEmpty ? .max : input.hours.lowerBound)
    let last = max(lastDay.adding(days: 1).firstHour, input.hours.isEmpty ? .min : input.hours.upperBound - 1)
    apply(.configuration(configuration), at: offset.start(ofHour: first))
    let all = Int(last - first)
    var hour = first
    while hour <= last {
      harvest(before: hour)
      feed(hour)
      hour += 1
      if Int(hour - first) % 24 == 0 { progress(min(all, Int(hour - first)), all) }
    }
    // The last hours close, complete or not.
    apply(.tick, at: offset.start(ofHour: last + 1))
    harvestDays(through: lastDay)
    finish()
    progress(all, all)
    return result
  }

  /// The record of the hour that ends where `hour` starts.
  private mutating func feed(_ hour: Int32) {
    let at = configuration.site.offset.start(ofHour: hour)
    result.hours += 1
    if input.hours.contains(hour) { input.readings(endingAt: hour, into: &readings) } else { readings.removeAll() }
    if readings.isEmpty {
      apply(.tick, at: at)
    } else {
      switch batching {
      case .hour: apply(batch(readings, at: at), at: at)
      case .station:
        var start = 0
        while start < readings.count {
          var end = start + 1
          while end < readings.count, readings[end].station == readings[start].station { end += 1 }
          apply(batch(ContiguousArray(readings[start..<end]), at: at), at: at)
          start = end
        }
      }
    }
    importDays(before: hour, at: at)
  }

  private func batch(_ readings: ContiguousArray<Reading>, at: Instant) -> EngineEvent {
    .batch(FeedBatch(feed: Self.feed, receivedAt: at, stations: input.stations, readings: readings))
  }

  /// Daily means go in when their day is over.
  private mutating func importDays(before hour: Int32, at: Instant) {
    guard nextDaily < input.days.count, hour % 24 == 0 else { return }
    let today = CivilDay(hour: hour)
    guard input.days[nextDaily].day < today else { return }
    var rows: [DailyMeansImport.Row] = []
    while nextDaily < input.days.count, input.days[nextDaily].day < today {
      let day = input.days[nextDaily]
      nextDaily += 1
      guard let unit = unit(ofCity: input.cities[day.city]) else { continue }
      for (pollutant, value) in zip(Pollutant.criteria, day.values) where !value.isMissing {
        rows.append(DailyMeansImport.Row(county: unit, day: day.day, pollutant: pollutant, value: value))
      }
    }
    let name = "history before \(today)"
    apply(.dailyMeans(DailyMeansImport(source: name, digest: name, rows: rows)), at: at)
  }

  /// The unit that a city of a daily file is: a county or the site of that name, with or without 市 and the like.
  private func unit(ofCity name: String) -> String? {
    func bare(_ name: String) -> Substring {
      name.last.map { "市县区".contains($0) } ?? false ? name.dropLast() : name[...]
    }
    let site = configuration.site
    if let county = site.counties.first(where: { $0.code == name || bare($0.nameChinese) == bare(name) }) {
      return county.code
    }
    return site.code == name || bare(site.name) == bare(name) ? site.code : nil
  }

  private mutating func apply(_ event: EngineEvent, at: Instant) {
    let effects = engine.apply(event, at: at)
    for effect in effects {
      guard case .event(let record) = effect else { continue }
      result.events.append(record)
      if lifting == .proposed, record.rule.hasSuffix("/lift-proposed") {
        acts += 1
        apply(
          .act(
            .lift(id: "replay-\(acts)", county: record.county, by: "replay", reason: "按提议解除 (as proposed)")), at: at)
      }
    }
  }

  // MARK: Results

  /// Takes days into the result before the ledger of 400 days forgets them, and the targets of a year that is over.
  private mutating func harvest(before hour: Int32) {
    guard hour % 24 == 2 else { return }
    let today = CivilDay(hour: hour)
    let (_, month, day) = today.components
    if day == 2, month == 1 || month == 7, harvestFrom < today {
      harvestDays(through: min(lastDay, today.adding(days: -1)))
    }
  }

  private mutating func harvestDays(through last: CivilDay) {
    guard harvestFrom <= last else { return }
    for unit in result.units {
      result.days[unit.code, default: []] += engine.dayRecords(unit.code, from: harvestFrom, through: last)
    }
    let years = Set([harvestFrom.year, last.year])
    if !configuration.targets.isEmpty, let view = engine.view(position: 0) {
      result.targets.removeAll { years.contains($0.year) }
      result.targets += view.targets.filter { years.contains($0.year) }
    }
    harvestFrom = last.adding(days: 1)
  }

  private mutating func finish() {
    for unit in result.units {
      let byYear = Dictionary(grouping: result.days[unit.code] ?? [], by: { $0.day.year })
      for (year, days) in byYear { result.years.append(ReplayYear(year: year, county: unit.code, days: days)) }
    }
    // Years of which a unit has nothing are no years of its ledger, unless there is nothing else to show.
    let known = result.years.filter { $0.validDays.contains { $0 > 0 } }
    if !known.isEmpty { result.years = known }
    let order = Dictionary(uniqueKeysWithValues: result.units.enumerated().map { ($1.code, $0) })
    result.years.sort { ($0.year, order[$0.county] ?? 0) < ($1.year, order[$1.county] ?? 0) }
    let shown = Set(result.units.map(\.code))
    result.episodes = ReplayEpisode.episodes(of: result.events.filter { shown.contains($0.county) })
    for index in result.episodes.indices { result.episodes[index].takeDays(result, configuration.site.offset, lastDay) }
    result.verdicts = engine.verdicts[Self.feed].map { $0.labelled + $0.dispositions } ?? []
    result.stationHours = input.rowCount
    for byte in engine.snapshot() { result.stateHash = (result.stateHash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}
