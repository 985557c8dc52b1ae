package import AirQuality
import Rollup

/// The whole state as bytes: a start loads the newest snapshot and applies the journal's tail.
extension Engine {
  /// Layout version; a snapshot of another version is ignored and the journal replayed from an older one or from empty.
  package static let snapshotVersion: UInt16 = 1

  /// The same state gives the same bytes.
  package func snapshot() -> [UInt8] {
    var writer = SnapshotWriter(reserving: 1 << 20)
    writer.write(Self.snapshotVersion)
    writer.write(optional: configuration) { $1.encode(into: &$0) }
    writer.write(now.milliseconds)
    writer.write(each: verdicts.keys.sorted()) { writer, feed in
      writer.write(feed)
      (verdicts[feed] ?? FeedVerdicts()).encode(into: &writer)
    }
    writer.write(each: units) { $1.encode(into: &$0) }
    issuer.encode(into: &writer)
    writer.write(each: imports) { $0.write($1) }
    writer.write(each: acts) { $0.write($1) }
    writer.write(each: layers.keys.sorted()) { writer, station in
      writer.write(station)
      writer.write(layers[station]?.at.milliseconds ?? 0)
      writer.write(optional: layers[station]?.gradientHeightMeters) { $0.write($1) }
    }
    writer.write(damagedChunks)
    writer.write(refusedImportRows)
    var rings: [UInt8] = []
    rollup.encode(into: &rings)
    writer.write(block: rings)
    return writer.bytes
  }

  /// The state of a snapshot.
  ///
  /// - Throws: `SnapshotReadingError` when the bytes are of another version, torn, or inconsistent.
  package init(snapshot bytes: [UInt8]) throws(SnapshotReadingError) {
    self.init()
    var reader = SnapshotReader(bytes)
    let version = try reader.read(UInt16.self)
    guard version == Self.snapshotVersion else { throw reader.failure("snapshot version \(Self.snapshotVersion)") }
    configuration = try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      try EngineConfiguration(decoding: &reader)
    }
    now = Instant(milliseconds: try reader.read(Int64.self))
    let counts = try reader.readEach(minimumSize: 16) {
      (reader: inout SnapshotReader) throws(SnapshotReadingError) -> (String, FeedVerdicts) in
      (try reader.readString(), try FeedVerdicts(decoding: &reader))
    }
    for (feed, verdict) in counts { verdicts[feed] = verdict }
    units = try reader.readEach(minimumSize: 64) { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      try UnitState(decoding: &reader)
    }
    issuer = try EventIssuer(decoding: &reader)
    imports = try Self.readStrings(&reader)
    acts = try Self.readStrings(&reader)
    let heights = try reader.readEach(minimumSize: 13) {
      (reader: inout SnapshotReader) throws(SnapshotReadingError) -> LidarLayer in
      LidarLayer(
        station: try reader.readString(), at: Instant(milliseconds: try reader.read(Int64.self)),
        gradientHeightMeters: try reader.readOptional { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
          try reader.readDouble()
        })
    }
    for layer in heights { layers[layer.station] = layer }
    damagedChunks = try reader.read(UInt64.self)
    refusedImportRows = try reader.read(UInt64.self)
    let block = try reader.readBlock()
    guard let configuration else { return }
    do {
      rollup = try Rollup(decoding: block, site: configuration.site, feeds: configuration.feeds)
    } catch {
      throw reader.failure("the rings of a snapshot: \(error)")
    }
    guard units.count == rollup.units.count else { throw reader.failure("\(rollup.units.count) units") }
  }

  private static func readStrings(_ reader: inout SnapshotReader) throws(SnapshotReadingError) -> [String] {
    try reader.readEach(minimumSize: 4) { (reader: inout SnapshotReader) throws(SnapshotReadingError) in
      try reader.readString()
    }
  }
}
