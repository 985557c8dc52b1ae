extension MetricsPage {
  /// The families of instruments that dial in; none without such feeds.
  func writeInstruments(_ page: inout PrometheusWriter) {
    let feeds = feeds.compactMap { feed in feed.instruments.map { (name: feed.name, view: $0) } }
    guard !feeds.isEmpty else { return }
    page.family("lantian_instrument_connections", .gauge, "Open connections of instruments.")
    for feed in feeds { page.sample([("feed", feed.name)], Double(feed.view.connections)) }
    page.family("lantian_instrument_connections_total", .counter, "Connections taken since the start.")
    for feed in feeds { page.sample([("feed", feed.name)], feed.view.accepted) }
    page.family("lantian_instrument_frames_total", .counter, "Frames of instruments by verdict.")
    for feed in feeds {
      for count in feed.view.frames { page.sample([("feed", feed.name), ("verdict", count.label)], count.count) }
    }
    page.family("lantian_instrument_closes_total", .counter, "Connections that this side ended, by reason.")
    for feed in feeds {
      for count in feed.view.closes { page.sample([("feed", feed.name), ("reason", count.label)], count.count) }
    }
    page.family("lantian_instrument_answers_total", .counter, "Answers sent to instruments.")
    for feed in feeds { page.sample([("feed", feed.name)], feed.view.answers) }
    page.family("lantian_instrument_skipped_bytes_total", .counter, "Bytes that are no part of any frame.")
    for feed in feeds { page.sample([("feed", feed.name)], feed.view.skippedBytes) }
  }
}
