import AirQuality
import Testing

@testable import Rollup

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A civil hour of the site's calendar.
func hourNumber(_ day: String, _ hour: Int32 = 0) -> Int32 { CivilDay(day)!.firstHour + hour }

func time(_ day: String, _ hour: Int32 = 0, _ minute: Int32 = 0) -> Instant {
  CivilOffset.china.start(ofHour: hourNumber(day, hour)).adding(milliseconds: Int64(minute) * 60_000)
}

func assessed(
  _ id: String, _ county: String, urban: Bool = false, background: Bool = false, class: StationClass = .national,
  from: String? = nil, until: String? = nil
) -> Station {
  Station(
    id: id, name: id, county: county, stationClass: `class`, assessed: true, urban: urban, background: background,
    from: from.flatMap(CivilDay.init), until: until.flatMap(CivilDay.init))
}

func micro(_ id: String, _ county: String) -> Station {
  Station(id: id, name: id, county: county, stationClass: .micro, assessed: false)
}

func makeSite(_ stations: [Station], counties: [String] = ["c1", "c2"]) -> Site {
  Site(
    name: "site", code: "city", offset: .china,
    counties: counties.map { County(code: $0, nameChinese: $0, nameEnglish: $0) }, stations: stations)
}

/// A row of a test batch, by station id.
struct Row: Hashable {
  var station: String
  var pollutant = Pollutant.pm25
  var begin: Instant
  var period: Int32 = 3_600_000
  var value: Double
  var flag = QualityFlag.good

  static func hour(_ station: String, _ hour: Int32, _ value: Double, _ pollutant: Pollutant = .pm25) -> Row {
    Row(station: station, pollutant: pollutant, begin: CivilOffset.china.start(ofHour: hour), value: value)
  }

  static func minute(_ station: String, _ minute: Int32, _ value: Double, _ pollutant: Pollutant = .pm25) -> Row {
    Row(
      station: station, pollutant: pollutant, begin: CivilOffset.china.start(ofMinute: minute), period: 60_000,
      value: value)
  }

  func flagged(_ flag: QualityFlag) -> Row {
    var row = self
    row.flag = flag
    return row
  }
}

/// A rollup with a store behind it: keeps the chunks and answers needs.
struct World {
  var rollup: Rollup
  var store: [RollupChunkKey: [UInt8]] = [:]
  var changes: [UnitChanges] = []
  var closedDays: [CivilDay] = []

  init(_ site: Site, feeds: [String] = ["a", "b"], settings: RollupSettings = RollupSettings()) {
    rollup = Rollup(site: site, feeds: feeds, settings: settings)
  }

  @discardableResult
  mutating func deliver(_ rows: [Row], feed: String = "a", now: Instant, answer: Bool = true) -> InsertSummary {
    let (stations, readings) = Self.batch(rows)
    return keep(rollup.insert(feed: feed, stations: stations, readings: readings, now: now), answer: answer)
  }

  /// Rows under another claim than that of new values.
  @discardableResult
  mutating func settle(
    _ rows: [Row], feed: String = "a", claim: CellClaim, now: Instant, answer: Bool = true
  ) -> InsertSummary {
    let (stations, readings) = Self.batch(rows)
    return keep(
      rollup.settle(feed: feed, stations: stations, readings: readings, claim: claim, now: now), answer: answer)
  }

  private static func batch(_ rows: [Row]) -> (stations: [String], readings: ContiguousArray<Reading>) {
    var stations: [String] = []
    var indices: [String: UInt32] = [:]
    var readings = ContiguousArray<Reading>()
    for row in rows {
      let index = indices[row.station] ?? UInt32(stations.count)
      if indices[row.station] == nil {
        indices[row.station] = index
        stations.append(row.station)
      }
      readings.append(
        Reading(
          station: index, pollutant: row.pollutant, value: row.flag == .missing ? .nan : row.value, begin: row.begin,
          periodMilliseconds: row.period, flag: row.flag))
    }
    return (stations, readings)
  }

  private mutating func keep(_ summary: InsertSummary, answer: Bool) -> InsertSummary {
    keep(summary.advance)
    changes.append(summary.changes)
    if answer { self.answer() }
    return summary
  }

  mutating func advance(_ now: Instant) { keep(rollup.advance(to: now)) }

  private mutating func keep(_ summary: AdvanceSummary) {
    for chunk in summary.chunks { store[chunk.key] = chunk.bytes }
    changes.append(summary.changes)
    closedDays += summary.closedDays
  }

  /// What the store has of a county and day.
  func stored(_ county: String, _ day: CivilDay) -> [RollupChunk] {
    store.filter { $0.key.county == county && $0.key.day == day }
      .map { RollupChunk(key: $0.key, bytes: $0.value) }
      .sorted { ($0.key.kind.rawValue, $0.key.hour) < ($1.key.kind.rawValue, $1.key.hour) }
  }

  /// Answers every outstanding need from the store; one that is asked for again is answered again.
  mutating func answer() {
    for _ in 0..<2 { answerOnce() }
  }

  private mutating func answerOnce() {
    for need in rollup.outstandingNeeds {
      let summary = rollup.history(county: need.county, day: need.day, chunks: stored(need.county, need.day))
      #expect(summary.errors.isEmpty)
      for chunk in summary.chunks { store[chunk.key] = chunk.bytes }
      changes.append(summary.changes)
    }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    rollup.encode(into: &bytes)
    return bytes
  }
}

/// The means made the slow and obvious way from every row ever delivered.
struct NaiveReference {
  struct Held {
    var feed: Int
    var value: Int32
    var flag: QualityFlag
  }
  struct Key: Hashable {
    var station: String
    var pollutant: Pollutant
    var slot: Int32
  }
  let site: Site
  var minutes: [Key: Held] = [:]
  var hours: [Key: Held] = [:]
  var days: [Key: Held] = [:]
  /// Hours made once, when no more rows come.
  private var made: [Key: Int32?] = [:]

  init(_ site: Site) { self.site = site }

  mutating func take(_ row: Row, feed: Int) {
    let held = Held(feed: feed, value: Concentration(row.value).thousandths, flag: row.flag)
    let begin = row.begin.milliseconds + 8 * 3_600_000
    let end = begin + Int64(row.period)
    func put(_ held: Held, _ slot: Int64, _ map: inout [Key: Held]) {
      let key = Key(station: row.station, pollutant: row.pollutant, slot: Int32(slot))
      guard let old = map[key] else {
        map[key] = held
        return
      }
      if old.feed == held.feed || (held.flag != .missing && (old.flag == .missing || held.feed < old.feed)) {
        map[key] = held
      }
    }
    switch row.period {
    case 3_600_000: put(held, (begin + end) / 2 / 3_600_000, &hours)
    case 86_400_000: if row.pollutant != .o3 { put(held, begin / 86_400_000, &days) }
    case 0..<60_000: put(held, (begin + end) / 2 / 60_000, &minutes)
    default:
      var minute = begin / 60_000 - 1
      while minute * 60_000 + 30_000 < end {
        if minute * 60_000 + 30_000 >= begin { put(held, minute, &minutes) }
        minute += 1
      }
    }
  }

  func usable(_ held: Held, _ station: Station) -> Bool {
    held.flag == .good || held.flag == .unknown || (held.flag == .suspect && station.assessed)
  }

  /// Makes all hours of a range once.
  mutating func settle(_ pollutants: [Pollutant], _ range: ClosedRange<Int32>) {
    for station in site.stations {
      for pollutant in pollutants {
        for hour in range {
          made[Key(station: station.id, pollutant: pollutant, slot: hour)] = .some(make(station, pollutant, hour))
        }
      }
    }
  }

  func hour(_ station: Station, _ pollutant: Pollutant, _ hour: Int32) -> Int32? {
    made[Key(station: station.id, pollutant: pollutant, slot: hour)] ?? make(station, pollutant, hour)
  }

  private func make(_ station: Station, _ pollutant: Pollutant, _ hour: Int32) -> Int32? {
    if let held = hours[Key(station: station.id, pollutant: pollutant, slot: hour)], held.flag != .missing {
      return usable(held, station) ? held.value : nil
    }
    let values = (0..<60).compactMap { minute in
      minutes[Key(station: station.id, pollutant: pollutant, slot: hour * 60 + minute)]
    }.filter { usable($0, station) }.map(\.value)
    return values.count >= 45 ? mean(values) : nil
  }

  func mean(_ values: [Int32]) -> Int32 {
    Int32(divideHalfEven(values.reduce(0) { $0 + Int64($1) }, Int64(values.count)))
  }

  func daily(_ hours: [Int32?], _ pollutant: Pollutant) -> Int32? {
    guard pollutant == .o3 else {
      let values = hours.compactMap(\.self)
      return values.count >= 20 ? mean(values) : nil
    }
    let windows = (0...16).compactMap { start -> Int32? in
      let values = hours[start..<start + 8].compactMap(\.self)
      return values.count >= 6 ? mean(values) : nil
    }
    guard let highest = windows.max() else { return nil }
    return windows.count >= 14 || highest > 160_000 ? highest : nil
  }

  func window(_ station: Station, _ pollutant: Pollutant, endHour: Int32) -> Int32? {
    daily((endHour - 23...endHour).map { hour(station, pollutant, $0) }, pollutant)
  }

  func day(_ station: Station, _ pollutant: Pollutant, _ day: CivilDay) -> Int32? {
    if let held = days[Key(station: station.id, pollutant: pollutant, slot: day.number)], held.flag != .missing {
      return usable(held, station) ? held.value : nil
    }
    return window(station, pollutant, endHour: day.firstHour + 23)
  }

  func unit(_ code: String, on day: CivilDay, _ value: (Station) -> Int32?) -> Int32? {
    if code == site.code {
      let monitored = site.counties.filter { county in
        site.stations.contains { $0.county == county.code && $0.isAssessed(on: day) }
      }
      let values = monitored.compactMap { unit($0.code, on: day, value) }
      return !values.isEmpty && values.count * 4 >= monitored.count * 3 ? mean(values) : nil
    }
    let stations = site.stations.filter {
      $0.isAssessed(on: day)
        && (code == site.urbanCode
          ? $0.urban && $0.stationClass == .national && !$0.background : $0.county == code)
    }
    let values = stations.compactMap(value)
    let enough = stations.count < 4 ? values.count * 2 >= stations.count : values.count * 4 >= stations.count * 3
    return !values.isEmpty && enough ? mean(values) : nil
  }
}

extension Concentration {
  var optional: Int32? { isMissing ? nil : thousandths }
}
