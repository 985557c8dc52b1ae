internal import AirQuality
internal import Synchronization
internal import Timekeeping

/// Requests that several feeds share.
extension Poller {
  /// Takes the budgets of a configuration; what is spent of one stays spent under its name.
  func use(_ definitions: [BudgetDefinition]) {
    let moment = moment()
    var next: [String: RequestBudget] = [:]
    for definition in definitions {
      if let old = budgets[definition.name], old.definition == definition {
        next[definition.name] = old
        continue
      }
      var budget = RequestBudget(definition)
      if let old = budgets[definition.name] {
        budget.recall(old.memory(at: moment, allowance: 0), ageMilliseconds: 0, at: moment)
      } else if let remembered, let kept = remembered.budgets.first(where: { $0.name == definition.name }) {
        budget.recall(kept.spent, ageMilliseconds: moment.wallSeconds * 1_000 - remembered.savedAt, at: moment)
      }
      next[definition.name] = budget
    }
    for feed in feeds where feed.isWaiting {
      guard let name = feed.definition.budget, next[name]?.definition == budgets[name]?.definition else {
        feed.isWaiting = false
        continue
      }
    }
    budgets = next
  }

  /// Starts a poll that is due, unless the feed's budget makes it wait.
  func poll(_ feed: PolledFeed, _ purpose: PollPacer.Purpose, slots: Int, _ moment: FeedPoll.Moment) {
    guard feed.poll.isReady(at: moment) else {
      switch purpose {
      case .regular: start(feed, purpose, slots: slots, moment)
      case .again: break
      case .lookBack: feed.pacer.postponeLookBack(at: moment.civil)
      }
      return
    }
    guard let name = feed.definition.budget, budgets[name] != nil else {
      return start(feed, purpose, slots: slots, moment)
    }
    feed.poll.noteDue(at: moment)
    defer { publishBudgets() }
    switch budgets[name]?.ask(feed.definition.name, purpose, at: moment) {
    case .go(let replaced):
      feed.isWaiting = false
      if replaced == .lookBack { feed.pacer.postponeLookBack(at: moment.civil) }
      spent(name)
      start(feed, purpose, slots: slots, moment)
    case .wait(let replaced):
      feed.isWaiting = true
      if replaced == .lookBack { feed.pacer.postponeLookBack(at: moment.civil) }
    case .waitsAlready:
      guard slots > 0 else { return }
      budgets[name]?.noteLost()
      observer(feed.poll.shortOfBudget(name, "the feed waits for a request already", slots: slots, at: moment))
    case .refused, nil:
      observer(feed.poll.shortOfBudget(name, "no request is left for a repeated poll", slots: 1, at: moment))
    }
  }

  /// Starts who waited, as far as requests go.
  func startGranted(_ moment: FeedPoll.Moment) {
    var isChanged = false
    for name in budgets.keys.sorted() {
      while let next = budgets[name]?.granted(at: moment) {
        isChanged = true
        spent(name)
        guard let feed = byName[next.feed] else { continue }
        feed.isWaiting = false
        feed.pacer.made(at: moment.civil)
        start(feed, next.purpose, slots: 1, moment)
        plan(feed)
        publish(feed)
      }
    }
    if isChanged { publishBudgets() }
  }

  /// The provider asked one of its feeds to wait.
  func hold(_ feed: PolledFeed, until: MonotonicInstant) {
    guard let name = feed.definition.budget else { return }
    budgets[name]?.hold(until: until)
    publishBudgets()
  }

  func withdraw(_ feed: PolledFeed) {
    guard feed.isWaiting, let name = feed.definition.budget else { return }
    feed.isWaiting = false
    budgets[name]?.withdraw(feed.definition.name)
  }

  /// The real moment at which somebody who waits may start.
  func nextGrant() -> MonotonicInstant? {
    guard !budgets.isEmpty else { return nil }
    let moment = moment()
    return budgets.values.compactMap { $0.nextGrant(at: moment) }.min().map {
      moment.monotonic.adding(nanoseconds: $0)
    }
  }

  /// Every budget in the order of names, from any thread.
  package nonisolated func budgetStatus() -> [BudgetStatus] {
    let budgets = budgetBoard.withLock { $0 }
    guard !budgets.isEmpty else { return [] }
    let moment = moment()
    return budgets.map { budget in
      let held = budget.heldUntil.flatMap { $0 > moment.monotonic ? $0.nanoseconds(since: moment.monotonic) : nil }
      return BudgetStatus(
        name: budget.definition.name, requests: budget.definition.requests,
        perMilliseconds: budget.definition.per.milliseconds64, available: budget.available(at: moment),
        waiting: budget.waitingCount, granted: budget.granted, refused: budget.refused,
        heldUntil: held.map { moment.civil.adding(milliseconds: Int64(Double($0) / 1_000_000 * clock.speed)) })
    }
  }

  func publishBudgets() {
    let ordered = budgets.values.sorted { $0.definition.name < $1.definition.name }
    budgetBoard.withLock { $0 = ordered }
  }

  // MARK: Memory

  private func spent(_ name: String) {
    unkept[name, default: 0] += 1
    guard let budget = budgets[name], unkept[name, default: 0] * 2 >= max(1, budget.allowance) else { return }
    askForMemory(.soon)
  }

  func askForMemory(_ urgency: MemoryUrgency) {
    guard urgency == .soon || !isMemoryAsked else { return }
    isMemoryAsked = true
    memoryChanged(urgency)
  }

  /// What a restart has to know. While the poller runs, spent requests are counted a little too high: so many may be
  /// made until it is taken again.
  package func memory() -> PollingMemory {
    let moment = moment()
    isMemoryAsked = false
    unkept = [:]
    var memory = PollingMemory(savedAt: moment.wallSeconds * 1_000)
    for feed in feeds where feed.definition.isRemembered {
      memory.feeds.append(
        PollingMemory.Feed(
          name: feed.definition.name, address: stableHash(feed.definition.url),
          publication: feed.pacer.publication.memory, lastSuccess: feed.lastSuccess))
    }
    for budget in budgets.values.sorted(by: { $0.definition.name < $1.definition.name }) {
      memory.budgets.append(
        PollingMemory.Budget(
          name: budget.definition.name,
          spent: budget.memory(at: moment, allowance: isStopping ? 0 : budget.allowance)))
    }
    return memory
  }

  /// Takes what an earlier process remembered; before the first `apply`.
  package func recall(_ memory: PollingMemory) { remembered = memory }
}

extension FeedDefinition {
  /// A restart has to know something of it.
  var isRemembered: Bool { publication != nil || lookBack != nil }
}

extension PollingMemory.Feed {
  /// It is of that feed under the same address.
  func isOf(_ definition: FeedDefinition) -> Bool {
    name == definition.name && address == stableHash(definition.url)
  }
}
