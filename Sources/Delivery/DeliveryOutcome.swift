package import AirQuality

/// What one attempt amounts to.
package enum DeliveryOutcome: Sendable, Hashable {
  case delivered
  /// Try again; not before `afterMilliseconds` when the receiver asked for that.
  case retry(reason: String, afterMilliseconds: Int64? = nil)
  /// Try again, but give up after `limit` attempts.
  case retryAtMost(limit: Int, reason: String)
  case dead(reason: String)

  /// The verdict of CONTRACT.md: 2xx is delivered; 408, 425, 429, 5xx and network errors are retried; any other answer
  /// is dead-lettered.
  package init(_ answer: WebhookAnswer, now: Instant) {
    switch answer {
    case .failure(let text): self = .retry(reason: text)
    case .response(let status, let retryAfter):
      switch status {
      case 200..<300: self = .delivered
      case 408, 425, 429, 500..<600:
        self = .retry(
          reason: "HTTP \(status)", afterMilliseconds: retryAfter.flatMap { RetryAfter.milliseconds($0, now: now) })
      default: self = .dead(reason: "HTTP \(status): the receiver refuses this delivery")
      }
    }
  }

  /// Exit 0 is delivered, 75 (EX_TEMPFAIL) is retried, anything else is retried a few times.
  package init(_ result: ExecResult) {
    let said = result.output.split(whereSeparator: \.isNewline).joined(separator: " / ")
    let tail = said.isEmpty ? "" : ": \(said)"
    switch result.end {
    case .exited(0): self = .delivered
    case .exited(75): self = .retry(reason: "exit 75\(tail)")
    case .exited(let code): self = .retryAtMost(limit: DeliveryPolicy.execAttempts, reason: "exit \(code)\(tail)")
    case .signalled(let number):
      self = .retryAtMost(limit: DeliveryPolicy.execAttempts, reason: "ended by signal \(number)\(tail)")
    case .timedOut:
      self = .retryAtMost(limit: DeliveryPolicy.execAttempts, reason: "still running at its deadline, killed\(tail)")
    case .notStarted(let text): self = .retryAtMost(limit: DeliveryPolicy.execAttempts, reason: text)
    }
  }
}

/// The `Retry-After` header (RFC 9110, 10.2.3).
package enum RetryAfter {
  /// Milliseconds from `now`; nil when it is neither seconds nor an HTTP date. A date that has passed gives 0.
  package static func milliseconds(_ text: String, now: Instant) -> Int64? {
    let trimmed = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    guard !trimmed.isEmpty else { return nil }
    if trimmed.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      // More digits than this are more than the clamp anyway.
      return Int64(trimmed.prefix(9)).map { $0 * 1_000 }
    }
    return date(trimmed).map { max(0, $0.milliseconds - now.milliseconds) }
  }

  /// IMF-fixdate alone: `Sun, 06 Nov 1994 08:49:37 GMT`; the two obsolete forms are not sent any more.
  private static func date(_ text: String) -> Instant? {
    let parts = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      let date = CivilDay(year: year, month: month + 1, day: day)
    else { return nil }
    let clock = parts[4].split(separator: ":").map { Int($0) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], (0..<24).contains(hour),
      (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    return CivilOffset.utc.start(of: date).adding(milliseconds: Int64((hour * 60 + minute) * 60 + second) * 1_000)
  }
}
