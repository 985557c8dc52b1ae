import AirQuality
import Engine
import Store
import TestSupport
import Testing
import Timekeeping

@testable import Daemon

@Suite("The pipeline shows committed facts only")
struct EnginePipelineTests {
  private func pipeline(_ store: Store, _ seen: Seen, _ clock: ManualClock) throws -> EnginePipeline {
    EnginePipeline(
      store: store, recovered: try EngineRecovery.recover(from: store), clock: clock, outlets: seen.outlets,
      logger: Sample.logger)
  }

  @Test func aFailedCommitIsNeverSeenAndARestartGoesOnFromDisk() async throws {
    let directory = TemporaryDirectory()
    let clock = ManualClock(civil: Sample.start)
    let seen = Seen()
    var settings = StoreSettings()
    settings.maximumBytes = 1 << 20
    let store = try Store(directory: directory.path + "/state", settings: settings)
    let pipeline = try pipeline(store, seen, clock)
    _ = try await pipeline.journal(.configuration(Sample.configuration))
    _ = try await pipeline.journal(Sample.batch(hour: 0))
    // The disk fills up: the first record that no longer fits fails, whatever came before it is kept.
    var failed: (any Error)?
    for number in 0..<64 {
      do { _ = try await pipeline.journal(Sample.ballast(number, bytes: 100_000)) } catch {
        failed = error
        break
      }
    }
    #expect("\(try #require(failed))".contains("no space is left"))
    let failures = await seen.failures.wait(1)
    #expect(failures.count == 1 && failures.first?.code == .full)
    let reached = store.committed
    #expect(reached.position > 2)
    await #expect(throws: PipelineFailure.self) { try await pipeline.journal(.tick) }
    for view in seen.views.values { #expect(view.position <= reached.position) }
    #expect((pipeline.committedView?.position ?? 0) <= reached.position)
    #expect(seen.events.values.joined().allSatisfy { $0.sequence <= reached.sequence })

    await store.close()
    let again = try Store(directory: directory.path + "/state")
    #expect(again.committed == reached)
    await pipeline.restart(store: again, recovered: try EngineRecovery.recover(from: again))
    let applied = try await pipeline.journal(Sample.batch(hour: 1))
    #expect(applied.position == reached.position + 1)
    let views = await seen.views.wait(1)
    #expect(views.allSatisfy { $0.position <= again.committed.position })
    #expect(seen.failures.values.count == 1)
    await pipeline.drain()
    await again.close()
  }

  @Test func viewsNeverGoBack() async throws {
    let directory = TemporaryDirectory()
    let clock = ManualClock(civil: Sample.start)
    let seen = Seen()
    let store = try Store(directory: directory.path)
    let pipeline = try pipeline(store, seen, clock)
    _ = try await pipeline.journal(.configuration(Sample.configuration))
    for hour in 0..<40 { pipeline.submit(Sample.batch(hour: hour)) }
    _ = try await pipeline.journal(.tick)
    _ = await seen.views.wait(1)
    await pipeline.drain()
    let positions = seen.views.values.map(\.position)
    #expect(positions == positions.sorted())
    await store.close()
  }

  @Test func theClockMayJumpBackAndTheJournalDoesNot() async throws {
    let directory = TemporaryDirectory()
    let clock = ManualClock(civil: Sample.start.adding(milliseconds: 7_200_000))
    let store = try Store(directory: directory.path)
    let pipeline = try pipeline(store, Seen(), clock)
    _ = try await pipeline.journal(.configuration(Sample.configuration))
    clock.jump(milliseconds: -7_200_000)
    _ = try await pipeline.journal(.tick)
    _ = try await pipeline.journal(Sample.batch(hour: 0))
    var instants: [Instant] = []
    var reader = store.journal(after: 0)
    while let records = try reader.next() { instants += records.map(\.at) }
    #expect(instants.count == 3 && instants == instants.sorted())
    await pipeline.drain()
    await store.close()
  }

  /// Rows older than the rings ask the store for their day; the answer is journalled once, also when the process ended
  /// between the question and the answer.
  @Test func aQuestionToTheStoreIsAnsweredOnceAcrossARestart() async throws {
    let directory = TemporaryDirectory()
    let late = Sample.start.adding(milliseconds: 40 * 86_400_000)
    // The question is committed by hand, without a pipeline that would answer it.
    let store = try Store(directory: directory.path)
    var engine = Engine()
    var needs = 0
    for (index, event) in [EngineEvent.configuration(Sample.configuration), Sample.batch(hour: 0)].enumerated() {
      let effects = engine.apply(event, at: late)
      needs += effects.count { if case .need = $0 { true } else { false } }
      let record = JournalRecord(position: Int64(index + 1), at: late, event: event)
      try store.commitAndWait([try CommitItem(record, effects: effects)])
    }
    #expect(needs == 1)
    #expect(engine.outstandingNeeds.count == 1)
    let clock = ManualClock(civil: late)
    let pipeline = try pipeline(store, Seen(), clock)
    await pipeline.start()
    // Each journalled record comes behind the answer at the latest when the answer was read.
    var answers = 0
    for _ in 0..<200 where answers == 0 {
      _ = try await pipeline.journal(.tick)
      answers = try Self.histories(store)
    }
    #expect(answers == 1)
    await pipeline.restart(store: store, recovered: try EngineRecovery.recover(from: store))
    for _ in 0..<20 { _ = try await pipeline.journal(.tick) }
    #expect(try Self.histories(store) == 1)
    await pipeline.drain()
    await store.close()
  }

  private static func histories(_ store: Store) throws -> Int {
    var count = 0
    var reader = store.journal(after: 0)
    while let records = try reader.next() {
      for record in records { if case .history = record.event { count += 1 } }
    }
    return count
  }
}

@Suite("Recovery")
struct EngineRecoveryTests {
  /// Commits hours of data, with snapshots after the given records; returns the live engine.
  private func fill(_ store: Store, snapshots: [Int: [UInt8]?]) throws -> Engine {
    var engine = Engine()
    var events: [EngineEvent] = [.configuration(Sample.configuration)]
    events += (0..<60).map { Sample.batch(hour: $0, value: $0 < 30 ? 300 : 20) }
    for (index, event) in events.enumerated() {
      let at = Sample.start.adding(milliseconds: Int64(index) * 3_600_000)
      let effects = engine.apply(event, at: at)
      let position = Int64(index + 1)
      var snapshot: StoredSnapshot?
      if let stored = snapshots[index + 1] {
        snapshot = StoredSnapshot(
          position: position, version: Int(Engine.snapshotVersion), bytes: stored ?? engine.snapshot())
      }
      try store.commitAndWait([
        try CommitItem(
          JournalRecord(position: position, at: at, event: event), effects: effects,
          outbox: OutboxRow.rendered(effects, of: engine, createdAt: at), snapshot: snapshot)
      ])
    }
    return engine
  }

  @Test(
    arguments: [
      [:], [30: nil], [20: nil, 40: nil], [20: nil, 40: [1, 2, 3]], [20: [9], 40: []],
    ] as [[Int: [UInt8]?]])
  func theStateIsThatOfTheUninterruptedRun(snapshots: [Int: [UInt8]?]) throws {
    let directory = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    let live = try fill(store, snapshots: snapshots)
    let recovered = try EngineRecovery.recover(from: store)
    #expect(recovered.engine.snapshot() == live.snapshot())
    #expect(recovered.position == 61 && recovered.engine.lastSequence == live.lastSequence)
    #expect(live.lastSequence > 0)
    let usable = snapshots.filter { $0.value == nil }.keys.max() ?? 0
    #expect(recovered.snapshotPosition == Int64(usable))
  }

  @Test func theReplayedJournalGivesTheStoredState() throws {
    let directory = TemporaryDirectory()
    let scratch = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    _ = try fill(store, snapshots: [20: nil, 40: nil])
    let finding = try JournalAudit.replay(store, scratch: scratch.path + "/copy")
    #expect(finding.agrees && finding.records == 61)
  }

  /// The audit must be able to fail.
  @Test func anEffectThatNoRecordMakesIsFound() throws {
    let directory = TemporaryDirectory()
    let scratch = TemporaryDirectory()
    let store = try Store(directory: directory.path)
    defer { store.closeAndWait() }
    _ = try fill(store, snapshots: [:])
    let record = JournalRecord(position: 62, at: Sample.start.adding(milliseconds: 61 * 3_600_000), event: .tick)
    let key = ChunkKey(county: "141102", day: CivilDay("2020-01-01")!, kind: .hours)
    try store.commitAndWait([try CommitItem(record, effects: [.chunk(key, bytes: [1])])])
    #expect(try !JournalAudit.replay(store, scratch: scratch.path + "/copy").agrees)
  }
}

@Suite struct CommittedBoardTests {
  private func view(_ position: Int64) -> SiteView {
    SiteView(
      position: position, at: Sample.start, site: Sample.site, stations: [], units: [], targets: [], lastSequence: 0)
  }

  @Test func aViewWaitsForItsCommit() {
    let board = CommittedBoard()
    board.begin(at: 5)
    #expect(board.propose(view(7), verdicts: [:]) == nil)
    #expect(board.view == nil)
    #expect(board.advance(to: 6) == nil)
    #expect(board.advance(to: 7)?.position == 7)
    #expect(board.view?.position == 7)
    #expect(board.propose(view(7), verdicts: ["a": FeedVerdicts()])?.position == 7)
    #expect(board.verdicts.count == 1)
  }

  @Test func aViewThatWillNeverBeCommittedIsForgotten() {
    let board = CommittedBoard()
    #expect(board.propose(view(3), verdicts: [:]) == nil)
    board.reset()
    #expect(board.advance(to: 9) == nil)
    #expect(board.view == nil)
  }
}
