package import AirQuality
package import Timekeeping

/// The state of a feed, as the API names it.
package enum FeedState: String, Sendable {
  case ok, late, failing, open, frozen
}

/// A fault and the civil moment it was met.
package struct FeedError: Hashable, Sendable {
  package var at: Instant
  package var fault: FeedFault
}

/// What is known of a feed now; civil times.
package struct FeedStatus: Sendable {
  package var name: String
  package var state: FeedState = .ok
  package var lastPoll: Instant?
  package var lastSuccess: Instant?
  /// The newest fault, row faults included; kept after a success.
  package var lastError: FeedError?
  package var nextPoll: Instant?
  /// Transfers started.
  package var polls: UInt64 = 0
  package var notModified: UInt64 { count(of: .notModified) }
  package var readings: UInt64 = 0
  /// Body bytes on the wire.
  package var bytes: UInt64 = 0
  /// Slots that fell while the poll before was still under way.
  package var overruns: UInt64 = 0
  /// Retry-After headers that made no sense.
  package var badRetryAfters: UInt64 = 0
  package var duration = DurationHistogram()
  /// Whether the newest finished poll succeeded.
  package var isUp = false
  /// Indexed by `PollOutcome.rawValue`.
  package internal(set) var outcomes = [UInt64](repeating: 0, count: PollOutcome.allCases.count)
  /// What is known of its publication lag; nil when that is not followed.
  package internal(set) var publication: PublicationSummary?
  /// Why it is late by that; nil when it is not.
  package internal(set) var lateReason: String?
  package internal(set) var lateReasonChinese: String?
  /// The budget it shares, and whether it waits for a request of it.
  package internal(set) var budget: String?
  package internal(set) var isWaiting = false
  /// Polled more densely because of a level in force.
  package internal(set) var isDense = false
  /// Failures in a row.
  var failures = 0
  var isOpen = false
  /// When the content last changed.
  var lastChange: Instant?
  var firstDue: Instant?
  var lateMilliseconds: Int64 = .max
  var frozenMilliseconds: Int64 = .max
  /// The content may also stand still for this many of its own averaging periods.
  var frozenPeriods: Int64 = 0
  /// Longest averaging period of the newest content.
  var dataPeriodMilliseconds: Int64 = 0

  init(name: String) { self.name = name }

  /// Polls that ended so.
  package func count(of outcome: PollOutcome) -> UInt64 { outcomes[outcome.rawValue] }

  mutating func add(_ outcome: PollOutcome, _ slots: Int = 1) { outcomes[outcome.rawValue] += UInt64(slots) }

  /// The state at a civil moment: an open breaker first, then failures, then a frozen body, then lateness.
  func state(at now: Instant) -> FeedState {
    if isOpen { return .open }
    if failures > 0 { return .failing }
    let still = max(frozenMilliseconds, frozenPeriods * dataPeriodMilliseconds)
    if let lastChange, lastSuccess != nil, now.milliseconds - lastChange.milliseconds > still { return .frozen }
    if let alarm = publication?.alarmAt, now > alarm { return .late }
    if let since = lastSuccess ?? firstDue, now.milliseconds - since.milliseconds > lateMilliseconds { return .late }
    return .ok
  }
}
