/// A row of a pushed body that could not be used.
package struct PushRowError: Sendable, Hashable {
  /// From 0.
  package var row: Int
  package var code: String
  package var message: String
  package var path: String

  package init(row: Int, code: String, message: String, path: String) {
    self.row = row
    self.code = code
    self.message = message
    self.path = path
  }
}

/// What is answered to a push whose rows are on disk.
package struct PushReport: Sendable, Hashable {
  package var feed: String
  package var readings: Int
  package var rows: Int
  package var errorCount: Int
  /// The first of them.
  package var errors: [PushRowError]
  /// It was known by its idempotency key.
  package var isRepeated: Bool

  package init(
    feed: String, readings: Int, rows: Int, errorCount: Int = 0, errors: [PushRowError] = [], isRepeated: Bool = false
  ) {
    self.feed = feed
    self.readings = readings
    self.rows = rows
    self.errorCount = errorCount
    self.errors = errors
    self.isRepeated = isRepeated
  }
}

/// Why a push is refused.
package struct PushFailure: Error, Sendable, Hashable {
  /// HTTP status.
  package var status: Int
  package var code: String
  package var message: String
  package var path: String?
  package var retryAfterSeconds: Int?
  package var errors: [PushRowError]

  package init(
    status: Int, code: String, message: String, path: String? = nil, retryAfterSeconds: Int? = nil,
    errors: [PushRowError] = []
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.path = path
    self.retryAfterSeconds = retryAfterSeconds
    self.errors = errors
  }
}

/// The header fields of a push that decide about it, as they were sent.
package struct PushFields: Sendable, Hashable {
  package var authorization: String?
  package var timestamp: String?
  package var signature: String?
  package var idempotencyKey: String?
  package var contentEncoding: String?
  package var contentType: String?
  package var contentLength: Int?

  package init() {}
}

/// A push whose head was accepted: how large its body may be, and what to do with it.
package struct PushAdmission: Sendable {
  /// Bytes as they are sent.
  package var limitBytes: Int
  /// Commits the body, or says why not. The room that is kept for the body is given back when this goes.
  package var take: @Sendable ([UInt8]) async throws(PushFailure) -> PushReport

  package init(limitBytes: Int, take: @escaping @Sendable ([UInt8]) async throws(PushFailure) -> PushReport) {
    self.limitBytes = limitBytes
    self.take = take
  }
}
