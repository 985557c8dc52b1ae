import AirQuality

/// The feeds known by name, their order of preference, and for every station the feeds that gave it data.
struct SourceTable: Sendable {
  /// Names in the order in which they became known; the index is a feed's identity and never changes.
  private(set) var names: [String] = []
  /// Place in the configuration; `Int32.max` for a feed that is no longer in it.
  private(set) var ranks: [Int32] = []
  private var indices: [String: UInt16] = [:]
  /// 31 feed indices a station.
  private(set) var sources: [UInt16] = []
  private(set) var counts: [UInt8] = []

  static let perStation = 31
  static let maximumFeeds = 65_535
  /// Stands for feeds beyond `maximumFeeds`.
  static let otherFeed = UInt16.max

  init(feeds: [String]) { configure(feeds) }

  /// Takes a new order of preference.
  mutating func configure(_ feeds: [String]) {
    ranks = Array(repeating: .max, count: names.count)
    for (place, name) in feeds.enumerated() {
      let feed = index(of: name)
      if feed != Self.otherFeed { ranks[Int(feed)] = min(ranks[Int(feed)], Int32(place)) }
    }
  }

  /// The feed of that name, made known if it was not.
  mutating func index(of name: String) -> UInt16 {
    if let known = indices[name] { return known }
    guard names.count < Self.maximumFeeds else { return Self.otherFeed }
    let index = UInt16(names.count)
    names.append(name)
    ranks.append(.max)
    indices[name] = index
    return index
  }

  /// The feed of that name, nil when it is not known.
  func known(_ name: String) -> UInt16? { indices[name] }

  func rank(_ feed: UInt16) -> Int32 { feed == Self.otherFeed ? .max : ranks[Int(feed)] }

  func name(_ feed: UInt16) -> String { feed == Self.otherFeed ? "" : names[Int(feed)] }

  mutating func grow(stations: Int) {
    guard stations > counts.count else { return }
    sources.append(contentsOf: repeatElement(0, count: (stations - counts.count) * Self.perStation))
    counts.append(contentsOf: repeatElement(0, count: stations - counts.count))
  }

  /// The ordinal of a feed in the station's table, entered if there is room, else `Cell.otherSource`.
  mutating func ordinal(station: Int, feed: UInt16) -> UInt8 {
    let start = station * Self.perStation
    let count = Int(counts[station])
    for place in 0..<count where sources[start + place] == feed { return UInt8(place) }
    guard count < Self.perStation, feed != Self.otherFeed else { return Cell.otherSource }
    sources[start + count] = feed
    counts[station] += 1
    return UInt8(count)
  }

  /// The feed behind an ordinal of a station's cells.
  func feed(station: Int, ordinal: UInt8) -> UInt16 {
    ordinal < counts[station] ? sources[station * Self.perStation + Int(ordinal)] : Self.otherFeed
  }

  /// Whether the feed of `ordinal` stands before that of `other` in the configuration.
  func outranks(station: Int, _ ordinal: UInt8, _ other: UInt8) -> Bool {
    rank(feed(station: station, ordinal: ordinal)) < rank(feed(station: station, ordinal: other))
  }

  /// The table for stations that have moved: station `s` takes what `source(s)` had.
  func rearranged(stations: Int, source: (Int) -> Int?) -> SourceTable {
    var table = self
    table.sources = Array(repeating: 0, count: stations * Self.perStation)
    table.counts = Array(repeating: 0, count: stations)
    for station in 0..<stations {
      guard let old = source(station) else { continue }
      table.counts[station] = counts[old]
      for place in 0..<Self.perStation {
        table.sources[station * Self.perStation + place] = sources[old * Self.perStation + place]
      }
    }
    return table
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(UInt64(names.count))
    for name in names { writer.text(name) }
    writer.varint(UInt64(counts.count))
    for station in 0..<counts.count {
      writer.byte(counts[station])
      for place in 0..<Int(counts[station]) { writer.fixed(sources[station * Self.perStation + place]) }
    }
  }

  /// Reads what `encode` wrote and takes the order of preference from `feeds`.
  init(from reader: inout ByteReader, feeds: [String], stations: Int) throws(RollupError) {
    for _ in 0..<(try reader.count()) {
      let name = try reader.text()
      guard indices[name] == nil, names.count < Self.maximumFeeds else { throw reader.damaged() }
      _ = index(of: name)
    }
    guard try reader.count() == stations else { throw reader.damaged() }
    grow(stations: stations)
    for station in 0..<stations {
      let count = try reader.byte()
      guard count <= UInt8(Self.perStation) else { throw reader.damaged() }
      counts[station] = count
      for place in 0..<Int(count) {
        let feed = try reader.fixed(UInt16.self)
        guard Int(feed) < names.count else { throw reader.damaged() }
        sources[station * Self.perStation + place] = feed
      }
    }
    configure(feeds)
  }
}
