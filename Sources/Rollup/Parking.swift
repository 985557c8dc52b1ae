import AirQuality

/// A value of a past slot that waits for the stored chunk of its county and day.
struct ParkedRow: Sendable, Hashable {
  enum Kind: UInt8, Sendable {
    case minute = 0
    case hour = 1
  }
  var kind: Kind
  var pollutant: UInt8
  /// Code of the cell, 1 to 5.
  var code: UInt8
  var feed: UInt16
  var station: Int32
  /// Civil minute or hour.
  var slot: Int32
  var value: Int32
  var claim = CellClaim.value
}

/// The rows that wait for their chunks, in order of arrival, by bucket and day.
struct Parking: Sendable {
  struct Key: Hashable, Comparable, Sendable {
    var day: CivilDay
    var bucket: Int
    static func < (a: Key, b: Key) -> Bool { a.day != b.day ? a.day < b.day : a.bucket < b.bucket }
  }

  private var rows: [Key: [ParkedRow]] = [:]
  /// Keys of which a chunk was given out after it had been asked for: the answer that comes may not know it.
  private var stale: Set<Key> = []
  private(set) var count = 0

  /// What has been asked for and not yet come, oldest first.
  var outstanding: [Key] { rows.keys.sorted() }

  /// Takes a row. Returns whether its chunk must now be asked for; nil when there is no room.
  mutating func park(_ row: ParkedRow, key: Key, maximum: Int) -> Bool? {
    guard count < maximum else { return nil }
    count += 1
    let isFirst = rows[key] == nil
    rows[key, default: []].append(row)
    return isFirst
  }

  /// Notes that a chunk of the key is given out to be stored.
  mutating func noteChunk(_ key: Key) { if rows[key] != nil { stale.insert(key) } }

  /// Whether the answer for the key may be older than what was stored since; it is then to be asked for again.
  mutating func isStale(_ key: Key) -> Bool { stale.remove(key) != nil }

  /// Gives up the rows of a key.
  mutating func take(_ key: Key) -> [ParkedRow] {
    let taken = rows.removeValue(forKey: key) ?? []
    count -= taken.count
    return taken
  }

  /// The rows for another lane map; those of stations that went are dropped.
  func rearranged(station: (Int) -> Int?, bucket: (Int) -> Int) -> Parking {
    var parking = Parking()
    for key in outstanding {
      for var row in rows[key] ?? [] {
        guard let index = station(Int(row.station)) else { continue }
        row.station = Int32(index)
        let moved = Key(day: key.day, bucket: bucket(index))
        _ = parking.park(row, key: moved, maximum: .max)
        if stale.contains(key) { parking.stale.insert(moved) }
      }
    }
    return parking
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(UInt64(rows.count))
    for key in outstanding {
      let list = rows[key] ?? []
      writer.signed(Int64(key.day.number))
      writer.varint(UInt64(key.bucket))
      writer.byte(stale.contains(key) ? 1 : 0)
      writer.varint(UInt64(list.count))
      for row in list {
        writer.byte(row.kind.rawValue)
        writer.byte(row.pollutant)
        writer.byte(row.code)
        writer.fixed(row.feed)
        writer.fixed(row.station)
        writer.fixed(row.slot)
        writer.fixed(row.value)
        writer.byte(row.claim.rawValue)
      }
    }
  }

  init() {}

  init(from reader: inout ByteReader, stations: Int, buckets: Int, feeds: Int) throws(RollupError) {
    for _ in 0..<(try reader.count()) {
      guard let day = Int32(exactly: try reader.signed()) else { throw reader.damaged() }
      let bucket = try reader.varint()
      guard bucket < UInt64(buckets) else { throw reader.damaged() }
      let key = Key(day: CivilDay(number: day), bucket: Int(bucket))
      if try reader.byte() != 0 { stale.insert(key) }
      var list: [ParkedRow] = []
      for _ in 0..<(try reader.count(width: 18)) {
        guard let kind = ParkedRow.Kind(rawValue: try reader.byte()) else { throw reader.damaged() }
        var row = ParkedRow(
          kind: kind, pollutant: try reader.byte(), code: try reader.byte(), feed: try reader.fixed(UInt16.self),
          station: try reader.fixed(Int32.self), slot: try reader.fixed(Int32.self),
          value: try reader.fixed(Int32.self))
        guard row.pollutant < 6, (1...5).contains(row.code), row.station >= 0, Int(row.station) < stations,
          Int(row.feed) < feeds || row.feed == .max
        else { throw reader.damaged() }
        guard let claim = CellClaim(rawValue: try reader.byte()) else { throw reader.damaged() }
        row.claim = claim
        list.append(row)
      }
      count += list.count
      rows[key] = list
    }
  }
}
