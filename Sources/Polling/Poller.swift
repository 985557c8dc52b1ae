package import AirQuality
package import Dispatch
package import Timekeeping
package import Transport

/// The feeds queue: decides when each feed is polled, performs the transfers and hands bodies on.
///
/// Its serial queue owns the schedule, the transfers and their libcurl multis. Bodies go to `consumer`, on that queue;
/// it must pass them on at once and say later, from anywhere, what became of them with `report`.
package actor Poller {
  private let executor: QueueExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  /// The feeds queue.
  package nonisolated var queue: DispatchQueue { executor.queue }

  let clock: any SiteClock
  private let zone: CivilOffset
  private let limits: PollingLimits
  private let userAgent: String
  private let consumer: @Sendable (PollAnswer) -> Void
  private let observer: @Sendable (PollRecord) -> Void
  private let clockJumped: @Sendable (ClockJumpDetector.Jump) -> Void
  private let board = StatusBoard()
  private let transport: Transport
  private var feeds: [PolledFeed] = []
  private var byName: [String: PolledFeed] = [:]
  private var due = DueQueue()
  private var timer: (any DispatchSourceTimer)?
  private var armed: MonotonicInstant?
  private var jumps: ClockJumpDetector
  private var generator = JitterGenerator()
  private var nextNumber: UInt64 = 0
  private var busy = 0
  private(set) var isStopping = false
  let folders: FolderStore?
  private var isStopped = false
  private var drained: CheckedContinuation<Void, Never>?
  private let wall = WallClock()

  /// - Parameters:
  ///   - folders: where it is kept what was taken of folders; nil: nowhere.
  ///   - consumer: takes each new body, on the feeds queue.
  ///   - observer: takes a record of every due poll, polled or not, on the feeds queue.
  ///   - clockJumped: told of a step of the civil clock; every feed then waits for its next slot on the new time.
  /// - Throws: `TransportError` when libcurl or epoll cannot be set up.
  package init(
    clock: any SiteClock, zone: CivilOffset, limits: PollingLimits = PollingLimits(),
    transportLimits: TransportLimits = TransportLimits(), userAgent: String = "lantian", folders: FolderStore? = nil,
    consumer: @escaping @Sendable (PollAnswer) -> Void,
    observer: @escaping @Sendable (PollRecord) -> Void = { _ in },
    clockJumped: @escaping @Sendable (ClockJumpDetector.Jump) -> Void = { _ in }
  ) throws {
    let executor = QueueExecutor(label: "lantian.feeds")
    self.executor = executor
    self.clock = clock
    self.zone = zone
    self.limits = limits
    self.userAgent = userAgent
    self.folders = folders
    self.consumer = consumer
    self.observer = observer
    self.clockJumped = clockJumped
    jumps = ClockJumpDetector(speed: clock.speed)
    transport = try Transport(queue: executor.queue, limits: transportLimits)
  }

  // MARK: The set of feeds

  /// Makes `definitions` the set of feeds. Feeds whose definition is unchanged are not touched; the transfers of
  /// removed or changed ones are cancelled. Counters go on under the same name.
  package func apply(definitions: [FeedDefinition]) {
    guard !isStopping else { return }
    let now = clock.now()
    var next: [PolledFeed] = []
    var names: [String: PolledFeed] = [:]
    for definition in definitions where names[definition.name] == nil {
      let feed = feed(for: definition, now)
      feed.place = next.count
      next.append(feed)
      names[definition.name] = feed
    }
    let leaving = feeds.filter { names[$0.definition.name] !== $0 }
    feeds = next
    byName = names
    for feed in leaving { retire(feed) }
    for feed in next where feed.plan == 0 { plan(feed) }
    board.replace(next.map(\.poll.status))
    arm()
  }

  private func feed(for definition: FeedDefinition, _ now: Instant) -> PolledFeed {
    let old = byName[definition.name]
    if let old, old.definition == definition { return old }
    var poll = FeedPoll(definition, limits: limits, speed: clock.speed)
    if let old { poll.inherit(old.poll.status) }
    let schedule = PollSchedule(name: definition.name, every: definition.every, offset: definition.offset, zone: zone)
    return PolledFeed(definition, poll: poll, schedule: schedule, userAgent: userAgent, now: now)
  }

  private func retire(_ feed: PolledFeed) {
    feed.isRetired = true
    feed.plan += 1
    if feed.poll.isBusy { settleOne() }
    if let token = feed.token { transport.cancel(token) }
  }

  /// A snapshot of every feed in configuration order, from any thread.
  package nonisolated func status() -> [FeedStatus] {
    let now = clock.now()
    return board.read().map { status in
      var status = status
      status.state = status.state(at: now)
      return status
    }
  }

  /// What the transport has done.
  package func transportCounters() -> TransportCounters { transport.counters }

  // MARK: Time

  /// Begins to poll. Before it nothing happens by itself; tests call `tick()` instead.
  package func start() {
    guard timer == nil, !isStopping else { return }
    let timer = DispatchSource.makeTimerSource(queue: executor.queue)
    timer.setEventHandler { @Sendable [weak self] in
      self?.assumeIsolated { poller in
        poller.armed = nil
        poller.tick()
      }
    }
    timer.schedule(deadline: .distantFuture)
    timer.activate()
    self.timer = timer
    arm()
  }

  /// Starts everything that is due now, in one batch.
  package func tick() {
    guard !isStopping else { return }
    let moment = moment()
    if let jump = jumps.observe(civil: moment.civil, monotonic: moment.monotonic) {
      clockJumped(jump)
      replan(moment)
    }
    while let feed = due.popDue(at: moment.monotonic) { serve(feed, moment) }
    arm()
  }

  private func moment() -> FeedPoll.Moment {
    FeedPoll.Moment(
      civil: clock.now(), monotonic: clock.monotonicNow(), wallSeconds: wall.now().milliseconds / 1_000)
  }

  /// After a step of the civil clock every feed waits for its next slot on the new clock.
  private func replan(_ moment: FeedPoll.Moment) {
    for feed in feeds {
      feed.nextSlot = feed.schedule.slot(after: moment.civil)
      plan(feed)
    }
  }

  private func serve(_ feed: PolledFeed, _ moment: FeedPoll.Moment) {
    let last = feed.schedule.slot(atOrBefore: moment.civil)
    let slots = feed.schedule.count(from: feed.nextSlot, through: last)
    if slots > 0 { feed.nextSlot = feed.schedule.slot(after: moment.civil) }
    let isRetry = !feed.poll.isBusy && feed.poll.heldUntil.map { $0 <= moment.monotonic } ?? false
    if slots > 0 || isRetry {
      nextNumber += 1
      let id = PollID(feed: feed.definition.name, number: nextNumber)
      let wasBusy = feed.poll.isBusy
      switch feed.poll.due(id, slots: slots, at: moment) {
      case .start(let conditions, let lost):
        for record in lost { observer(record) }
        // The poll before it had waited too long for its verdict.
        if wasBusy { settleOne() }
        begin(feed, id, conditions)
      case .skip(let record): observer(record)
      }
    }
    plan(feed)
    publish(feed)
  }

  /// Files the feed under its next slot, or under its retry if that comes first.
  private func plan(_ feed: PolledFeed) {
    let now = clock.monotonicNow()
    var at = now.adding(nanoseconds: clock.delay(until: feed.nextSlot))
    var civil = feed.nextSlot
    if !feed.poll.isBusy, let heldUntil = feed.poll.heldUntil, heldUntil < at {
      at = max(heldUntil, now)
      let ahead = Double(at.nanoseconds(since: now)) / 1_000_000 * clock.speed
      civil = clock.now().adding(milliseconds: Int64(ahead))
    }
    feed.poll.setNextPoll(civil)
    due.insert(feed, at: at)
  }

  private func arm() {
    guard let timer, !isStopping, !feeds.isEmpty, let earliest = due.earliest() else { return }
    let now = MonotonicInstant.now()
    let (ticks, rest) = earliest.nanoseconds.quotientAndRemainder(dividingBy: limits.tick)
    var target = MonotonicInstant(nanoseconds: (rest == 0 ? ticks : ticks + 1) * limits.tick)
    target = min(target, now.adding(nanoseconds: limits.longestSleep))
    if let armed, armed <= target { return }
    armed = target
    timer.schedule(deadline: .now() + .nanoseconds(Int(max(0, target.nanoseconds(since: now)))))
  }

  private func publish(_ feed: PolledFeed) {
    guard !feed.isRetired else { return }
    board.update(feed.place, feed.poll.status)
  }

  // MARK: Polls

  private func begin(_ feed: PolledFeed, _ id: PollID, _ conditions: [TransferHeader]) {
    busy += 1
    if let folder = feed.definition.folder { return visit(feed, folder, id) }
    var request = feed.request
    if !conditions.isEmpty { request.headers += conditions }
    let feedName = id.feed
    feed.token = transport.submit(request) { @Sendable [weak self] result in
      self?.assumeIsolated { $0.finished(feedName, id, result) }
    }
  }

  private func finished(_ name: String, _ id: PollID, _ result: TransferResult) {
    guard let feed = byName[name] else { return }
    // Before anything of the answer is stamped: it may settle a doubt about the clock.
    if case .response(let response) = result.outcome, let date = response.headers.first("Date"),
      let server = HTTPDate.instant(date)
    {
      clock.witness(server)
    }
    let moment = moment()
    switch feed.poll.answered(id, result, at: moment, using: &generator) {
    case .ignore: return
    case .deliver(let response):
      feed.token = nil
      publish(feed)
      consumer(
        PollAnswer(
          id: id, status: response.status, headers: response.headers, body: response.body, receivedAt: moment.civil,
          lastByteAt: result.lastByteAt, bytes: result.bytesReceived, seconds: result.totalSeconds,
          fileName: feed.fileName))
    case .finish(let record): end(feed, record)
    }
  }

  /// Says what became of a body; from any thread. A verdict on a poll that is not waiting for one is ignored.
  package nonisolated func report(_ id: PollID, _ verdict: PollVerdict) {
    executor.queue.async { @Sendable [self] in
      assumeIsolated { $0.judge(id, verdict) }
    }
  }

  private func judge(_ id: PollID, _ verdict: PollVerdict) {
    if byName[id.feed]?.visit?.id == id { return advance(id.feed, id) { $0.judged(verdict) } }
    guard let feed = byName[id.feed],
      let record = feed.poll.judged(id, verdict, at: moment(), using: &generator)
    else { return }
    end(feed, record)
  }

  // MARK: For visits of folders

  func feed(named name: String) -> PolledFeed? { byName[name] }

  func submit(
    _ request: TransferRequest, _ completion: @escaping @Sendable (TransferResult) -> Void
  ) -> TransferToken {
    transport.submit(request, completion: completion)
  }

  func fetch(_ request: TransferRequest) async -> TransferResult {
    await withCheckedContinuation { continuation in
      transport.submit(request) { @Sendable in continuation.resume(returning: $0) }
    }
  }

  func consume(_ answer: PollAnswer) { consumer(answer) }

  /// What a finished visit means for its feed.
  func conclude(_ feed: PolledFeed, _ visit: FolderVisit) -> PollRecord? {
    feed.poll.visited(visit, at: moment(), using: &generator)
  }

  func end(_ feed: PolledFeed, _ record: PollRecord) {
    feed.token = nil
    settleOne()
    // Only a wait set by this poll changes the plan; the next slot stands already.
    if feed.poll.heldUntil != nil, !isStopping {
      plan(feed)
      arm()
    }
    publish(feed)
    observer(record)
  }

  private func settleOne() {
    busy -= 1
    if isStopping, busy <= 0 { finishDraining() }
  }

  // MARK: Once

  /// Fetches a configured feed once, unconditionally, beside its schedule; counters and validators stay as they are.
  ///
  /// - Throws: `FeedFault` when the feed is unknown or gives no usable answer.
  package func pollOnce(_ name: String) async throws -> PollAnswer {
    guard let feed = byName[name] else {
      throw FeedFault(code: "unknown_feed", message: "no feed is called \(name)")
    }
    guard !isStopping else { throw FeedFault(code: "stopping", message: "the poller is shutting down") }
    nextNumber += 1
    let id = PollID(feed: name, number: nextNumber)
    let request = feed.request
    var fileName: String?
    let result: TransferResult
    if let folder = feed.definition.folder {
      (result, fileName) = try await fetchNewest(request, folder)
    } else {
      result = await fetch(request)
    }
    switch result.outcome {
    case .failure(let error): throw FeedFault(code: error.kind.rawValue, message: error.message)
    case .response(let response):
      guard (200..<300).contains(response.status) else {
        throw FeedFault(code: "http_\(response.status)", message: FeedPoll.meaning(of: response.status))
      }
      return PollAnswer(
        id: id, status: response.status, headers: response.headers, body: response.body, receivedAt: clock.now(),
        lastByteAt: result.lastByteAt, bytes: result.bytesReceived, seconds: result.totalSeconds, fileName: fileName)
    }
  }

  // MARK: The end

  /// Starts no more polls, waits for those under way (their verdicts included) at most `deadline`, then cancels the
  /// rest and closes every connection. Must be called before the process exits.
  package func shutdown(deadline: Duration) async {
    guard !isStopping else { return }
    isStopping = true
    timer?.cancel()
    timer = nil
    if busy > 0 {
      let nanoseconds = Int(max(0, deadline.nanoseconds64))
      await withCheckedContinuation { continuation in
        drained = continuation
        executor.queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { @Sendable [self] in
          assumeIsolated { $0.finishDraining() }
        }
      }
    }
    transport.shutdown()
    isStopped = true
  }

  private func finishDraining() {
    drained?.resume()
    drained = nil
  }
}
