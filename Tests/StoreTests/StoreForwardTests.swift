import AirQuality
import Store
import TestSupport
import Testing

extension Store {
  func enqueue(_ rows: [ForwardRow], limit: Int = 100, doneBefore: Int32 = 0) async throws -> Int {
    try await withCheckedContinuation { continuation in
      enqueueForwards(rows, limit: limit, doneBefore: doneBefore) { continuation.resume(returning: $0) }
    }.get()
  }

  func settle(_ forward: String, _ number: Int64, delivered: Bool, error: String = "") async throws {
    try await withCheckedContinuation { continuation in
      settleForward(forward, number: number, delivered: delivered, error: error) { continuation.resume(returning: $0) }
    }.get()
  }
}

@Suite("the queue of reports upward")
struct StoreForwardTests {
  static func row(_ hour: Int32, source: String = "UP1", forward: String = "province", content: String? = nil)
    -> ForwardRow
  {
    ForwardRow(
      forward: forward, source: source, hour: hour, request: "20200101000000\(100 + hour)",
      content: content ?? "c\(hour)",
      createdAt: Sample.at(Int64(hour)))
  }

  @Test("rows come out in order, one after the other, over a restart")
  func order() async throws {
    let directory = TemporaryDirectory()
    var store = try Store(directory: directory.path)
    #expect(try store.pendingForward("province") == nil)
    #expect(try await store.enqueue([Self.row(1), Self.row(2), Self.row(7, forward: "ministry")]) == 0)
    _ = try await store.enqueue([Self.row(3)])
    var first = try #require(try store.pendingForward("province"))
    #expect(first.number == 1 && first.hour == 1 && first.content == "c1" && first.request == Self.row(1).request)
    try await store.settle("province", 1, delivered: false, error: "no answer")
    await store.close()
    store = try Store(directory: directory.path)
    first = try #require(try store.pendingForward("province"))
    #expect(first.number == 1 && first.attempts == 1 && first.lastError == "no answer")
    try await store.settle("province", 1, delivered: true)
    try await store.settle("province", 1, delivered: false, error: "a late word changes nothing")
    #expect(try store.pendingForward("province")?.hour == 2)
    #expect(
      try store.forwardBacklogs() == [
        ForwardBacklog(forward: "ministry", pending: 1, oldestPendingAt: Sample.at(7)),
        ForwardBacklog(forward: "province", pending: 2, oldestPendingAt: Sample.at(2)),
      ])
    await store.close()
  }

  @Test("the oldest row beside excluded sources, each source in its order")
  func excluding() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    _ = try await store.enqueue([
      Self.row(1), Self.row(1, source: "UP2"), Self.row(2), Self.row(2, source: "UP2"), Self.row(1, source: "it's"),
      Self.row(9, source: "UP2", forward: "ministry"),
    ])
    func next(_ excluded: Set<String>) throws -> Int64? {
      try store.pendingForward("province", excluding: excluded)?.number
    }
    #expect(try next([]) == 1)
    #expect(try next(["UP2", "nobody"]) == 1)
    #expect(try next(["UP1"]) == 2)
    try await store.settle("province", 1, delivered: false, error: "refused")
    try await store.settle("province", 2, delivered: true)
    #expect(try next(["UP1"]) == 4)
    #expect(try next(["UP1", "UP2"]) == 5)
    #expect(try next(["UP1", "UP2", "it's"]) == nil)
    #expect(try next(["it's", "UP2"]) == 1, "what was passed over comes in its order")
    try await store.settle("province", 1, delivered: true)
    #expect(try next(["UP2"]) == 3)
    // As many sources as can be configured.
    #expect(try next(Set((0..<2_000).map { "MN\($0)" })) == 3)
    await store.close()
  }

  @Test("the newest content of each hour, given up and done rows included")
  func newest() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    _ = try await store.enqueue([
      Self.row(1), Self.row(2), Self.row(1, source: "UP2"), Self.row(2, content: "corrected"),
    ])
    try await store.settle("province", 1, delivered: true)
    #expect(
      try store.newestForwards("province", from: 1) == ["UP1": [1: "c1", 2: "corrected"], "UP2": [1: "c1"]])
    #expect(try store.newestForwards("province", from: 2) == ["UP1": [2: "corrected"]])
    #expect(try store.newestForwards("nobody", from: 0).isEmpty)
    await store.close()
  }

  @Test("bounded: the oldest are given up, what is done goes, what waits stays")
  func bounds() async throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    #expect(try await store.enqueue((1...10).map { Self.row($0) }, limit: 10) == 0)
    #expect(try await store.enqueue([Self.row(11), Self.row(12)], limit: 10) == 2)
    #expect(try store.pendingForward("province")?.hour == 3)
    #expect(try store.forwardBacklogs().first?.pending == 10)
    #expect(try store.newestForwards("province", from: 1)["UP1"]?.count == 12, "given up, and not to be made again")
    try await store.settle("province", 3, delivered: true)
    _ = try await store.enqueue([Self.row(13)], limit: 100, doneBefore: 5)
    #expect(try store.newestForwards("province", from: 1)["UP1"]?.keys.sorted() == Array(4...13))
    #expect(try store.pendingForward("province")?.hour == 4)
    await store.close()
  }
}
