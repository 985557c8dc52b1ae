package import AirQuality
internal import Dispatch
internal import Engine
package import Store
internal import Synchronization

/// Delivers the outbox: the owner of the hooks queue.
///
/// It is woken after a commit, reads the pending rows, makes the attempts that `DeliveryState` allows, and records each
/// result in the store before the next delivery of that event id starts. Hooks do not wait for each other.
package actor Deliverer {
  /// What the deliverer needs from outside.
  package struct Environment: Sendable {
    package var poster: HTTPPoster
    /// The wall clock.
    package var now: @Sendable () -> Instant
    /// `User-Agent: lantian/<version>`.
    package var version: String
    package var report: @Sendable (DelivererReport) -> Void

    package init(
      poster: @escaping HTTPPoster, now: @escaping @Sendable () -> Instant, version: String,
      report: @escaping @Sendable (DelivererReport) -> Void = { _ in }
    ) {
      self.poster = poster
      self.now = now
      self.version = version
      self.report = report
    }
  }

  /// Waits after a failed read or write of the outbox.
  static let storeRetryMilliseconds = 1_000
  /// An attempt whose transport or program says nothing this long after its own deadline has failed.
  static let overdueMilliseconds = 5_000

  private struct Hook {
    var configuration: HookConfiguration
    var state: DeliveryState
    /// Whether the store may hold rows behind the window.
    var mayHaveMore = true
  }

  private struct Attempt {
    var hook: String
    var delivery: PendingDelivery
    var cancel: @Sendable () -> Void
  }

  /// Attempts by outcome since the start.
  struct Counts: Sendable {
    var delivered = 0
    var retried = 0
    var dead = 0
  }

  nonisolated let executor = HookExecutor()
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  private let store: Store
  private let environment: Environment
  private nonisolated let woken = Mutex(false)
  private nonisolated let counts = Mutex<[String: Counts]>([:])
  /// Configured hooks: they have numbers before their first delivery.
  private nonisolated let names: Mutex<[String]>
  private nonisolated let confidential: Mutex<Set<String>>
  private var hooks: [String: Hook] = [:]
  private var attempts: [Int: Attempt] = [:]
  private var lastAttempt = 0
  private var unrecorded: [DeliveryResult] = []
  private var recording = false
  private var retryingStore = false
  private var timer: (any DispatchSourceTimer)?
  private var shutdownCompletion: (@Sendable () -> Void)?
  private var stopping = false
  private var random = SystemRandomNumberGenerator()

  package init(store: Store, hooks: [HookConfiguration], environment: Environment) {
    self.store = store
    self.environment = environment
    self.names = Mutex(hooks.map(\.name))
    confidential = Mutex(Set(hooks.lazy.filter(\.isConfidential).map(\.name)))
    self.hooks = Dictionary(
      hooks.map { ($0.name, Hook(configuration: $0, state: DeliveryState(hook: $0.name, policy: $0.policy))) },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: Faces for other queues

  /// There may be new rows. Any queue; calls that come while one waits are one.
  package nonisolated func wake() {
    let first = woken.withLock { woken in
      defer { woken = true }
      return !woken
    }
    guard first else { return }
    onQueue { deliverer in
      deliverer.woken.withLock { $0 = false }
      for name in deliverer.hooks.keys { deliverer.hooks[name]?.mayHaveMore = true }
      deliverer.work()
    }
  }

  /// A new set of hooks: those of the same name keep their state; attempts of removed ones are called off, their rows
  /// stay pending in the store.
  package nonisolated func apply(hooks: [HookConfiguration]) {
    onQueue { $0.replace(hooks) }
  }

  /// The store gave up what waited through these sequences, by hook: it is not attempted any more.
  package nonisolated func giveUp(through sequences: [String: Int64]) {
    onQueue { deliverer in
      for (hook, sequence) in sequences { deliverer.hooks[hook]?.state.giveUp(through: sequence) }
      deliverer.work()
    }
  }

  /// Starts nothing more, lets running attempts end until the deadline, calls off the rest, and records what is known.
  /// `completion` runs on the hooks queue.
  package nonisolated func shutdown(deadlineMilliseconds: Int, completion: @escaping @Sendable () -> Void) {
    onQueue { $0.stop(deadlineMilliseconds, completion) }
  }

  /// The numbers for metrics, by hook name: configured hooks, and others that still have rows. Any queue but the
  /// store's: it reads the outbox.
  package nonisolated func statistics() throws(StoreError) -> [HookStatistics] {
    var found: [String: HookStatistics] = [:]
    for name in names.withLock({ $0 }) { found[name] = HookStatistics(hook: name) }
    let confidential = confidential.withLock { $0 }
    for (name, counts) in counts.withLock({ $0 }) {
      found[name] = HookStatistics(
        hook: name, delivered: counts.delivered, retried: counts.retried, dead: counts.dead)
    }
    for backlog in try store.outboxBacklog() {
      var statistics = found[backlog.hook] ?? HookStatistics(hook: backlog.hook)
      statistics.pendingRows = backlog.pending
      statistics.deadRows = backlog.dead
      statistics.oldestPendingAt = backlog.oldestPendingAt
      found[backlog.hook] = statistics
    }
    return found.values.filter { !confidential.contains($0.hook) }.sorted { $0.hook < $1.hook }
  }

  private nonisolated func onQueue(_ body: @escaping @Sendable (isolated Deliverer) -> Void) {
    executor.queue.async { @Sendable [self] in assumeIsolated { body($0) } }
  }

  // MARK: On the hooks queue

  private func replace(_ configurations: [HookConfiguration]) {
    names.withLock { $0 = configurations.map(\.name) }
    confidential.withLock { $0 = Set(configurations.lazy.filter(\.isConfidential).map(\.name)) }
    let names = Set(configurations.map(\.name))
    for (number, attempt) in attempts where !names.contains(attempt.hook) {
      attempt.cancel()
      attempts[number] = nil
    }
    hooks = hooks.filter { names.contains($0.key) }
    for configuration in configurations {
      if hooks[configuration.name] == nil {
        hooks[configuration.name] = Hook(
          configuration: configuration, state: DeliveryState(hook: configuration.name, policy: configuration.policy))
      } else {
        hooks[configuration.name]?.configuration = configuration
        hooks[configuration.name]?.state.apply(configuration.policy)
      }
    }
    work()
  }

  private func work() {
    guard !stopping else { return finishShutdown() }
    let now = environment.now()
    counts.withLock { counts in
      for name in hooks.keys where counts[name] == nil { counts[name] = Counts() }
    }
    for name in hooks.keys.sorted() {
      load(name)
      for delivery in hooks[name]?.state.start(now: now) ?? [] { begin(delivery, now: now) }
    }
    arm(now: now)
  }

  private func load(_ name: String) {
    guard let hook = hooks[name], hook.mayHaveMore, hook.state.room > 0 else { return }
    let room = hook.state.room
    do {
      let rows = try store.pendingDeliveries(hook: name, after: hook.state.loadedThrough, limit: room)
      hooks[name]?.state.load(rows)
      hooks[name]?.mayHaveMore = rows.count == room
    } catch {
      environment.report(.store(error))
      retryStore()
    }
  }

  private func begin(_ delivery: PendingDelivery, now: Instant) {
    guard let hook = hooks[delivery.row.hook] else { return }
    lastAttempt += 1
    let number = lastAttempt
    attempts[number] = Attempt(hook: delivery.row.hook, delivery: delivery, cancel: {})
    let limit: Int
    switch hook.configuration.target {
    case .webhook(let webhook):
      limit = webhook.timeoutMilliseconds
      let request = WebhookRequest(
        hook: hook.configuration.name, webhook: webhook, row: delivery.row, at: now, version: environment.version)
      attempts[number]?.cancel = environment.poster(request) { [self] answer in
        onQueue { $0.ended(number, DeliveryOutcome(answer, now: $0.environment.now())) }
      }
    case .exec(let command):
      limit = command.timeoutMilliseconds + command.graceMilliseconds
      attempts[number]?.cancel = ExecRunner.run(
        command, environment: facts(delivery), input: delivery.row.body, queue: executor.queue
      ) { [self] result in
        assumeIsolated { $0.ended(number, DeliveryOutcome(result)) }
      }
    }
    let overdue = limit + Deliverer.overdueMilliseconds
    executor.queue.asyncAfter(deadline: .now() + .milliseconds(overdue)) { @Sendable [weak self] in
      self?.assumeIsolated { $0.overdue(number) }
    }
  }

  private func overdue(_ number: Int) {
    guard let attempt = attempts[number] else { return }
    attempt.cancel()
    ended(number, .retry(reason: "no answer long after the deadline"))
  }

  /// The environment of an exec hook.
  private func facts(_ delivery: PendingDelivery) -> [String: String] {
    var facts = [
      "LANTIAN_HOOK": delivery.row.hook, "LANTIAN_KEY": delivery.row.key, "LANTIAN_EVENT_ID": delivery.row.eventID,
      "LANTIAN_SEQUENCE": String(delivery.row.sequence), "LANTIAN_ATTEMPT": String(delivery.attempts + 1),
    ]
    // Without the event the program still has the body.
    if let event = try? store.events(since: delivery.row.sequence - 1, limit: 1).first,
      event.sequence == delivery.row.sequence
    {
      facts["LANTIAN_KIND"] = event.kind.rawValue
      facts["LANTIAN_COUNTY"] = event.county
      facts["LANTIAN_FROM"] = event.from
      facts["LANTIAN_TO"] = event.to
      facts["LANTIAN_DRILL"] = event.drill ? "1" : "0"
    }
    return facts
  }

  private func ended(_ number: Int, _ outcome: DeliveryOutcome) {
    // A late answer of an attempt that was called off, or the second answer of one.
    guard let attempt = attempts.removeValue(forKey: number) else { return }
    let now = environment.now()
    let row = attempt.delivery.row
    guard
      let result = hooks[attempt.hook]?.state.finished(
        sequence: row.sequence, outcome, now: now, using: &random)
    else { return work() }
    counts.withLock { counts in
      switch result.state {
      case .delivered: counts[attempt.hook, default: Counts()].delivered += 1
      case .pending: counts[attempt.hook, default: Counts()].retried += 1
      case .dead: counts[attempt.hook, default: Counts()].dead += 1
      }
    }
    let isConfidential = confidential.withLock { $0.contains(result.hook) }
    if !isConfidential || result.state != .delivered {
      var told = result
      // What a program printed may be what it was told: how it ended says enough.
      if isConfidential { told.lastError = String(told.lastError.prefix { $0 != ":" }) }
      environment.report(report(told, key: isConfidential ? "withheld" : row.key))
    }
    unrecorded.append(result)
    record()
    work()
  }

  private func report(_ result: DeliveryResult, key: String) -> DelivererReport {
    switch result.state {
    case .delivered: .delivered(hook: result.hook, key: key, attempts: result.attempts)
    case .pending(let at):
      .retry(hook: result.hook, key: key, attempts: result.attempts, at: at, reason: result.lastError)
    case .dead: .dead(hook: result.hook, key: key, attempts: result.attempts, reason: result.lastError)
    }
  }

  /// Gives the store what ended; results that come meanwhile go together next time.
  private func record() {
    guard !recording, !retryingStore, !unrecorded.isEmpty else { return }
    recording = true
    let results = unrecorded
    unrecorded = []
    store.record(results) { [self] outcome in
      onQueue { $0.recorded(results, outcome) }
    }
  }

  private func recorded(_ results: [DeliveryResult], _ outcome: Result<Void, StoreError>) {
    recording = false
    switch outcome {
    case .success:
      for result in results { hooks[result.hook]?.state.confirmed(sequence: result.sequence) }
      record()
    case .failure(let error):
      unrecorded = results + unrecorded
      environment.report(.store(error))
      retryStore()
    }
    work()
  }

  private func retryStore() {
    guard !retryingStore else { return }
    retryingStore = true
    executor.queue.asyncAfter(deadline: .now() + .milliseconds(Deliverer.storeRetryMilliseconds)) {
      @Sendable [weak self] in
      self?.assumeIsolated { deliverer in
        deliverer.retryingStore = false
        deliverer.record()
        deliverer.work()
      }
    }
  }

  /// One timer at the earliest retry of all hooks.
  private func arm(now: Instant) {
    timer?.cancel()
    timer = nil
    guard let due = hooks.values.compactMap({ $0.state.nextDue }).min() else { return }
    let wait = min(max(due.milliseconds - now.milliseconds, 1), 60_000)
    let timer = DispatchSource.makeTimerSource(queue: executor.queue)
    timer.schedule(deadline: .now() + .milliseconds(Int(wait)))
    timer.setEventHandler { @Sendable [weak self] in self?.assumeIsolated { $0.work() } }
    timer.resume()
    self.timer = timer
  }

  private func stop(_ deadlineMilliseconds: Int, _ completion: @escaping @Sendable () -> Void) {
    guard !stopping else { return completion() }
    stopping = true
    shutdownCompletion = completion
    timer?.cancel()
    timer = nil
    executor.queue.asyncAfter(deadline: .now() + .milliseconds(deadlineMilliseconds)) { @Sendable [self] in
      assumeIsolated { $0.callOff() }
    }
    finishShutdown()
  }

  /// The deadline: attempts still running count as never made; what the store did not take is delivered again later.
  private func callOff() {
    for attempt in attempts.values {
      attempt.cancel()
      hooks[attempt.hook]?.state.cancelled(sequence: attempt.delivery.row.sequence)
    }
    attempts = [:]
    let completion = shutdownCompletion
    shutdownCompletion = nil
    completion?()
  }

  private func finishShutdown() {
    guard attempts.isEmpty, unrecorded.isEmpty, !recording else { return }
    let completion = shutdownCompletion
    shutdownCompletion = nil
    completion?()
  }
}
