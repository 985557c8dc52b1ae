package import AirQuality
package import Timekeeping

/// What a provider grants to several feeds together.
package struct BudgetDefinition: Hashable, Sendable {
  /// When spent requests are granted again.
  package enum Renewal: Hashable, Sendable {
    /// In any span of `per` there are at most `requests`.
    case rolling
    /// At midnight of this offset.
    case midnight(CivilOffset)
  }

  package var name: String
  /// At least 1.
  package var requests: Int
  /// Real time, at least a second; a day with `midnight`.
  package var per: Duration
  package var renewal: Renewal

  package init(name: String, requests: Int, per: Duration, renewal: Renewal = .rolling) {
    self.name = name
    self.requests = requests
    self.per = per
    self.renewal = renewal
  }
}

/// The requests of several feeds under one limit, as a state machine: no clock, no I/O.
///
/// The limit holds for every span of its length, not on the average: a bucket that refills would let twice as many pass
/// within one span. Requests are counted in sixty slices of the span, so one counts for up to a sixtieth too long. Who
/// waits longest goes first, regular polls before repeated ones before look-backs; a quarter is kept for regular polls.
/// Real time, whatever the civil clock's speed.
package struct RequestBudget: Sendable {
  /// What a feed that asks is told.
  package enum Decision: Equatable, Sendable {
    /// Start now; it is counted. `replaced` is what the feed had waited for.
    case go(replaced: PollPacer.Purpose? = nil)
    /// Wait for `granted`; it is in the queue.
    case wait(replaced: PollPacer.Purpose? = nil)
    /// It waits already.
    case waitsAlready
    /// Not now: a repeated poll does not queue.
    case refused
  }

  struct Waiting: Sendable {
    var feed: String
    var purpose: PollPacer.Purpose
    var order: UInt64
  }

  static let slices: Int64 = 60

  package let definition: BudgetDefinition
  private let sliceNanoseconds: Int64
  /// Spent requests by the number of their slice (or day), ascending.
  private var spent: [(slice: Int64, count: Int)] = []
  private var waiting: [Waiting] = []
  private var order: UInt64 = 0
  /// The provider asked to wait, all feeds together.
  package private(set) var heldUntil: MonotonicInstant?
  /// Requests started, and polls that were given up for want of a request.
  package private(set) var granted: UInt64 = 0
  package private(set) var refused: UInt64 = 0

  package init(_ definition: BudgetDefinition) {
    self.definition = definition
    sliceNanoseconds = max(1, definition.per.nanoseconds64 / Self.slices)
  }

  /// Feeds in the queue.
  package var waitingCount: Int { waiting.count }

  // MARK: Asking

  /// A feed wants to make a request.
  package mutating func ask(_ feed: String, _ purpose: PollPacer.Purpose, at moment: FeedPoll.Moment) -> Decision {
    var replaced: PollPacer.Purpose?
    if let index = waiting.firstIndex(where: { $0.feed == feed }) {
      guard purpose.rawValue < waiting[index].purpose.rawValue else { return .waitsAlready }
      replaced = waiting.remove(at: index).purpose
    }
    let isFirst = !waiting.contains { $0.purpose.rawValue <= purpose.rawValue }
    if isFirst, mayStart(purpose, at: moment) {
      spend(at: moment)
      return .go(replaced: replaced)
    }
    if purpose == .again {
      refused += 1
      return .refused
    }
    order += 1
    waiting.append(Waiting(feed: feed, purpose: purpose, order: order))
    return .wait(replaced: replaced)
  }

  /// The next feed that may start now, taken out of the queue and counted; nil when none may.
  package mutating func granted(at moment: FeedPoll.Moment) -> (feed: String, purpose: PollPacer.Purpose)? {
    guard
      let index = waiting.indices.min(by: {
        (waiting[$0].purpose.rawValue, waiting[$0].order) < (waiting[$1].purpose.rawValue, waiting[$1].order)
      }), mayStart(waiting[index].purpose, at: moment)
    else { return nil }
    let first = waiting.remove(at: index)
    spend(at: moment)
    return (first.feed, first.purpose)
  }

  /// A feed no longer wants its request.
  package mutating func withdraw(_ feed: String) { waiting.removeAll { $0.feed == feed } }

  /// A slot passed for want of a request.
  package mutating func noteLost() { refused += 1 }

  /// The provider asked one feed to wait: the others wait with it.
  package mutating func hold(until moment: MonotonicInstant) { heldUntil = max(heldUntil ?? moment, moment) }

  private mutating func spend(at moment: FeedPoll.Moment) {
    granted += 1
    let slice = slice(at: moment)
    forget(before: slice)
    if let last = spent.indices.last, spent[last].slice >= slice {
      spent[last].count += 1
    } else {
      spent.append((slice, 1))
    }
  }

  private mutating func forget(before slice: Int64) {
    switch definition.renewal {
    case .rolling: spent.removeAll { $0.slice < slice - Self.slices }
    case .midnight: spent.removeAll { $0.slice < slice }
    }
  }

  // MARK: What is left

  private func slice(at moment: FeedPoll.Moment) -> Int64 {
    switch definition.renewal {
    case .rolling: return floorDivide(moment.monotonic.nanoseconds, sliceNanoseconds)
    case .midnight(let zone): return Int64(zone.day(of: Instant(milliseconds: moment.wallSeconds * 1_000)).number)
    }
  }

  private func counted(at moment: FeedPoll.Moment) -> [(slice: Int64, count: Int)] {
    let slice = slice(at: moment)
    switch definition.renewal {
    case .rolling: return spent.filter { $0.slice >= slice - Self.slices }
    case .midnight: return spent.filter { $0.slice >= slice }
    }
  }

  /// Requests that count now.
  package func spentCount(at moment: FeedPoll.Moment) -> Int { counted(at: moment).reduce(0) { $0 + $1.count } }

  /// Requests that may start now.
  package func available(at moment: FeedPoll.Moment) -> Int {
    if let heldUntil, heldUntil > moment.monotonic { return 0 }
    return max(0, definition.requests - spentCount(at: moment))
  }

  private func reserve(_ purpose: PollPacer.Purpose) -> Int { purpose == .regular ? 0 : definition.requests / 4 }

  private func mayStart(_ purpose: PollPacer.Purpose, at moment: FeedPoll.Moment) -> Bool {
    available(at: moment) > reserve(purpose)
  }

  /// Real nanoseconds until the first in the queue may start, at least 1; nil when nobody waits.
  package func nextGrant(at moment: FeedPoll.Moment) -> Int64? {
    guard let purpose = waiting.map(\.purpose).min(by: { $0.rawValue < $1.rawValue }) else { return nil }
    var wait: Int64 = 1
    if let heldUntil { wait = max(wait, heldUntil.nanoseconds(since: moment.monotonic)) }
    var excess = spentCount(at: moment) - (definition.requests - reserve(purpose)) + 1
    guard excess > 0 else { return wait }
    switch definition.renewal {
    case .midnight(let zone):
      let now = Instant(milliseconds: moment.wallSeconds * 1_000)
      let midnight = zone.start(of: CivilDay(number: zone.day(of: now).number + 1))
      return max(wait, (midnight.milliseconds - now.milliseconds) * 1_000_000)
    case .rolling:
      for (slice, count) in counted(at: moment) {
        excess -= count
        guard excess <= 0 else { continue }
        let free = (slice + Self.slices + 1) * sliceNanoseconds
        return max(wait, free - moment.monotonic.nanoseconds)
      }
      return wait
    }
  }
}

extension RequestBudget {
  /// What a restart needs: how long ago requests were spent, real milliseconds, and how many.
  package struct Memory: Hashable, Sendable {
    /// Requests of one slice.
    package struct Part: Hashable, Sendable {
      package var ageMilliseconds: Int64
      package var count: Int
      package init(ageMilliseconds: Int64, count: Int) {
        self.ageMilliseconds = ageMilliseconds
        self.count = count
      }
    }
    package var parts: [Part] = []
    package init() {}
  }

  /// - Parameter allowance: requests that are counted as spent now though they are not: so many may be made until the
  ///   next time this is kept.
  package func memory(at moment: FeedPoll.Moment, allowance: Int) -> Memory {
    var memory = Memory()
    let now = slice(at: moment)
    for (slice, count) in counted(at: moment) {
      let age: Int64
      switch definition.renewal {
      case .rolling: age = (now - slice) * sliceNanoseconds / 1_000_000
      case .midnight: age = 0
      }
      memory.parts.append(Memory.Part(ageMilliseconds: age, count: count))
    }
    if allowance > 0 { memory.parts.append(Memory.Part(ageMilliseconds: 0, count: allowance)) }
    return memory
  }

  /// How many requests may be made between two times that the memory is kept: a twentieth of the budget. Of a budget
  /// below twenty each request is kept by itself.
  package var allowance: Int { definition.requests / 20 }

  /// Takes what was spent before a restart, `ageMilliseconds` (real) ago.
  package mutating func recall(_ memory: Memory, ageMilliseconds: Int64, at moment: FeedPoll.Moment) {
    let age = max(0, ageMilliseconds)
    for part in memory.parts where part.count > 0 {
      var then = moment
      let milliseconds = age + max(0, part.ageMilliseconds)
      guard milliseconds < 40 * 86_400_000 else { continue }
      then.monotonic = moment.monotonic.adding(nanoseconds: -milliseconds * 1_000_000)
      then.wallSeconds -= milliseconds / 1_000
      spent.append((slice(at: then), min(part.count, definition.requests)))
    }
    spent.sort { $0.slice < $1.slice }
    forget(before: slice(at: moment))
  }
}
