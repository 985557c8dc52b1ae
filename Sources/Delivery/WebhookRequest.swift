package import AirQuality
internal import Digests
package import Secrets
package import Store

/// One attempt at a webhook.
package struct WebhookRequest: Sendable, Hashable {
  /// One request header.
  package struct Header: Sendable, Hashable {
    package var name: String
    package var value: String
  }

  package var hook: String
  package var url: String
  package var headers: [Header]
  package var body: [UInt8]
  /// Of the whole exchange.
  package var timeoutMilliseconds: Int
  /// PEM file of certificate authorities; nil for the system's.
  package var caFile: String?

  /// The request of CONTRACT.md: the body and key of the outbox row, timestamp and signature of this attempt.
  package init(
    hook: String, webhook: HookConfiguration.Webhook, row: OutboxRow, at: Instant, version: String
  ) {
    self.hook = hook
    self.url = webhook.url
    self.body = row.body
    self.timeoutMilliseconds = webhook.timeoutMilliseconds
    self.caFile = webhook.caFile
    let timestamp = String(floorDivide(at.milliseconds, 1_000))
    self.headers = [
      Header(name: "Content-Type", value: "application/json"),
      Header(name: "User-Agent", value: "lantian/\(version)"),
      Header(name: "Idempotency-Key", value: row.key),
      Header(name: "X-Lantian-Timestamp", value: timestamp),
    ]
    // The program's own headers cannot be replaced.
    let own = Set(headers.map { $0.name.lowercased() } + ["x-lantian-signature"])
    headers += webhook.headers.filter { !own.contains($0.name.lowercased()) }
      .map { Header(name: $0.name, value: $0.value.revealText()) }
    if let secret = webhook.secret {
      let signature = WebhookRequest.signature(secret: secret, timestamp: timestamp, body: row.body)
      headers.append(Header(name: "X-Lantian-Signature", value: signature))
    }
  }

  /// `v1=<hex HMAC-SHA256(secret, timestamp + "." + body)>`.
  package static func signature(secret: Secret, timestamp: String, body: [UInt8]) -> String {
    "v1="
      + SHA256.hex(
        SHA256.authenticationCode(of: Array(timestamp.utf8) + [0x2E] + body, key: secret.reveal()))
  }
}

/// What came of a request.
package enum WebhookAnswer: Sendable, Hashable {
  /// The status; `retryAfter` is that header as it stands, nil when absent.
  case response(status: Int, retryAfter: String?)
  /// No answer: connect, TLS, timeout. The text names what.
  case failure(String)
}

/// Posts one request; calls `completion` exactly once, on any queue, unless the returned cancellation ran before.
package typealias HTTPPoster =
  @Sendable (_ request: WebhookRequest, _ completion: @escaping @Sendable (WebhookAnswer) -> Void) ->
  @Sendable () -> Void
