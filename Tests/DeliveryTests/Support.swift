import AirQuality
import Delivery
import Engine
import Store

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
