import AirQuality
import ConfigurationFiles
import Delivery
import Dispatch
import Engine
import Instruments
import Polling
import Rollup
import Secrets
import Store
import Synchronization
import Timekeeping
import Web

/// What the HTTP face asks for, answered from committed state.
struct WebBridge: Sendable {
  var holder: StoreHolder
  var pipeline: EnginePipeline
  var intake: FeedIntake
  var poller: PollerHolder
  var filePoller: PollerHolder
  var deliverer: DelivererHolder
  var instruments: InstrumentHub
  var receiving: Receivers
  var forwarder: Forwarder
  /// How long each feed of instruments may be silent, milliseconds.
  var instrumentPatience: @Sendable (String) -> Int64
  /// What inspectors show; nil when none is configured.
  var inspectorToken: @Sendable () -> Secret?
  var clock: any SiteClock
  /// When the daemon started, by the site's clock.
  var begun: Instant
  var limits: LimitsConfiguration
  var status: @Sendable () -> DaemonStatusView
  var reload: @Sendable () async -> ReloadResult

  /// Reads of the store and the rings that may take a while.
  private static let queue = DispatchQueue(label: "lantian.reads", attributes: .concurrent)

  func sources(broadcaster: Broadcaster) -> WebSources {
    var sources = WebSources(
      view: { pipeline.committedView }, feeds: feeds, hooks: hooks, daemon: daemon,
      events: { since, limit in try await events(since: since, limit: limit) },
      series: { request in try await series(request) }, reload: reload,
      performAct: { request in await lift(request) },
      performDust: { request in await performDust(request) },
      performReview: { part in await performReview(part) }, broadcaster: broadcaster)
    sources.forwards = { [forwarder] in forwarder.statuses }
    sources.journal = { act in await journal(act) }
    sources.freshID = { String(Self.freshID().prefix(12)) }
    sources.inspections = { since, id, limit in try await inspections(since: since, id: id, limit: limit) }
    sources.inspectorToken = inspectorToken
    sources.admitPush = { (feed, fields) throws(PushFailure) in try admitPush(feed, fields) }
    sources.track = { [pipeline] station, from, to in
      await pipeline.read { $0.track(station: station, from: from, until: to) }
    }
    return sources
  }

  // MARK: Status

  private func daemon() -> DaemonStatusView {
    var view = status()
    view.now = clock.now()
    view.journalPosition = holder.store.committed.position
    let counts = intake.counts
    view.bounds = [
      BoundView(
        name: "decode_backlog_bytes", limit: Int64(counts.limitBytes), used: Int64(counts.waitingBytes),
        dropped: counts.refusedBodies),
      BoundView(
        name: "store_backlog_bytes", limit: Int64(StoreSettings().backlogBytes), used: Int64(holder.store.backlogBytes)),
      BoundView(
        name: "unknown_stations", limit: Int64(limits.unknownStations),
        used: Int64(pipeline.committedView?.stations.lazy.filter { $0.registered == nil }.count ?? 0)),
      BoundView(name: "connections", limit: Int64(limits.connections)),
      BoundView(name: "connections_per_host", limit: Int64(limits.connectionsPerHost)),
    ]
    view.budgets = budgets
    return view
  }

  private func feeds() -> [FeedStatusView] {
    let verdicts = pipeline.committedVerdicts
    let statuses = (poller.poller?.status() ?? []) + (filePoller.poller?.status() ?? [])
    let polled = statuses.map { status in
      let verdict = verdicts[status.name] ?? FeedVerdicts()
      var view = FeedStatusView(
        name: status.name, state: Web.FeedState(rawValue: status.state.rawValue) ?? .ok, lastPoll: status.lastPoll,
        lastSuccess: status.lastSuccess,
        lastError: status.lastError.map {
          FeedErrorView(at: $0.at, code: $0.fault.code, message: $0.fault.message, path: $0.fault.path)
        }, nextPoll: status.nextPoll, polls: status.polls, notModified: status.notModified, readings: status.readings,
        bytes: status.bytes,
        outcomes: PollOutcome.allCases.map { LabelledCount($0.label, status.count(of: $0)) },
        verdicts: verdict.labelled.map { LabelledCount($0.name, $0.count) },
        dispositions: verdict.dispositions.map { LabelledCount($0.name, $0.count) },
        pollDuration: status.duration, overruns: status.overruns)
      complete(&view, from: status)
      return view
    }
    return polled + instrumentFeeds(verdicts) + arrivalFeeds(verdicts)
  }

  private func hooks() -> [HookStatusView] {
    let now = WallClock().now()
    let statistics = (try? deliverer.deliverer?.statistics()) ?? []
    return statistics.map { hook in
      HookStatusView(
        name: hook.hook,
        deliveries: [
          LabelledCount("delivered", UInt64(hook.delivered)), LabelledCount("retried", UInt64(hook.retried)),
          LabelledCount("dead_lettered", UInt64(hook.dead)),
        ], queueLength: hook.pendingRows,
        oldestPendingSeconds: hook.oldestPendingAt.map {
          max(0, Double(now.milliseconds - $0.milliseconds) / 1_000)
        } ?? 0)
    }
  }

  // MARK: Reads

  private func events(since: Int64, limit: Int) async throws -> [EventRecord] {
    let store = holder.store
    return try await Self.read { try store.events(since: since, limit: limit) }
  }

  static func read<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { @Sendable in continuation.resume(with: Result(catching: body)) }
    }
  }

  private func series(_ request: SeriesRequest) async throws -> [SeriesPoint] {
    guard let site = pipeline.committedView?.site else { return [] }
    let offset = site.offset
    let kind: Engine.SeriesKind
    let first: Int32
    let last: Int32
    // The last window that starts before `to`.
    let end = request.to.adding(milliseconds: -1)
    switch request.window {
    case .minute: (kind, first, last) = (.minutes, offset.minute(of: request.from), offset.minute(of: end))
    case .hour: (kind, first, last) = (.hours, offset.hour(of: request.from), offset.hour(of: end))
    case .day: (kind, first, last) = (.days, offset.day(of: request.from).number, offset.day(of: end).number)
    }
    guard first <= last else { return [] }
    var cells: [Int32: SeriesCell] = [:]
    for cell in try await storedCells(request, site, from: first, through: last) { cells[cell.window] = cell }
    // The rings are newer than any chunk.
    let held = await pipeline.read { engine in
      engine.series(station: request.station, pollutant: request.pollutant, kind: kind, windows: first..<(last + 1))
    }
    for cell in held { cells[cell.window] = cell }
    return cells.keys.sorted().compactMap { window in
      guard let cell = cells[window], (first...last).contains(window) else { return nil }
      return Self.point(cell, request.window, offset)
    }
  }

  private static func point(_ cell: SeriesCell, _ window: SeriesWindow, _ offset: CivilOffset) -> SeriesPoint {
    let begin: Instant
    switch window {
    case .minute: begin = offset.start(ofMinute: cell.window)
    case .hour: begin = offset.start(ofHour: cell.window)
    case .day: begin = offset.start(of: CivilDay(number: cell.window))
    }
    return SeriesPoint(
      begin: begin, end: begin.adding(milliseconds: window.milliseconds),
      value: cell.value.isMissing ? nil : cell.value.value, flag: cell.flag)
  }

  private func storedCells(
    _ request: SeriesRequest, _ site: Site, from first: Int32, through last: Int32
  ) async throws -> [SeriesCell] {
    let store = holder.store
    let county = site.stations.first { $0.id == request.station }?.county ?? ""
    let days: ClosedRange<Int32>
    switch request.window {
    case .minute: days = CivilDay(hour: first / 60).number...CivilDay(hour: last / 60).number
    case .hour: days = CivilDay(hour: first).number...CivilDay(hour: last).number
    case .day: return []
    }
    return try await Self.read {
      var chunks: [StoredChunk] = []
      if request.window == .hour {
        chunks = try store.hoursChunks(
          county: county, from: CivilDay(number: days.lowerBound), through: CivilDay(number: days.upperBound))
      } else {
        for day in days {
          chunks += try store.chunks(county: county, day: CivilDay(number: day)).filter { $0.key.kind == .minutes }
        }
      }
      return Engine.series(station: request.station, pollutant: request.pollutant, chunks: chunks)
    }
  }

  // MARK: Acts

  private func lift(_ request: LiftRequest) async -> ActResult {
    guard let view = pipeline.committedView else { return .unavailable(message: "the daemon is recovering") }
    guard let unit = view.units.first(where: { $0.county.code == request.county }) else {
      let codes = view.units.map(\.county.code).joined(separator: ", ")
      return .refused(code: "unknown_county", message: "no unit has the code \(request.county); known are \(codes)")
    }
    let id = request.id ?? Self.freshID()
    do {
      let applied = try await pipeline.perform(
        .act(.lift(id: id, county: request.county, by: request.by, reason: request.reason)))
      if let event = applied.events.first(where: { $0.kind == .level }) { return .done(sequence: event.sequence) }
      return .refused(
        code: "nothing_to_lift",
        message: "\(unit.county.nameChinese) (\(request.county)) has no level in force, or the act was done before")
    } catch {
      return .unavailable(message: "\(error)")
    }
  }

  static func freshID() -> String {
    var generator = SystemRandomNumberGenerator()
    return String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
  }
}
