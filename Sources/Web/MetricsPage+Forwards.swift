extension MetricsPage {
  /// The families of reports upward; none without any.
  func writeForwards(_ page: inout PrometheusWriter) {
    guard !forwards.isEmpty else { return }
    page.family("lantian_forward_connected", .gauge, "Whether the connection to the superior platform stands.")
    for forward in forwards { page.sample([("forward", forward.name)], forward.isConnected ? 1.0 : 0.0) }
    page.family("lantian_forward_queue_length", .gauge, "Messages waiting for the answer of the superior platform.")
    for forward in forwards { page.sample([("forward", forward.name)], Double(forward.queueLength)) }
    page.family(
      "lantian_forward_oldest_pending_seconds", .gauge, "Age of the oldest waiting message; 0 when none waits.")
    for forward in forwards { page.sample([("forward", forward.name)], forward.oldestPendingSeconds) }
    page.family("lantian_forward_deliveries_total", .counter, "Messages to superior platforms by outcome.")
    for forward in forwards {
      for count in forward.deliveries {
        page.sample([("forward", forward.name), ("outcome", count.label)], count.count)
      }
    }
  }
}
