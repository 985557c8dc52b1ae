package import AirQuality
package import History

/// A set of reviewed hours out of the files that people handed in (审核数据文件), ready to be compared and imported.
///
/// A day of a station and pollutant is in the set when at least one of its hours has a row that gives the pollutant; the
/// set then stands for the whole day: a row without a value, and an hour without a row, is an hour that the review left
/// invalid. Hours without a row are counted, so that a file cut short is seen before it is taken.
package struct ReviewedSet: Sendable {
  /// By day, station and pollutant.
  package private(set) var days: [ReviewedDay] = []
  /// Rows and hours, for people.
  package private(set) var tally = Tally()
  /// What is wrong with the files, with the place; at most `maximumProblems` of them.
  package private(set) var problems: [String] = []
  package private(set) var problemCount = 0

  /// What the files hold.
  package struct Tally: Sendable, Hashable {
    /// Rows read: a station and hour each.
    package var rows = 0
    package var stations = 0
    /// Hours of days in the set, by pollutant, with a value, with a row but no value, and without a row.
    package var values = 0
    package var withoutValue = 0
    package var withoutRow = 0
    package init() {}
  }

  /// Days of a station and pollutant that a fault keeps out of the set (剔除的点位·项目·日), by day, station and pollutant:
  /// which of two values holds, or what stands in a hole, the files do not say, and a part of a day is not the day.
  package private(set) var leftOut: [LeftOut] = []

  /// A day that is not in the set, and why.
  package struct LeftOut: Sendable, Hashable {
    /// The faults that keep a day out.
    package enum Reason: String, Sendable, Hashable {
      /// Two values for one hour.
      case conflict
      /// A value below zero.
      case negative
      /// A cell that is no value of the pollutant.
      case unreadable
    }
    package var station: String
    package var day: CivilDay
    package var pollutant: Pollutant
    /// Of the first fault.
    package var reason: Reason
    package init(station: String, day: CivilDay, pollutant: Pollutant, reason: Reason) {
      self.station = station
      self.day = day
      self.pollutant = pollutant
      self.reason = reason
    }
  }

  package static let maximumProblems = 200

  /// - Parameters:
  ///   - tables: the files as `HistoryReader` understood them.
  ///   - site: whose stations count; files may name them by id, or by a name that only one of them has.
  ///   - before: days from this one on are refused: they are not over.
  package init(_ tables: [HistoryTable], site: Site, before today: CivilDay) {
    var collector = Collector(site: site, today: today)
    for table in tables { collector.take(table) }
    days = collector.days()
    leftOut = collector.leftOut()
    tally = collector.tally
    problems = collector.problems
    problemCount = collector.problemCount
  }

  /// First and last day; nil for an empty set.
  package var span: ClosedRange<CivilDay>? {
    guard let first = days.first?.day, let last = days.last?.day else { return nil }
    return first...last
  }

  package var stations: Set<String> { Set(days.map(\.station)) }

  /// The set cut at the ends of days into pieces of at most a civil month and `limit` days of a station and pollutant
  /// each; only a day that alone has more is cut inside.
  package func parts(limit: Int = 8_000) -> [ArraySlice<ReviewedDay>] {
    let limit = max(1, limit)
    var parts: [ArraySlice<ReviewedDay>] = []
    var start = days.startIndex
    // Where the newest day of the part at hand begins.
    var dayStart = start
    for index in days.indices {
      if index > start, days[index].day != days[index - 1].day { dayStart = index }
      let isFull = index - start == limit
      let isOtherMonth = index > start && CivilMonth(days[index].day) != CivilMonth(days[start].day)
      guard isFull || isOtherMonth else { continue }
      let end = dayStart > start ? dayStart : index
      parts.append(days[start..<end])
      start = end
      dayStart = end
    }
    if start < days.endIndex { parts.append(days[start...]) }
    return parts
  }
}

/// Rows on their way into days.
private struct Collector {
  struct Key: Hashable, Comparable {
    var day: CivilDay
    var station: Int
    var pollutant: Pollutant
    static func < (a: Key, b: Key) -> Bool {
      (a.day, a.station, a.pollutant.rawValue) < (b.day, b.station, b.pollutant.rawValue)
    }
  }
  /// 24 cells: nil without a row.
  struct Hours {
    var cells = [Concentration?](repeating: nil, count: 24)
  }

  let site: Site
  let today: CivilDay
  /// Index into the registry by id, and by a name that only one station has.
  private let known: [String: Int]
  private var collected: [Key: Hours] = [:]
  /// Days at fault, with the first fault.
  private var faulty: [Key: ReviewedSet.LeftOut.Reason] = [:]
  var tally = ReviewedSet.Tally()
  var problems: [String] = []
  var problemCount = 0

  init(site: Site, today: CivilDay) {
    self.site = site
    self.today = today
    var names = Dictionary(grouping: site.stations.indices, by: { site.stations[$0].name }).filter {
      !$0.key.isEmpty && $0.value.count == 1
    }.mapValues { $0[0] }
    for (index, station) in site.stations.enumerated() { names[station.id] = index }
    known = names
  }

  mutating func report(_ text: String) {
    problemCount += 1
    if problems.count < ReviewedSet.maximumProblems { problems.append(text) }
  }

  mutating func take(_ table: HistoryTable) {
    for problem in table.problems { report(problem.description) }
    problemCount += table.problemCount - table.problems.count
    if !table.days.isEmpty {
      report("\(table.file): rows of daily means; reviewed data are hours of stations")
    }
    let stations = table.stations.map { known[$0] }
    var unknownRows = [Int](repeating: 0, count: stations.count)
    var late = 0
    for (index, row) in table.rows.enumerated() {
      guard let station = stations[Int(row.station)] else {
        unknownRows[Int(row.station)] += 1
        continue
      }
      let hour = site.offset.hour(of: Instant(milliseconds: row.begin))
      let day = CivilDay(hour: hour)
      guard day < today else {
        late += 1
        continue
      }
      tally.rows += 1
      for lane in 0..<Pollutant.criteriaCount {
        let bit: UInt8 = 1 << UInt8(lane)
        if row.faulty & bit != 0 {
          leaveOut(Key(day: day, station: station, pollutant: Pollutant.criteria[lane]), .unreadable)
        } else if row.given & bit != 0 {
          let thousandths = table.values[index * Pollutant.criteriaCount + lane]
          put(
            thousandths == .min ? .missing : Concentration(thousandths: thousandths), station,
            Pollutant.criteria[lane], day, Int(hour - day.firstHour), table.file)
        }
      }
    }
    for (name, rows) in zip(table.stations, unknownRows) where rows > 0 {
      report(
        "\(table.file): station \"\(name)\" is not in the registry (\(rows) rows); add it to stations.csv or correct the "
          + "name")
    }
    if late > 0 { report("\(table.file): \(late) rows of \(today) or later; a day is reviewed when it is over") }
  }

  private mutating func put(
    _ value: Concentration, _ station: Int, _ pollutant: Pollutant, _ day: CivilDay, _ hour: Int, _ file: String
  ) {
    let key = Key(day: day, station: station, pollutant: pollutant)
    let before = collected[key]?.cells[hour]
    if let before, before != value {
      report(
        "\(file): \(site.stations[station].id) \(day) hour ending \(hour + 1), \(pollutant.label): "
          + "\(Self.text(before)) and \(Self.text(value)); a reviewed hour has one value")
      leaveOut(key, .conflict)
      return
    }
    if !value.isMissing, value.thousandths < 0 {
      report(
        "\(file): \(site.stations[station].id) \(day) hour ending \(hour + 1), \(pollutant.label): "
          + "\(Self.text(value)) is below zero")
      leaveOut(key, .negative)
      return
    }
    collected[key, default: Hours()].cells[hour] = value
  }

  private mutating func leaveOut(_ key: Key, _ reason: ReviewedSet.LeftOut.Reason) {
    if faulty[key] == nil { faulty[key] = reason }
  }

  func leftOut() -> [ReviewedSet.LeftOut] {
    faulty.sorted { $0.key < $1.key }.map { key, reason in
      ReviewedSet.LeftOut(
        station: site.stations[key.station].id, day: key.day, pollutant: key.pollutant, reason: reason)
    }
  }

  private static func text(_ value: Concentration) -> String { value.isMissing ? "no value" : "\(value.value)" }

  mutating func days() -> [ReviewedDay] {
    var stations: Set<Int> = []
    let days = collected.filter { faulty[$0.key] == nil }.sorted { $0.key < $1.key }.map { key, hours in
      stations.insert(key.station)
      for cell in hours.cells {
        switch cell {
        case nil: tally.withoutRow += 1
        case .some(let value) where value.isMissing: tally.withoutValue += 1
        default: tally.values += 1
        }
      }
      return ReviewedDay(
        station: site.stations[key.station].id, day: key.day, pollutant: key.pollutant,
        hours: hours.cells.map { $0 ?? .missing })
    }
    tally.stations = stations.count
    return days
  }
}
