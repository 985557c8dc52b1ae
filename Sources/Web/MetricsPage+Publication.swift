import AirQuality

extension MetricsPage {
  /// The families of publication lags and budgets; none where no feed has them.
  func writePublications(_ page: inout PrometheusWriter) {
    let feeds = feeds.compactMap { feed in feed.publication.map { (name: feed.name, view: $0) } }
    if !feeds.isEmpty {
      page.family("lantian_feed_publication_late", .gauge, "Whether the awaited period is later than its alarm.")
      for feed in feeds { page.sample([("feed", feed.name)], feed.view.lateReason == nil ? 0.0 : 1.0) }
      page.family("lantian_feed_publications_late_total", .counter, "Periods that became late since the start.")
      for feed in feeds { page.sample([("feed", feed.name)], feed.view.lateCount) }
      page.family("lantian_feed_publication_usual_seconds", .gauge, "Median from a period's end to its publication.")
      for feed in feeds { page.sample([("feed", feed.name)], feed.view.usualSeconds) }
      page.family("lantian_feed_publication_alarm_seconds", .gauge, "From a period's end until it is late.")
      for feed in feeds { page.sample([("feed", feed.name)], feed.view.alarmSeconds) }
      page.family(
        "lantian_feed_newest_period_timestamp_seconds", .gauge, "End of the newest published period, Unix time.")
      for feed in feeds {
        page.sample([("feed", feed.name)], feed.view.newestEnd.map { Double($0.milliseconds) / 1_000 })
      }
    }
    guard !daemon.budgets.isEmpty else { return }
    page.family("lantian_budget_requests_total", .counter, "Requests made under a budget that feeds share.")
    for budget in daemon.budgets { page.sample([("budget", budget.name)], budget.made) }
    page.family("lantian_budget_refused_total", .counter, "Polls given up for want of a request of the budget.")
    for budget in daemon.budgets { page.sample([("budget", budget.name)], budget.refused) }
    page.family("lantian_budget_available", .gauge, "Requests of the budget that may start now.")
    for budget in daemon.budgets { page.sample([("budget", budget.name)], Double(budget.available)) }
    page.family("lantian_budget_waiting", .gauge, "Feeds that wait for a request of the budget.")
    for budget in daemon.budgets { page.sample([("budget", budget.name)], Double(budget.waiting)) }
  }
}
