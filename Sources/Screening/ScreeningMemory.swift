package import AirQuality

/// The tests that need memory: spike, rate of change, flat line, frozen station and feed, gaps, duplicate stamps, unit
/// mistakes, humidity artefacts and sand-dust, and the verdicts of people.
///
/// O(1) a reading and bounded: a trace of 64 bytes for each of the six of a station, and for each further series in a
/// sparse table. The same readings give the same verdicts and the same bytes of `encode`.
///
/// - A reading is held against the newest one of its series with the same averaging period. One that is not newer is
///   late: it is judged by itself alone.
/// - Nothing is concluded across a gap of more than `gapPeriods` usual intervals; the reading behind it says `gap`.
/// - A series is of one feed. The first in the order of the configuration that has it takes it; another one when that has
///   been silent for `gapPeriods` usual intervals. Readings of other feeds are held against it, and leave it as it is.
/// - A spike is known only when the value after it has come: the verdict on the reading before is a *revision*, with which
///   the caller changes the flag of that value of that feed.
/// - What failed leaves no trace, so that one wrong value does not make the next one suspect.
package struct ScreeningMemory: Sendable {
  /// By row × 6 + lane.
  var traces: ContiguousArray<SeriesTrace> = []
  /// Traces of other quantities, by row × 256 + pollutant.
  var others: [UInt64: SeriesTrace] = [:]
  /// Rows by station id, and ids by row.
  var rows: [String: Int32] = [:]
  var ids: [String] = []
  /// What tells stations apart in the sums of feeds, by row; it follows from the id, so that rows may change.
  var keys: ContiguousArray<UInt64> = []
  /// Humidity by row.
  var humidity = HumidityTable()
  /// By feed.
  var feeds: [String: FeedTrace] = [:]
  /// Which feeds the traces are of, and which of them count more.
  var order = FeedOrder()
  /// Verdicts of the tests over time.
  var marks = ScreeningMarks()
  /// Number of the newest answer since the start; no part of the state.
  var answer: UInt32 = 0
  /// Verdicts of people in the order of the acts, withdrawn ones included; bounded by `maximumOverrides`.
  package internal(set) var overrides: [ScreeningOverride] = []
  /// What readings were before a verdict of a person, by its id: they get it back when it is withdrawn.
  var before: [String: [PriorReading.Key: PriorReading]] = [:]
  /// Series that found no room.
  package internal(set) var untraced: UInt64 = 0

  /// What the feed's last batch resolved to; no part of the state.
  var resolutions: [String: (ids: [String], rows: [Int32])] = [:]

  /// Stations with traces at most; further ones are judged without memory, and counted.
  static let maximumStations = 500_000
  /// Series beyond the six at most.
  static let maximumOthers = 500_000
  /// Overrides kept at most: the oldest that no longer stand go first, then acts are refused.
  package static let maximumOverrides = 10_000
  /// A station of no registry that was silent for this long is forgotten with the next configuration, milliseconds.
  static let memoryMilliseconds: Int64 = 7 * 86_400_000

  package init() {}

  /// Bytes of memory of the traces.
  package var byteCount: Int {
    traces.count * MemoryLayout<SeriesTrace>.stride + others.count * (MemoryLayout<SeriesTrace>.stride + 8)
  }

  /// What one answer brought.
  package struct Outcome: Sendable {
    /// Readings whose verdict is another than the tests without memory gave: index and flag before.
    package var touched: [(index: Int, before: QualityFlag)] = []
    /// Readings of before, of the batch's stations, with their new verdict.
    package var revisions: [Reading] = []
    /// The feed began to repeat itself, or ended it: since when by the stamps.
    package var froze: Instant?
    package var thawed: Instant?
  }

  // MARK: People

  /// Takes a verdict; false when there is no room for it.
  package mutating func add(_ override: ScreeningOverride) -> Bool {
    if overrides.count >= Self.maximumOverrides {
      guard let old = overrides.firstIndex(where: { $0.withdrawal != nil }) else { return false }
      overrides.remove(at: old)
    }
    overrides.append(override)
    return true
  }

  /// Takes a verdict back; nil when none with that id stands.
  package mutating func withdraw(_ id: String, _ withdrawal: ScreeningOverride.Withdrawal) -> ScreeningOverride? {
    guard let index = overrides.firstIndex(where: { $0.id == id && $0.withdrawal == nil }) else { return nil }
    overrides[index].withdrawal = withdrawal
    return overrides[index]
  }

  /// The newest verdict on readings of a station that begin then.
  package func override(station: String, pollutant: Pollutant, begin: Instant) -> ScreeningOverride? {
    overrides.last { $0.station == station && $0.covers(pollutant, begin: begin) }
  }

  /// A reading as it was before a person's verdict.
  package struct PriorReading: Sendable, Hashable {
    package var feed: String
    /// Its station is that of the verdict, index 0.
    package var reading: Reading

    /// One reading of one feed: sent again it is not remembered again.
    struct Key: Hashable, Sendable, Comparable {
      var begin: Int64
      var pollutant: UInt8
      var period: Int32
      var feed: String

      init(_ reading: Reading, feed: String) {
        begin = reading.begin.milliseconds
        pollutant = reading.pollutant.rawValue
        period = reading.periodMilliseconds
        self.feed = feed
      }

      static func < (a: Key, b: Key) -> Bool {
        (a.begin, a.pollutant, a.period, a.feed) < (b.begin, b.pollutant, b.period, b.feed)
      }
    }
  }

  /// Readings remembered for one verdict at most; what is beyond keeps the person's flag when it is withdrawn.
  package static let maximumBefore = 20_000

  /// Remembers what readings were before a verdict. Those out of the rings carry the reason `calibrated`: they come back as
  /// they are, while what was kept out of an answer is still to be calibrated.
  package mutating func keep(_ rows: [(feed: String, reading: Reading)], before verdict: ScreeningOverride) {
    for row in rows { keep(row.reading, feed: row.feed, before: verdict.id) }
  }

  /// - Parameter isRevision: another verdict of the tests on the same value, which replaces the one that is kept. Another
  ///   value, a correction of the feed, always does.
  mutating func keep(_ reading: Reading, feed: String, before id: String, isRevision: Bool = false) {
    let key = PriorReading.Key(reading, feed: feed)
    if let kept = before[id]?[key] {
      guard isRevision || kept.reading.value != reading.value else { return }
    } else {
      guard before[id, default: [:]].count < Self.maximumBefore else { return }
    }
    var reading = reading
    reading.station = 0
    before[id, default: [:]][key] = PriorReading(feed: feed, reading: reading)
  }

  /// Gives up what readings were before a verdict.
  package mutating func takeBefore(_ id: String) -> [PriorReading] {
    (before.removeValue(forKey: id) ?? [:]).sorted { $0.key < $1.key }.map(\.value)
  }

  /// Remembers a verdict on an hour that a feed gave, for when it is sent again.
  package mutating func markHour(
    station: String, pollutant: Pollutant, begin: Instant, value: Int32, _ reason: ScreeningReasons
  ) {
    guard let row = rows[station] else { return }
    marks.set(
      ScreeningMarks.Mark(flag: .suspect, reasons: reason),
      for: ScreeningMarks.Key(
        begin: begin.milliseconds, row: row, period: 3_600_000, value: value, pollutant: pollutant.rawValue))
  }

  // MARK: Stations

  /// The humidity a station measured in a civil hour, %; nil when it measured none.
  package func humidity(station: String, hour: Int32) -> Double? {
    rows[station].flatMap { humidity[of: $0]?.mean(ofHour: hour) }.map(Double.init)
  }

  /// Whether a feed repeats old values under new stamps.
  package func isFrozen(feed: String) -> Bool { feeds[feed]?.isFrozen ?? false }

  /// Takes a new registry and order of feeds: stations of none that have been silent for a week are forgotten.
  package mutating func keep(stations: Set<String>, feeds known: [String], now: Instant) {
    resolutions.removeAll()
    let names = Set(known)
    feeds = feeds.filter { names.contains($0.key) }
    if let numbers = order.configure(known) { renumber(numbers) }
    let oldest = now.milliseconds - Self.memoryMilliseconds
    // Weather stations and channels of sensors have none of the six.
    let recent = Set(others.lazy.filter { $0.value.begin >= oldest }.map { Int($0.key >> 8) })
    let staying = ids.indices.filter { row in
      stations.contains(ids[row]) || lane(of: row).contains { $0.begin >= oldest } || recent.contains(row)
        || humidity.newest(of: Int32(row)).map { $0.begin >= oldest } ?? false
    }
    guard staying.count < ids.count else { return }
    let old = self
    traces.removeAll(keepingCapacity: true)
    (others, rows, ids, humidity) = ([:], [:], [], HumidityTable())
    keys.removeAll(keepingCapacity: true)
    defer { marks = old.marks.moved { rows[old.ids[Int($0)]] } }
    for row in staying {
      let next = Int32(ids.count)
      ids.append(old.ids[row])
      keys.append(old.keys[row])
      rows[old.ids[row]] = next
      traces.append(contentsOf: old.lane(of: row))
      if let trace = old.humidity[of: Int32(row)] { humidity.set(trace, row: next) }
      for pollutant in Pollutant.allCases where !pollutant.isCriteria {
        others[Self.key(next, pollutant)] = old.others[Self.key(Int32(row), pollutant)]
      }
    }
  }

  /// Gives the traces the new numbers of their feeds; those of a feed that went pass to the next that comes.
  private mutating func renumber(_ numbers: [UInt16]) {
    func number(_ old: UInt16) -> UInt16 { Int(old) < numbers.count ? numbers[Int(old)] : FeedOrder.none }
    for place in traces.indices { traces[place].feed = number(traces[place].feed) }
    others = others.mapValues { trace in
      var trace = trace
      trace.feed = number(trace.feed)
      return trace
    }
  }

  private func lane(of row: Int) -> ArraySlice<SeriesTrace> {
    ArraySlice(traces[row * Pollutant.criteriaCount..<(row + 1) * Pollutant.criteriaCount])
  }

  /// FNV-1a over the id: the same in every process.
  private static func key(ofStation id: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }

  static func key(_ row: Int32, _ pollutant: Pollutant) -> UInt64 {
    UInt64(UInt32(bitPattern: row)) << 8 | UInt64(pollutant.rawValue)
  }

  /// The rows of a batch's stations; -1 for one without a place in the rings, or without room.
  mutating func resolve(_ stations: [String], feed: String, known: [Bool] = []) -> [Int32] {
    if let known = resolutions[feed], known.ids == stations { return known.rows }
    var isWhole = true
    let found = stations.enumerated().map { index, id -> Int32 in
      if let row = rows[id] { return row }
      guard index >= known.count || known[index], ids.count < Self.maximumStations else {
        isWhole = false
        return -1
      }
      let row = Int32(ids.count)
      rows[id] = row
      ids.append(id)
      keys.append(Self.key(ofStation: id))
      traces.append(contentsOf: repeatElement(SeriesTrace(), count: Pollutant.criteriaCount))
      return row
    }
    // A station may get its place with this very answer.
    resolutions[feed] = isWhole ? (stations, found) : nil
    return found
  }

  // MARK: The state as bytes

  package func encode(into writer: inout ByteWriter) {
    writer.varint(untraced)
    writer.list(ids) { $0.text($1) }
    order.encode(into: &writer)
    for trace in traces {
      writer.flag(trace.begin != .min)
      if trace.begin != .min { trace.encode(into: &writer) }
    }
    writer.list(others.sorted { $0.key < $1.key }) {
      $0.fixed($1.key)
      $1.value.encode(into: &$0)
    }
    writer.list(humidity.byRow) {
      $0.fixed($1.row)
      $1.trace.encode(into: &$0)
    }
    writer.list(feeds.sorted { $0.key < $1.key }) {
      $0.text($1.key)
      $1.value.encode(into: &$0)
    }
    marks.encode(into: &writer)
    writer.list(overrides) { $1.encode(into: &$0) }
    writer.list(before.sorted { $0.key < $1.key }) { writer, entry in
      writer.text(entry.key)
      writer.list(entry.value.sorted { $0.key < $1.key }) { $1.value.encode(into: &$0) }
    }
  }

  package init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    untraced = try reader.varint()
    ids = try reader.texts()
    order = try FeedOrder(decoding: &reader)
    for (row, id) in ids.enumerated() { rows[id] = Int32(truncatingIfNeeded: row) }
    keys = ContiguousArray(ids.map(Self.key(ofStation:)))
    guard rows.count == ids.count, ids.count <= Self.maximumStations else {
      throw reader.fail("\(ids.count) stations of which \(rows.count) differ")
    }
    guard reader.remaining >= ids.count * Pollutant.criteriaCount else { throw reader.fail("the traces end early") }
    traces.reserveCapacity(ids.count * Pollutant.criteriaCount)
    for _ in 0..<ids.count * Pollutant.criteriaCount {
      traces.append(try reader.flag() ? try SeriesTrace(decoding: &reader) : SeriesTrace())
    }
    for _ in 0..<(try reader.count(of: "series", width: 8)) {
      let key = try reader.fixed(UInt64.self)
      guard key >> 8 < UInt64(ids.count), Pollutant(rawValue: UInt8(truncatingIfNeeded: key)) != nil else {
        throw reader.fail("series \(key) is of no station")
      }
      others[key] = try SeriesTrace(decoding: &reader)
    }
    for _ in 0..<(try reader.count(of: "humidities", width: 4)) {
      let row = try reader.fixed(Int32.self)
      guard row >= 0, row < ids.count else { throw reader.fail("humidity of row \(row)") }
      humidity.set(try HumidityTrace(decoding: &reader), row: row)
    }
    for _ in 0..<(try reader.count(of: "feeds")) {
      let name = try reader.text()
      feeds[name] = try FeedTrace(decoding: &reader)
    }
    marks = try ScreeningMarks(decoding: &reader)
    overrides = try reader.list(of: "overrides") { reader throws(SnapshotReadingError) in
      try ScreeningOverride(decoding: &reader)
    }
    for _ in 0..<(try reader.count(of: "overrides with readings")) {
      let id = try reader.text()
      let readings = try reader.list(of: "readings") { reader throws(SnapshotReadingError) in
        try PriorReading(decoding: &reader)
      }
      for prior in readings { before[id, default: [:]][PriorReading.Key(prior.reading, feed: prior.feed)] = prior }
    }
  }
}

extension ScreeningMemory.PriorReading {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.text(feed)
    writer.double(reading.value)
    writer.signed(reading.begin.milliseconds)
    writer.fixed(reading.periodMilliseconds)
    writer.byte(reading.pollutant.rawValue)
    writer.byte(reading.flag.rawValue)
    writer.fixed(reading.reasons.rawValue)
  }

  fileprivate init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    feed = try reader.text()
    let value = try reader.double()
    let begin = Instant(milliseconds: try reader.signed())
    let period = try reader.fixed(Int32.self)
    reading = Reading(
      station: 0, pollutant: try reader.coded(Pollutant.self), value: value, begin: begin, periodMilliseconds: period,
      flag: try reader.coded(QualityFlag.self), reasons: ScreeningReasons(rawValue: try reader.fixed(UInt32.self)))
  }
}
