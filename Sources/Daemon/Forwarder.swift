import AirQuality
import ConfigurationFiles
import Dispatch
import Engine
import HJ212
import Instruments
import Logging
import Secrets
import Store
import Synchronization
import Timekeeping
import Transport
import Web

/// Reports hour means to superior platforms: the owner of the queue of reports.
///
/// What is to be reported is made from the rings when an hour is over for the configured delay, and again when its
/// means have changed; it goes into the store behind the commits it was made from, and from there to the platform, one
/// message at a time. A message leaves the queue when the platform has answered it. One that the platform refuses parks
/// its source (MN) for a while, and those of other sources go on. After a crash nothing is missing: what was queued is
/// in the store, what was not is made again from the same hours.
actor Forwarder {
  /// Hours are reported, and looked at again for late and corrected values, for so long.
  static let reviewedHours: Int32 = 24
  /// Due hours are looked for this often, and changed ones at most this often.
  static let tickSeconds = 5
  static let reviewNanoseconds: Int64 = 60_000_000_000
  /// After a failed read or write of the queue.
  static let retrySeconds = 5

  private struct Lane {
    var configuration: ForwardConfiguration
    var connection: UplinkConnection
    /// The newest content of each source and hour, as it stands in the store.
    var known: [String: [Int32: String]]?
    /// The row that was offered last and of which nothing is known yet.
    var offered: (number: Int64, source: String)?
    /// The rows whose end is being written; nothing is offered meanwhile.
    var settling: Set<Int64> = []
    /// The sources that the platform refuses; all of them configured ones.
    var parking = UplinkParking()
    var reviewedThrough: Int32 = .min
    var reviewedAt = MonotonicInstant(nanoseconds: .min / 2)
  }

  private struct Counts {
    var delivered: UInt64 = 0
    var failed: UInt64 = 0
    var givenUp: UInt64 = 0
  }

  private let executor = QueueExecutor(label: "lantian.forwards")
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
  private let holder: StoreHolder
  private let pipeline: EnginePipeline
  private let clock: any SiteClock
  private let logger: Logger
  private var lanes: [String: Lane] = [:]
  private var limit = 10_000
  private var timer: (any DispatchSourceTimer)?
  private var isReviewing = false
  private var isStopped = false
  private var lastRequest: Int64 = 0
  /// Names in configuration order with their counts and connections, for readers.
  private nonisolated let board = Mutex<[(name: String, connection: UplinkConnection, counts: Counts)]>([])

  init(holder: StoreHolder, pipeline: EnginePipeline, clock: any SiteClock, logger: Logger) {
    self.holder = holder
    self.pipeline = pipeline
    self.clock = clock
    self.logger = logger
  }

  /// Takes the platforms of a configuration; those that stay as they are keep their connection.
  func apply(_ loaded: LoadedConfiguration) async {
    guard !isStopped else { return }
    limit = loaded.limits.hookQueue
    let wanted = loaded.forwards.filter(\.enabled)
    for (name, lane) in lanes where !wanted.contains(lane.configuration) {
      lanes[name] = nil
      await lane.connection.shutdown()
    }
    for configuration in wanted where lanes[configuration.name] == nil {
      let name = configuration.name
      let connection = await UplinkConnection(
        host: configuration.address.host, port: configuration.address.port,
        password: configuration.password.map { AccessPassword($0.reveal()) },
        report: { [weak self] report in Task { await self?.take(report, name) } })
      lanes[name] = Lane(configuration: configuration, connection: connection)
    }
    let before = board.withLock { $0 }
    let next = wanted.compactMap { configuration in
      lanes[configuration.name].map { lane in
        let counts = before.first { $0.name == configuration.name }?.counts ?? Counts()
        return (name: configuration.name, connection: lane.connection, counts: counts)
      }
    }
    board.withLock { $0 = next }
    if timer == nil, !lanes.isEmpty { startTimer() }
    await tick()
  }

  private func startTimer() {
    let timer = DispatchSource.makeTimerSource(queue: executor.queue)
    timer.schedule(deadline: .now() + .seconds(Self.tickSeconds), repeating: .seconds(Self.tickSeconds))
    timer.setEventHandler { @Sendable [weak self] in
      Task { await self?.tick() }
    }
    timer.activate()
    self.timer = timer
  }

  // MARK: Queueing

  private func tick() async {
    guard !isReviewing, !isStopped else { return }
    isReviewing = true
    defer { isReviewing = false }
    for name in lanes.keys.sorted() {
      await review(name)
      pump(name)
    }
  }

  /// Queues what is due of one platform: hours that ended, and hours whose means have changed since.
  private func review(_ name: String) async {
    guard let lane = lanes[name], let offset = pipeline.committedView?.site.offset else { return }
    let due = clock.now().adding(milliseconds: -lane.configuration.delayMilliseconds)
    let last = offset.hour(of: due) - 1
    let monotonic = MonotonicInstant.now()
    guard last > lane.reviewedThrough || monotonic.nanoseconds(since: lane.reviewedAt) >= Self.reviewNanoseconds else {
      return
    }
    let first = last - Self.reviewedHours + 1
    let known: [String: [Int32: String]]
    do throws(StoreError) {
      if let remembered = lane.known {
        known = remembered
      } else {
        known = try holder.store.newestForwards(name, from: first)
      }
    } catch {
      return log(error)
    }
    let sources = lane.configuration.sources
    let contents = await pipeline.read { engine in
      sources.flatMap { source in
        (first...last).compactMap { hour -> (source: ForwardConfiguration.Source, hour: Int32, content: String)? in
          let content = UplinkMessage.content(
            hourBeginning: offset.start(ofHour: hour), values: engine.hourMeans(of: source.source, hour: hour),
            offset: offset)
          return UplinkMessage.content(content, after: known[source.device]?[hour]).map { (source, hour, $0) }
        }
      }
    }
    // Another configuration may have come meanwhile.
    guard lanes[name]?.configuration == lane.configuration else { return }
    let now = WallClock().now()
    let rows = contents.filter { known[$0.source.device]?[$0.hour] != $0.content }.map { item in
      ForwardRow(
        forward: name, source: item.source.device, hour: item.hour, request: request(now, offset),
        content: item.content, createdAt: now)
    }
    guard await enqueue(rows, doneBefore: first) else { return }
    var next = known.mapValues { $0.filter { $0.key >= first } }
    for row in rows { next[row.source, default: [:]][row.hour] = row.content }
    lanes[name]?.known = next
    lanes[name]?.reviewedThrough = last
    lanes[name]?.reviewedAt = monotonic
  }

  /// Request numbers ascend, a millisecond apart at least.
  private func request(_ now: Instant, _ offset: CivilOffset) -> String {
    lastRequest = max(lastRequest + 1, now.milliseconds)
    return UplinkMessage.requestNumber(at: Instant(milliseconds: lastRequest), offset: offset)
  }

  private func enqueue(_ rows: [ForwardRow], doneBefore: Int32) async -> Bool {
    guard let name = rows.first?.forward else { return true }
    let store = holder.store
    let limit = limit
    let result = await withCheckedContinuation { continuation in
      store.enqueueForwards(rows, limit: limit, doneBefore: doneBefore) { continuation.resume(returning: $0) }
    }
    switch result {
    case .success(let dropped):
      if dropped > 0 {
        count(name) { $0.givenUp += UInt64(dropped) }
        logger.error(
          "reports upward given up: more wait than limits.hook_queue",
          metadata: ["forward": "\(name)", "count": "\(dropped)", "limit": "\(limit)"])
        // The row on offer may be among them: what is the oldest now takes its place.
        lanes[name]?.offered = nil
      }
      return true
    case .failure(let error):
      log(error)
      return false
    }
  }

  // MARK: Sending

  /// Offers the oldest row of the sources that are not parked, when none is on its way. An offer too many does no harm:
  /// the connection ignores it while a message is to be answered, and the end of that one leads here again.
  private func pump(_ name: String) {
    guard let lane = lanes[name], lane.offered == nil, lane.settling.isEmpty, !isStopped else { return }
    do throws(StoreError) {
      let parked = lane.parking.parked(at: Self.milliseconds)
      guard let row = try holder.store.pendingForward(name, excluding: parked) else { return }
      guard let source = lane.configuration.sources.first(where: { $0.device == row.source }) else {
        // Its source is no longer configured: nobody is to be told.
        return settle(name, row.number, delivered: true, error: "")
      }
      lanes[name]?.offered = (row.number, row.source)
      lane.connection.offer(
        UplinkMessage(
          id: row.number, requestNumber: row.request, system: source.system, device: row.source, content: row.content))
    } catch { log(error) }
  }

  /// A report ends an attempt, also that of a row which was given up in the store meanwhile.
  private func take(_ report: UplinkConnection.Report, _ name: String) {
    guard let lane = lanes[name] else { return }
    lanes[name]?.offered = nil
    switch report {
    case .delivered(let id):
      if let offered = lane.offered, offered.number == id { lanes[name]?.parking.accepted(offered.source) }
      count(name) { $0.delivered += 1 }
      logger.debug("reported upward", metadata: ["forward": "\(name)", "number": "\(id)"])
      settle(name, id, delivered: true, error: "")
    case .failed(let id, let reason):
      count(name) { $0.failed += 1 }
      logger.warning(
        "a superior platform does not take a report; it will be sent again",
        metadata: ["forward": "\(name)", "number": "\(id)", "reason": "\(reason)"])
      settle(name, id, delivered: false, error: reason)
    case .refused(let id, let reason):
      count(name) { $0.failed += 1 }
      if let offered = lane.offered, offered.number == id {
        let pause = lanes[name]?.parking.refused(offered.source, at: Self.milliseconds) ?? 0
        logger.warning(
          "a superior platform refuses a report; its source waits",
          metadata: [
            "forward": "\(name)", "number": "\(id)", "mn": "\(offered.source)", "seconds": "\(pause / 1_000)",
            "reason": "\(reason)",
          ])
      }
      settle(name, id, delivered: false, error: reason)
    }
  }

  /// The clock of parked sources.
  private static var milliseconds: Int64 { MonotonicInstant.now().nanoseconds / 1_000_000 }

  /// Records what became of a row; once that is on disk the next is offered.
  private func settle(_ name: String, _ number: Int64, delivered: Bool, error: String) {
    lanes[name]?.settling.insert(number)
    holder.store.settleForward(name, number: number, delivered: delivered, error: error) { [weak self] result in
      Task { await self?.settled(name, number, delivered: delivered, result) }
    }
  }

  private func settled(_ name: String, _ number: Int64, delivered: Bool, _ result: Result<Void, StoreError>) {
    if case .failure(let error) = result {
      log(error)
      if delivered {
        // The platform has it; sent once more when the store works again, under the same number.
        executor.queue.asyncAfter(deadline: .now() + .seconds(Self.retrySeconds)) { @Sendable [weak self] in
          Task { await self?.release(name, number) }
        }
        return
      }
    }
    release(name, number)
  }

  private func release(_ name: String, _ number: Int64) {
    lanes[name]?.settling.remove(number)
    pump(name)
  }

  // MARK: The end, and what readers see

  /// Ends the connections; what waits is sent after the next start.
  func stop() async {
    isStopped = true
    timer?.cancel()
    timer = nil
    let ending = lanes.values.map(\.connection)
    lanes = [:]
    for connection in ending { await connection.shutdown() }
  }

  private nonisolated func count(_ name: String, _ body: (inout Counts) -> Void) {
    board.withLock { board in
      guard let index = board.firstIndex(where: { $0.name == name }) else { return }
      body(&board[index].counts)
    }
  }

  private func log(_ error: StoreError) {
    logger.error("the queue of reports upward cannot be read or written", metadata: ["error": "\(error)"])
  }

  /// From any thread.
  nonisolated var statuses: [ForwardStatusView] {
    let board = board.withLock { $0 }
    guard !board.isEmpty else { return [] }
    let backlogs = (try? holder.store.forwardBacklogs()) ?? []
    let now = WallClock().now()
    return board.map { entry in
      let backlog = backlogs.first { $0.forward == entry.name }
      let age = backlog?.oldestPendingAt.map { max(0, Double(now.milliseconds - $0.milliseconds) / 1_000) }
      return ForwardStatusView(
        name: entry.name, isConnected: entry.connection.isConnected, queueLength: backlog?.pending ?? 0,
        oldestPendingSeconds: age ?? 0,
        deliveries: [
          LabelledCount("delivered", entry.counts.delivered), LabelledCount("failed", entry.counts.failed),
          LabelledCount("given_up", entry.counts.givenUp),
        ])
    }
  }
}
