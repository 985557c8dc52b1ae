import AirQuality
import Dispatch
import Engine
import GRDB
import Store
import TestSupport
import Testing

@testable import Daemon

/// States that another version of the program wrote, or that retention has cut.
@Suite("Recovery across versions")
struct VersionRecoveryTests {
  private static let offset = CivilOffset.china
  private static let start = offset.start(of: CivilDay("2020-12-01")!)
  private static let configuration = EngineConfiguration(
    site: Site(
      name: "吕梁市", code: "141100", offset: offset,
      counties: [County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi")],
      stations: [Station(id: "A1", name: "", county: "141102", stationClass: .national, assessed: true)]),
    feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date", hooks: [])

  /// 60 hours at 400: yellow at the 44th. Snapshots at the given positions.
  private func filled(_ directory: TemporaryDirectory, snapshots: Set<Int64>) throws {
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    var engine = Engine()
    for position in Int64(1)...61 {
      let at = Self.start.adding(milliseconds: (position - 1) * 3_600_000 + 600_000)
      let reading = Reading(
        station: 0, pollutant: .pm25, value: 400, begin: Self.start.adding(milliseconds: (position - 2) * 3_600_000),
        periodMilliseconds: 3_600_000)
      let event: EngineEvent =
        position == 1
        ? .configuration(Self.configuration)
        : .batch(FeedBatch(feed: "f", receivedAt: at, stations: ["A1"], readings: [reading]))
      let effects = engine.apply(event, at: at)
      let snapshot =
        snapshots.contains(position)
        ? StoredSnapshot(position: position, version: Int(Engine.snapshotVersion), bytes: engine.snapshot()) : nil
      try store.commitAndWait([
        try CommitItem(
          JournalRecord(position: position, at: at, event: event), effects: effects, snapshot: snapshot)
      ])
    }
  }

  private func change(_ directory: TemporaryDirectory, _ sql: String) throws {
    let queue = try DatabaseQueue(path: directory.path + "/lantian.sqlite")
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  private func recovered(_ directory: TemporaryDirectory) throws -> RecoveredEngine {
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    return try EngineRecovery.recover(from: store)
  }

  @Test func ownStatesAreRecoveredToTheByte() throws {
    let (one, other) = (TemporaryDirectory(), TemporaryDirectory())
    try filled(one, snapshots: [])
    try filled(other, snapshots: [20, 50])
    let (a, b) = (try recovered(one), try recovered(other))
    #expect(a.engine.snapshot() == b.engine.snapshot())
    #expect(a.wantsSnapshot == nil && b.wantsSnapshot == nil && b.snapshotPosition == 50)
    #expect(a.engine.lastSequence > 0)
  }

  /// Other rules, other events: what was stored stands, and the next event follows it.
  @Test func anotherVersionsEventsStand() throws {
    let directory = TemporaryDirectory()
    try filled(directory, snapshots: [20])
    // As if the earlier version had found one event less in the same records.
    try change(
      directory,
      """
      DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events);
      UPDATE meta SET value = value - 1 WHERE name = 'last_sequence';
      """)
    #expect(throws: StoreError.self) { try recovered(directory) }
    try change(directory, "UPDATE meta SET value = \(Engine.version - 1) WHERE name = 'engine_version'")
    let found = try recovered(directory)
    #expect(found.wantsSnapshot != nil)
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    #expect(found.engine.lastSequence == store.committed.sequence)
  }

  /// Retention never removes the way back, and says what is wrong when there is none.
  @Test func snapshotsOfAnotherVersionAreNoWayBack() throws {
    let directory = TemporaryDirectory()
    try filled(directory, snapshots: [20, 50])
    try change(directory, "UPDATE snapshot SET version = version + 1 WHERE position = 50")
    let store = try Store(directory: directory.path)
    var policy = RetentionPolicy()
    policy.journalDays = 0
    let done = DispatchSemaphore(value: 0)
    store.prune(
      policy, civilNow: Self.start.adding(milliseconds: 90 * 86_400_000), offset: Self.offset, wallNow: Self.start
    ) { result in
      #expect((try? result.get())?.journal == 0)
      done.signal()
    }
    done.wait()
    store.closeAndWait()
    // The older one is read, and asks to be followed by a new one.
    #expect(try recovered(directory).snapshotPosition == 20)
    #expect(try recovered(directory).wantsSnapshot != nil)
    try change(directory, "DELETE FROM snapshot; DELETE FROM journal WHERE position < 10")
    let error = #expect(throws: StoreError.self) { try recovered(directory) }
    #expect(error?.message.contains("begins at record 10") == true)
  }

  /// A journal that has been cut is audited from the older snapshot on.
  @Test func aCutJournalIsAudited() throws {
    let directory = TemporaryDirectory()
    try filled(directory, snapshots: [20, 50])
    try change(directory, "DELETE FROM journal WHERE position <= 20")
    let scratch = TemporaryDirectory()
    do {
      let store = try Store(reading: directory.path)
      defer { store.closeAndWait() }
      let finding = try JournalAudit.replay(store, scratch: scratch.path)
      #expect(finding.agrees && finding.first == 21 && finding.records == 41)
      #expect(finding.parts.map(\.name) == ["events", "chunks", "snapshots"])
    }
    try change(
      directory, "UPDATE events SET county = '141182' WHERE sequence = 1; UPDATE snapshot SET bytes = bytes WHERE 0")
    try change(directory, "DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)")
    try change(directory, "UPDATE meta SET value = value - 1 WHERE name = 'last_sequence'")
    let store = try Store(reading: directory.path)
    defer { store.closeAndWait() }
    #expect(try JournalAudit.replay(store, scratch: scratch.path).parts.first?.equal == false)
  }
}
