package import AirQuality
internal import Digests
package import Engine

/// One record of the journal as the engine applies it.
package struct JournalRecord: Sendable, Hashable {
  /// Gapless from 1.
  package var position: Int64
  package var at: Instant
  package var event: EngineEvent

  package init(position: Int64, at: Instant, event: EngineEvent) {
    self.position = position
    self.at = at
    self.event = event
  }
}

/// The journal's binary format: pure, little-endian, versioned, checksummed.
///
/// A record is a version byte, a kind byte, the event's fields, and the first 8 bytes of SHA-256 over these, the
/// position and the instant, so that a row which was altered or moved is noticed. Equal events give equal bytes; a
/// `Double` keeps its bit pattern.
package enum JournalCodec {
  /// Version of the format; a reader refuses newer ones.
  package static let version: UInt8 = 1
  /// Largest record, bytes.
  package static let maximumBytes = 64 << 20
  static let checksumBytes = 8

  /// Kinds as the `kind` column stores them; none is renumbered.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case configuration = 1
    case batch = 2
    case tick = 3
    case act = 4
    case history = 5
    case dailyMeans = 6
    case reviewed = 7
  }

  /// The kind under which an event is filed.
  package static func kind(of event: EngineEvent) -> Kind {
    switch event {
    case .configuration: .configuration
    case .batch: .batch
    case .tick: .tick
    case .act: .act
    case .history: .history
    case .dailyMeans: .dailyMeans
    case .reviewed: .reviewed
    }
  }

  /// The record's bytes; fails when a reading names no station of its batch or the record is over `maximumBytes`.
  package static func encode(_ record: JournalRecord) throws(JournalCodecError) -> [UInt8] {
    var writer = ByteWriter(capacity: capacity(for: record.event))
    writer.byte(version)
    writer.byte(kind(of: record.event).rawValue)
    switch record.event {
    case .configuration(let configuration): configuration.encode(into: &writer)
    case .batch(let batch): try write(batch, to: &writer, position: record.position)
    case .tick: break
    case .act(let act): write(act, to: &writer)
    case .history(let county, let day, let chunks):
      writer.text(county)
      writer.signed(Int64(day.number))
      writer.list(chunks) { write($1, to: &$0) }
    case .dailyMeans(let means): write(means, to: &writer)
    case .reviewed(let part): write(part, to: &writer)
    }
    guard writer.bytes.count + checksumBytes <= maximumBytes else {
      throw JournalCodecError(
        position: record.position, offset: writer.bytes.count,
        reason: "the record is larger than \(maximumBytes) bytes; split the batch")
    }
    writer.raw(checksum(writer.bytes, position: record.position, at: record.at))
    return writer.bytes
  }

  /// The event of a stored record; the error names position, byte and reason.
  package static func decode(
    _ bytes: [UInt8], position: Int64, at: Instant
  ) throws(JournalCodecError) -> EngineEvent {
    var reader = try open(bytes, position: position, at: at)
    let code = try reader.byte()
    guard let kind = Kind(rawValue: code) else { throw reader.fail("kind \(code) is unknown") }
    let event: EngineEvent
    switch kind {
    case .configuration: event = .configuration(try EngineConfiguration(decoding: &reader))
    case .batch: event = .batch(try readBatch(&reader))
    case .tick: event = .tick
    case .act: event = .act(try readAct(&reader))
    case .history:
      event = .history(
        county: try reader.text(), day: CivilDay(number: try reader.integer("the day")),
        chunks: try reader.list(of: "chunks", readChunk))
    case .dailyMeans: event = .dailyMeans(try readDailyMeans(&reader))
    case .reviewed: event = .reviewed(try readReviewed(&reader))
    }
    try reader.finish()
    return event
  }

  /// Checks size, checksum and version; the reader stands behind the version.
  static func open(_ bytes: [UInt8], position: Int64, at: Instant) throws(JournalCodecError) -> JournalByteReader {
    let end = bytes.count - checksumBytes
    guard end >= 1, bytes.count <= maximumBytes else {
      throw JournalCodecError(position: position, offset: 0, reason: "\(bytes.count) bytes are no record")
    }
    let body = Array(bytes[..<end])
    guard checksum(body, position: position, at: at).elementsEqual(bytes[end...]) else {
      throw JournalCodecError(
        position: position, offset: end,
        reason: "the checksum differs: the record was altered, moved or torn; restore the state from a backup")
    }
    var reader = JournalByteReader(body, subject: position)
    let found = try reader.byte()
    guard found == version else {
      throw reader.fail("format \(found) is not \(version): written by another version of lantian")
    }
    return reader
  }

  /// The first bytes of SHA-256 over the record, its position and its instant.
  static func checksum(_ bytes: [UInt8], position: Int64, at: Instant) -> ArraySlice<UInt8> {
    var digest = SHA256()
    digest.update(bytes)
    digest.number(position)
    digest.number(at.milliseconds)
    return digest.finalize()[..<checksumBytes]
  }

  private static func capacity(for event: EngineEvent) -> Int {
    guard case .batch(let batch) = event else { return 256 }
    return 256 + batch.readings.count * 8 + batch.stations.count * 16
  }
}
