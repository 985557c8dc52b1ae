package import AirQuality
internal import Timekeeping

/// When one feed is polled, in civil time: its slots, what was learned of its publications, denser polling while a level
/// is in force, and long look-backs. A state machine without clock and I/O; the poller performs it.
package struct PollPacer: Sendable {
  /// Why a poll is made; the first has precedence where requests are short.
  package enum Purpose: Int, Sendable {
    /// A slot, or the moment after the usual publication.
    case regular
    /// The poll before came too early.
    case again
    /// The daily look-back for late rows.
    case lookBack
  }

  /// A poll that is due; `slots` counts the slots that came since the last look, 0 for those that are no slot.
  package struct Due: Equatable, Sendable {
    package var purpose: Purpose
    package var slots: Int
  }

  private let usual: PollSchedule
  private let dense: PollSchedule?
  private let daily: PollSchedule?
  /// Nil: publications are observed and do not move polls.
  private let follows: Bool
  package private(set) var publication: PublicationLag
  package private(set) var isDense = false
  /// The next slot of the schedule in force that has not been looked at.
  private var nextSlot: Instant
  private var nextDaily: Instant?
  /// When a poll was due last, whether it could be made or not.
  private var lastLook: Instant?
  /// No learned moment is used before.
  private var firstLook: Instant
  private let spread: Int64
  /// Repeated polls so far for the period that ends at `awaitedEnd`; nil: it is there, or not due yet.
  private var attempts: Int?
  private var awaitedEnd: Instant?
  private var toldLate = false

  package init(_ definition: FeedDefinition, zone: CivilOffset, now: Instant) {
    usual = PollSchedule(name: definition.name, every: definition.every, offset: definition.offset, zone: zone)
    dense = definition.denser.map {
      PollSchedule(name: definition.name, every: min($0.every, definition.every), offset: nil, zone: zone)
    }
    daily = definition.lookBack?.daily.map {
      PollSchedule(name: definition.name, every: .seconds(86_400), offset: $0.at, zone: zone)
    }
    follows = definition.publication != nil
    publication = PublicationLag(rules: definition.publication ?? PublicationRules(), name: definition.name)
    spread = Int64(stableHash(definition.name) % UInt64(Self.startSpread))
    firstLook = now.adding(milliseconds: spread)
    nextSlot = usual.slot(after: now)
    nextDaily = daily?.slot(after: now)
  }

  /// Over how long the first polls after a start are spread, civil milliseconds.
  private static let startSpread: Int64 = 30_000

  private var schedule: PollSchedule { isDense ? dense ?? usual : usual }

  // MARK: When

  /// When to look again: the next poll, or the moment at which a publication becomes late.
  package func nextLook(at now: Instant) -> Instant {
    var next = nextPoll(at: now)
    if follows, !toldLate, let alarm = publication.alarmAt, alarm < next {
      next = max(alarm.adding(milliseconds: 1), now)
    }
    return next
  }

  /// The next poll, as far as can be said now.
  package func nextPoll(at now: Instant) -> Instant {
    let next = min(nextRegular(at: now), nextAgain ?? .distant)
    return min(next, nextDaily ?? next)
  }

  private func nextRegular(at now: Instant) -> Instant {
    guard follows, publication.isLearned else { return nextSlot }
    guard let lastLook else {
      // After a start what is awaited may be there already; feeds that start together do not ask together.
      return min(nextSlot, max(firstLook, publication.target(after: .longAgo) ?? nextSlot))
    }
    let every = schedule.everyMilliseconds
    let bound = lastLook.adding(milliseconds: every)
    guard let target = publication.target(after: lastLook) else { return bound }
    return target <= bound.adding(milliseconds: every / 4) ? max(target, now) : bound
  }

  /// After a poll that came too early.
  private var nextAgain: Instant? {
    guard follows, let attempts, attempts < publication.rules.attempts, let lastLook, let cadence = publication.cadence
    else { return nil }
    return lastLook.adding(milliseconds: publication.rules.stepMilliseconds(attempt: attempts, cadence: cadence))
  }

  /// Whether a poll is due; each is told once.
  package mutating func due(at now: Instant) -> Due? {
    let isAgain = nextAgain.map { $0 <= now } ?? false
    var slots = 0
    if follows, publication.isLearned {
      if nextRegular(at: now) <= now { slots = 1 }
      nextSlot = schedule.slot(after: now)
    } else {
      slots = schedule.count(from: nextSlot, through: schedule.slot(atOrBefore: now))
      if slots > 0 { nextSlot = schedule.slot(after: now) }
    }
    if slots > 0 || isAgain {
      lastLook = now
      if slots > 0 { return Due(purpose: .regular, slots: slots) }
      attempts = attempts.map { $0 + 1 }
      return Due(purpose: .again, slots: 0)
    }
    guard let daily, let next = nextDaily, next <= now else { return nil }
    nextDaily = daily.slot(after: now)
    return Due(purpose: .lookBack, slots: 0)
  }

  /// The look-back that was due could not be made: it comes a little later.
  package mutating func postponeLookBack(at now: Instant) {
    nextDaily = min(nextDaily ?? .distant, now.adding(milliseconds: Self.lookBackPause))
  }

  private static let lookBackPause: Int64 = 60_000

  /// A poll is made now that was due before: a retry after a failure, or one that had to wait.
  package mutating func made(at now: Instant) { lastLook = now }

  // MARK: What came

  /// A poll was answered: with a newest period, or with nothing new. True when a period was published by it.
  @discardableResult
  package mutating func answered(_ period: NewestPeriod?, at moment: Instant) -> Bool {
    guard follows else { return false }
    let isNew = publication.answered(period, at: moment)
    let awaited = publication.awaitedEnd(at: moment)
    // One series of repeated polls for each period, and none before the moment at which it usually comes. Where an older
    // one came, the source is at work: the next may follow soon.
    if isNew {
      attempts = awaited == nil ? nil : 0
    } else if let awaited, awaited != awaitedEnd {
      attempts = 0
    }
    awaitedEnd = awaited ?? awaitedEnd
    return isNew
  }

  /// A poll failed: what is there now is not known.
  package mutating func failed() { if follows { publication.failed() } }

  // MARK: What changes

  /// After a step of the civil clock the feed waits for its next slot on the new clock.
  package mutating func clockStepped(at now: Instant) {
    nextSlot = schedule.slot(after: now)
    nextDaily = daily?.slot(after: now)
    firstLook = now.adding(milliseconds: spread)
    lastLook = nil
    attempts = nil
    publication.clockStepped()
  }

  /// Denser polling begins or ends; true when that changes anything.
  package mutating func setDense(_ isDense: Bool, at now: Instant) -> Bool {
    guard dense != nil, isDense != self.isDense else { return false }
    self.isDense = isDense
    nextSlot = schedule.slot(after: now)
    return true
  }

  /// Takes what was learned before a restart or a reload.
  package mutating func recall(_ memory: PublicationLag.Memory) { publication.recall(memory) }

  /// Whether the awaited publication became late, or is there again; each is told once.
  package mutating func latenessChange(at now: Instant) -> Bool? {
    guard follows else { return nil }
    let isLate = publication.alarmAt.map { $0 < now } ?? false
    guard isLate != toldLate else { return nil }
    toldLate = isLate
    return isLate
  }

  /// What is known of the feed's publications; nil when they are not followed.
  package var summary: PublicationSummary? { follows ? publication.summary : nil }
}

extension Instant {
  fileprivate static let distant = Instant(milliseconds: .max)
  /// Before every poll, and far enough from the ends of the number line to be subtracted.
  fileprivate static let longAgo = Instant(milliseconds: -9_000_000_000_000)
}
