package import AirQuality

/// Requests that the feeds of a provider share, as `/api/v1/status` and the metrics show them.
package struct BudgetStatusView: Sendable, Hashable {
  package var name: String
  /// Requests granted in each span.
  package var requests: Int
  /// Length of the span.
  package var perSeconds: Double
  /// Requests that may start now.
  package var available: Int
  /// Feeds that wait for one.
  package var waiting: Int
  /// Requests made, and polls given up for want of one, since the start.
  package var made: UInt64
  package var refused: UInt64
  /// Until then the provider asked all its feeds to wait; nil when it did not.
  package var heldUntil: Instant?

  package init(
    name: String, requests: Int, perSeconds: Double, available: Int, waiting: Int, made: UInt64, refused: UInt64,
    heldUntil: Instant?
  ) {
    self.name = name
    self.requests = requests
    self.perSeconds = perSeconds
    self.available = available
    self.waiting = waiting
    self.made = made
    self.refused = refused
    self.heldUntil = heldUntil
  }
}
