package import AirQuality

/// What is known of a budget now.
package struct BudgetStatus: Hashable, Sendable {
  package var name: String
  /// Requests granted in each span.
  package var requests: Int
  /// Length of the span, real milliseconds.
  package var perMilliseconds: Int64
  /// Requests that may start now; 0 while the provider asked to wait.
  package var available: Int
  /// Feeds that wait for a request.
  package var waiting: Int
  /// Requests started since the start.
  package var granted: UInt64
  /// Polls given up for want of a request.
  package var refused: UInt64
  /// Civil moment until which the provider asked all its feeds to wait; nil when it did not.
  package var heldUntil: Instant?
}
