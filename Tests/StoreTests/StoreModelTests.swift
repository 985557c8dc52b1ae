import AirQuality
import Engine
import TestSupport
import Testing

@testable import Store

/// Random operations and re-openings against a model in memory.
@Suite struct StoreModelTests {
  private struct Model {
    var position: Int64 = 0
    var events: [EventRecord] = []
    var chunks: [ChunkKey: [UInt8]] = [:]
    var pending: [String: [Int64: Int]] = ["duty": [:], "siren": [:]]
    var dead: [String: [Int64]] = ["duty": [], "siren": []]
    var snapshots: [Int64] = []
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func theStoreBehavesAsItsModel(seed: UInt64) async throws {
    var random = SeededRandom(seed: seed)
    let directory = TemporaryDirectory()
    var store = try Store(directory: directory.path)
    var model = Model()
    for step in 0..<60 {
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let count = Int64.random(in: 1...5, using: &random)
        var items: [CommitItem] = []
        for position in (model.position + 1)...(model.position + count) {
          items.append(try Sample.item(position, snapshot: Int.random(in: 0..<6, using: &random) == 0))
        }
        // A group that fails leaves no trace.
        if Int.random(in: 0..<5, using: &random) == 0, var last = items.last {
          last.outbox.append(
            OutboxRow(hook: "x", sequence: 1 << 40, eventID: "", key: "", body: [], createdAt: Sample.start))
          let bad = Array(items.dropLast()) + [last]
          await #expect(throws: StoreError.self) { try await store.commit(bad) }
          await store.close()
          store = try Store(directory: directory.path)
        } else {
          _ = try await store.commit(items)
          for item in items { apply(item, to: &model) }
        }
      case 5..<8:
        let hook = Bool.random(using: &random) ? "duty" : "siren"
        guard let sequence = model.pending[hook]?.keys.sorted().randomElement(using: &random) else { continue }
        let attempts = (model.pending[hook]?[sequence] ?? 0) + 1
        let state: DeliveryResult.State
        switch Int.random(in: 0..<3, using: &random) {
        case 0: state = .delivered
        case 1: state = .dead
        default: state = .pending(nextAttemptAt: Instant(milliseconds: Int64(attempts)))
        }
        try await store.record([DeliveryResult(hook: hook, sequence: sequence, state: state, attempts: attempts)])
        if case .pending = state {
          model.pending[hook]?[sequence] = attempts
        } else {
          model.pending[hook]?[sequence] = nil
          if state == .dead { model.dead[hook]?.append(sequence) }
        }
      default:
        await store.close()
        store = try Store(directory: directory.path)
      }
      try compare(store, model, "seed \(seed), step \(step)")
    }
    await store.close()
  }

  private func apply(_ item: CommitItem, to model: inout Model) {
    model.position = item.position
    model.events += item.events
    for chunk in item.chunks { model.chunks[chunk.key] = chunk.bytes }
    for row in item.outbox { model.pending[row.hook]?[row.sequence] = 0 }
    if let snapshot = item.snapshot { model.snapshots = Array(([snapshot.position] + model.snapshots).prefix(2)) }
  }

  private func compare(_ store: Store, _ model: Model, _ place: Comment) throws {
    #expect(store.committed == CommittedThrough(position: model.position, sequence: Int64(model.events.count)), place)
    #expect(try store.events(since: 0) == model.events, place)
    #expect(try store.snapshots().map(\.position) == model.snapshots, place)
    for hook in ["duty", "siren"] {
      let rows = try store.pendingDeliveries(hook: hook, limit: 1_000)
      #expect(
        Dictionary(uniqueKeysWithValues: rows.map { ($0.row.sequence, $0.attempts) }) == model.pending[hook], place)
      #expect(try store.deadLetters(hook: hook, limit: 1_000).map(\.row.sequence) == model.dead[hook]?.sorted(), place)
    }
    for day in Set(model.chunks.keys.map(\.day)) {
      for county in Set(model.chunks.keys.map(\.county)) {
        let found = try store.chunks(county: county, day: day)
        let expected = model.chunks.filter { $0.key.county == county && $0.key.day == day }
        #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.key, $0.bytes) }) == expected, place)
      }
    }
    var reader = store.journal(after: 0)
    var last: Int64 = 0
    while let records = try reader.next() { last = records.last?.position ?? last }
    #expect(last == model.position, place)
  }
}
