package import Secrets

/// A feed that others push to.
package struct PushDefinition: Sendable, Hashable {
  /// How a sender proves who it is.
  package enum Proof: Sendable, Hashable {
    /// `Authorization: Bearer …` (RFC 6750).
    case token(Secret)
    /// `X-Lantian-Timestamp` and `X-Lantian-Signature: v1=<hex HMAC-SHA256(secret, timestamp + "." + body)>`, as this
    /// program signs its own webhooks.
    case signature(Secret)
  }

  package var name: String
  package var proof: Proof
  /// Bytes of a body, packed and unpacked.
  package var maxBodyBytes: Int
  package var lateMilliseconds: Int64

  package init(name: String, proof: Proof, maxBodyBytes: Int, lateMilliseconds: Int64) {
    self.name = name
    self.proof = proof
    self.maxBodyBytes = maxBodyBytes
    self.lateMilliseconds = lateMilliseconds
  }
}

/// What the head of a push says; values as they were sent.
package struct PushHead: Sendable, Hashable {
  package var authorization: String?
  package var timestamp: String?
  package var signature: String?
  package var idempotencyKey: String?
  package var contentEncoding: String?
  package var contentType: String?
  /// Nil when the body comes in chunks.
  package var contentLength: Int?

  package init(
    authorization: String? = nil, timestamp: String? = nil, signature: String? = nil, idempotencyKey: String? = nil,
    contentEncoding: String? = nil, contentType: String? = nil, contentLength: Int? = nil
  ) {
    self.authorization = authorization
    self.timestamp = timestamp
    self.signature = signature
    self.idempotencyKey = idempotencyKey
    self.contentEncoding = contentEncoding
    self.contentType = contentType
    self.contentLength = contentLength
  }
}

/// Why a push is not taken, as HTTP says it.
package struct PushRefusal: Error, Sendable, Hashable {
  package var status: Int
  package var fault: ArrivalFault
  /// When the sender may try again; nil: not with the same request.
  package var retryAfterSeconds: Int?
  /// Rows that were bad, where all of them were.
  package var errors: [ArrivalRowError] = []

  package init(_ status: Int, _ fault: ArrivalFault, retryAfterSeconds: Int? = nil, errors: [ArrivalRowError] = []) {
    self.status = status
    self.fault = fault
    self.retryAfterSeconds = retryAfterSeconds
    self.errors = errors
  }
}

/// The right to send one body; the room for it is given back when the last reference goes.
package final class PushTicket: Sendable {
  package let feed: String
  /// Bytes that the body may have as it is sent.
  package let limitBytes: Int
  let head: PushHead
  private let release: @Sendable () -> Void

  init(feed: String, limitBytes: Int, head: PushHead, release: @escaping @Sendable () -> Void) {
    self.feed = feed
    self.limitBytes = limitBytes
    self.head = head
    self.release = release
  }

  deinit { release() }
}
