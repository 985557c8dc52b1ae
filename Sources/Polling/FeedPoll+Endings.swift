internal import AirQuality
internal import Timekeeping
internal import Transport

extension FeedPoll {
  /// The outcome of a transfer without an answer.
  static func outcome(of kind: TransportError.Kind) -> PollOutcome {
    switch kind {
    case .timeout: .timeout
    case .connect, .dns, .reset, .other: .connect
    case .tls: .tls
    case .tooLarge: .tooLarge
    case .redirects, .protocol: .httpError
    case .cancelled, .overloaded: .skipped
    }
  }

  /// What a status says to the person who looks after the feed.
  static func meaning(of status: Int) -> String {
    switch status {
    case 300..<400: "HTTP \(status): a redirect that was not followed; give the new address"
    case 401: "HTTP 401: credentials are missing or wrong"
    case 403: "HTTP 403: the credentials have no right to this address"
    case 404, 410: "HTTP \(status): nothing at this address"
    case 407: "HTTP 407: the proxy wants credentials"
    case 429: "HTTP 429: polled too often"
    case 503: "HTTP 503: the peer is overloaded or under maintenance"
    case 500..<600: "HTTP \(status): the peer failed"
    default: "HTTP \(status)"
    }
  }

  mutating func note(_ fault: FeedFault, at instant: Instant) {
    status.lastError = FeedError(at: instant, fault: fault)
  }

  /// A good end: the breaker closes, nothing is held.
  mutating func settle(_ record: inout PollRecord, _ outcome: PollOutcome, isUp: Bool) -> PollRecord {
    phase = .idle
    breaker = .closed
    breakerFailures = 0
    dropsInARow = 0
    heldUntil = nil
    status.failures = 0
    status.isOpen = false
    status.isUp = isUp
    status.add(outcome)
    record.outcome = outcome
    return record
  }

  /// The peer has nothing new. What it had was good, or `wasEmpty`: then it still has nothing, and that is no success.
  mutating func unchanged(_ record: inout PollRecord, wasEmpty: Bool, _ moment: Moment) -> PollRecord {
    if wasEmpty { return empty(&record, nil, moment) }
    status.lastSuccess = moment.civil
    return settle(&record, .notModified, isUp: true)
  }

  /// The peer answers but has nothing: no failure, and no success either, so that the feed becomes late in time.
  mutating func empty(_ record: inout PollRecord, _ fault: FeedFault?, _ moment: Moment) -> PollRecord {
    record.fault = fault
    if let fault { note(fault, at: moment.civil) }
    return settle(&record, .empty, isUp: true)
  }

  /// Our own doing (overload, a failed commit): the feed is not to blame, but what it has may be gone by the next slot,
  /// so the poll is made again soon.
  mutating func dropped(
    _ record: inout PollRecord, _ fault: FeedFault, _ moment: Moment, _ generator: inout some RandomNumberGenerator
  ) -> PollRecord {
    let ended = lost(&record, fault, moment)
    dropsInARow += 1
    hold = if case .open = breaker { .breaker } else { .dropped }
    let wait = limits.retryTime(drops: dropsInARow, using: &generator)
    heldUntil = moment.monotonic.adding(nanoseconds: wait)
    return ended
  }

  /// No end at all (cancelled, no verdict): nothing is learned of the feed, validators stay.
  mutating func lost(_ record: inout PollRecord, _ fault: FeedFault, _ moment: Moment) -> PollRecord {
    phase = .idle
    if case .probing(let openings) = breaker {
      breaker = .open(openings: openings)
      heldUntil = moment.monotonic.adding(nanoseconds: limits.backOffFloor)
    }
    note(fault, at: moment.civil)
    status.add(.skipped)
    record.outcome = .skipped
    record.fault = fault
    return record
  }

  mutating func throttled(
    _ record: inout PollRecord, _ fault: FeedFault, _ waitSeconds: Int64?, _ moment: Moment,
    _ generator: inout some RandomNumberGenerator
  ) -> PollRecord {
    phase = .idle
    breaker = .closed
    breakerFailures = 0
    dropsInARow = 0
    status.isOpen = false
    status.failures += 1
    status.isUp = false
    if let waitSeconds {
      hold = .retryAfter
      heldUntil = moment.monotonic.adding(nanoseconds: waitSeconds * 1_000_000_000)
    } else {
      hold = .backOff
      let wait = limits.backOff(failures: status.failures, using: &generator)
      heldUntil = moment.monotonic.adding(nanoseconds: wait)
    }
    note(fault, at: moment.civil)
    status.add(.throttled)
    record.outcome = .throttled
    record.fault = fault
    return record
  }

  mutating func failed(
    _ record: inout PollRecord, _ outcome: PollOutcome, _ fault: FeedFault, _ moment: Moment,
    _ generator: inout some RandomNumberGenerator
  ) -> PollRecord {
    phase = .idle
    status.failures += 1
    breakerFailures += 1
    dropsInARow = 0
    status.isUp = false
    var openings: Int?
    switch breaker {
    case .probing(let before), .open(let before): openings = before + 1
    case .closed: if breakerFailures >= limits.breakerFailures { openings = 1 }
    }
    let wait: Int64
    if let openings {
      breaker = .open(openings: openings)
      status.isOpen = true
      hold = .breaker
      wait = limits.openTime(openings: openings, using: &generator)
    } else {
      hold = .backOff
      wait = limits.backOff(failures: status.failures, using: &generator)
    }
    heldUntil = moment.monotonic.adding(nanoseconds: wait)
    note(fault, at: moment.civil)
    status.add(outcome)
    record.outcome = outcome
    record.fault = fault
    return record
  }
}

extension FeedPoll {
  /// Counters and history of the feed's earlier definition; the conditions of its URL are not taken over.
  mutating func inherit(_ earlier: FeedStatus) {
    let late = status.lateMilliseconds
    let frozen = status.frozenMilliseconds
    let periods = status.frozenPeriods
    status = earlier
    status.lateMilliseconds = late
    status.frozenMilliseconds = frozen
    status.frozenPeriods = periods
    status.failures = 0
    status.isOpen = false
  }

  /// A slot came, whether the feed may make a request or not: from then on it can be late.
  mutating func noteDue(at moment: Moment) { status.firstDue = status.firstDue ?? moment.civil }

  /// Slots passed while the feed waited for a request of its budget.
  mutating func shortOfBudget(_ budget: String, _ message: String, slots: Int, at moment: Moment) -> PollRecord {
    skipped(.skipped, FeedFault(code: "budget", message: "budget \(budget): \(message)"), slots, moment)
  }

  mutating func setNextPoll(_ instant: Instant) { status.nextPoll = instant }
}
