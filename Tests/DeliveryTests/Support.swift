import AirQuality
import Delivery
import Engine
import Glibc
import Store
import Synchronization

struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A directory of its own, removed at the end; it holds files only.
final class TemporaryDirectory: Sendable {
  let path: String
  init() {
    var template = Array("/tmp/lantian-delivery-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    precondition(made, "no temporary directory")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  deinit {
    for name in names(in: path) { _ = remove(path + "/" + name) }
    _ = remove(path)
  }
}

func names(in path: String) -> [String] {
  guard let stream = opendir(path) else { return [] }
  defer { closedir(stream) }
  var found: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { found.append(name) }
  }
  return found.sorted()
}

func contents(of path: String) -> [UInt8]? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var part = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&part, 1, part.count, file)
    if count == 0 { return bytes }
    bytes.append(contentsOf: part[..<count])
  }
}

func write(_ bytes: [UInt8], to path: String) {
  guard let file = fopen(path, "w") else { return }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

enum Sample {
  static let start = Instant(milliseconds: 1_606_752_000_000)

  static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi")], stations: [])

  static func event(
    _ sequence: Int64, id: String = "level-141102-1", kind: EventKind = .level, county: String = "141102",
    from: String = "none", to: String = "orange", ends: Bool = false, drill: Bool = false, value: Double? = 231.5
  ) -> EventRecord {
    EventRecord(
      sequence: sequence, id: id, kind: kind, county: county, from: from, to: to,
      at: start.adding(milliseconds: sequence * 3_600_000), rule: "mee-2018/orange",
      inputs: [.init("aqi", .number(231))], drill: drill, value: value, unit: "ug/m3", window: "24h",
      completeness: 0.875, revision: 2, startsAt: start, ends: ends,
      textChinese: "建议：离石区橙色（实况）\n依据 mee-2018/orange，“AQI” 231", textEnglish: "Proposal: Lishi orange\n\tobserved")
  }

  static func row(_ sequence: Int64, hook: String = "duty", id: String = "a", createdAt: Instant = start) -> OutboxRow {
    OutboxRow(
      hook: hook, sequence: sequence, eventID: id, key: "\(id)-\(sequence)", body: Array("{\"n\":\(sequence)}".utf8),
      createdAt: createdAt)
  }
}

extension Store {
  /// One record with one event and a delivery of it to each hook.
  func emit(_ event: EventRecord, hooks: [String], createdAt: Instant) async throws {
    let rows = hooks.map { hook in
      OutboxRow(
        hook: hook, sequence: event.sequence, eventID: event.id, key: event.idempotencyKey,
        body: WebhookBody.render(event: event, hook: hook, externalURL: "", site: Sample.site), createdAt: createdAt)
    }
    let item = try CommitItem(
      JournalRecord(position: committed.position + 1, at: event.at, event: .tick), effects: [.event(event)],
      outbox: rows)
    _ = try await withCheckedContinuation { continuation in
      commit(group: [item]) { continuation.resume(returning: $0) }
    }.get()
  }

  func close() async {
    await withCheckedContinuation { continuation in close { continuation.resume() } }
  }
}

/// Collects values from any queue; `wait` returns once there are `count` of them.
final class Collector<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value] = []
    var waiting: [(Int, CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  func add(_ value: Value) {
    let ready = state.withLock { state in
      state.values.append(value)
      let count = state.values.count
      let ready = state.waiting.filter { $0.0 <= count }.map(\.1)
      state.waiting.removeAll { $0.0 <= count }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  var values: [Value] { state.withLock { $0.values } }

  func wait(_ count: Int) async -> [Value] {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state in
        if state.values.count >= count { return true }
        state.waiting.append((count, continuation))
        return false
      }
      if ready { continuation.resume() }
    }
    return values
  }
}
