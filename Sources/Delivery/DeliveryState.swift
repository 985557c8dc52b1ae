package import AirQuality
package import Store

/// The deliveries of one hook: which attempt may start when. Pure; the owner performs the actions.
///
/// Deliveries of one event id keep their order: the next starts when the result of the one before is on disk.
/// Different ids do not wait for each other. A delivery is forgotten only after `confirmed`, so nothing is skipped.
package struct DeliveryState: Sendable {
  /// Where one delivery stands.
  private enum Phase: Sendable {
    case waiting(until: Int64)
    case inFlight
    /// The result waits for the store.
    case recording(DeliveryResult)
  }

  private struct Item: Sendable {
    var delivery: PendingDelivery
    var phase: Phase
  }

  package private(set) var policy: DeliveryPolicy
  private let hook: String
  private var items: [Int64: Item] = [:]
  /// Sequences of each event id, ascending: the first is the one that may run.
  private var lanes: [String: [Int64]] = [:]
  /// Highest sequence that was loaded.
  package private(set) var loadedThrough: Int64 = 0
  private var inFlight = 0

  package init(hook: String, policy: DeliveryPolicy) {
    self.hook = hook
    self.policy = policy
  }

  /// How many more rows the window takes.
  package var room: Int { max(0, policy.window - items.count) }
  package var count: Int { items.count }
  package var running: Int { inFlight }

  /// Takes the policy of a new configuration; what waits keeps its times.
  package mutating func apply(_ policy: DeliveryPolicy) { self.policy = policy }

  /// Adds pending rows behind `loadedThrough`, ascending.
  package mutating func load(_ rows: [PendingDelivery]) {
    for delivery in rows where delivery.row.sequence > loadedThrough {
      loadedThrough = delivery.row.sequence
      items[loadedThrough] = Item(
        delivery: delivery, phase: .waiting(until: delivery.nextAttemptAt.milliseconds))
      lanes[delivery.row.eventID, default: []].append(loadedThrough)
    }
  }

  /// The deliveries to attempt now, oldest first; they count as running from here on.
  package mutating func start(now: Instant) -> [PendingDelivery] {
    var started: [PendingDelivery] = []
    guard inFlight < policy.concurrency else { return [] }
    for sequence in lanes.values.compactMap(\.first).sorted() {
      guard inFlight < policy.concurrency else { break }
      guard let item = items[sequence], case .waiting(let until) = item.phase, isDue(until, now) else {
        continue
      }
      items[sequence]?.phase = .inFlight
      inFlight += 1
      started.append(item.delivery)
    }
    return started
  }

  /// A wait longer than any this policy gives comes from a clock that was set back: it is over.
  private func isDue(_ until: Int64, _ now: Instant) -> Bool {
    let longest = max(policy.maximumBackoffMilliseconds, policy.maximumRetryAfterMilliseconds)
    return until <= now.milliseconds || until - now.milliseconds > longest
  }

  /// When the next attempt is due; nil when none waits for time (or all places are taken).
  package var nextDue: Instant? {
    guard inFlight < policy.concurrency else { return nil }
    var earliest: Int64?
    for lane in lanes.values {
      guard let head = lane.first, case .waiting(let until)? = items[head]?.phase else { continue }
      earliest = min(earliest ?? until, until)
    }
    return earliest.map { Instant(milliseconds: $0) }
  }

  /// An attempt ended: the result to record. Nil when that sequence is not running (a late answer after cancellation).
  package mutating func finished(
    sequence: Int64, _ outcome: DeliveryOutcome, now: Instant, using random: inout some RandomNumberGenerator
  ) -> DeliveryResult? {
    guard var item = items[sequence], case .inFlight = item.phase else { return nil }
    inFlight -= 1
    item.delivery.attempts += 1
    let attempts = item.delivery.attempts
    var limit = policy.maximumAttempts
    let state: DeliveryResult.State
    let error: String
    switch outcome {
    case .delivered: (state, error) = (.delivered, "")
    case .dead(let reason): (state, error) = (.dead, reason)
    case .retry(let reason, let after):
      (state, error) = next(item, limit: limit, reason: reason, after: after, now: now, using: &random)
    case .retryAtMost(let most, let reason):
      limit = min(most, limit ?? most)
      (state, error) = next(item, limit: limit, reason: reason, after: nil, now: now, using: &random)
    }
    let result = DeliveryResult(hook: hook, sequence: sequence, state: state, attempts: attempts, lastError: error)
    item.delivery.lastError = error
    item.phase = .recording(result)
    items[sequence] = item
    return result
  }

  /// The store has given up what waits through a sequence; what is running ends as it ends.
  package mutating func giveUp(through sequence: Int64) {
    for (number, item) in items where number <= sequence {
      guard case .waiting = item.phase else { continue }
      remove(number, item)
    }
  }

  private mutating func remove(_ sequence: Int64, _ item: Item) {
    items[sequence] = nil
    let id = item.delivery.row.eventID
    lanes[id]?.removeAll { $0 == sequence }
    if lanes[id]?.isEmpty == true { lanes[id] = nil }
  }

  /// The running attempt was called off by us: it counts as never made.
  package mutating func cancelled(sequence: Int64) {
    guard let item = items[sequence], case .inFlight = item.phase else { return }
    inFlight -= 1
    items[sequence]?.phase = .waiting(until: item.delivery.nextAttemptAt.milliseconds)
  }

  /// The store has the result: the delivery leaves, or waits for its next attempt.
  package mutating func confirmed(sequence: Int64) {
    guard let item = items[sequence], case .recording(let result) = item.phase else { return }
    switch result.state {
    case .pending(let at):
      items[sequence]?.delivery.nextAttemptAt = at
      items[sequence]?.phase = .waiting(until: at.milliseconds)
    case .delivered, .dead: remove(sequence, item)
    }
  }

  /// Results that the store has not confirmed, ascending.
  package var unconfirmed: [DeliveryResult] {
    items.values.compactMap { if case .recording(let result) = $0.phase { result } else { nil } }
      .sorted { $0.sequence < $1.sequence }
  }

  private func next(
    _ item: Item, limit: Int?, reason: String, after: Int64?, now: Instant,
    using random: inout some RandomNumberGenerator
  ) -> (DeliveryResult.State, String) {
    let attempts = item.delivery.attempts
    let age = now.milliseconds - item.delivery.row.createdAt.milliseconds
    if let limit, attempts >= limit { return (.dead, "given up after \(attempts) attempts: \(reason)") }
    if age >= policy.maximumAgeMilliseconds {
      return (.dead, "given up after \(attempts) attempts in \(age / 1_000) s: \(reason)")
    }
    let doublings = min(attempts - 1, 30)
    let full = min(
      policy.maximumBackoffMilliseconds,
      policy.backoffMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
        .overflow ? .max : policy.backoffMilliseconds << doublings)
    // Half of it is certain, half is spread, so that many deliveries do not come back at one moment.
    let spread = full / 2 + Int64.random(in: 0...(full - full / 2), using: &random)
    let asked = min(after ?? 0, policy.maximumRetryAfterMilliseconds)
    return (.pending(nextAttemptAt: now.adding(milliseconds: max(spread, asked))), reason)
  }
}
