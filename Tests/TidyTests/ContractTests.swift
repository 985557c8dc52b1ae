import Testing

/// The faces that other programs rely on are written down, and the documents name all of them.
@Suite("Documents name every face")
struct ContractTests {
  static let verbs = [
    "run", "check", "demo", "feed", "decode", "lidar", "aqi", "calibrate", "alert", "dust", "flag", "task",
    "inspection", "target",
    "replay", "explain", "report",
    "import",
    "audit",
    "status",
    "version",
  ]
  static let keys = [
    "version", "site", "state", "listen", "counties", "stations", "targets", "aqi", "feeds", "alerts", "hooks",
    "limits",
    "retention", "history", "forward", "screening", "inspectors", "hot_spots", "lidar", "budgets",
  ]
  static let metrics = [
    "lantian_build_info", "lantian_feed_up", "lantian_feed_polls_total", "lantian_feed_poll_duration_seconds",
    "lantian_feed_last_success_timestamp_seconds", "lantian_feed_overruns_total", "lantian_readings_total",
    "lantian_completeness_ratio", "lantian_concentration_grams_per_cubic_meter", "lantian_alert_level",
    "lantian_alert_indeterminate", "lantian_alert_transitions_total", "lantian_target_budget_ratio",
    "lantian_hook_deliveries_total", "lantian_hook_queue_length", "lantian_hook_oldest_pending_seconds",
    "lantian_config_last_reload_successful", "process_",
  ]
  static let endpoints = [
    "/-/healthy", "/-/ready", "/-/reload", "/metrics", "/api/v1/status", "/api/v1/stations",
    "/api/v1/stations/{id}/series", "/api/v1/counties", "/api/v1/targets", "/api/v1/dust",
    "/api/v1/events", "/api/v1/feeds",
    "/api/v1/openapi.json", "/api/v1/stream",
  ]
  static let outcomes = [
    "ok", "not_modified", "http_error", "timeout", "tls", "connect", "parse", "empty", "too_large", "throttled",
    "breaker_open", "skipped",
  ]

  @Test(arguments: ["README.md", "README.zh-CN.md"])
  func theReadmeNamesVerbsAndKeys(file: String) throws {
    let text = try #require(SourceTree.text(file))
    // Compared outside `#expect`, which would print the whole document.
    let verbs = Self.verbs.filter { !text.contains("lantian \($0)") }
    let keys = Self.keys.filter { !text.contains("`\($0)") }
    #expect(verbs.isEmpty && keys.isEmpty, "\(file) does not name \(verbs) \(keys)")
  }

  @Test func everyVerbOfTheProgramIsInTheList() throws {
    let main = try #require(SourceTree.text("Sources/lantian/Lantian.swift"))
    let list = try #require(main.firstRange(of: "subcommands: [").map { main[$0.upperBound...].prefix { $0 != "]" } })
    let commands = list.split { !$0.isLetter && $0 != "." }.map(String.init).filter { $0.count > 4 && $0 != "self" }
    let named = commands.map { $0.split(separator: ".").first.map(String.init) ?? $0 }
      .map { $0.hasSuffix("Command") ? String($0.dropLast(7)).lowercased() : $0.lowercased() }
    #expect(!named.isEmpty)
    for verb in named { #expect(Self.verbs.contains(verb), "the verb \(verb) is in no document's list") }
  }

  @Test func everyMetricIsWritten() {
    let web = SourceTree.sources.filter { $0.target == "Web" }
    for name in Self.metrics { #expect(web.contains { $0.text.contains("\"\(name)") }, "\(name)") }
  }

  @Test func everyOutcomeOfAPollHasItsLabel() {
    let polling = SourceTree.sources.filter { $0.path == "Sources/Polling/PollOutcome.swift" }
    for outcome in Self.outcomes {
      #expect(
        polling.contains { $0.text.contains("\"\(outcome)\"") || $0.text.contains("case \(outcome)") }, "\(outcome)")
    }
  }

  @Test func theOpenAPIDocumentNamesEveryEndpoint() throws {
    let text = try #require(SourceTree.text("Sources/Web/Resources/openapi.json"))
    for endpoint in Self.endpoints { #expect(text.contains("\"\(endpoint)\""), "\(endpoint)") }
  }

  @Test func nothingNamesThisWorkplace() {
    for file in SourceTree.sources + SourceTree.tests where file.target != "TidyTests" {
      for word in ["/work/", "issue #", "subagent"] { #expect(!holds(file.text, word), "\(file.path): \(word)") }
    }
  }
}
