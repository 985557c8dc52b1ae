package import AirQuality
package import HJ212

/// What a listener has seen since its start.
package struct InstrumentStatus: Sendable, Hashable {
  /// Why a connection was ended by this side.
  package enum CloseReason: String, Sendable, CaseIterable {
    case tooManyRefusals = "too_many_refusals"
    case noise
    /// Nothing came for too long, or no good frame at the beginning.
    case idle
    case noFrame = "no_frame"
    /// The device does not read its answers.
    case unread
    /// Beyond the bound of connections.
    case tooMany = "too_many"
  }

  /// The newest fault.
  package struct Fault: Sendable, Hashable {
    package var at: Instant
    /// A kind of refusal, `row_value`, `not_committed`.
    package var code: String
    package var message: String
  }

  /// Open now, and taken since the start.
  package var connections = 0
  package var accepted: UInt64 = 0
  package var closes: [CloseReason: UInt64] = [:]
  package var bytes: UInt64 = 0
  /// Bytes outside frames.
  package var skippedBytes: UInt64 = 0
  /// Messages whose readings are committed, those without any included.
  package var messages: UInt64 = 0
  /// Messages that could not be committed; the device sends them again.
  package var uncommitted: UInt64 = 0
  package var readings: UInt64 = 0
  /// Good frames without data.
  package var noted: UInt64 = 0
  package var refusals: [InstrumentSession.Refusal.Kind: UInt64] = [:]
  package var answers: UInt64 = 0
  /// When the newest data frame came, and when the newest one was committed.
  package var lastMessage: Instant?
  package var lastCommit: Instant?
  package var lastFault: Fault?
  /// Whether the newest message or refusal was a good one.
  package var isGood = false

  package init() {}

  /// Frames of all kinds by verdict, each label once.
  package var frames: [(verdict: String, count: UInt64)] {
    [("ok", messages), ("not_committed", uncommitted), ("other", noted)]
      + InstrumentSession.Refusal.Kind.allCases.map { ($0.rawValue, refusals[$0] ?? 0) }
  }
}
