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
  package var end: Instant { begin.adding(milliseconds: Int64(periodMilliseconds)) }

  /// Whether `other` is newer: ends later, or ends at the same time over a shorter period.
  @inline(__always) func isOlder(than other: LatestReading) -> Bool {
    if code == 0 { return true }
    let (mine, theirs) = (end, other.end)
    return mine < theirs || (mine == theirs && begin < other.begin)
  }
}

/// The newest readings: six places a station for the criteria pollutants, a sparse table for everything else.
struct LatestTable: Sendable {
  var criteria: [LatestReading] = []
  /// By station index × 256 + pollutant.
  var others: [UInt64: LatestReading] = [:]

  mutating func grow(stations: Int) {
    let missing = stations * Pollutant.criteriaCount - criteria.count
    if missing > 0 { criteria.append(contentsOf: repeatElement(.none, count: missing)) }
  }

  func value(station: Int, pollutant: Pollutant) -> LatestReading? {
    let found =
      pollutant.isCriteria
      ? criteria[station * Pollutant.criteriaCount + Int(pollutant.rawValue)]
      : others[UInt64(station) << 8 | UInt64(pollutant.rawValue)] ?? .none
    return found.code == 0 ? nil : found
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

  mutating func updateOther(station: Int, pollutant: Pollutant, _ arriving: LatestReading, _ sources: SourceTable) {
    let key = UInt64(station) << 8 | UInt64(pollutant.rawValue)
    others[key] = Self.newer(others[key] ?? .none, arriving, sources)
  }

  func rearranged(stations: Int, source: (Int) -> Int?) -> LatestTable {
    var table = LatestTable()
    table.grow(stations: stations)
    for station in 0..<stations {
      guard let old = source(station) else { continue }
      for lane in 0..<Pollutant.criteriaCount {
        table.criteria[station * Pollutant.criteriaCount + lane] = criteria[old * Pollutant.criteriaCount + lane]
      }
      for pollutant in Pollutant.allCases where !pollutant.isCriteria {
        table.others[UInt64(station) << 8 | UInt64(pollutant.rawValue)] =
          others[UInt64(old) << 8 | UInt64(pollutant.rawValue)]
      }
    }
    return table
  }

  func encode(into writer: inout ByteWriter) {
    for reading in criteria { Self.encode(reading, into: &writer) }
    writer.varint(UInt64(others.count))
    for (key, reading) in others.sorted(by: { $0.key < $1.key }) {
      writer.fixed(key)
      Self.encode(reading, into: &writer)
    }
  }

  init() {}

  init(from reader: inout ByteReader, stations: Int, feeds: Int) throws(RollupError) {
    guard reader.remaining / 23 >= stations * Pollutant.criteriaCount else { throw reader.damaged() }
    criteria.reserveCapacity(stations * Pollutant.criteriaCount)
    for _ in 0..<stations * Pollutant.criteriaCount {
      criteria.append(try Self.decode(&reader, feeds: feeds))
    }
    for _ in 0..<(try reader.count(ofSize: 31)) {
      let key = try reader.fixed(UInt64.self)
      guard key >> 8 < UInt64(stations), Pollutant(rawValue: UInt8(truncatingIfNeeded: key)) != nil else {
        throw reader.damaged()
      }
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
