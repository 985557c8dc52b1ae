extension MetricsPage {
  /// The families of feeds whose data come by themselves; none without such feeds.
  func writeArrivals(_ page: inout PrometheusWriter) {
    let feeds = feeds.compactMap { feed in feed.arrivals.map { (name: feed.name, view: $0) } }
    guard !feeds.isEmpty else { return }
    page.family("lantian_feed_arrivals_total", .counter, "Pushes, spool files and messages by outcome.")
    for feed in feeds {
      for count in feed.view.outcomes {
        page.sample([("feed", feed.name), ("way", feed.view.way), ("outcome", count.label)], count.count)
      }
    }
    let spools = feeds.filter { $0.view.waiting != nil }
    if !spools.isEmpty {
      page.family("lantian_spool_waiting_files", .gauge, "Files that stand in the spool folder and are not taken.")
      for feed in spools { page.sample([("feed", feed.name)], feed.view.waiting.map(Double.init)) }
    }
    let brokers = feeds.filter { $0.view.isConnected != nil }
    if !brokers.isEmpty {
      page.family("lantian_mqtt_connected", .gauge, "Whether the connection to the broker stands.")
      for feed in brokers { page.sample([("feed", feed.name)], feed.view.isConnected == true ? 1.0 : 0.0) }
    }
  }
}
