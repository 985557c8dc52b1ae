package import AirQuality

/// The newest reading of a station and pollutant, as the API shows it.
package struct LatestReading: Sendable, Hashable, BitwiseCopyable {
  package var begin: Instant
  /// Missing when the feed marked it so or it is not representable.
  package var value: Concentration
  package var periodMilliseconds: Int32
  package var reasons: ScreeningReasons
  /// Index of the feed; `Rollup.feedName` names it.
  package var feed: UInt16
  /// 0 for no reading yet, else the code of a cell.
  var code: UInt8

  static let none = LatestReading(
    begin: Instant(milliseconds: .min), value: .missing, periodMilliseconds: 0, reasons: [], feed: 0, code: 0)

  package var flag: QualityFlag { Cell.flag(of: code) ?? .unknown }
  package var end: Instant { begin.adding(milliseconds: Reading.span(ofPeriod: periodMilliseconds)) }

  /// Whether `other` is newer: ends later, or ends at the same time over a shorter period.
  @inline(__always) func isOlder(than other: LatestReading) -> Bool {
    if code == 0 { return true }
    let (mine, theirs) = (end, other.end)
    return mine < theirs || (mine == theirs && begin < other.begin)
  }
}

/// The newest readings: six places a station for the criteria pollutants, a sparse table for everything else.
///
/// A place takes 16 bytes, for every reading that comes passes through it: begin, value, and a tag of the code, the
/// reasons and the origin (feed and period, numbered as they come). What does not fit a tag stands in the sparse table
/// and the place says so; nothing is ever cut.
struct LatestTable: Sendable {
  /// A place. An empty one has a begin before all others and a tag of 0.
  struct Place: Sendable, BitwiseCopyable {
    var begin: Int64
    var value: Int32
    /// Bits 0 to 2 the code, 3 to 15 the reasons, 16 to 31 the origin.
    var tag: UInt32

    static let empty = Place(begin: .min, value: 0, tag: 0)
  }

  private struct Origin: Hashable, Sendable {
    var feed: UInt16
    var period: Int32
  }

  /// By station index × 6 + lane.
  private(set) var places: [Place] = []
  /// By station index × 256 + pollutant.
  private var others: [UInt64: LatestReading] = [:]
  private var origins: [Origin] = []
  private var originNumbers: [Origin: UInt16] = [:]
  /// The last one looked up; no part of the state.
  private var lastOrigin: (origin: Origin, number: UInt16)?

  /// Reasons that fit a tag.
  static let taggedReasons: UInt32 = 0x1FFF
  /// The code of a place whose reading stands in the sparse table.
  private static let elsewhere: UInt32 = 7

  /// Bytes of memory of the places.
  var byteCount: Int { places.count * MemoryLayout<Place>.stride }

  mutating func grow(stations: Int) {
    let missing = stations * Pollutant.criteriaCount - places.count
    if missing > 0 { places.append(contentsOf: repeatElement(.empty, count: missing)) }
  }

  /// The places for the common case of a batch; only `Rollup.insertRun` writes through them.
  mutating func withPlaces<Result>(_ body: (UnsafeMutableBufferPointer<Place>) -> Result) -> Result {
    places.withUnsafeMutableBufferPointer { body($0) }
  }

  func value(station: Int, pollutant: Pollutant) -> LatestReading? {
    let found =
      pollutant.isCriteria
      ? reading(at: station * Pollutant.criteriaCount + Int(pollutant.rawValue))
      : others[Self.key(station, pollutant)] ?? .none
    return found.code == 0 ? nil : found
  }

  private static func key(_ station: Int, _ pollutant: Pollutant) -> UInt64 {
    UInt64(station) << 8 | UInt64(pollutant.rawValue)
  }

  private static func key(_ place: Int) -> UInt64 {
    UInt64(place / Pollutant.criteriaCount) << 8 | UInt64(place % Pollutant.criteriaCount)
  }

  private func reading(at index: Int) -> LatestReading {
    let place = places[index]
    let code = place.tag & 7
    if code == 0 { return .none }
    if code == Self.elsewhere { return others[Self.key(index)] ?? .none }
    let origin = origins[Int(place.tag >> 16)]
    return LatestReading(
      begin: Instant(milliseconds: place.begin), value: Concentration(thousandths: place.value),
      periodMilliseconds: origin.period, reasons: ScreeningReasons(rawValue: place.tag >> 3 & Self.taggedReasons),
      feed: origin.feed, code: UInt8(code))
  }

  private mutating func put(_ reading: LatestReading, at index: Int) {
    if places[index].tag & 7 == Self.elsewhere { others[Self.key(index)] = nil }
    guard reading.code != 0 else {
      places[index] = .empty
      return
    }
    if reading.reasons.rawValue <= Self.taggedReasons,
      let origin = origin(feed: reading.feed, period: reading.periodMilliseconds)
    {
      let tag = UInt32(reading.code) | reading.reasons.rawValue << 3 | UInt32(origin) << 16
      places[index] = Place(begin: reading.begin.milliseconds, value: reading.value.thousandths, tag: tag)
    } else {
      places[index] = Place(begin: reading.begin.milliseconds, value: reading.value.thousandths, tag: Self.elsewhere)
      others[Self.key(index)] = reading
    }
  }

  /// The number of a feed and period, given when it is new; nil when there are no more numbers.
  mutating func origin(feed: UInt16, period: Int32) -> UInt16? {
    let origin = Origin(feed: feed, period: period)
    if let lastOrigin, lastOrigin.origin == origin { return lastOrigin.number }
    if let known = originNumbers[origin] {
      lastOrigin = (origin, known)
      return known
    }
    guard let number = UInt16(exactly: origins.count) else { return nil }
    origins.append(origin)
    originNumbers[origin] = number
    return number
  }

  /// Which of two readings of one place stays. Of one identity the feed that counts more stays, and a value before a
  /// missing one.
  static func newer(_ stored: LatestReading, _ arriving: LatestReading, _ sources: SourceTable) -> LatestReading {
    if stored.isOlder(than: arriving) { return arriving }
    guard stored.begin == arriving.begin, stored.periodMilliseconds == arriving.periodMilliseconds else {
      return stored
    }
    if stored.feed == arriving.feed { return arriving }
    if arriving.code == Cell.missing { return stored }
    if stored.code == Cell.missing { return arriving }
    return sources.rank(arriving.feed) < sources.rank(stored.feed) ? arriving : stored
  }

  /// Takes the reading of one of the six when it is newer than the one that is there; whether it was.
  mutating func replaceOlder(station: Int, pollutant: Pollutant, _ arriving: LatestReading) -> Bool {
    guard pollutant.isCriteria else { return false }
    let index = station * Pollutant.criteriaCount + Int(pollutant.rawValue)
    guard reading(at: index).isOlder(than: arriving) else { return false }
    put(arriving, at: index)
    return true
  }

  mutating func update(station: Int, pollutant: Pollutant, _ arriving: LatestReading, _ sources: SourceTable) {
    if pollutant.isCriteria {
      let index = station * Pollutant.criteriaCount + Int(pollutant.rawValue)
      put(Self.newer(reading(at: index), arriving, sources), at: index)
    } else {
      let key = Self.key(station, pollutant)
      others[key] = Self.newer(others[key] ?? .none, arriving, sources)
    }
  }

  func rearranged(stations: Int, source: (Int) -> Int?) -> LatestTable {
    var table = LatestTable()
    table.grow(stations: stations)
    for station in 0..<stations {
      guard let old = source(station) else { continue }
      for lane in 0..<Pollutant.criteriaCount {
        table.put(
          reading(at: old * Pollutant.criteriaCount + lane), at: station * Pollutant.criteriaCount + lane)
      }
      for pollutant in Pollutant.allCases where !pollutant.isCriteria {
        table.others[Self.key(station, pollutant)] = others[Self.key(old, pollutant)]
      }
    }
    return table
  }

  func encode(into writer: inout ByteWriter) {
    for index in places.indices { Self.encode(reading(at: index), into: &writer) }
    // Those of criteria pollutants have been written with their places.
    let further = others.filter { $0.key & 0xFF >= UInt64(Pollutant.criteriaCount) }
    writer.varint(UInt64(further.count))
    for (key, reading) in further.sorted(by: { $0.key < $1.key }) {
      writer.fixed(key)
      Self.encode(reading, into: &writer)
    }
  }

  init() {}

  init(from reader: inout ByteReader, stations: Int, feeds: Int) throws(RollupError) {
    guard reader.remaining / 23 >= stations * Pollutant.criteriaCount else { throw reader.damaged() }
    grow(stations: stations)
    for index in places.indices { put(try Self.decode(&reader, feeds: feeds), at: index) }
    for _ in 0..<(try reader.count(width: 31)) {
      let key = try reader.fixed(UInt64.self)
      guard key >> 8 < UInt64(stations), let pollutant = Pollutant(rawValue: UInt8(truncatingIfNeeded: key)),
        !pollutant.isCriteria
      else { throw reader.damaged() }
      others[key] = try Self.decode(&reader, feeds: feeds)
    }
  }

  private static func encode(_ reading: LatestReading, into writer: inout ByteWriter) {
    writer.fixed(reading.begin.milliseconds)
    writer.fixed(reading.value.thousandths)
    writer.fixed(reading.periodMilliseconds)
    writer.fixed(reading.reasons.rawValue)
    writer.fixed(reading.feed)
    writer.byte(reading.code)
  }

  private static func decode(_ reader: inout ByteReader, feeds: Int) throws(RollupError) -> LatestReading {
    let reading = LatestReading(
      begin: Instant(milliseconds: try reader.fixed(Int64.self)),
      value: Concentration(thousandths: try reader.fixed(Int32.self)),
      periodMilliseconds: try reader.fixed(Int32.self),
      reasons: ScreeningReasons(rawValue: try reader.fixed(UInt32.self)), feed: try reader.fixed(UInt16.self),
      code: try reader.byte())
    guard reading.code <= Cell.missing, reading.code == 0 || Int(reading.feed) < feeds || reading.feed == .max else {
      throw reader.damaged()
    }
    return reading
  }
}
