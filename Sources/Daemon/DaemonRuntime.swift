import AirQuality
import ConfigurationFiles
import Delivery
import Dispatch
import Engine
import Glibc
import Instruments
import Logging
import Polling
import Secrets
import Store
import Synchronization
import Timekeeping
import Transport
import Web

/// The control queue: starts the rooms in order, wires them, reloads, watches, and stops them.
package actor DaemonRuntime {
  /// The longest a stop may take, seconds; systemd's `TimeoutStopSec` is longer.
  static let stopDeadlineSeconds = 25
  static let drainDeadline: Duration = .seconds(8)
  /// Old rows are pruned this often.
  static let pruneSeconds = 3_600
  /// The outbox is held to its bound this often.
  static let outboxSeconds = 60

  let executor = QueueExecutor(label: "lantian.control")
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  let options: DaemonOptions
  let logger: Logger
  let notifier: ServiceNotifier
  let status: Mutex<DaemonStatusView>
  let poller = PollerHolder()
  /// Of feeds over FTP and SFTP.
  let filePoller = PollerHolder()
  let pipelines = PipelineHolder()
  let broadcaster = Broadcaster()
  let outcomes = Mutex<[String: PollOutcome]>([:])

  var configuration: RuntimeConfiguration?
  var holder: StoreHolder?
  var pipeline: EnginePipeline?
  var intake: FeedIntake?
  var instruments: InstrumentHub?
  var forwarder: Forwarder?
  var receivers: Receivers?
  /// How long each feed of instruments may be silent, milliseconds.
  let instrumentPatience = Mutex<[String: Int64]>([:])
  /// What inspectors show to the HTTP listener.
  let inspectorToken = Mutex<Secret?>(nil)
  var poster: HookPoster?
  var memory: PollingMemoryFile?
  let deliverer = DelivererHolder()
  var server: WebServer?
  var signals: SignalWatcher?
  var timers: [any DispatchSourceTimer] = []
  var stopRequested: CheckedContinuation<Void, Never>?
  var isStopping = false
  var isRebuilding = false
  var isReloading = false
  /// Who waits for the end of a reload.
  var reloadWaiters: [CheckedContinuation<Void, Never>] = []
  /// The store failed while it was being rebuilt.
  var failedAgain = false

  package init(_ options: DaemonOptions) {
    self.options = options
    logger = options.logger
    notifier = ServiceNotifier(environment: options.environment)
    let now = WallClock().now()
    status = Mutex(
      DaemonStatusView(
        version: DaemonOptions.version, startedAt: now, now: now, simulated: options.simulated, ready: false,
        notReadyReason: "starting", configurationGeneration: 0, journalPosition: 0))
  }

  /// Runs until SIGTERM or SIGINT.
  package func run() async -> DaemonEnd {
    raiseDescriptorLimit()
    watchSignals()
    let configuration: RuntimeConfiguration
    do {
      configuration = try options.load()
    } catch {
      return .configuration("\(error)")
    }
    self.configuration = configuration
    for warning in configuration.loaded.warnings { logger.warning("\(warning)") }
    do {
      try await start(configuration)
    } catch let error as StoreError {
      await stop()
      return .state("\(error)")
    } catch let error as WebError {
      await stop()
      return .cannotListen("\(error)")
    } catch let error as InstrumentError {
      await stop()
      return .cannotListen("\(error)")
    } catch {
      await stop()
      return .state("\(error)")
    }
    if !isStopping {
      await withCheckedContinuation { continuation in
        if isStopping { continuation.resume() } else { stopRequested = continuation }
      }
    }
    await stop()
    return .stopped
  }

  /// Ends `run`; the same as SIGTERM.
  package func requestStop() {
    isStopping = true
    stopRequested?.resume()
    stopRequested = nil
  }

  // MARK: Start

  private func start(_ configuration: RuntimeConfiguration) async throws {
    let loaded = configuration.loaded
    status.withLock { $0.notReadyReason = "recovering" }
    let store = try Store(directory: loaded.stateDirectory, settings: options.storeSettings)
    let holder = StoreHolder(store)
    self.holder = holder
    let recovered = try await Self.recover(from: store)
    logger.info(
      "state recovered",
      metadata: ["records": "\(recovered.position)", "snapshot": "\(recovered.snapshotPosition)"])
    if let reason = recovered.wantsSnapshot {
      logger.notice("the journal was replayed under this version's rules", metadata: ["reason": "\(reason)"])
    }
    let newest = recovered.position == 0 ? nil : recovered.engine.now
    let clock = options.clock(newest)
    warnIfBehind(clock, newest, loaded.site.offset)
    status.withLock { $0.speed = clock.speed }
    let pipeline = EnginePipeline(
      store: store, recovered: recovered, clock: clock, outlets: outlets(), logger: logger)
    self.pipeline = pipeline
    pipelines.set(pipeline)
    let intake = FeedIntake(
      limitBytes: Int(loaded.limits.decodeBacklogBytes),
      bodies: BodyRing(stateDirectory: loaded.stateDirectory, limits: Self.bodyLimits(loaded)),
      isolation: LidarIsolation(program: LidarIsolation.ownProgram(), stateDirectory: loaded.stateDirectory),
      logger: logger, submit: { event, completion in pipeline.submit(event, completion: completion) })
    self.intake = intake
    instruments = makeInstruments(intake, clock)
    let folders = FolderMemoryFiles(stateDirectory: loaded.stateDirectory, logger: logger)
    receivers = Receivers(
      intake, clock: clock, limitBytes: Int(loaded.limits.decodeBacklogBytes), folders: folders, logger: logger)
    forwarder = Forwarder(holder: holder, pipeline: pipeline, clock: clock, logger: logger)
    poster = try HookPoster()
    makeDeliverer(configuration, store)
    let memory = PollingMemoryFile(stateDirectory: loaded.stateDirectory, logger: logger)
    try await makePoller(poller, configuration, intake, clock, folders, memory)
    try await makePoller(filePoller, configuration, intake, clock, folders, nil)
    try await put(configuration, in: pipeline, recovered.engine.configuration)
    try await listen(loaded, holder, pipeline, intake, clock)
    await pipeline.start()
    intake.use(configuration.readers, offset: loaded.site.offset, registry: IntakeRegistry(loaded))
    await applyPolled(configuration)
    await poller.poller?.start()
    await filePoller.poller?.start()
    deliverer.deliverer?.wake()
    try await listenForInstruments(configuration)
    await receivers?.apply(loaded)
    await forwarder?.apply(loaded)
    startTimers(loaded)
    status.withLock {
      $0.ready = true
      $0.notReadyReason = nil
    }
    notifier.ready(status: "polling \(configuration.definitions.count) feeds")
    logger.notice("ready", metadata: ["listen": "\(boundAddress)", "feeds": "\(configuration.definitions.count)"])
    options.onReady(boundAddress)
  }

  /// Polls what a configuration says.
  func applyPolled(_ configuration: RuntimeConfiguration) async {
    await poller.poller?.apply(definitions: configuration.httpDefinitions, budgets: configuration.budgets)
    await filePoller.poller?.apply(definitions: configuration.fileDefinitions)
  }

  var boundAddress = ""

  private func listen(
    _ loaded: LoadedConfiguration, _ holder: StoreHolder, _ pipeline: EnginePipeline, _ intake: FeedIntake,
    _ clock: any SiteClock
  ) async throws(WebError) {
    guard let instruments, let forwarder, let receivers else { return }
    let face = WebBridge(
      holder: holder, pipeline: pipeline, intake: intake, poller: poller, filePoller: filePoller, deliverer: deliverer,
      instruments: instruments, receiving: receivers, forwarder: forwarder,
      instrumentPatience: { [self] name in instrumentPatience.withLock { $0[name] ?? .max } },
      inspectorToken: { [self] in inspectorToken.withLock { $0 } }, clock: clock, begun: clock.now(),
      limits: loaded.limits, status: { [self] in status.withLock { $0 } }, reload: { [self] in await reload() })
    let server = WebServer(sources: face.sources(broadcaster: broadcaster), logger: logger)
    self.server = server
    let port = try await server.start(host: loaded.listen.host, port: loaded.listen.port)
    boundAddress = ListenAddress(host: loaded.listen.host, port: port).description
    try await server.startControl(path: loaded.stateDirectory + "/control.sock")
  }

  /// Journals the configuration when it differs from the one in force, and daily files not taken before.
  func put(
    _ configuration: RuntimeConfiguration, in pipeline: EnginePipeline, _ before: EngineConfiguration?
  ) async throws {
    if before != configuration.engine { _ = try await pipeline.journal(.configuration(configuration.engine)) }
    for file in configuration.loaded.history where !(await pipeline.hasImported(digest: file.digest)) {
      let rows = file.rows.map {
        DailyMeansImport.Row(county: $0.county, day: $0.day, pollutant: $0.pollutant, value: $0.value)
      }
      _ = try await pipeline.journal(
        .dailyMeans(DailyMeansImport(source: file.source, digest: file.digest, rows: rows)))
      logger.info("daily means imported", metadata: ["file": "\(file.source)", "rows": "\(rows.count)"])
    }
    status.withLock { $0.configurationGeneration += 1 }
  }

  func makeDeliverer(_ configuration: RuntimeConfiguration, _ store: Store) {
    guard let poster else { return }
    poster.use(proxies: configuration.hookProxies)
    let logger = logger
    deliverer.set(
      Deliverer(
        store: store, hooks: configuration.hooks,
        environment: Deliverer.Environment(
          poster: { request, completion in poster.post(request, completion) }, now: { WallClock().now() },
          version: DaemonOptions.version, report: { Self.log($0, logger) })))
  }

  private func outlets() -> EnginePipeline.Outlets {
    EnginePipeline.Outlets(
      events: { [broadcaster, logger] events in
        broadcaster.publish(events: events)
        for event in events { Self.log(event, logger) }
      },
      view: { [broadcaster, options, pipelines, poller] view in
        broadcaster.publish(view: view)
        poller.poller?.use(levels: Self.levels(view))
        for act in options.onView?(view) ?? [] { pipelines.pipeline?.submit(.act(act)) }
      },
      deliveries: { [deliverer] in deliverer.deliverer?.wake() },
      failure: { [self] error in Task { await self.storeFailed(error) } })
  }
}
