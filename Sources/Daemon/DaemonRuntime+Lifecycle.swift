import AirQuality
import ConfigurationFiles
import Delivery
import Dispatch
import Engine
import Glibc
import Instruments
package import Logging
import Polling
import Store
import Synchronization
package import Timekeeping
import Transport
import Web

/// Signals, reload, failure of the store, timers, and the end.
extension DaemonRuntime {
  func watchSignals() {
    signals = SignalWatcher(
      queue: executor.queue,
      handlers: [
        (SIGTERM, { @Sendable [self] in assumeIsolated { $0.requestStop() } }),
        (SIGINT, { @Sendable [self] in assumeIsolated { $0.requestStop() } }),
        (
          SIGHUP,
          { @Sendable [self] in
            Task { _ = await reload() }
          }
        ),
      ])
  }

  // MARK: Reload

  /// Builds the new configuration, swaps it in, and keeps the old one when the new one is bad.
  func reload() async -> ReloadResult {
    guard !isReloading else { return .refused(message: "another reload is under way; try again when it is done") }
    guard let pipeline, let intake, let running = configuration, !isStopping else {
      return .refused(message: "the daemon is not running yet, or is stopping")
    }
    isReloading = true
    defer {
      isReloading = false
      for waiter in reloadWaiters { waiter.resume() }
      reloadWaiters = []
    }
    notifier.reloading()
    defer { notifier.ready(status: "polling \(configuration?.definitions.count ?? 0) feeds") }
    let next: RuntimeConfiguration
    do {
      next = try options.load()
      if next.loaded.stateDirectory != running.loaded.stateDirectory || next.loaded.listen != running.loaded.listen {
        logger.warning("`state` and `listen` change with a restart only")
      }
      if next.loaded.needsRestart(after: running.loaded) {
        logger.warning(
          "`limits` of connections and of the decode backlog and `retention.raw` change with a restart only")
      }
      try await listenForInstruments(next)
      do {
        try await put(next, in: pipeline, running.engine)
      } catch {
        try? await listenForInstruments(running)
        throw error
      }
    } catch {
      let text = "\(error)"
      logger.error("reload refused, the old configuration stays", metadata: ["error": "\(text)"])
      noteReload(error: text)
      return .refused(message: text)
    }
    configuration = next
    for warning in next.loaded.warnings { logger.warning("\(warning)") }
    intake.use(next.readers, offset: next.loaded.site.offset, registry: IntakeRegistry(next.loaded))
    poster?.use(proxies: next.hookProxies)
    deliverer.deliverer?.apply(hooks: next.hooks)
    await applyPolled(next)
    await receivers?.apply(next.loaded)
    await forwarder?.apply(next.loaded)
    noteReload(error: nil)
    logger.notice("reloaded", metadata: ["feeds": "\(next.definitions.count)"])
    return .reloaded(generation: status.withLock { $0.configurationGeneration })
  }

  private func noteReload(error: String?) {
    let now = WallClock().now()
    status.withLock {
      $0.lastReloadSuccessful = error == nil
      $0.lastReloadAt = now
      $0.lastReloadError = error
    }
  }

  // MARK: The store failed

  /// Closes the store, opens it again until that works, and goes on with an engine rebuilt from it.
  func storeFailed(_ error: StoreError) async {
    guard !isStopping, let holder, let pipeline else { return }
    guard !isRebuilding else {
      failedAgain = true
      return
    }
    isRebuilding = true
    defer { isRebuilding = false }
    logger.critical("a commit failed; the state is rebuilt from disk", metadata: ["error": "\(error)"])
    setReady(false, "the store failed: \(error.message)")
    await stopDeliverer()
    // A reload under way ends soon: nothing is journalled now. Which configuration holds is known only then.
    if isReloading { await withCheckedContinuation { reloadWaiters.append($0) } }
    while !isStopping {
      failedAgain = false
      // Also the store of an attempt before: only a closed one gives the lock back.
      await close(holder.store)
      do {
        try await reopen(holder, pipeline)
        // A failure in the moment of recovery found this loop at work: it is this loop's.
        if !failedAgain { return }
        setReady(false, "the store failed again")
        await stopDeliverer()
      } catch {
        logger.error("the store does not work yet", metadata: ["error": "\(error)"])
      }
      await pause(milliseconds: options.reopenMilliseconds)
    }
  }

  /// One attempt. It succeeds with a commit: a store that opens on a full disk does not work yet, and a daemon that
  /// went on with it would be rebuilt with every answer.
  private func reopen(_ holder: StoreHolder, _ pipeline: EnginePipeline) async throws {
    guard let configuration else { return }
    let store = try Store(directory: configuration.loaded.stateDirectory, settings: options.storeSettings)
    holder.replace(store)
    let recovered = try await Self.recover(from: store)
    await pipeline.restart(store: store, recovered: recovered)
    let isSame = recovered.engine.configuration == configuration.engine
    _ = try await pipeline.journal(isSame ? .tick : .configuration(configuration.engine))
    guard !isStopping else { return }
    makeDeliverer(configuration, store)
    deliverer.deliverer?.wake()
    setReady(true, nil)
    logger.notice("the store works again", metadata: ["records": "\(recovered.position)"])
  }

  /// Recovery reads and replays for as long as it takes, on a queue of its own: signals and the watchdog go on.
  static func recover(from store: Store) async throws -> RecoveredEngine {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "lantian.recovery").async { @Sendable in
        continuation.resume(with: Result { try EngineRecovery.recover(from: store) })
      }
    }
  }

  private func setReady(_ ready: Bool, _ reason: String?) {
    status.withLock {
      $0.ready = ready
      $0.notReadyReason = reason
    }
    notifier.status(reason ?? "running")
  }

  private func pause(milliseconds: Int) async {
    await withCheckedContinuation { continuation in
      executor.queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { @Sendable in continuation.resume() }
    }
  }

  // MARK: Timers

  func startTimers(_ loaded: LoadedConfiguration) {
    if let interval = notifier.watchdogInterval {
      every(interval) { $0.feedWatchdog() }
    }
    every(.seconds(Self.pruneSeconds)) { $0.prune() }
    every(.seconds(Self.outboxSeconds)) { $0.boundOutbox() }
  }

  private func every(_ interval: Duration, _ body: @escaping @Sendable (isolated DaemonRuntime) -> Void) {
    let timer = DispatchSource.makeTimerSource(queue: executor.queue)
    timer.setEventHandler { @Sendable [weak self] in
      self?.assumeIsolated { body($0) }
    }
    let nanoseconds = Int(interval.nanoseconds64)
    timer.schedule(deadline: .now() + .nanoseconds(nanoseconds), repeating: .nanoseconds(nanoseconds))
    timer.activate()
    timers.append(timer)
  }

  /// The watchdog is fed by a round through the queues that do the work: one that hangs lets systemd restart us.
  private func feedWatchdog() {
    guard let poller = poller.poller, let pipeline, let holder else { return }
    let notifier = notifier
    poller.queue.async { @Sendable in
      pipeline.queue.async { @Sendable in
        holder.store.ping { notifier.watchdog() }
      }
    }
  }

  private func prune() {
    guard let loaded = configuration?.loaded, let holder, let view = pipeline?.committedView else { return }
    var policy = RetentionPolicy()
    policy.journalDays = Int32(clamping: loaded.retention.journalDays)
    policy.minuteDays = Int32(clamping: loaded.retention.minuteDays)
    policy.hourDays = Int32(clamping: loaded.retention.hourDays)
    policy.journalBytes = loaded.retention.journalBytes
    let logger = logger
    holder.store.prune(policy, civilNow: view.at, offset: loaded.site.offset, wallNow: WallClock().now()) { result in
      if case .failure(let error) = result { logger.error("pruning failed", metadata: ["error": "\(error)"]) }
    }
  }

  /// `limits.hook_queue`: what a hook could not be told for too long is given up, the oldest first, and said.
  private func boundOutbox() {
    guard let limit = configuration?.loaded.limits.hookQueue, let holder else { return }
    let logger = logger
    holder.store.giveUpDeliveries(beyond: limit) { [deliverer] result in
      switch result {
      case .success(let given) where given.count == 0: break
      case .success(let given):
        deliverer.deliverer?.giveUp(through: given.through)
        logger.error(
          "deliveries given up: more wait than limits.hook_queue",
          metadata: ["count": "\(given.count)", "limit": "\(limit)"])
      case .failure(let error): logger.error("the outbox cannot be bounded", metadata: ["error": "\(error)"])
      }
    }
  }

  static func bodyLimits(_ loaded: LoadedConfiguration) -> BodyRing.Limits {
    var limits = BodyRing.Limits()
    limits.bytes = Int(loaded.retention.rawBytes)
    return limits
  }

  /// A fast civil clock needs fine ticks: a tick of a demonstration is at most half a civil minute.
  static func pollingLimits(_ clock: any SiteClock) -> PollingLimits {
    var limits = PollingLimits()
    if clock.speed > 1 {
      limits.tick = max(5_000_000, min(limits.tick, Int64(30_000_000_000 / clock.speed)))
    }
    return limits
  }

  // MARK: The end

  /// Drains in the order of the data path, within the deadline.
  func stop() async {
    isStopping = true
    notifier.stopping()
    setReady(false, "stopping")
    logger.notice("stopping")
    let deadline = stopDeadline()
    defer { deadline.cancel() }
    for timer in timers { timer.cancel() }
    timers = []
    await instruments?.stop()
    await receivers?.stop()
    await forwarder?.stop()
    async let files: Void? = filePoller.poller?.shutdown(deadline: Self.drainDeadline)
    await poller.poller?.shutdown(deadline: Self.drainDeadline)
    await memory?.close(await poller.poller?.memory())
    _ = await files
    await pipeline?.drain()
    await stopDeliverer()
    await poster?.shutdown()
    await server?.stop(deadline: .seconds(3))
    if let holder { await close(holder.store) }
    await instruments?.shutdown()
    signals?.cancel()
    logger.notice("stopped")
  }

  /// A disk that hangs must not hold the end up: what is not committed by then is fetched again after the start.
  private func stopDeadline() -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "lantian.stop"))
    let logger = logger
    timer.setEventHandler { @Sendable in
      logger.critical("not stopped in time, ending now", metadata: ["seconds": "\(Self.stopDeadlineSeconds)"])
      _exit(EX_IOERR)
    }
    timer.schedule(deadline: .now() + .seconds(Self.stopDeadlineSeconds))
    timer.activate()
    return timer
  }

  private func stopDeliverer() async {
    guard let deliverer = deliverer.deliverer else { return }
    await withCheckedContinuation { continuation in
      deliverer.shutdown(deadlineMilliseconds: Int(Self.drainDeadline.milliseconds64)) { continuation.resume() }
    }
  }

  private func close(_ store: Store) async {
    await withCheckedContinuation { continuation in
      store.close { continuation.resume() }
    }
  }

  // MARK: Log

  /// A feed's first failure and its recovery are worth a line; the same failure again is not.
  nonisolated func note(_ record: PollRecord) {
    let before = outcomes.withLock { outcomes in
      let before = outcomes[record.feed]
      outcomes[record.feed] = record.outcome
      return before
    }
    let answered: Set<PollOutcome?> = [.ok, .notModified]
    guard before != record.outcome, !(answered.contains(before) && answered.contains(record.outcome)) else { return }
    let metadata: Logger.Metadata = [
      "feed": "\(record.feed)", "outcome": "\(record.outcome.label)", "bytes": "\(record.bytes)",
      "seconds": "\(record.seconds)", "code": "\(record.fault?.code ?? "")", "error": "\(record.fault?.message ?? "")",
      "path": "\(record.fault?.path ?? "")",
    ]
    switch record.outcome {
    case .ok, .notModified: logger.info("feed answers", metadata: metadata)
    case .skipped: logger.debug("poll skipped", metadata: metadata)
    default: logger.warning("feed fails", metadata: metadata)
    }
  }

  /// A state that ends in the future was written under a wrong clock: until that moment hours are not closed by time.
  func warnIfBehind(_ clock: any SiteClock, _ newest: Instant?, _ offset: CivilOffset) {
    guard let newest, newest.milliseconds - clock.now().milliseconds > SteadyClock.patienceMilliseconds else { return }
    logger.critical(
      "the clock is behind the newest record; hours close again when it has come there: set the clock, or restore a backup",
      metadata: ["now": "\(offset.format(clock.now()))", "newest_record": "\(offset.format(newest))"])
  }

  static func log(_ jump: ClockJumpDetector.Jump, _ logger: Logger) {
    logger.warning(
      "the clock stepped; feeds wait for their next slot", metadata: ["seconds": "\(jump.milliseconds / 1_000)"])
  }

  /// What became of a leap of the machine's clock.
  package static func log(_ report: SteadyClock.Report, _ logger: Logger) {
    switch report {
    case .held(let ahead):
      logger.error(
        "the machine's clock leapt ahead and is not believed until a feed's server confirms it: check NTP",
        metadata: ["seconds": "\(ahead / 1_000)", "patience_seconds": "\(SteadyClock.patienceMilliseconds / 1_000)"])
    case .withdrawn: logger.notice("the machine's clock came back; nothing was dated by it meanwhile")
    case .confirmed(let ahead):
      logger.warning("a feed's server confirms the new time", metadata: ["seconds": "\(ahead / 1_000)"])
    case .accepted(let ahead):
      logger.error(
        "nobody could confirm the machine's new time; it is taken now", metadata: ["seconds": "\(ahead / 1_000)"])
    }
  }

  static func log(_ event: EventRecord, _ logger: Logger) {
    let level: Logger.Level =
      switch event.kind {
      case .level, .alert, .reminder: .warning
      default: .notice
      }
    logger.log(
      level: level, "event",
      metadata: [
        "sequence": "\(event.sequence)", "kind": "\(event.kind.rawValue)", "county": "\(event.county)",
        "from": "\(event.from)", "to": "\(event.to)", "rule": "\(event.rule)", "id": "\(event.id)",
      ])
  }

  static func log(_ report: DelivererReport, _ logger: Logger) {
    switch report {
    case .delivered(let hook, let key, let attempts):
      logger.info("delivered", metadata: ["hook": "\(hook)", "key": "\(key)", "attempts": "\(attempts)"])
    case .retry(let hook, let key, let attempts, _, let reason):
      logger.warning(
        "delivery will be retried",
        metadata: ["hook": "\(hook)", "key": "\(key)", "attempts": "\(attempts)", "reason": "\(reason)"])
    case .dead(let hook, let key, let attempts, let reason):
      logger.error(
        "delivery given up",
        metadata: ["hook": "\(hook)", "key": "\(key)", "attempts": "\(attempts)", "reason": "\(reason)"])
    case .store(let error): logger.error("the outbox cannot be read or written", metadata: ["error": "\(error)"])
    }
  }
}

extension LoadedConfiguration {
  /// Whether something differs that a reload does not take.
  fileprivate func needsRestart(after running: LoadedConfiguration) -> Bool {
    var taken = limits
    taken.unknownStations = running.limits.unknownStations
    taken.hookQueue = running.limits.hookQueue
    return taken != running.limits || retention.rawBytes != running.retention.rawBytes
  }
}
