package import AirQuality
internal import Timekeeping

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
          reason: "HTTP \(status)",
          afterMilliseconds: retryAfter.flatMap { RetryAfter.seconds($0, now: now) }.map { $0 * 1_000 })
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
