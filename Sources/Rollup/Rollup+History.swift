package import AirQuality

extension Rollup {
  /// Takes the stored chunks of a county and day that were needed: merges the rows that waited for them, makes hours
  /// and days of assessed stations again, and gives the chunks that must be rewritten.
  ///
  /// - Parameter chunks: all that the store has of that county and day; none is an empty day.
  package mutating func history(county: String, day: CivilDay, chunks: [RollupChunk]) -> HistorySummary {
    var summary = HistorySummary()
    guard let bucket = map.bucket(of: county) else { return summary }
    let key = Parking.Key(day: day, bucket: bucket)
    if parking.isStale(key) {
      // A chunk of the day was given out after this answer had been asked for: merging into what came would undo it.
      summary.needs = [CountyDay(county: county, day: day)]
      return summary
    }
    var rows = parking.take(key)
    guard !rows.isEmpty else { return summary }
    var past = PastDay(county: county, day: day)
    for chunk in chunks where chunk.key.county == county && chunk.key.day == day {
      do throws(RollupError) {
        past.take(try ChunkContent(chunk))
      } catch {
        summary.errors.append(.chunk(chunk.key, reason: error.description))
        past.refuse(chunk.key)
      }
    }
    rows.removeAll { row in
      guard isPastStore(row, day: day, past) else { return false }
      summary.evidence[sources.name(row.feed), default: 0] += 1
      return true
    }
    var rolled: Set<PastCell> = []
    for row in rows {
      let cell = PastCell(station: row.station, lane: Int(row.pollutant), hour: hour(of: row))
      switch row.kind {
      case .minute:
        merge(row, into: &past, minute: true)
        rolled.insert(cell)
      case .hour:
        merge(row, into: &past, minute: false)
        if row.code == Cell.missing { rolled.insert(cell) }
      }
    }
    for cell in rolled.sorted() {
      // From a chunk that cannot be read nothing is made: the hour stays as it was.
      let hour = UInt8(cell.hour - day.firstHour)
      if !past.isRefused(.minutes, hour: hour) { roll(cell, in: &past) }
    }
    makeDays(of: Set(rows.map { Int($0.station) }).sorted(), day: day, from: past)
    summary.chunks = past.changed().filter { isDue($0.key) }
    summary.changes = finish()
    return summary
  }

  /// Whether the row's day is in the ledger and the hours it was made of are stored no more (retention): one hour cannot
  /// make the day anew.
  private func isPastStore(_ row: ParkedRow, day: CivilDay, _ past: PastDay) -> Bool {
    let station = Int(row.station)
    let place = map.places[station]
    guard place.isAssessed, !(deep.contains(day.firstHour) && deep.contains(day.firstHour + 23)),
      days[day.number, Int(place.deepLane) + Int(row.pollutant)].code >= Cell.rolled, !past.isRefused(.hours)
    else { return false }
    return past.content(.hours, hour: 0)?.known(map.entries[station].id) == nil
  }

  private func hour(of row: ParkedRow) -> Int32 {
    row.kind == .hour ? row.slot : Int32(floorDivide(Int64(row.slot), 60))
  }

  /// Merges a row into the chunk it belongs to, by the rule of identity.
  private func merge(_ row: ParkedRow, into past: inout PastDay, minute: Bool) {
    let hour = UInt8(self.hour(of: row) - past.day.firstHour)
    let slot = minute ? Int(row.slot - self.hour(of: row) * 60) : Int(hour)
    past.edit(minute ? .minutes : .hours, hour: minute ? hour : 0) { content in
      let at = content.row(map.entries[Int(row.station)].id)
      let stored = content[at, Int(row.pollutant), slot]
      let feed = sources.name(row.feed)
      let sameSource = stored.feed == content.feed(feed)
      let arrival = Arrival.of(
        Cell(value: row.value, code: row.code, ordinal: 0),
        at: Cell(value: stored.value, code: stored.code, ordinal: 0), claim: row.claim, sameSource: sameSource,
        outranks: sources.rank(row.feed) < self.rank(of: stored, in: content))
      if arrival.takesCell {
        content[at, Int(row.pollutant), slot] = ChunkCell(
          value: row.value, code: row.code, feed: content.feed(feed))
      }
    }
  }

  private func rank(of cell: ChunkCell, in content: ChunkContent) -> Int32 {
    guard cell.feed != SourceTable.otherFeed, let feed = sources.known(content.feeds[Int(cell.feed)]) else {
      return .max
    }
    return sources.rank(feed)
  }

  /// Makes an hour from stored minutes and puts it where hours are kept: the chunk and, if it reaches so far, the ring.
  private mutating func roll(_ cell: PastCell, in past: inout PastDay) {
    let hour = UInt8(cell.hour - past.day.firstHour)
    let id = map.entries[Int(cell.station)].id
    var sum: Int64 = 0
    var count = 0
    var suspect = false
    if let content = past.content(.minutes, hour: hour), let row = content.known(id) {
      let limit = map.places[Int(cell.station)].limit
      for minute in 0..<60 {
        let stored = content[row, cell.lane, minute]
        guard let value = Cell(value: stored.value, meta: stored.code).usable(limit) else { continue }
        sum += Int64(value)
        count += 1
        if stored.code == Cell.suspect { suspect = true }
      }
    }
    takeRolled(
      station: Int(cell.station), lane: cell.lane, hour: cell.hour, sum: sum, count: count, suspect: suspect)
    let needed = settings.minutesForHour
    past.edit(.hours, hour: 0) { content in
      let row = content.row(id)
      let stored = content[row, cell.lane, Int(hour)]
      let made = Rollup.rolledHour(
        Cell(value: stored.value, meta: stored.code), sum: sum, count: count, suspect: suspect, needed: needed)
      guard made.code != stored.code || made.value != stored.value else { return }
      content[row, cell.lane, Int(hour)] = ChunkCell(
        value: made.value, code: made.code, feed: made.code == stored.code ? stored.feed : SourceTable.otherFeed)
    }
  }

  /// Makes the day of assessed stations again where the ring no longer holds all its hours.
  private mutating func makeDays(of stations: [Int], day: CivilDay, from past: PastDay) {
    guard day.number <= endedDay else { return }
    let isHeld = deep.contains(day.firstHour) && deep.contains(day.firstHour + 23)
    for station in stations where map.places[station].isAssessed && !isHeld {
      guard !past.isRefused(.hours), let content = past.content(.hours, hour: 0),
        let row = content.known(map.entries[station].id)
      else { continue }
      for lane in 0..<Pollutant.criteriaCount {
        let hours = (0..<24).map { slot in
          let stored = content[row, lane, slot]
          return Cell(value: stored.value, meta: stored.code).usable(Cell.assessedLimit) ?? .min
        }
        takeRolledDay(station: station, lane: lane, day: day, hours: hours)
      }
    }
  }
}

extension Rollup {
  /// Past days as they are stored: the hours of the chunks in the rings, days made of them, nothing else. At most as many
  /// days as the hour ring of assessed stations holds.
  ///
  /// - Parameters:
  ///   - last: the newest of the days; it counts as closed.
  ///   - chunks: hour chunks; others are left.
  /// - Throws: `RollupError` when a chunk is damaged.
  package init(site: Site, feeds: [String], last: CivilDay, chunks: [RollupChunk]) throws(RollupError) {
    self.init(site: site, feeds: feeds)
    let closed = site.offset.start(ofHour: last.firstHour + 24).adding(
      milliseconds: Int64(settings.closeMinutes) * 60_000)
    _ = advance(to: closed)
    for chunk in chunks where chunk.key.kind == .hours { try load(chunk) }
    _ = finish()
  }

  private mutating func load(_ chunk: RollupChunk) throws(RollupError) {
    let content = try ChunkContent(chunk)
    for (row, id) in content.ids.enumerated() {
      guard let station = map.index(of: id) else { continue }
      for lane in 0..<Pollutant.criteriaCount {
        for slot in 0..<24 {
          let stored = content[row, lane, slot]
          let hour = chunk.key.day.firstHour + Int32(slot)
          guard stored.code != 0, holds(hour: hour, station: station) else { continue }
          var ordinal: UInt8 = 0
          if stored.feed != SourceTable.otherFeed {
            ordinal = sources.ordinal(station: station, feed: sources.index(of: content.feeds[Int(stored.feed)]))
          }
          setHour(
            Cell(value: stored.value, code: stored.code, ordinal: ordinal), station: station, lane: lane, hour: hour)
        }
      }
    }
  }

  /// The stored row of a station's hour with the feed it came from; nil for an empty one, an empty name for an hour made
  /// of minutes or of a feed that is not named any more.
  package func storedHour(
    _ station: Int, pollutant: Pollutant, hour: Int32
  ) -> (value: Concentration, flag: QualityFlag, feed: String, isRolled: Bool)? {
    guard pollutant.isCriteria else { return nil }
    let cell = hourCell(station: station, lane: Int(pollutant.rawValue), hour: hour)
    guard let flag = Cell.flag(of: cell.code) else { return nil }
    let isRolled = cell.code >= Cell.rolled
    return (
      flag == .missing ? .missing : Concentration(thousandths: cell.value), flag,
      isRolled ? "" : sources.name(sources.feed(station: station, ordinal: cell.ordinal)), isRolled
    )
  }

  /// Whether a flag lets a row of the station enter means.
  package func enters(_ flag: QualityFlag, station: Int) -> Bool {
    Cell(value: 0, code: Cell.code(of: flag), ordinal: 0).usable(map.places[station].limit) != nil
  }
}

/// An hour of a station's pollutant that must be made again.
private struct PastCell: Hashable, Comparable {
  var station: Int32
  var lane: Int
  var hour: Int32
  static func < (a: PastCell, b: PastCell) -> Bool {
    (a.hour, a.station, a.lane) < (b.hour, b.station, b.lane)
  }
}

/// The chunks of one county and day while rows are merged into them.
private struct PastDay {
  let county: String
  let day: CivilDay
  /// By kind and hour; 0 stands for the hours, 1 + hour for minutes.
  private var contents: [Int: ChunkContent] = [:]
  private var before: [Int: [UInt8]] = [:]
  private var refused: Set<Int> = []

  init(county: String, day: CivilDay) {
    self.county = county
    self.day = day
  }

  private static func place(_ kind: RollupChunkKey.Kind, _ hour: UInt8) -> Int {
    kind == .hours ? 0 : 1 + Int(hour)
  }

  mutating func take(_ content: ChunkContent) {
    let place = Self.place(content.key.kind, content.key.hour)
    contents[place] = content
    before[place] = content.encoded()?.bytes ?? []
  }

  /// Leaves a chunk that cannot be read as it is.
  mutating func refuse(_ key: RollupChunkKey) { refused.insert(Self.place(key.kind, key.hour)) }

  func isRefused(_ kind: RollupChunkKey.Kind, hour: UInt8 = 0) -> Bool { refused.contains(Self.place(kind, hour)) }

  func content(_ kind: RollupChunkKey.Kind, hour: UInt8) -> ChunkContent? { contents[Self.place(kind, hour)] }

  mutating func edit(_ kind: RollupChunkKey.Kind, hour: UInt8, _ change: (inout ChunkContent) -> Void) {
    let place = Self.place(kind, hour)
    let key = RollupChunkKey(county: county, day: day, kind: kind, hour: hour)
    change(&contents[place, default: ChunkContent(key: key)])
  }

  /// The chunks that differ from what was stored: minutes by hour, then hours.
  func changed() -> [RollupChunk] {
    contents.keys.filter { !refused.contains($0) }.sorted { ($0 == 0 ? 99 : $0) < ($1 == 0 ? 99 : $1) }
      .compactMap { place in
        guard let chunk = contents[place]?.encoded(), chunk.bytes != before[place] else { return nil }
        return chunk
      }
  }
}
