import AirQuality
import Engine
import HTTPTypes
import Testing

@testable import Web

/// Reads the text format strictly: families whole and once, samples of declared families only, no series twice.
struct MetricsChecker {
  var kinds: [String: String] = [:]
  var series: [String: Double] = [:]
  var faults: [String] = []

  init(_ page: String) {
    var family = ""
    var helped = ""
    if !page.hasSuffix("\n") { faults.append("the last line is not ended") }
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if line.hasPrefix("# HELP ") {
        helped = words[2]
        if kinds[helped] != nil { faults.append("\(helped) stands twice") }
      } else if line.hasPrefix("# TYPE ") {
        family = words[2]
        if family != helped { faults.append("\(family) has no HELP before TYPE") }
        kinds[family] = words[3]
      } else if let space = line.lastIndex(of: " "), let value = Self.number(line[line.index(after: space)...]) {
        read(String(line[..<space]), value, family)
      } else {
        faults.append("not a sample: \(line)")
      }
    }
  }

  private static func number(_ text: Substring) -> Double? { text == "+Inf" ? .infinity : Double(text) }

  private mutating func read(_ series: String, _ value: Double, _ family: String) {
    let name = String(series.prefix { $0 != "{" })
    let suffixes = kinds[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    if !suffixes.contains(where: { family + $0 == name }) { faults.append("\(name) stands under \(family)") }
    if !name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) { faults.append("bad name \(name)") }
    if self.series.updateValue(value, forKey: series) != nil { faults.append("\(series) stands twice") }
    if value.isNaN { faults.append("\(series) is NaN") }
    if kinds[family] == "counter" && (value < 0 || !name.hasSuffix("_total")) { faults.append("bad counter \(series)") }
    if series.count > name.count && !Self.labelsAreWellFormed(series.dropFirst(name.count)) {
      faults.append("bad labels \(series)")
    }
  }

  /// `{a="…",b="…"}` with backslash, quote and newline escaped.
  private static func labelsAreWellFormed(_ text: Substring) -> Bool {
    var rest = text.dropFirst()
    while true {
      let name = rest.prefix { $0.isLetter || $0 == "_" }
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, rest.hasPrefix("=\"") else { return false }
      rest = rest.dropFirst(2)
      while let character = rest.first, character != "\"" {
        if character == "\\" {
          guard let next = rest.dropFirst().first, "\\\"n".contains(next) else { return false }
          rest = rest.dropFirst()
        }
        rest = rest.dropFirst()
      }
      rest = rest.dropFirst()
      if rest == "}" { return true }
      guard rest.first == "," else { return false }
      rest = rest.dropFirst()
    }
  }
}

@Suite struct MetricsTests {
  private func checked(_ sources: WebSources) async -> MetricsChecker {
    let reply = await face(sources).answer(WebRequest(.get, "/metrics"))
    #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    return MetricsChecker(reply.text)
  }

  @Test func thePageIsWellFormedAndComplete() async throws {
    let broadcaster = Broadcaster()
    broadcaster.publish(events: SampleSite.events)
    let page = await checked(SampleSite.sources(broadcaster: broadcaster))
    #expect(page.faults.isEmpty, "\(page.faults)")
    let promised = [
      "lantian_build_info", "lantian_feed_up", "lantian_feed_polls_total", "lantian_feed_poll_duration_seconds",
      "lantian_feed_last_success_timestamp_seconds", "lantian_feed_overruns_total", "lantian_readings_total",
      "lantian_completeness_ratio", "lantian_concentration_grams_per_cubic_meter", "lantian_alert_level",
      "lantian_alert_indeterminate", "lantian_alert_transitions_total", "lantian_target_budget_ratio",
      "lantian_hook_deliveries_total", "lantian_hook_queue_length", "lantian_hook_oldest_pending_seconds",
      "lantian_config_last_reload_successful", "process_cpu_seconds_total", "process_resident_memory_bytes",
      "process_open_fds", "process_start_time_seconds",
    ]
    for name in promised {
      #expect(page.kinds[name] != nil, "\(name)")
      #expect(page.series.keys.contains { $0.hasPrefix(name) }, "\(name) has no sample")
    }
  }

  @Test(arguments: [
    (#"lantian_build_info{version="0.2.0"}"#, 1.0), (#"lantian_feed_up{feed="national"}"#, 1),
    (#"lantian_feed_up{feed="park\"\\\n1"}"#, 0), (#"lantian_feed_up{feed="new"}"#, 0),
    (#"lantian_feed_polls_total{feed="national",outcome="timeout"}"#, 1),
    (#"lantian_feed_poll_duration_seconds_bucket{feed="national",le="0.005"}"#, 2),
    (#"lantian_feed_poll_duration_seconds_bucket{feed="national",le="+Inf"}"#, 98),
    (#"lantian_feed_poll_duration_seconds_count{feed="national"}"#, 98),
    (#"lantian_feed_last_success_timestamp_seconds{feed="national"}"#, 1_607_148_000),
    (#"lantian_readings_total{feed="national",verdict="missing"}"#, 123),
    (#"lantian_concentration_grams_per_cubic_meter{county="141100-urban",pollutant="pm25",window="1h"}"#, 168.25e-6),
    (#"lantian_concentration_grams_per_cubic_meter{county="141128",pollutant="co",window="1h"}"#, 1.38e-3),
    (#"lantian_completeness_ratio{county="141124",pollutant="pm25",window="1h"}"#, 0.25),
    (#"lantian_alert_level{county="141181"}"#, 4), (#"lantian_alert_level{county="141127"}"#, -1),
    (#"lantian_alert_level{county="141124"}"#, 2), (#"lantian_alert_indeterminate{county="141124"}"#, 1),
    (#"lantian_alert_indeterminate{county="141102"}"#, 0),
    (#"lantian_target_budget_ratio{county="141102",pollutant="pm10",year="2020"}"#, 0.93),
    (#"lantian_hook_queue_length{hook="duty-room"}"#, 2), ("lantian_config_last_reload_successful", 0),
  ])
  func samplesCarryTheSources(series: String, value: Double) async throws {
    let page = await checked(SampleSite.sources())
    let found = try #require(page.series[series])
    #expect(abs(found - value) <= abs(value) * 1e-12)
  }

  @Test func feedsOfInstrumentsHaveFamiliesOfTheirOwn() async throws {
    var sources = SampleSite.sources()
    #expect(!(await checked(sources)).kinds.keys.contains { $0.hasPrefix("lantian_instrument") })
    sources.feeds = { [SampleSite.dialIn] }
    let page = await checked(sources)
    #expect(page.faults.isEmpty, "\(page.faults)")
    for (series, value) in [
      (#"lantian_instrument_connections{feed="dial-in"}"#, 3.0),
      (#"lantian_instrument_connections_total{feed="dial-in"}"#, 5),
      (#"lantian_instrument_frames_total{feed="dial-in",verdict="checksum"}"#, 2),
      (#"lantian_instrument_closes_total{feed="dial-in",reason="idle"}"#, 1),
      (#"lantian_instrument_answers_total{feed="dial-in"}"#, 9),
      (#"lantian_instrument_skipped_bytes_total{feed="dial-in"}"#, 4), (#"lantian_feed_up{feed="dial-in"}"#, 1),
    ] { #expect(page.series[series] == value, "\(series)") }
  }

  @Test func reportsUpwardHaveFamiliesOfTheirOwn() async throws {
    var sources = SampleSite.sources()
    #expect(!(await checked(sources)).kinds.keys.contains { $0.hasPrefix("lantian_forward") })
    sources.forwards = {
      [
        ForwardStatusView(
          name: "province", isConnected: true, queueLength: 4, oldestPendingSeconds: 2.5,
          deliveries: [.init("delivered", 7), .init("failed", 2)])
      ]
    }
    let page = await checked(sources)
    #expect(page.faults.isEmpty, "\(page.faults)")
    for (series, value) in [
      (#"lantian_forward_connected{forward="province"}"#, 1.0),
      (#"lantian_forward_queue_length{forward="province"}"#, 4),
      (#"lantian_forward_oldest_pending_seconds{forward="province"}"#, 2.5),
      (#"lantian_forward_deliveries_total{forward="province",outcome="failed"}"#, 2),
    ] { #expect(page.series[series] == value, "\(series)") }
  }

  @Test func whatIsMissingIsLeftOut() async throws {
    let page = await checked(SampleSite.sources())
    let absent = [
      #"lantian_concentration_grams_per_cubic_meter{county="141124",pollutant="pm25",window="1h"}"#,
      #"lantian_feed_last_success_timestamp_seconds{feed="new"}"#, #"lantian_aqi{county="141127"}"#,
      #"lantian_bound_used{bound="journal_record_bytes"}"#,
    ]
    for series in absent { #expect(page.series[series] == nil, "\(series)") }
    #expect(!page.series.keys.contains { $0.contains("heavy_days") })
    let empty = await checked(SampleSite.sources(view: { nil }))
    #expect(empty.faults.isEmpty, "\(empty.faults)")
  }

  @Test func countersOnlyGrow() async throws {
    let broadcaster = Broadcaster()
    let shared = face(SampleSite.sources(broadcaster: broadcaster))
    func read() async -> [String: Double] {
      let page = MetricsChecker(await shared.answer(WebRequest(.get, "/metrics")).text)
      return page.series.filter { page.kinds[String($0.key.prefix { $0 != "{" })] == "counter" }
    }
    let before = await read()
    broadcaster.publish(events: SampleSite.events)
    _ = await shared.answer(WebRequest(.get, "/nothing"))
    let after = await read()
    for (series, value) in before { #expect((after[series] ?? -1) >= value, "\(series)") }
    #expect(after[#"lantian_http_answers_total{code="404"}"#] == 1)
    #expect(after[#"lantian_alert_transitions_total{from="orange",to="red"}"#] == 3)
  }

  @Test func theCheckerFindsFaults() {
    let bad = [
      "a 1\n", "# HELP a x\n# TYPE a gauge\na 1\na 2\n", "# HELP a x\n# TYPE a gauge\nb 1\n",
      "# HELP a x\n# TYPE a gauge\na{x=\"\"\"} 1\n", "# HELP a x\n# TYPE a counter\na 1\n",
      "# HELP a x\n# TYPE a gauge\na one\n", "# HELP a x\n# TYPE a gauge\na 1", "# HELP a x\n# TYPE a gauge\na NaN\n",
    ]
    for page in bad { #expect(!MetricsChecker(page).faults.isEmpty, "\(page)") }
  }
}
