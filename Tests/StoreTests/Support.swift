import AirQuality
import Engine
import Glibc
import Store
import TestSupport
import Testing

extension Store {
  func commit(_ items: [CommitItem]) async throws -> CommittedThrough {
    try await withCheckedContinuation { continuation in
      commit(group: items) { continuation.resume(returning: $0) }
    }.get()
  }
  func close() async {
    await withCheckedContinuation { continuation in close { continuation.resume() } }
  }
  func record(_ results: [DeliveryResult]) async throws {
    try await withCheckedContinuation { continuation in
      record(results) { continuation.resume(returning: $0) }
    }.get()
  }
  func prune(_ policy: RetentionPolicy, now: Instant) async throws -> PruneCounts {
    try await withCheckedContinuation { continuation in
      prune(policy, civilNow: now, offset: .china, wallNow: now) { continuation.resume(returning: $0) }
    }.get()
  }
}

/// Everything that follows from a position: what an engine would have done, as a pure function.
enum Sample {
  static let start = Instant(milliseconds: 1_606_752_000_000)

  static func at(_ position: Int64) -> Instant { start.adding(milliseconds: position * 60_000) }

  /// Events come with every third record.
  static func sequence(through position: Int64) -> Int64 { position / 3 }

  static func event(_ sequence: Int64, position: Int64) -> EventRecord {
    EventRecord(
      sequence: sequence, id: "level-141102-\(sequence / 4)", kind: .level, county: "141102", from: "none",
      to: "yellow", at: at(position), rule: "mee-2018/yellow",
      inputs: [
        .init("aqi", .number(Double(sequence) / 8)), .init("state", .text("known")), .init("first", .flag(true)),
      ],
      value: 231.5, unit: "ug/m3", window: "24h", completeness: 0.875, startsAt: start, ends: sequence % 4 == 3,
      textChinese: "建议：榆次区黄色\n第二行", textEnglish: "Proposal: yellow")
  }

  static func item(_ position: Int64, snapshot: Bool = false) throws -> CommitItem {
    var random = SeededRandom(seed: UInt64(position))
    let event: EngineEvent = position % 4 == 0 ? .tick : .batch(Generator.batch(&random, rows: 40))
    var effects: [Effect] = []
    var outbox: [OutboxRow] = []
    if position % 3 == 0 {
      let record = Sample.event(sequence(through: position), position: position)
      effects.append(.event(record))
      for hook in ["duty", "siren"] {
        outbox.append(
          OutboxRow(
            hook: hook, sequence: record.sequence, eventID: record.id, key: record.idempotencyKey,
            body: Array("{\"sequence\":\(record.sequence)}".utf8), createdAt: at(position)))
      }
    }
    let day = CivilOffset.china.day(of: at(position))
    effects.append(
      .chunk(
        ChunkKey(county: "14110\(position % 5)", day: day, kind: .hours),
        bytes: (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }))
    effects.append(
      .chunk(
        ChunkKey(county: "14110\(position % 5)", day: day, kind: .minutes, hour: UInt8(position % 24)),
        bytes: [UInt8(truncatingIfNeeded: position)]))
    return try CommitItem(
      JournalRecord(position: position, at: at(position), event: event), effects: effects, outbox: outbox,
      snapshot: snapshot
        ? StoredSnapshot(
          position: position, version: Int(Engine.snapshotVersion), bytes: [1, 2, 3, UInt8(position & 255)]) : nil)
  }
}
