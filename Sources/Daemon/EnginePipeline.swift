import AirQuality
import Dispatch
import Engine
import Logging
import Store
import Synchronization
import Timekeeping
import Transport

/// What became of a record that was submitted.
struct AppliedRecord: Sendable {
  var position: Int64
  /// Events it made, ascending.
  var events: [EventRecord]
  /// Events for inspectors alone.
  var inspections: [EventRecord] = []
}

/// Why a record did not count.
struct PipelineFailure: Error, Sendable, CustomStringConvertible {
  var description: String
}

/// The engine queue: applies records in order, hands each with its effects to the store, and publishes what is
/// committed. Nothing becomes visible before its commit (DESIGN.md 3).
///
/// When a commit fails the engine holds state that does not exist on disk: it is discarded, `onFailure` is called once,
/// and every further record is refused until `restart` brings an engine rebuilt from the store.
actor EnginePipeline {
  /// Faces that run on other queues, called with committed facts only.
  struct Outlets: Sendable {
    /// Committed events, ascending.
    var events: @Sendable ([EventRecord]) -> Void
    /// A newly committed view.
    var view: @Sendable (SiteView) -> Void
    /// Deliveries were committed.
    var deliveries: @Sendable () -> Void
    /// A commit failed.
    var failure: @Sendable (StoreError) -> Void
  }

  typealias Completion = @Sendable (Result<AppliedRecord, PipelineFailure>) -> Void

  /// A view is made at most this often, and never takes more than a tenth of the queue's time.
  static let viewIntervalNanoseconds: Int64 = 100_000_000
  /// A snapshot is stored after this many records …
  static let snapshotRecords: Int64 = 20_000
  /// … or this much time with at least one record.
  static let snapshotIntervalNanoseconds: Int64 = 300_000_000_000
  /// Past values that could not be read are read again after this long.
  static let historyRetrySeconds = 30
  /// Ticks come at civil minutes, and at most this often in real time.
  static let tickNanoseconds: Int64 = 100_000_000

  private let executor = QueueExecutor(label: "lantian.engine")
  private nonisolated let history = DispatchQueue(label: "lantian.history")
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
  /// The engine queue.
  nonisolated var queue: DispatchQueue { executor.queue }

  private let clock: any SiteClock
  private let outlets: Outlets
  private let logger: Logger
  private let board = CommittedBoard()
  /// Position of the newest view given to `Outlets.view`; held while it is given, so that none goes back in time.
  private nonisolated let published = Mutex<Int64>(-1)

  private var store: Store
  private var engine: Engine
  private var position: Int64
  private var isAccepting = true
  /// Distinguishes commits of a discarded engine from those of the present one.
  private var generation = 0
  private var snapshotPosition: Int64
  private var snapshotAt = MonotonicInstant.now()
  private var viewScheduled = false
  private var viewAt = MonotonicInstant(nanoseconds: 0)
  private var viewCost: Int64 = 0
  private var timer: (any DispatchSourceTimer)?

  init(
    store: Store, recovered: RecoveredEngine, clock: any SiteClock, outlets: Outlets, logger: Logger
  ) {
    self.store = store
    self.clock = clock
    self.outlets = outlets
    self.logger = logger
    engine = recovered.engine
    position = recovered.position
    snapshotPosition = Self.snapshotPosition(recovered)
    board.begin(at: recovered.position)
  }

  // MARK: Records

  /// Applies a record now. `completion` runs on the store queue once it is durable, or at once when it is refused.
  /// From any thread.
  nonisolated func submit(_ event: EngineEvent, completion: @escaping Completion = { _ in }) {
    executor.queue.async { @Sendable [self] in
      assumeIsolated { $0.apply(event, completion) }
    }
  }

  private func apply(_ event: EngineEvent, _ completion: @escaping Completion) {
    guard isAccepting else { return completion(.failure(PipelineFailure(description: "the store is not available"))) }
    let at = max(clock.now(), engine.now)
    let effects = engine.apply(event, at: at)
    position += 1
    let record = JournalRecord(position: position, at: at, event: event.with(effects))
    var events: [EventRecord] = []
    var inspections: [EventRecord] = []
    for effect in effects {
      switch effect {
      case .event(let event): events.append(event)
      case .inspection(let event): inspections.append(event)
      default: break
      }
    }
    let item: CommitItem
    do throws(JournalCodecError) {
      item = try CommitItem(
        record, effects: effects, outbox: OutboxRow.rendered(effects, of: engine, createdAt: WallClock().now()),
        snapshot: dueSnapshot())
    } catch {
      // The engine has applied what cannot be written: it must not go on.
      completion(.failure(PipelineFailure(description: "\(error)")))
      return discard(StoreError(.io, path: store.path, "a record cannot be written: \(error)"))
    }
    let needs = effects.compactMap { effect -> (String, CivilDay)? in
      if case .need(let county, let day) = effect { (county, day) } else { nil }
    }
    let applied = AppliedRecord(position: position, events: events, inspections: inspections)
    let told = !item.outbox.isEmpty
    let generation = generation
    let store = store
    // What a person did is shown with its commit; everything else waits for the next view.
    switch event {
    case .act, .reviewed: makeView()
    case .configuration, .batch, .tick, .history, .dailyMeans: break
    }
    store.commit(group: [item]) { @Sendable [self] result in
      switch result {
      case .success(let through):
        committed(
          applied, told: told, needs: needs, through: through.position, store: store, generation: generation)
      case .failure(let error):
        executor.queue.async { @Sendable [self] in
          assumeIsolated { if $0.generation == generation { $0.discard(error) } }
        }
      }
      completion(result.map { _ in applied }.mapError { PipelineFailure(description: $0.description) })
    }
    scheduleView()
  }

  /// Applies a record and returns when it is durable.
  nonisolated func journal(_ event: EngineEvent) async throws -> AppliedRecord {
    try await withCheckedThrowingContinuation { continuation in
      submit(event) { continuation.resume(with: $0) }
    }
  }

  /// Applies what a person did and returns when it is durable and readers see what it did.
  nonisolated func perform(_ event: EngineEvent) async throws -> AppliedRecord {
    let applied = try await journal(event)
    await board.shows(applied.position)
    return applied
  }

  private func dueSnapshot() -> StoredSnapshot? {
    let now = MonotonicInstant.now()
    guard
      position - snapshotPosition >= Self.snapshotRecords
        || now.nanoseconds(since: snapshotAt) >= Self.snapshotIntervalNanoseconds
    else { return nil }
    snapshotPosition = position
    snapshotAt = now
    return StoredSnapshot(position: position, version: Int(Engine.snapshotVersion), bytes: engine.snapshot())
  }

  /// On the store queue, right after the commit.
  private nonisolated func committed(
    _ applied: AppliedRecord, told: Bool, needs: [(String, CivilDay)], through: Int64, store: Store, generation: Int
  ) {
    if !applied.events.isEmpty { outlets.events(applied.events) }
    if told { outlets.deliveries() }
    if let view = board.advance(to: through) { publish(view) }
    for (county, day) in needs { answer(county: county, day: day, from: store, generation: generation) }
  }

  /// From the engine queue or the store queue.
  private nonisolated func publish(_ view: SiteView) {
    published.withLock { newest in
      guard view.position >= newest else { return }
      newest = view.position
      outlets.view(view)
    }
  }

  /// Loads the chunks of a county and day and journals them as history. Reads on a queue of its own: neither the engine
  /// nor the store waits for it. What was read for an engine that has been discarded is not applied: the rebuilt one
  /// asks again.
  private nonisolated func answer(county: String, day: CivilDay, from store: Store, generation: Int) {
    history.async { @Sendable [self] in
      do throws(StoreError) {
        let event = EngineEvent.history(county: county, day: day, chunks: try store.chunks(county: county, day: day))
        executor.queue.async { @Sendable [self] in
          assumeIsolated { if $0.generation == generation { $0.apply(event) { _ in } } }
        }
      } catch {
        guard store.failure == nil else { return }
        logger.error(
          "past values cannot be read; late rows wait",
          metadata: ["county": "\(county)", "day": "\(day)", "error": "\(error)"])
        history.asyncAfter(deadline: .now() + .seconds(Self.historyRetrySeconds)) { @Sendable [self] in
          answer(county: county, day: day, from: store, generation: generation)
        }
      }
    }
  }

  // MARK: Failure

  private func discard(_ error: StoreError) {
    guard isAccepting else { return }
    isAccepting = false
    generation += 1
    engine = Engine()
    board.reset()
    outlets.failure(error)
  }

  /// Goes on with an engine rebuilt from the reopened store.
  func restart(store: Store, recovered: RecoveredEngine) {
    self.store = store
    engine = recovered.engine
    position = recovered.position
    snapshotPosition = Self.snapshotPosition(recovered)
    isAccepting = true
    answerNeeds()
    scheduleView()
  }

  /// One that is far enough behind to bring a snapshot with the next record, when there is none of this version.
  private static func snapshotPosition(_ recovered: RecoveredEngine) -> Int64 {
    recovered.wantsSnapshot == nil ? recovered.snapshotPosition : .min / 2
  }

  private func answerNeeds() {
    for need in engine.outstandingNeeds {
      answer(county: need.county, day: need.day, from: store, generation: generation)
    }
  }

  // MARK: Views and ticks

  /// Facts of the engine that the shell needs before it goes on.
  var facts: (configuration: EngineConfiguration?, verdicts: [String: FeedVerdicts], now: Instant, position: Int64) {
    (engine.configuration, engine.verdicts, engine.now, position)
  }

  func hasImported(digest: String) -> Bool { engine.hasImported(digest: digest) }

  /// Values of a station that are still in the rings or were given to the ledger.
  func read<Value: Sendable>(_ body: @Sendable (borrowing Engine) -> Value) -> Value { body(engine) }

  private func scheduleView() {
    guard !viewScheduled else { return }
    viewScheduled = true
    let pause = max(Self.viewIntervalNanoseconds, viewCost * 10)
    let wait = max(0, pause - MonotonicInstant.now().nanoseconds(since: viewAt))
    executor.queue.asyncAfter(deadline: .now() + .nanoseconds(Int(wait))) { @Sendable [self] in
      assumeIsolated {
        $0.viewScheduled = false
        $0.makeView()
      }
    }
  }

  private func makeView() {
    guard isAccepting else { return }
    let started = MonotonicInstant.now()
    let view = engine.view(position: position)
    viewAt = .now()
    viewCost = viewAt.nanoseconds(since: started)
    guard let view else { return }
    if let due = board.propose(view, verdicts: engine.verdicts) { publish(due) }
  }

  /// Newest committed view and verdict counts, from any thread.
  nonisolated var committedView: SiteView? { board.view }
  nonisolated var committedVerdicts: [String: FeedVerdicts] { board.verdicts }

  /// Begins to journal the passing of time.
  func start() {
    answerNeeds()
    scheduleView()
    let timer = DispatchSource.makeTimerSource(queue: executor.queue)
    timer.setEventHandler { @Sendable [weak self] in
      self?.assumeIsolated { $0.tick() }
    }
    timer.activate()
    self.timer = timer
    armTick()
  }

  private func tick() {
    apply(.tick) { _ in }
    armTick()
  }

  private func armTick() {
    let next = Instant(milliseconds: (clock.now().milliseconds / 60_000 + 1) * 60_000)
    let wait = max(Self.tickNanoseconds, clock.delay(until: next))
    timer?.schedule(deadline: .now() + .nanoseconds(Int(min(wait, 60_000_000_000))))
  }

  /// Stops accepting, stores a last snapshot, and returns when everything is durable (or failed).
  func drain() async {
    timer?.cancel()
    timer = nil
    guard isAccepting else { return }
    snapshotPosition = .min / 2
    await withCheckedContinuation { continuation in
      apply(.tick) { _ in continuation.resume() }
    }
    isAccepting = false
    // No further view will come.
    board.reset()
  }
}
