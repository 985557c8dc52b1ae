package import AirQuality
package import Timekeeping
package import Transport

/// Names one poll of one feed; unique within a process.
package struct PollID: Hashable, Sendable {
  package let feed: String
  package let number: UInt64

  package init(feed: String, number: UInt64) {
    self.feed = feed
    self.number = number
  }
}

/// A body for the consumer, who must report what became of it with `Poller.report`.
package struct PollAnswer: Sendable {
  package var id: PollID
  /// HTTP status, 200-299.
  package var status: Int
  package var headers: HeaderBlock
  package var body: [UInt8]
  /// Civil moment of reception.
  package var receivedAt: Instant
  /// Monotonic moment of the last byte.
  package var lastByteAt: MonotonicInstant
  /// Body bytes on the wire.
  package var bytes: Int
  /// Seconds from start to end of the transfer.
  package var seconds: Double
  /// The file's name in a folder that is polled; nil for the answer of one address.
  package var fileName: String? = nil

  package var feed: String { id.feed }
}

/// What is wrong with a feed, as the API's `last_error`.
package struct FeedFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// Short and stable: `timeout`, `http_404`, `bad_row`.
  package var code: String
  /// For people; names what to do where that is known.
  package var message: String
  /// Where in the body; nil when it is not about a place in it.
  package var path: String?

  package var description: String { "\(code): \(message)" + (path.map { " (\($0))" } ?? "") }

  package init(code: String, message: String, path: String? = nil) {
    self.code = code
    self.message = message
    self.path = path
  }
}

/// What became of a delivered body.
package enum PollVerdict: Sendable {
  /// Committed. `fault` names a row that could not be used, if any; `periodMilliseconds` is the longest averaging period
  /// of the rows, 0 for instants; `newest` is the newest period they hold. Rows stamped with their reception are another
  /// measurement each time, also in the same bytes.
  case confirmed(
    readings: Int, fault: FeedFault? = nil, periodMilliseconds: Int64 = 0, newest: NewestPeriod? = nil,
    isOfReception: Bool = false)
  /// Readable, but without a row.
  case empty(fault: FeedFault? = nil)
  case parseFailed(FeedFault)
  /// The body says that the quota is used up.
  case throttled(FeedFault)
  /// Not committed (backlog full, store failed): the next poll fetches it again, unconditionally.
  case rejected(FeedFault)
}

/// One due poll, whatever became of it: the log line and the raw record.
package struct PollRecord: Sendable {
  package var feed: String
  /// 0 for a poll that never started.
  package var number: UInt64
  /// Civil moment of the end.
  package var at: Instant
  package var outcome: PollOutcome
  /// Why, for everything but `ok`.
  package var fault: FeedFault?
  /// HTTP status; nil without an answer.
  package var status: Int?
  /// Body bytes on the wire.
  package var bytes: Int
  /// Seconds of the transfer.
  package var seconds: Double
  /// Slots that this record stands for; more than 1 only for skipped ones.
  package var slots: Int = 1
}
