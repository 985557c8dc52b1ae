package import AirQuality
package import Dispatch
internal import Synchronization
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
  let consumer: @Sendable (PollAnswer) -> Void
  let observer: @Sendable (PollRecord) -> Void
  private let clockJumped: @Sendable (ClockJumpDetector.Jump) -> Void
  private let publications: @Sendable (PublicationNews) -> Void
  let memoryChanged: @Sendable (MemoryUrgency) -> Void
  private let board = StatusBoard()
  let budgetBoard = Mutex<[RequestBudget]>([])
  let transport: Transport
  private(set) var feeds: [PolledFeed] = []
  private(set) var byName: [String: PolledFeed] = [:]
  var budgets: [String: RequestBudget] = [:]
  /// Requests of each budget since its memory was taken last.
  var unkept: [String: Int] = [:]
  var isMemoryAsked = false
  /// What a start found on disk.
  var remembered: PollingMemory?
  /// Levels in force by code of the unit.
  private var levels: [String: String] = [:]
  private var due = DueQueue()
  private var timer: (any DispatchSourceTimer)?
  private var armed: MonotonicInstant?
  private var jumps: ClockJumpDetector
  var generator = JitterGenerator()
  private var nextNumber: UInt64 = 0
  var busy = 0
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
  ///   - publications: told once when an awaited publication becomes late, and when it is there; on the feeds queue.
  ///   - memoryChanged: told on the feeds queue that `memory()` has something to keep, once until it is taken.
  /// - Throws: `TransportError` when libcurl or epoll cannot be set up.
  package init(
    clock: any SiteClock, zone: CivilOffset, limits: PollingLimits = PollingLimits(),
    transportLimits: TransportLimits = TransportLimits(), userAgent: String = "lantian", folders: FolderStore? = nil,
    consumer: @escaping @Sendable (PollAnswer) -> Void,
    observer: @escaping @Sendable (PollRecord) -> Void = { _ in },
    clockJumped: @escaping @Sendable (ClockJumpDetector.Jump) -> Void = { _ in },
    publications: @escaping @Sendable (PublicationNews) -> Void = { _ in },
    memoryChanged: @escaping @Sendable (MemoryUrgency) -> Void = { _ in }
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
    self.publications = publications
    self.memoryChanged = memoryChanged
    jumps = ClockJumpDetector(speed: clock.speed)
    transport = try Transport(queue: executor.queue, limits: transportLimits)
  }

  // MARK: The set of feeds

  /// Makes `definitions` the set of feeds. Feeds whose definition is unchanged are not touched; the transfers of
  /// removed or changed ones are cancelled. Counters go on under the same name, and so does what is spent of a budget.
  package func apply(definitions: [FeedDefinition], budgets definedBudgets: [BudgetDefinition] = []) {
    guard !isStopping else { return }
    let now = clock.now()
    use(definedBudgets)
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
    remembered = nil
    board.replace(next.map { status(of: $0) })
    publishBudgets()
    arm()
  }

  private func feed(for definition: FeedDefinition, _ now: Instant) -> PolledFeed {
    let old = byName[definition.name]
    if let old, old.definition == definition { return old }
    var poll = FeedPoll(definition, limits: limits, speed: clock.speed)
    if let old { poll.inherit(old.poll.status) }
    var pacer = PollPacer(definition, zone: zone, now: now)
    let earlier = old == nil ? remembered?.feeds.first { $0.isOf(definition) } : nil
    if let memory = earlier?.publication { pacer.recall(memory) }
    if let old, old.definition.url == definition.url { pacer.recall(old.pacer.publication.memory) }
    if let denser = definition.denser { _ = pacer.setDense(denser.applies(to: levels), at: now) }
    let feed = PolledFeed(definition, poll: poll, pacer: pacer, userAgent: userAgent, now: now)
    feed.lateCount = old?.lateCount ?? 0
    feed.earlierSuccess = old?.earlierSuccess ?? earlier?.lastSuccess
    return feed
  }

  private func retire(_ feed: PolledFeed) {
    feed.isRetired = true
    feed.plan += 1
    withdraw(feed)
    if feed.poll.isBusy { settleOne() }
    if let token = feed.token { transport.cancel(token) }
  }

  /// A snapshot of every feed in configuration order, from any thread.
  package nonisolated func status() -> [FeedStatus] {
    let now = clock.now()
    return board.read().map { status in
      var status = status
      status.state = status.state(at: now)
      status.lateReason = status.publication?.lateReason(at: now, zone: zone)
      status.lateReasonChinese = status.publication?.lateReasonChinese(at: now, zone: zone)
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
    startGranted(moment)
    arm()
  }

  /// Says which levels are in force, by code of the unit: feeds with denser polling follow. From any thread.
  package nonisolated func use(levels: [String: String]) {
    executor.queue.async { @Sendable [self] in
      assumeIsolated { $0.take(levels) }
    }
  }

  private func take(_ levels: [String: String]) {
    guard levels != self.levels else { return }
    self.levels = levels
    let now = clock.now()
    for feed in feeds {
      guard let denser = feed.definition.denser, feed.pacer.setDense(denser.applies(to: levels), at: now) else {
        continue
      }
      plan(feed)
      publish(feed)
    }
    arm()
  }

  nonisolated func moment() -> FeedPoll.Moment {
    FeedPoll.Moment(
      civil: clock.now(), monotonic: clock.monotonicNow(), wallSeconds: wall.now().milliseconds / 1_000)
  }

  /// After a step of the civil clock every feed waits for its next slot on the new clock.
  private func replan(_ moment: FeedPoll.Moment) {
    for feed in feeds {
      feed.pacer.clockStepped(at: moment.civil)
      plan(feed)
    }
  }

  private func serve(_ feed: PolledFeed, _ moment: FeedPoll.Moment) {
    let due = feed.pacer.due(at: moment.civil)
    let isRetry =
      !feed.poll.isBusy && !feed.isWaiting && feed.poll.heldUntil.map { $0 <= moment.monotonic } ?? false
    if let due {
      poll(feed, due.purpose, slots: due.slots, moment)
    } else if isRetry {
      feed.pacer.made(at: moment.civil)
      poll(feed, .regular, slots: 0, moment)
    }
    tellLateness(feed, moment.civil)
    plan(feed)
    publish(feed)
  }

  /// Starts the poll, or says why not. Its budget, if it has one, has been asked.
  func start(_ feed: PolledFeed, _ purpose: PollPacer.Purpose, slots: Int, _ moment: FeedPoll.Moment) {
    nextNumber += 1
    let id = PollID(feed: feed.definition.name, number: nextNumber)
    let wasBusy = feed.poll.isBusy
    let address = feed.address(purpose, at: moment.civil)
    switch feed.poll.due(id, slots: slots, at: moment, address: address) {
    case .start(let conditions, let lost):
      for record in lost { observer(record) }
      // The poll before it had waited too long for its verdict.
      if wasBusy { settleOne() }
      feed.purpose = purpose
      begin(feed, id, address, conditions)
    case .skip(let record): observer(record)
    }
  }

  func tellLateness(_ feed: PolledFeed, _ now: Instant) {
    guard let isLate = feed.pacer.latenessChange(at: now) else { return }
    if isLate { feed.lateCount += 1 }
    let reason = feed.pacer.summary?.lateReason(at: now, zone: zone)
    publications(PublicationNews(feed: feed.definition.name, isLate: isLate, reason: reason ?? ""))
  }

  /// Files the feed under its next look, or under its retry if that comes first.
  func plan(_ feed: PolledFeed) {
    let now = clock.monotonicNow()
    let civilNow = clock.now()
    var at = now.adding(nanoseconds: clock.delay(until: feed.pacer.nextLook(at: civilNow)))
    var civil = feed.pacer.nextPoll(at: civilNow)
    if !feed.poll.isBusy, !feed.isWaiting, let heldUntil = feed.poll.heldUntil, heldUntil < at {
      at = max(heldUntil, now)
      let ahead = Double(at.nanoseconds(since: now)) / 1_000_000 * clock.speed
      civil = civilNow.adding(milliseconds: Int64(ahead))
    }
    feed.poll.setNextPoll(civil)
    due.insert(feed, at: at)
  }

  func arm() {
    guard let timer, !isStopping, !feeds.isEmpty, var earliest = due.earliest() else { return }
    if let granted = nextGrant() { earliest = min(earliest, granted) }
    let now = MonotonicInstant.now()
    let (ticks, rest) = earliest.nanoseconds.quotientAndRemainder(dividingBy: limits.tick)
    var target = MonotonicInstant(nanoseconds: (rest == 0 ? ticks : ticks + 1) * limits.tick)
    target = min(target, now.adding(nanoseconds: limits.longestSleep))
    if let armed, armed <= target { return }
    armed = target
    timer.schedule(deadline: .now() + .nanoseconds(Int(max(0, target.nanoseconds(since: now)))))
  }

  func publish(_ feed: PolledFeed) {
    guard !feed.isRetired else { return }
    board.update(feed.place, status(of: feed))
  }

  private func status(of feed: PolledFeed) -> FeedStatus {
    var status = feed.poll.status
    status.publication = feed.pacer.summary
    status.publication?.lateCount = feed.lateCount
    status.budget = feed.definition.budget
    status.isWaiting = feed.isWaiting
    status.isDense = feed.pacer.isDense
    return status
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

  func settleOne() {
    busy -= 1
    if isStopping, busy <= 0 { finishDraining() }
  }

  /// The number of a poll beside the schedule.
  func takeNumber() -> UInt64 {
    nextNumber += 1
    return nextNumber
  }

  private func finishDraining() {
    drained?.resume()
    drained = nil
  }
}
