package import AirQuality

extension Rollup {
  private static let version: UInt8 = 3

  /// Appends the whole state, the same bytes for the same state. Site, feeds and settings are not part of it: they are
  /// the configuration's, and `init(decoding:)` is given those that held.
  package func encode(into bytes: inout [UInt8]) {
    var writer = ByteWriter(bytes)
    bytes = []
    writer.raw(Array("LR".utf8))
    writer.byte(Self.version)
    writer.fixed(clock?.milliseconds ?? .min)
    for mark in [endedHour, minuteChunkHour, closedHour, endedDay, closedDay] { writer.fixed(mark) }
    writer.varint(UInt64(map.registeredCount))
    writer.varint(UInt64(map.entries.count))
    for entry in map.entries { writer.text(entry.id) }
    sources.encode(into: &writer)
    for ring in [minutes, hours, deep, days, imported, revisions] { ring.encode(into: &writer) }
    writer.optional(reviewed) { $1.encode(into: &$0) }
    latest.encode(into: &writer)
    parking.encode(into: &writer)
    bytes = writer.bytes
  }

  /// Reads what `encode` wrote.
  ///
  /// - Parameters:
  ///   - site: the site that held when the snapshot was made; take a newer one by `configure` afterwards.
  ///   - feeds: the feeds of that configuration.
  package init(
    decoding bytes: [UInt8], site: Site, feeds: [String], settings: RollupSettings = RollupSettings()
  ) throws(RollupError) {
    self.init(site: site, feeds: feeds, settings: settings)
    var reader = ByteReader(bytes, subject: "the snapshot of the rings")
    guard try reader.byte() == 0x4C, try reader.byte() == 0x52 else { throw reader.damaged() }
    let version = try reader.byte()
    guard version == Self.version else { throw .version(what: reader.subject, found: version) }
    let milliseconds = try reader.fixed(Int64.self)
    clock = milliseconds == .min ? nil : Instant(milliseconds: milliseconds)
    endedHour = try reader.fixed(Int32.self)
    minuteChunkHour = try reader.fixed(Int32.self)
    closedHour = try reader.fixed(Int32.self)
    endedDay = try reader.fixed(Int32.self)
    closedDay = try reader.fixed(Int32.self)
    let registered = try reader.count()
    guard registered == map.registeredCount else {
      throw .stations(expected: map.registeredCount, found: registered)
    }
    let stations = try reader.count()
    for index in 0..<stations {
      let id = try reader.text()
      if index < registered {
        guard map.entries[index].id == id else { throw .stations(expected: registered, found: index) }
      } else {
        guard map.index(of: id) == nil else { throw reader.damaged() }
        _ = map.addUnknown(id)
      }
    }
    guard stations == map.entries.count else { throw reader.damaged() }
    sources = try SourceTable(from: &reader, feeds: feeds, stations: stations)
    let lanes = Pollutant.criteriaCount
    minutes = try Ring(from: &reader, slots: settings.minuteSlots, lanes: stations * lanes)
    newestMinute = minutes.head ?? .min
    hours = try Ring(from: &reader, slots: settings.hourSlots, lanes: map.ordinaryLanes)
    deep = try Ring(from: &reader, slots: settings.deepHourSlots, lanes: map.deepLanes)
    days = try Ring(from: &reader, slots: settings.daySlots, lanes: map.deepLanes)
    imported = try Ring(from: &reader, slots: settings.daySlots, lanes: map.units.count * lanes)
    revisions = try Ring(from: &reader, slots: settings.daySlots, lanes: map.units.count)
    if try reader.flag() { reviewed = try Ring(from: &reader, slots: settings.daySlots, lanes: map.deepLanes) }
    latest = try LatestTable(from: &reader, stations: stations, feeds: sources.names.count)
    parking = try Parking(
      from: &reader, stations: stations, buckets: map.bucketCount, feeds: sources.names.count)
    try reader.finish()
  }
}
