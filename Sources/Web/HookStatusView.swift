/// A hook's outbox as status and metrics show it.
package struct HookStatusView: Sendable, Hashable {
  package var name: String
  /// Deliveries by outcome: `delivered retried dead_lettered …`. Each label stands once.
  package var deliveries: [LabelledCount]
  /// Deliveries waiting.
  package var queueLength: Int
  /// Age of the oldest waiting delivery; 0 when none waits.
  package var oldestPendingSeconds: Double

  package init(name: String, deliveries: [LabelledCount], queueLength: Int, oldestPendingSeconds: Double) {
    self.name = name
    self.deliveries = deliveries
    self.queueLength = queueLength
    self.oldestPendingSeconds = oldestPendingSeconds
  }
}
