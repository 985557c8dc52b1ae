/// A superior platform that is reported to, as the metrics show it.
package struct ForwardStatusView: Sendable, Hashable {
  package var name: String
  package var isConnected: Bool
  /// Rows waiting for their answer, and the age of the oldest; 0 when none waits.
  package var queueLength: Int
  package var oldestPendingSeconds: Double
  /// Since the start: `delivered`, `failed` attempts, `given_up`. Each label stands once.
  package var deliveries: [LabelledCount]

  package init(
    name: String, isConnected: Bool, queueLength: Int, oldestPendingSeconds: Double, deliveries: [LabelledCount]
  ) {
    self.name = name
    self.isConnected = isConnected
    self.queueLength = queueLength
    self.oldestPendingSeconds = oldestPendingSeconds
    self.deliveries = deliveries
  }
}
