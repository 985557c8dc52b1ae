/// How one due poll ended; the label values of `lantian_feed_polls_total`.
package enum PollOutcome: Int, CaseIterable, Sendable {
  /// New rows were committed.
  case ok
  /// 304, or the same body as the last committed one.
  case notModified
  /// A status that is no answer, or redirects that lead nowhere.
  case httpError
  case timeout
  case tls
  /// No connection, no name, or the connection broke off.
  case connect
  /// The body came but could not be read.
  case parse
  /// 204, an empty body, or a body without rows.
  case empty
  case tooLarge
  /// The peer asked for fewer polls (429, or 503 with Retry-After, or a quota told in the body).
  case throttled
  /// Due while the breaker was open: not polled.
  case breakerOpen
  /// Not polled, or not kept: still busy, backing off, overloaded, cancelled, or not committed.
  case skipped

  /// The label value: `ok`, `not_modified`, `http_error` and so on.
  package var label: String {
    switch self {
    case .ok: "ok"
    case .notModified: "not_modified"
    case .httpError: "http_error"
    case .timeout: "timeout"
    case .tls: "tls"
    case .connect: "connect"
    case .parse: "parse"
    case .empty: "empty"
    case .tooLarge: "too_large"
    case .throttled: "throttled"
    case .breakerOpen: "breaker_open"
    case .skipped: "skipped"
    }
  }
}
