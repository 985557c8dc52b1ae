package import AirQuality
package import Timekeeping

/// How a feed is doing, as `/api/v1/feeds` names it.
package enum FeedState: String, Sendable, Hashable, CaseIterable {
  /// The newest poll succeeded and its data are fresh.
  case ok
  /// No fresh data for longer than the schedule allows, or none yet; a feed whose data come by themselves is given its
  /// `late_after` from the start on.
  case late
  /// The newest polls failed.
  case failing
  /// The breaker is open: only a probe is sent now and then.
  case open
  /// Answers come, but their values have not changed for longer than the air can hold them.
  case frozen
}

/// The newest error of a feed; it is kept after a success.
package struct FeedErrorView: Sendable, Hashable {
  package var at: Instant
  /// A stable word: one of the poll outcomes, or the decoder's code for a bad row.
  package var code: String
  /// For people; holds no secret.
  package var message: String
  /// Where in the body, nil when the error is not in a body.
  package var path: String?

  package init(at: Instant, code: String, message: String, path: String? = nil) {
    self.at = at
    self.code = code
    self.message = message
    self.path = path
  }
}

/// A count under a label value.
package struct LabelledCount: Sendable, Hashable {
  package var label: String
  package var count: UInt64
  package init(_ label: String, _ count: UInt64) {
    self.label = label
    self.count = count
  }
}

/// A feed as `/api/v1/feeds` and the metrics show it.
package struct FeedStatusView: Sendable, Hashable {
  package var name: String
  package var state: FeedState
  package var lastPoll: Instant?
  package var lastSuccess: Instant?
  package var lastError: FeedErrorView?
  package var nextPoll: Instant?
  package var polls: UInt64
  package var notModified: UInt64
  /// Rows decoded, whatever their verdict.
  package var readings: UInt64
  /// Bytes received, before decompression.
  package var bytes: UInt64
  /// Polls by outcome: `ok not_modified http_error timeout tls connect parse empty too_large throttled breaker_open
  /// skipped`. Each label stands once.
  package var outcomes: [LabelledCount]
  /// Readings by verdict: `good unknown suspect fail missing …`. Each label stands once.
  package var verdicts: [LabelledCount]
  /// Readings by what became of them.
  package var dispositions: [LabelledCount]
  package var pollDuration: DurationHistogram
  /// Polls that were due while the one before was still running.
  package var overruns: UInt64
  /// Of a feed of instruments that dial in; its messages then stand where others have polls.
  package var instruments: InstrumentFeedView?
  /// What is known of its publication lag; nil when that is not followed.
  package var publication: FeedPublicationView?
  /// The budget whose requests it shares, and whether it waits for one.
  package var budget: String?
  package var isWaiting = false
  /// Polled more densely because of a level in force.
  package var isDense = false
  /// Of a feed whose data come by themselves; its arrivals then stand where others have polls.
  package var arrivals: ArrivalFeedView?

  package init(
    name: String, state: FeedState, lastPoll: Instant? = nil, lastSuccess: Instant? = nil,
    lastError: FeedErrorView? = nil, nextPoll: Instant? = nil, polls: UInt64 = 0, notModified: UInt64 = 0,
    readings: UInt64 = 0, bytes: UInt64 = 0, outcomes: [LabelledCount] = [], verdicts: [LabelledCount] = [],
    dispositions: [LabelledCount] = [],
    pollDuration: DurationHistogram = DurationHistogram(), overruns: UInt64 = 0,
    instruments: InstrumentFeedView? = nil, arrivals: ArrivalFeedView? = nil
  ) {
    self.name = name
    self.state = state
    self.lastPoll = lastPoll
    self.lastSuccess = lastSuccess
    self.lastError = lastError
    self.nextPoll = nextPoll
    self.polls = polls
    self.notModified = notModified
    self.readings = readings
    self.bytes = bytes
    self.outcomes = outcomes
    self.verdicts = verdicts
    self.dispositions = dispositions
    self.pollDuration = pollDuration
    self.overruns = overruns
    self.instruments = instruments
    self.arrivals = arrivals
  }

  /// Whether the newest poll brought an answer (the metric `lantian_feed_up`).
  package var isUp: Bool { lastSuccess != nil && state != .failing && state != .open }
}
