package import AirQuality
package import Store

/// What the deliverer tells the log.
package enum DelivererReport: Sendable, Hashable {
  case delivered(hook: String, key: String, attempts: Int)
  case retry(hook: String, key: String, attempts: Int, at: Instant, reason: String)
  /// Given up; the row stays as a dead letter.
  case dead(hook: String, key: String, attempts: Int, reason: String)
  /// A read or write of the outbox failed; it is tried again.
  case store(StoreError)
}

/// One hook's numbers for metrics.
package struct HookStatistics: Sendable, Hashable {
  package var hook: String
  /// Attempts by outcome since the start: `lantian_hook_deliveries_total`.
  package var delivered: Int
  package var retried: Int
  package var dead: Int
  /// Rows pending and dead in the outbox now.
  package var pendingRows: Int
  package var deadRows: Int
  /// When the oldest pending delivery was made; nil when none is pending.
  package var oldestPendingAt: Instant?

  package init(
    hook: String, delivered: Int = 0, retried: Int = 0, dead: Int = 0, pendingRows: Int = 0, deadRows: Int = 0,
    oldestPendingAt: Instant? = nil
  ) {
    self.hook = hook
    self.delivered = delivered
    self.retried = retried
    self.dead = dead
    self.pendingRows = pendingRows
    self.deadRows = deadRows
    self.oldestPendingAt = oldestPendingAt
  }
}
