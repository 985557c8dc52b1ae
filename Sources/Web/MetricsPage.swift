import AirQuality
import Engine

/// The page `/metrics`, from one snapshot of each source.
struct MetricsPage {
  let view: SiteView?
  let feeds: [FeedStatusView]
  let hooks: [HookStatusView]
  let daemon: DaemonStatusView
  let transitions: [Broadcaster.Transition: UInt64]
  let streams: Int
  let droppedStreams: UInt64
  let statistics: WebStatistics
  var forwards: [ForwardStatusView] = []

  func render() -> [UInt8] {
    var page = PrometheusWriter()
    writeDaemon(&page)
    writeFeeds(&page)
    writeInstruments(&page)
    writePublications(&page)
    writeArrivals(&page)
    if let view {
      writeUnits(&page, view)
      writeTargets(&page, view)
    }
    writeTransitions(&page)
    writeHooks(&page)
    writeForwards(&page)
    writeListeners(&page)
    writeProcess(&page)
    return page.bytes
  }

  private func writeDaemon(_ page: inout PrometheusWriter) {
    page.family("lantian_build_info", .gauge, "Always 1; the version stands in the label.")
    page.sample([("version", daemon.version)], 1.0)
    page.family("lantian_ready", .gauge, "Whether the daemon is configured, recovered and listening.")
    page.sample(daemon.ready ? 1.0 : 0.0)
    page.family("lantian_simulated", .gauge, "Whether the data are simulated.")
    page.sample(daemon.simulated ? 1.0 : 0.0)
    page.family("lantian_config_last_reload_successful", .gauge, "Whether the newest configuration reload succeeded.")
    page.sample(daemon.lastReloadSuccessful ? 1.0 : 0.0)
    page.family("lantian_config_generation", .gauge, "Number of the configuration in force.")
    page.sample(Double(daemon.configurationGeneration))
    page.family("lantian_journal_position", .gauge, "Newest committed journal record.")
    page.sample(Double(daemon.journalPosition))
    page.family("lantian_event_sequence", .gauge, "Sequence of the newest committed event.")
    page.sample(view.map { Double($0.lastSequence) })
    page.family("lantian_bound_limit", .gauge, "Bounds of the daemon; the unit is the last part of the name.")
    for bound in daemon.bounds { page.sample([("bound", bound.name)], Double(bound.limit)) }
    page.family("lantian_bound_used", .gauge, "How much of a bound is taken now.")
    for bound in daemon.bounds { page.sample([("bound", bound.name)], bound.used.map(Double.init)) }
    page.family("lantian_bound_dropped_total", .counter, "What was dropped or refused because of a bound.")
    for bound in daemon.bounds { page.sample([("bound", bound.name)], bound.dropped) }
  }

  private func writeFeeds(_ page: inout PrometheusWriter) {
    page.family("lantian_feed_up", .gauge, "Whether the newest poll of the feed brought an answer.")
    for feed in feeds { page.sample([("feed", feed.name)], feed.isUp ? 1.0 : 0.0) }
    page.family("lantian_feed_polls_total", .counter, "Polls by outcome.")
    for feed in feeds {
      for count in feed.outcomes { page.sample([("feed", feed.name), ("outcome", count.label)], count.count) }
    }
    page.family("lantian_feed_poll_duration_seconds", .histogram, "Whole transfers, from the start to the last byte.")
    for feed in feeds where feed.arrivals == nil { page.histogram([("feed", feed.name)], feed.pollDuration) }
    page.family("lantian_feed_last_success_timestamp_seconds", .gauge, "When the newest poll succeeded, Unix time.")
    for feed in feeds {
      page.sample([("feed", feed.name)], feed.lastSuccess.map { Double($0.milliseconds) / 1_000 })
    }
    page.family("lantian_feed_overruns_total", .counter, "Polls that were due while the one before was still running.")
    for feed in feeds where feed.arrivals == nil { page.sample([("feed", feed.name)], feed.overruns) }
    page.family("lantian_feed_received_bytes_total", .counter, "Bytes received, before decompression.")
    for feed in feeds { page.sample([("feed", feed.name)], feed.bytes) }
    page.family("lantian_readings_total", .counter, "Readings by the verdict of screening; each counts once.")
    for feed in feeds {
      for count in feed.verdicts { page.sample([("feed", feed.name), ("verdict", count.label)], count.count) }
    }
    page.family("lantian_reading_dispositions_total", .counter, "What became of the readings.")
    for feed in feeds {
      for count in feed.dispositions { page.sample([("feed", feed.name), ("disposition", count.label)], count.count) }
    }
  }

  private func writeUnits(_ page: inout PrometheusWriter, _ view: SiteView) {
    func labels(_ unit: UnitView, _ value: ValueView) -> [(String, String)] {
      [("county", unit.county.code), ("pollutant", value.pollutant.name), ("window", value.window)]
    }
    page.family("lantian_completeness_ratio", .gauge, "Share of the expected inputs that are present.")
    for unit in view.units { for value in unit.values { page.sample(labels(unit, value), value.completeness) } }
    page.family(
      "lantian_concentration_grams_per_cubic_meter", .gauge, "Newest mean of the assessed stations, grams per m3.")
    for unit in view.units {
      for value in unit.values { page.sample(labels(unit, value), Self.grams(value)) }
    }
    page.family("lantian_aqi", .gauge, "Real-time AQI.")
    for unit in view.units { page.sample([("county", unit.county.code)], unit.aqi.realtime.map(Double.init)) }
    page.family(
      "lantian_alert_level", .gauge, "The finding: 0 none, 1 blue, 2 yellow, 3 orange, 4 red, -1 never known.")
    for unit in view.units { page.sample([("county", unit.county.code)], Double(unit.level.metricValue)) }
    page.family("lantian_alert_indeterminate", .gauge, "Whether the finding cannot be judged now.")
    for unit in view.units {
      page.sample([("county", unit.county.code)], unit.level.state == .indeterminate ? 1.0 : 0.0)
    }
  }

  /// Grams per cubic metre; nil when missing or not a mass concentration.
  static func grams(_ value: ValueView) -> Double? {
    guard let amount = value.value, amount.isFinite else { return nil }
    // Dividing keeps 29 µg/m³ at 2.9e-05, where multiplying by 1e-6 would not.
    switch value.pollutant.unit {
    case .microgramsPerCubicMeter: return amount / 1_000_000
    case .milligramsPerCubicMeter: return amount / 1_000
    default: return nil
    }
  }

  /// The pollutant of an annual mean, `pm10` of `pm10_annual_mean`; nil for days and emissions.
  static func pollutant(of indicator: String) -> String? {
    let suffix = "_annual_mean"
    guard indicator.hasSuffix(suffix) else { return nil }
    return Pollutant(name: String(indicator.dropLast(suffix.count)))?.name
  }

  private func writeTargets(_ page: inout PrometheusWriter, _ view: SiteView) {
    page.family(
      "lantian_target_budget_ratio", .gauge,
      "Share of the year's budget of a target that is used up; above 1 it is overdrawn.")
    for target in view.targets {
      guard let ratio = target.budgetRatio, let pollutant = Self.pollutant(of: target.indicator) else { continue }
      page.sample([("county", target.county), ("pollutant", pollutant), ("year", String(target.year))], ratio)
    }
  }

  private func writeTransitions(_ page: inout PrometheusWriter) {
    page.family("lantian_alert_transitions_total", .counter, "Transitions of findings since the start.")
    for (transition, count) in transitions.sorted(by: { ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to) }) {
      page.sample([("from", transition.from), ("to", transition.to)], count)
    }
  }

  private func writeHooks(_ page: inout PrometheusWriter) {
    page.family("lantian_hook_deliveries_total", .counter, "Deliveries by outcome.")
    for hook in hooks {
      for count in hook.deliveries { page.sample([("hook", hook.name), ("outcome", count.label)], count.count) }
    }
    page.family("lantian_hook_queue_length", .gauge, "Deliveries waiting.")
    for hook in hooks { page.sample([("hook", hook.name)], Double(hook.queueLength)) }
    page.family("lantian_hook_oldest_pending_seconds", .gauge, "Age of the oldest waiting delivery; 0 when none waits.")
    for hook in hooks { page.sample([("hook", hook.name)], hook.oldestPendingSeconds) }
  }

  private func writeListeners(_ page: inout PrometheusWriter) {
    page.family("lantian_http_answers_total", .counter, "Answers of the HTTP listeners by status code.")
    for answer in statistics.answersByStatus { page.sample([("code", String(answer.status))], answer.count) }
    page.family("lantian_stream_clients", .gauge, "Open live streams.")
    page.sample(Double(streams))
    page.family("lantian_stream_dropped_total", .counter, "Live streams closed because their client was too slow.")
    page.sample(Double(droppedStreams))
  }

  private func writeProcess(_ page: inout PrometheusWriter) {
    let process = ProcessStatus.read()
    page.family("process_cpu_seconds_total", .counter, "CPU time of user and system.")
    page.sample(process.cpuSeconds)
    page.family("process_resident_memory_bytes", .gauge, "Resident memory.")
    page.sample(process.residentBytes)
    page.family("process_virtual_memory_bytes", .gauge, "Virtual memory.")
    page.sample(process.virtualBytes)
    page.family("process_open_fds", .gauge, "Open file descriptors.")
    page.sample(process.openDescriptors)
    page.family("process_max_fds", .gauge, "Most file descriptors the process may open.")
    page.sample(process.maximumDescriptors)
    page.family("process_threads", .gauge, "Threads.")
    page.sample(process.threads)
    page.family("process_start_time_seconds", .gauge, "When the process started, Unix time.")
    page.sample(process.startSeconds)
  }
}
