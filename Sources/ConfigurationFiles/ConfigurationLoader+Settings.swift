extension ConfigurationLoader {
  /// A name under `key` of a small mapping; the first of `valid` when nothing is written.
  mutating func readChoice(_ node: ConfigurationNode?, key: String, among valid: [String], what: String) -> String {
    let standard = valid.first ?? ""
    guard let node, let fields = fields(node, [key]) else { return standard }
    return choice(required(fields, key, "a \(what)"), among: valid, what: what) ?? standard
  }

  /// Command line, then `LANTIAN_LISTEN`, then the file, then loopback.
  mutating func readListen(_ node: ConfigurationNode?) -> ListenAddress {
    var result = ConfigurationBounds.defaultListen
    var place = SourceLocation(file: "default")
    var path = "listen"
    if let node, let text = text(node, "an address such as 127.0.0.1:8650") {
      result = text
      place = node.location
      if Quantities.listenAddress(text) == nil {
        fail(.badValue(value: written(node), expected: Self.listenAdvice), node)
      }
    }
    for (value, origin) in [(sources.environment["LANTIAN_LISTEN"], "LANTIAN_LISTEN"), (sources.listen, "--listen")] {
      guard let value, !value.isEmpty else { continue }
      if let node, origin == "LANTIAN_LISTEN", value != result {
        warn(.overriddenByEnvironment(variable: origin), node)
      }
      result = value
      place = SourceLocation(file: origin)
      path = ""
      if Quantities.listenAddress(value) == nil {
        fail(.badValue(value: value, expected: Self.listenAdvice), at: place)
      }
    }
    let fallback = ListenAddress(host: "127.0.0.1", port: 8650)
    let address = Quantities.listenAddress(result) ?? fallback
    if !address.isLoopback { warn(.listensBeyondLoopback(address: address.description), at: place, path: path) }
    return address
  }

  private static let listenAdvice = "write an address and a port, such as 127.0.0.1:8650 or [::1]:8650"

  /// Command line, then `LANTIAN_STATE_DIR`, then the file, then systemd's `STATE_DIRECTORY`, then the usual place.
  mutating func readState(_ node: ConfigurationNode?) -> String {
    var file: String?
    if let node, let text = filledText(node, "a directory") { file = resolve(text) }
    if let value = sources.stateDirectory, !value.isEmpty { return absolute(value) }
    if let value = sources.environment["LANTIAN_STATE_DIR"], !value.isEmpty {
      if let node, let file, absolute(file) != absolute(value) {
        warn(.overriddenByEnvironment(variable: "LANTIAN_STATE_DIR"), node)
      }
      return absolute(value)
    }
    if let file { return absolute(file) }
    if let value = sources.environment["STATE_DIRECTORY"]?.split(separator: ":").first {
      return absolute(String(value))
    }
    return ConfigurationBounds.defaultStateDirectory
  }

  mutating func readLimits(_ node: ConfigurationNode?) -> LimitsConfiguration {
    var limits = LimitsConfiguration()
    guard let node,
      let fields = fields(
        node, ["connections", "connections_per_host", "decode_backlog", "unknown_stations", "hook_queue"])
    else { return limits }
    limits.connections = integer(fields["connections"], in: 1...10_000, "a count") ?? limits.connections
    limits.connectionsPerHost =
      integer(fields["connections_per_host"], in: 1...1_000, "a count") ?? limits.connectionsPerHost
    limits.decodeBacklogBytes =
      size(fields["decode_backlog"], in: (1 << 20)...(16 << 30)) ?? limits.decodeBacklogBytes
    limits.unknownStations =
      integer(fields["unknown_stations"], in: 0...1_000_000, "a count") ?? limits.unknownStations
    limits.hookQueue = integer(fields["hook_queue"], in: 1...10_000_000, "a count") ?? limits.hookQueue
    return limits
  }

  mutating func readRetention(_ node: ConfigurationNode?) -> RetentionConfiguration {
    var retention = RetentionConfiguration()
    guard let node, let fields = fields(node, ["raw", "minutes", "hours", "journal", "journal_size"]) else {
      return retention
    }
    retention.rawBytes = size(fields["raw"], in: 0...(1 << 50)) ?? retention.rawBytes
    retention.minuteDays = days(fields["minutes"], atLeast: 2) ?? retention.minuteDays
    retention.hourDays = days(fields["hours"], atLeast: 60) ?? retention.hourDays
    retention.journalDays = days(fields["journal"], atLeast: 3) ?? retention.journalDays
    retention.journalBytes =
      size(fields["journal_size"], in: (64 << 20)...(1 << 50)) ?? retention.journalBytes
    return retention
  }

  private mutating func days(_ node: ConfigurationNode?, atLeast least: Int64) -> Int? {
    guard let node else { return nil }
    let day: Int64 = 86_400_000
    guard let value = duration(node, in: (least * day)...(36_600 * day)) else { return nil }
    guard value % day == 0 else {
      fail(.badValue(value: written(node), expected: "write whole days, such as 90d"), node)
      return nil
    }
    return Int(value / day)
  }
}
