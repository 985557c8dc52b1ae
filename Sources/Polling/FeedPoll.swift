package import AirQuality
package import Timekeeping
package import Transport

/// One feed's polling as a state machine: no clock, no I/O; the owner performs what the methods return.
///
/// A poll is busy from its start until the consumer's verdict, so a feed never overlaps with itself. The validators
/// (ETag, Last-Modified, body digest) move only when the consumer has confirmed the batch they belong to.
package struct FeedPoll: Sendable {
  /// What the owner has to do with a due slot.
  package enum DueAction: Sendable {
    /// Start the transfer with these conditional headers. `lost` records what was given up for it: an earlier poll
    /// without a verdict, slots that passed unseen.
    case start(conditions: [TransferHeader], lost: [PollRecord])
    /// Do not poll; `record` says why.
    case skip(PollRecord)
  }

  /// What the owner has to do with the end of a transfer.
  package enum AnswerAction: Sendable {
    /// Hand the body to the consumer.
    case deliver(TransferResponse)
    /// The poll is over.
    case finish(PollRecord)
    /// The answer belongs to no running poll.
    case ignore
  }

  /// The two clocks at an event.
  package struct Moment: Sendable {
    package var civil: Instant
    package var monotonic: MonotonicInstant
    /// Unix seconds of the real wall clock, for dates in Retry-After.
    package var wallSeconds: Int64

    package init(civil: Instant, monotonic: MonotonicInstant, wallSeconds: Int64) {
      self.civil = civil
      self.monotonic = monotonic
      self.wallSeconds = wallSeconds
    }
  }

  struct Validators: Sendable {
    /// The address they belong to: that of a feed with a time range changes.
    var address: String
    var entityTag: String?
    var lastModified: String?
    var digest: BodyDigest
    /// The body held no row: while the peer says that nothing changed, there is still nothing.
    var wasEmpty = false
  }

  enum Phase: Sendable {
    case idle
    case transferring(PollID, address: String, isConditional: Bool)
    case awaitingVerdict(PollID, until: MonotonicInstant, pending: Validators, answer: PollRecord)
  }

  enum Breaker: Sendable {
    case closed
    case open(openings: Int)
    case probing(openings: Int)
  }

  /// Why no poll starts before `heldUntil`.
  enum Hold: Sendable {
    case backOff, retryAfter, breaker, dropped
  }

  package let name: String
  private let address: String
  package internal(set) var status: FeedStatus
  /// Real moment before which nothing starts; also the moment of the retry after a failure.
  package internal(set) var heldUntil: MonotonicInstant?
  var hold = Hold.backOff
  var phase = Phase.idle
  var breaker = Breaker.closed
  var validators: Validators?
  /// Failures in a row that count for the breaker (being throttled does not).
  var breakerFailures = 0
  /// Polls in a row that were lost by our own doing.
  var dropsInARow = 0
  let limits: PollingLimits

  /// - Parameter speed: civil seconds per real second. A fast clock passes many slots between two ticks; late and
  ///   frozen are then told no sooner than after twenty ticks.
  package init(_ definition: FeedDefinition, limits: PollingLimits = PollingLimits(), speed: Double = 1) {
    name = definition.name
    address = definition.url
    self.limits = limits
    status = FeedStatus(name: definition.name)
    let every = definition.every.milliseconds64
    let grain = Int64(Double(limits.tick) / 1_000_000 * 20 * speed)
    status.lateMilliseconds = max(grain, definition.lateAfter?.milliseconds64 ?? every * 3)
    status.frozenMilliseconds = max(grain, definition.frozenAfter?.milliseconds64 ?? every * 6)
    status.frozenPeriods = definition.frozenAfter == nil ? 3 : 0
  }

  package var isBusy: Bool {
    if case .idle = phase { false } else { true }
  }

  /// Whether a poll would start now.
  package func isReady(at moment: Moment) -> Bool {
    switch phase {
    case .transferring: return false
    case .awaitingVerdict(_, let until, _, _): return until <= moment.monotonic
    case .idle: return heldUntil.map { $0 <= moment.monotonic } ?? true
    }
  }

  // MARK: A slot is due

  /// A slot (or a retry, `slots` 0) has come; `slots` counts it and those that passed unseen with it.
  ///
  /// - Parameter address: what is asked for; nil: the feed's own URL.
  package mutating func due(_ id: PollID, slots: Int, at moment: Moment, address: String? = nil) -> DueAction {
    if status.firstDue == nil { status.firstDue = moment.civil }
    var lost: [PollRecord] = []
    if case .awaitingVerdict(_, let until, _, var answer) = phase, until <= moment.monotonic {
      let fault = FeedFault(code: "no_verdict", message: "nobody said what became of poll \(answer.number)")
      answer.at = moment.civil
      lost.append(self.lost(&answer, fault, moment))
    }
    if isBusy {
      status.overruns += UInt64(max(1, slots))
      let fault = FeedFault(code: "overrun", message: "the poll before it is still under way")
      return .skip(skipped(.skipped, fault, slots, moment))
    }
    if let heldUntil, heldUntil > moment.monotonic { return .skip(held(until: heldUntil, slots, moment)) }
    if slots > 1 {
      let fault = FeedFault(code: "missed", message: "slots passed before the poller could look")
      lost.append(skipped(.skipped, fault, slots - 1, moment))
    }
    heldUntil = nil
    if case .open(let openings) = breaker { breaker = .probing(openings: openings) }
    let address = address ?? self.address
    let conditions = conditions(for: address)
    phase = .transferring(id, address: address, isConditional: !conditions.isEmpty)
    status.polls += 1
    status.lastPoll = moment.civil
    return .start(conditions: conditions, lost: lost)
  }

  private mutating func held(until: MonotonicInstant, _ slots: Int, _ moment: Moment) -> PollRecord {
    let seconds = Int(until.seconds(since: moment.monotonic).rounded(.up))
    switch hold {
    case .breaker:
      let fault = FeedFault(code: "breaker_open", message: "next probe in \(seconds) s")
      return skipped(.breakerOpen, fault, slots, moment)
    case .retryAfter:
      let fault = FeedFault(code: "retry_after", message: "the peer asked to wait another \(seconds) s")
      return skipped(.skipped, fault, slots, moment)
    case .backOff:
      let fault = FeedFault(code: "back_off", message: "retry in \(seconds) s after \(status.failures) failures")
      return skipped(.skipped, fault, slots, moment)
    case .dropped:
      let fault = FeedFault(code: "back_off", message: "retry in \(seconds) s of a poll that was lost on this side")
      return skipped(.skipped, fault, slots, moment)
    }
  }

  mutating func skipped(
    _ outcome: PollOutcome, _ fault: FeedFault, _ slots: Int, _ moment: Moment
  ) -> PollRecord {
    status.add(outcome, max(1, slots))
    return PollRecord(
      feed: name, number: 0, at: moment.civil, outcome: outcome, fault: fault, status: nil, bytes: 0, seconds: 0,
      slots: max(1, slots))
  }

  private func conditions(for address: String) -> [TransferHeader] {
    guard let validators, validators.address == address else { return [] }
    var headers: [TransferHeader] = []
    if let tag = validators.entityTag { headers.append(TransferHeader("If-None-Match", tag)) }
    if let date = validators.lastModified { headers.append(TransferHeader("If-Modified-Since", date)) }
    return headers
  }

  // MARK: The transfer is over

  /// The transfer of poll `id` ended.
  package mutating func answered(
    _ id: PollID, _ result: TransferResult, at moment: Moment, using generator: inout some RandomNumberGenerator
  ) -> AnswerAction {
    guard case .transferring(id, let address, let isConditional) = phase else { return .ignore }
    status.bytes += UInt64(max(0, result.bytesReceived))
    status.duration.observe(seconds: result.totalSeconds)
    var record = PollRecord(
      feed: name, number: id.number, at: moment.civil, outcome: .ok, fault: nil, status: nil,
      bytes: result.bytesReceived, seconds: result.totalSeconds)
    switch result.outcome {
    case .failure(let error):
      let fault = FeedFault(code: error.kind.rawValue, message: error.message)
      let outcome = FeedPoll.outcome(of: error.kind)
      if error.kind == .cancelled { return .finish(lost(&record, fault, moment)) }
      if outcome == .skipped { return .finish(dropped(&record, fault, moment, &generator)) }
      return .finish(failed(&record, outcome, fault, moment, &generator))
    case .response(let response):
      record.status = response.status
      return judge(response, (address, isConditional), id, &record, moment, &generator)
    }
  }

  private mutating func judge(
    _ response: TransferResponse, _ asked: (address: String, isConditional: Bool), _ id: PollID,
    _ record: inout PollRecord, _ moment: Moment, _ generator: inout some RandomNumberGenerator
  ) -> AnswerAction {
    switch response.status {
    case 304 where asked.isConditional:
      return .finish(unchanged(&record, wasEmpty: validators?.wasEmpty ?? false, moment))
    case 304:
      let fault = FeedFault(code: "http_304", message: "304 Not Modified, though nothing conditional was asked")
      return .finish(failed(&record, .httpError, fault, moment, &generator))
    case 204: return .finish(empty(&record, nil, moment))
    case 200..<300 where response.body.isEmpty:
      let fault = FeedFault(code: "empty_body", message: "HTTP \(response.status) with an empty body")
      return .finish(empty(&record, fault, moment))
    case 200..<300:
      var pending = Validators(
        address: asked.address, entityTag: usable(response.headers.first("ETag")),
        lastModified: usable(response.headers.first("Last-Modified")),
        digest: BodyDigest(response.body))
      if let validators, validators.address == pending.address, validators.digest == pending.digest {
        // The same bytes are committed already, so their newer validators hold too.
        pending.wasEmpty = validators.wasEmpty
        self.validators = pending
        return .finish(unchanged(&record, wasEmpty: pending.wasEmpty, moment))
      }
      let until = moment.monotonic.adding(nanoseconds: limits.verdictTimeout)
      phase = .awaitingVerdict(id, until: until, pending: pending, answer: record)
      return .deliver(response)
    case 429, 503:
      let wait = retryAfter(response, moment)
      let fault = FeedFault(code: "http_\(response.status)", message: FeedPoll.meaning(of: response.status))
      if response.status == 429 || wait != nil {
        return .finish(throttled(&record, fault, wait, moment, &generator))
      }
      return .finish(failed(&record, .httpError, fault, moment, &generator))
    default:
      let fault = FeedFault(code: "http_\(response.status)", message: FeedPoll.meaning(of: response.status))
      return .finish(failed(&record, .httpError, fault, moment, &generator))
    }
  }

  /// Shortest and longest wait that a peer can ask for, in real seconds.
  static let retryAfterSeconds: ClosedRange<Int64> = 1...3_600

  private mutating func retryAfter(_ response: TransferResponse, _ moment: Moment) -> Int64? {
    guard let text = response.headers.first("Retry-After") else { return nil }
    guard let seconds = RetryAfter.seconds(text, now: Instant(milliseconds: moment.wallSeconds * 1_000)) else {
      status.badRetryAfters += 1
      return nil
    }
    return min(max(seconds, Self.retryAfterSeconds.lowerBound), Self.retryAfterSeconds.upperBound)
  }

  /// Validators go back to the peer word for word, so they are bounded.
  private func usable(_ text: String?) -> String? {
    guard let text, !text.isEmpty, text.utf8.count <= 1_024 else { return nil }
    return text
  }

  // MARK: The consumer's verdict

  /// The consumer says what became of the body of poll `id`; nil when that poll is not waiting for a verdict.
  package mutating func judged(
    _ id: PollID, _ verdict: PollVerdict, at moment: Moment, using generator: inout some RandomNumberGenerator
  ) -> PollRecord? {
    guard case .awaitingVerdict(id, _, var pending, var record) = phase else { return nil }
    record.at = moment.civil
    switch verdict {
    case .confirmed(let readings, let fault, let period, _, let isOfReception):
      status.dataPeriodMilliseconds = period
      // The same bytes under another time range are no news.
      if validators?.digest != pending.digest { status.lastChange = moment.civil }
      validators = isOfReception ? nil : pending
      status.readings += UInt64(max(0, readings))
      record.fault = fault
      if let fault { note(fault, at: moment.civil) }
      status.lastSuccess = moment.civil
      return settle(&record, .ok, isUp: true)
    case .empty(let fault):
      pending.wasEmpty = true
      validators = pending
      return empty(&record, fault, moment)
    case .parseFailed(let fault): return failed(&record, .parse, fault, moment, &generator)
    case .throttled(let fault): return throttled(&record, fault, nil, moment, &generator)
    case .rejected(let fault): return dropped(&record, fault, moment, &generator)
    }
  }
}
