package import AirQuality

/// Bytes that came for a feed without being asked for: a push, a file of a spool folder, a message of a broker.
package struct FeedArrival: Sendable {
  package var feed: String
  /// The file's name or the message's topic; nil when it has none.
  package var name: String?
  /// Unpacked.
  package var bytes: [UInt8]
  /// Civil moment of reception.
  package var receivedAt: Instant
  /// The station of rows that name none, where the way tells it (a topic's level); nil: the feed's own.
  package var station: String?
  /// A message that the broker kept for whoever subscribes: nobody knows when it was sent, and the moment of reception
  /// says nothing about its rows.
  package var isRetained: Bool

  package init(
    feed: String, name: String? = nil, bytes: [UInt8], receivedAt: Instant, station: String? = nil,
    isRetained: Bool = false
  ) {
    self.feed = feed
    self.name = name
    self.bytes = bytes
    self.receivedAt = receivedAt
    self.station = station
    self.isRetained = isRetained
  }
}

/// A row that could not be used, for whoever sent it.
package struct ArrivalRowError: Sendable, Hashable {
  /// From 0.
  package var row: Int
  /// `value`, `time`, `station` …
  package var code: String
  package var message: String
  /// `$.data[3].pm2_5`, `line 7, column "PM10"`.
  package var path: String

  package init(row: Int, code: String, message: String, path: String) {
    self.row = row
    self.code = code
    self.message = message
    self.path = path
  }
}

/// What was committed of an arrival.
package struct ArrivalReport: Sendable, Hashable {
  /// Readings and lidar profiles; 0: well formed, but without any row.
  package var readings: Int
  /// Rows seen, bad ones included.
  package var rows: Int
  package var errorCount: Int
  /// The first of them.
  package var errors: [ArrivalRowError]

  package init(readings: Int, rows: Int, errorCount: Int = 0, errors: [ArrivalRowError] = []) {
    self.readings = readings
    self.rows = rows
    self.errorCount = errorCount
    self.errors = errors
  }
}

/// Why an arrival or its way failed.
package struct ArrivalFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Short and stable: `not_json`, `too_large`, `backlog_full`.
  package var code: String
  /// For people; names what to do where that is known.
  package var message: String
  /// Where in the body, or which file; nil when it is about neither.
  package var path: String?

  package init(code: String, message: String, path: String? = nil) {
    self.code = code
    self.message = message
    self.path = path
  }

  package var description: String { "\(code): \(message)" + (path.map { " (\($0))" } ?? "") }
}

/// What became of an arrival.
package enum ArrivalVerdict: Sendable, Hashable {
  /// On disk.
  case committed(ArrivalReport)
  /// Not what the format says: sending it again does not help.
  case unreadable(ArrivalFault, errors: [ArrivalRowError])
  /// No room now: to be sent again.
  case backlogFull(ArrivalFault)
  /// The store did not take it: to be sent again.
  case notCommitted(ArrivalFault)
  /// The configuration no longer has the feed.
  case notConfigured(ArrivalFault)
}

/// Decodes an arrival and commits it; the second argument is called exactly once, from any thread.
package typealias ArrivalHandler = @Sendable (FeedArrival, @escaping @Sendable (ArrivalVerdict) -> Void) -> Void
