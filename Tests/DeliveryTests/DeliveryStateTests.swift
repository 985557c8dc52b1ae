import AirQuality
import Store
import TestSupport
import Testing

@testable import Delivery

@Suite struct DeliveryStateTests {
  private var random = SeededRandom(seed: 1)

  private func pending(_ sequence: Int64, id: String = "a") -> PendingDelivery {
    PendingDelivery(row: Sample.row(sequence, id: id))
  }

  struct Answer: Sendable, CustomStringConvertible {
    var description: String
    var answer: WebhookAnswer
    var outcome: DeliveryOutcome
  }

  static let answers: [Answer] =
    [200, 201, 204, 299].map {
      Answer(description: "\($0)", answer: .response(status: $0, retryAfter: nil), outcome: .delivered)
    }
    + [408, 425, 429, 500, 502, 503, 599].map {
      Answer(
        description: "\($0)", answer: .response(status: $0, retryAfter: "7"),
        outcome: .retry(reason: "HTTP \($0)", afterMilliseconds: 7_000))
    }
    + [301, 304, 400, 401, 403, 404, 410, 413, 600, 100].map {
      Answer(
        description: "\($0)", answer: .response(status: $0, retryAfter: nil),
        outcome: .dead(reason: "HTTP \($0): the receiver refuses this delivery"))
    }
    + [Answer(description: "no answer", answer: .failure("timeout"), outcome: .retry(reason: "timeout"))]

  @Test(arguments: answers)
  func anAnswerHasItsVerdict(answer: Answer) {
    #expect(DeliveryOutcome(answer.answer, now: Sample.start) == answer.outcome)
  }

  @Test func exitCodesHaveTheirVerdict() {
    #expect(DeliveryOutcome(ExecResult(end: .exited(0), output: "x")) == .delivered)
    #expect(DeliveryOutcome(ExecResult(end: .exited(75), output: "later")) == .retry(reason: "exit 75: later"))
    #expect(DeliveryOutcome(ExecResult(end: .exited(1))) == .retryAtMost(limit: 5, reason: "exit 1"))
    #expect(DeliveryOutcome(ExecResult(end: .signalled(9))) == .retryAtMost(limit: 5, reason: "ended by signal 9"))
    #expect(DeliveryOutcome(ExecResult(end: .notStarted("no"))) == .retryAtMost(limit: 5, reason: "no"))
  }

  @Test func oneIDKeepsItsOrderOthersDoNotWait() {
    var random = random
    var state = DeliveryState(hook: "duty", policy: DeliveryPolicy(concurrency: 4))
    state.load([pending(1), pending(2), pending(3, id: "b"), pending(4)])
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [1, 3])
    #expect(state.start(now: Sample.start).isEmpty)
    let result = state.finished(sequence: 1, .delivered, now: Sample.start, using: &random)
    #expect(result == DeliveryResult(hook: "duty", sequence: 1, state: .delivered, attempts: 1))
    // Not before the result is on disk.
    #expect(state.start(now: Sample.start).isEmpty)
    #expect(state.unconfirmed == [result])
    state.confirmed(sequence: 1)
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [2])
    #expect(state.count == 3 && state.running == 2)
  }

  @Test func concurrencyIsBounded() {
    var state = DeliveryState(hook: "duty", policy: DeliveryPolicy(concurrency: 3))
    state.load((1...10).map { pending($0, id: "\($0)") })
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [1, 2, 3])
    #expect(state.nextDue == nil)
    state.cancelled(sequence: 2)
    #expect(state.running == 2)
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [2])
  }

  @Test func aWindowIsBounded() {
    var state = DeliveryState(hook: "duty", policy: DeliveryPolicy(concurrency: 1, window: 5))
    state.load((1...5).map { pending($0) })
    #expect(state.room == 0 && state.loadedThrough == 5)
    state.load([pending(3), pending(5)])
    #expect(state.count == 5)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func waitsDoubleWithinTheirBounds(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var state = DeliveryState(
      hook: "duty",
      policy: DeliveryPolicy(
        concurrency: 1, backoffMilliseconds: 1_000, maximumBackoffMilliseconds: 60_000, maximumAgeMilliseconds: .max))
    state.load([pending(1)])
    var now = Sample.start
    for attempt in 1...50 {
      #expect(state.start(now: now).count == 1)
      let result = state.finished(sequence: 1, .retry(reason: "no"), now: now, using: &random)
      guard case .pending(let next)? = result?.state else {
        Issue.record("not pending, seed \(seed)")
        return
      }
      state.confirmed(sequence: 1)
      let wait = next.milliseconds - now.milliseconds
      let full = min(60_000, Int64(1_000) << Int64(min(attempt - 1, 20)))
      #expect(wait >= full / 2 && wait <= full, "attempt \(attempt), seed \(seed)")
      #expect(result?.attempts == attempt)
      #expect(state.nextDue == next)
      #expect(state.start(now: next.adding(milliseconds: -1)).isEmpty)
      now = next
    }
  }

  @Test func retryAfterIsHonouredAndClamped() {
    var random = random
    for (asked, expected) in [(30_000, 30_000), (Int64.max, 3_600_000)] as [(Int64, Int64)] {
      var state = DeliveryState(hook: "duty", policy: .webhook)
      state.load([pending(1)])
      _ = state.start(now: Sample.start)
      let result = state.finished(
        sequence: 1, .retry(reason: "HTTP 429", afterMilliseconds: asked), now: Sample.start, using: &random)
      #expect(result?.state == .pending(nextAttemptAt: Sample.start.adding(milliseconds: expected)))
    }
  }

  @Test func aClockSetBackDoesNotHoldADelivery() {
    var state = DeliveryState(hook: "duty", policy: .webhook)
    let hour: Int64 = 3_600_000
    for (sequence, wait) in [(1, hour), (2, hour + 1)] as [(Int64, Int64)] {
      state.load([
        PendingDelivery(
          row: Sample.row(sequence, id: "\(sequence)"), attempts: 1,
          nextAttemptAt: Sample.start.adding(milliseconds: wait))
      ])
    }
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [2])
  }

  @Test func ageAndAttemptsEndInADeadLetter() {
    var random = random
    var old = DeliveryState(hook: "duty", policy: .webhook)
    old.load([pending(1)])
    let late = Sample.start.adding(milliseconds: 86_400_000)
    _ = old.start(now: late)
    let aged = old.finished(sequence: 1, .retry(reason: "HTTP 500"), now: late, using: &random)
    #expect(aged?.state == .dead && aged?.lastError == "given up after 1 attempts in 86400 s: HTTP 500")
    old.confirmed(sequence: 1)
    #expect(old.count == 0)

    var tried = DeliveryState(hook: "duty", policy: .exec)
    tried.load([PendingDelivery(row: Sample.row(1), attempts: 4)])
    _ = tried.start(now: Sample.start)
    let fifth = tried.finished(sequence: 1, .retryAtMost(limit: 5, reason: "exit 1"), now: Sample.start, using: &random)
    #expect(fifth?.state == .dead && fifth?.attempts == 5)

    var refused = DeliveryState(hook: "duty", policy: .webhook)
    refused.load([pending(1)])
    _ = refused.start(now: Sample.start)
    #expect(refused.finished(sequence: 1, .dead(reason: "HTTP 404"), now: Sample.start, using: &random)?.state == .dead)
    #expect(refused.finished(sequence: 1, .delivered, now: Sample.start, using: &random) == nil)
  }

  /// What the store gave up is not attempted; what runs ends as it ends.
  @Test func givenUpDeliveriesAreNotAttempted() {
    var random = SeededRandom(seed: 1)
    var state = DeliveryState(hook: "duty", policy: DeliveryPolicy(concurrency: 1, window: 10))
    state.load((1...5).map { pending($0, id: "id\($0)") })
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [1])
    state.giveUp(through: 3)
    #expect(state.count == 3)
    #expect(state.finished(sequence: 1, .delivered, now: Sample.start, using: &random)?.state == .delivered)
    state.confirmed(sequence: 1)
    #expect(state.start(now: Sample.start).map(\.row.sequence) == [4])
    // They are not loaded again either.
    state.load((1...5).map { pending($0, id: "id\($0)") })
    #expect(state.count == 2)
  }

  /// A receiver that fails at random, under virtual time: every delivery arrives, in order within its id, and the
  /// running attempts never exceed their bound.
  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func everythingArrivesInOrder(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var state = DeliveryState(
      hook: "duty", policy: DeliveryPolicy(concurrency: 3, maximumAgeMilliseconds: .max, window: 20))
    let rows = (1...100).map { pending($0, id: "id\(Int64.random(in: 0..<7, using: &random))") }
    var now = Sample.start
    var running: [Int64] = []
    var received: [String: [Int64]] = [:]
    var steps = 0
    while received.values.reduce(0, { $0 + $1.count }) < rows.count, steps < 20_000 {
      steps += 1
      state.load(Array(rows.filter { $0.row.sequence > state.loadedThrough }.prefix(state.room)))
      running += state.start(now: now).map(\.row.sequence)
      #expect(running.count <= 3 && running.count == state.running, "seed \(seed)")
      if let index = running.indices.randomElement(using: &random) {
        let sequence = running.remove(at: index)
        let delivered = Int.random(in: 0..<3, using: &random) == 0
        let outcome: DeliveryOutcome = delivered ? .delivered : .retry(reason: "no")
        #expect(state.finished(sequence: sequence, outcome, now: now, using: &random) != nil)
        if delivered { received[rows[Int(sequence) - 1].row.eventID, default: []].append(sequence) }
        state.confirmed(sequence: sequence)
      } else if let due = state.nextDue {
        now = max(now, due)
      }
    }
    #expect(received.values.reduce(0) { $0 + $1.count } == 100, "seed \(seed)")
    #expect(received.values.allSatisfy { $0 == $0.sorted() }, "seed \(seed)")
    #expect(state.count == 0)
  }
}
