package import AirQuality
import Rollup
import Screening

/// The whole state as bytes: a start loads the newest snapshot and applies the journal's tail.
extension Engine {
  /// Raised with every change of what the same records give (more events, other values): a journal's tail that an
  /// earlier version applied is then not expected to give what that one gave.
  package static let version = 6

  /// Goes on after events that another version made of the same records.
  package mutating func adopt(lastSequence: Int64) { issuer.adopt(lastSequence: lastSequence) }

  /// Layout version; a snapshot of another version is ignored and the journal replayed from an older one or from empty.
  package static let snapshotVersion: UInt16 = 6

  /// The same state gives the same bytes.
  package func snapshot() -> [UInt8] {
    var writer = ByteWriter(capacity: 1 << 20)
    writer.fixed(Self.snapshotVersion)
    writer.optional(configuration) { $1.encode(into: &$0) }
    writer.signed(now.milliseconds)
    writer.list(verdicts.keys.sorted()) { writer, feed in
      writer.text(feed)
      (verdicts[feed] ?? FeedVerdicts()).encode(into: &writer)
    }
    writer.list(units) { $1.encode(into: &$0) }
    issuer.encode(into: &writer)
    writer.list(imports) { $0.text($1) }
    writer.list(acts) { $0.text($1) }
    membership.encode(into: &writer)
    writer.optional(sealedThrough) { $0.fixed($1.number) }
    writer.list(layers.values.sorted { $0.station < $1.station }) { $1.encode(into: &$0) }
    writer.varint(damagedChunks)
    writer.varint(refusedImportRows)
    var rings: [UInt8] = []
    rollup.encode(into: &rings)
    writer.blob(rings)
    memory.encode(into: &writer)
    dust.encode(into: &writer)
    writer.blob(screeningState())
    var reviewed = ByteWriter()
    reviewedSulphur.encode(into: &reviewed)
    writer.blob(reviewed.bytes)
    writer.blob(registry.encoded())
    return writer.bytes
  }

  /// The state of a snapshot.
  ///
  /// - Throws: `SnapshotReadingError` when the bytes are of another version, torn, or inconsistent.
  package init(snapshot bytes: [UInt8]) throws(SnapshotReadingError) {
    self.init()
    var reader = SnapshotReader(bytes, subject: "the engine's snapshot")
    let version = try reader.fixed(UInt16.self)
    guard version == Self.snapshotVersion else {
      throw reader.fail("version \(version) is not \(Self.snapshotVersion)")
    }
    configuration = try reader.optional { reader throws(SnapshotReadingError) in
      try EngineConfiguration(decoding: &reader, hasExtensions: true)
    }
    now = Instant(milliseconds: try reader.signed())
    let counts = try reader.list(of: "feeds") { reader throws(SnapshotReadingError) -> (String, FeedVerdicts) in
      (try reader.text(), try FeedVerdicts(decoding: &reader))
    }
    for (feed, verdict) in counts { verdicts[feed] = verdict }
    units = try reader.list(of: "units") { reader throws(SnapshotReadingError) in try UnitState(decoding: &reader) }
    issuer = try EventIssuer(decoding: &reader)
    imports = try reader.texts()
    acts = try reader.texts()
    membership = try Membership(decoding: &reader)
    sealedThrough = try reader.optional { reader throws(SnapshotReadingError) in
      CivilMonth(number: try reader.fixed(Int32.self))
    }
    let heights = try reader.list(of: "layers") { reader throws(SnapshotReadingError) in
      try LidarLayer(decoding: &reader)
    }
    for layer in heights { layers[layer.station] = layer }
    damagedChunks = try reader.varint()
    refusedImportRows = try reader.varint()
    let block = try reader.blob()
    memory = try LedgerMemory(decoding: &reader)
    dust = try DustPeriods(decoding: &reader)
    try readScreening(try reader.blob())
    var reviewed = SnapshotReader(try reader.blob(), subject: "the engine's snapshot, reviewed SO2 hours")
    reviewedSulphur = try ReviewedSulphur(decoding: &reviewed)
    try reviewed.finish()
    registry = try RegistryState(decoding: try reader.blob())
    try reader.finish()
    derive()
    guard let configuration else { return }
    registry.configure(configuration)
    do {
      rollup = try Rollup(decoding: block, site: membership.effective(configuration.site), feeds: configuration.feeds)
      rollup.limitUnknownStations(configuration.maximumUnknownStations)
      rollup.comparedThrough = neighboursThrough ?? .min
    } catch {
      throw reader.fail("\(error)")
    }
    guard units.count == rollup.units.count else {
      throw reader.fail("\(units.count) units instead of \(rollup.units.count)")
    }
  }

  private func screeningState() -> [UInt8] {
    var writer = ByteWriter(capacity: 1 << 12)
    screening.encode(into: &writer)
    writer.optional(neighboursThrough) { $0.fixed($1) }
    inspectionCases.encode(into: &writer)
    hotSpots.encode(into: &writer)
    writer.list(lidars.sorted { $0.key < $1.key }) { $1.value.encode(into: &$0) }
    return writer.bytes
  }

  private mutating func readScreening(_ bytes: [UInt8]) throws(SnapshotReadingError) {
    var reader = SnapshotReader(bytes, subject: "the screening of the engine's snapshot")
    screening = try ScreeningMemory(decoding: &reader)
    neighboursThrough = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    inspectionCases = try Inspections(decoding: &reader)
    hotSpots = try GridTasks(decoding: &reader)
    let states = try reader.list(of: "lidars") { reader throws(SnapshotReadingError) in
      try LidarState(decoding: &reader)
    }
    for state in states { lidars[state.newest.station] = state }
    try reader.finish()
  }
}
