import AirQuality

/// What a configuration amounts to (`check --explain`), for people as lines and for programs as JSON. No secrets.
extension LoadedConfiguration {
  /// Everything as one object.
  package var explanation: ExplanationValue {
    .object([
      .init("configuration", .text(path)),
      .init("files", .list(files.map { .text($0) })),
      .init("site", explainSite()),
      .init("counties", .list(site.counties.map { explainCounty($0) })),
      .init("stations", explainStations()),
      .init("registry", explainRegistry()),
      .init("calibrations", .list(registry.calibrations.map { explainCalibration($0) })),
      .init("feeds", .list(feeds.map { explainFeed($0) })),
      .init("instruments", .list(instruments.map { explainInstruments($0) })),
      .init("received", .list(received.map { explainReceived($0) })),
      .init("forward", .list(forwards.map { explainForward($0) })),
      .init("budgets", .list(budgets.map { explainBudget($0) })),
      .init("polls_per_minute", .number(pollsPerMinute)),
      .init("targets", .list(targets.map { .text($0.path) })),
      .init("ledger", explainLedger()),
      .init("history", .list(history.map { explainHistory($0) })),
      .init("aqi_edition", .text(edition)),
      .init("criteria", .text(criteria)),
      .init("screening", explainScreening()),
      .init("hot_spots", explainHotSpots()),
      .init("lidar", explainLidar()),
      .init("hooks", .list(hooks.map { explainHook($0) })),
      .init("listen", .text(listen.description)),
      .init("state", .text(stateDirectory)),
      .init("bounds", explainBounds()),
      .init("warnings", .list(warnings.map { .text($0.description) })),
    ])
  }

  /// The explanation as lines for a terminal.
  package var explanationLines: [String] {
    guard case .object(let members) = explanation else { return [] }
    var lines: [String] = []
    for member in members {
      switch member.value {
      case .list(let items):
        lines.append("\(member.key): \(items.count)")
        for item in items { lines.append("  " + item.plain) }
      case .object(let inner):
        lines.append("\(member.key):")
        for entry in inner { lines.append("  \(entry.key): \(entry.value.plain)") }
      default: lines.append("\(member.key): \(member.value.plain)")
      }
    }
    return lines
  }

  /// Polls of all enabled feeds in a minute.
  package var pollsPerMinute: Double {
    feeds.filter(\.enabled).reduce(0) { $0 + 60_000 / Double($1.everyMilliseconds) }
  }

  private func explainSite() -> ExplanationValue {
    .object([
      .init("name", .text(site.name)), .init("code", .text(site.code)), .init("offset", .text(site.offset.description)),
    ])
  }

  private func explainCounty(_ county: County) -> ExplanationValue {
    let stations = site.stations.filter { $0.county == county.code }
    let assessed = stations.filter(\.assessed).count
    return .object([
      .init("code", .text(county.code)), .init("name_zh", .text(county.nameChinese)),
      .init("name_en", .text(county.nameEnglish)), .init("group", .text(county.group)),
      .init("stations", .integer(Int64(stations.count))), .init("assessed", .integer(Int64(assessed))),
      .init("monitored", .flag(assessed > 0)),
    ])
  }

  private func explainStations() -> ExplanationValue {
    func count(_ isCounted: (Station) -> Bool) -> ExplanationValue {
      .integer(Int64(site.stations.filter(isCounted).count))
    }
    let classes = StationClass.allCases.filter { stationClass in
      site.stations.contains { $0.stationClass == stationClass }
    }
    return .object(
      [
        .init("all", count { _ in true }), .init("assessed", count(\.assessed)),
        .init("urban_assessed", count { $0.urban && $0.assessed && !$0.background }),
        .init("background", count(\.background)),
      ]
        + classes.map { stationClass in .init(stationClass.rawValue, count { $0.stationClass == stationClass }) })
  }

  /// `cnemc: national real-time feed (XML)`, `json mapping`.
  func summary(of format: FeedFormat) -> String {
    guard case .preset(let name) = format, let what = presetSummaries[name] else { return format.summary }
    return "\(name): \(what)"
  }

  private func explainFeed(_ feed: FeedConfiguration) -> ExplanationValue {
    func time(_ milliseconds: Int64) -> ExplanationValue { .text(Quantities.describe(milliseconds: milliseconds)) }
    var members: [ExplanationValue.Member] = [
      .init("name", .text(feed.name)), .init("enabled", .flag(feed.enabled)), .init("url", .text(feed.display)),
      .init("format", .text(summary(of: feed.format))), .init("every", time(feed.everyMilliseconds)),
      .init("offset", feed.offsetMilliseconds.map { time($0) } ?? .text("spread")),
      .init("timeout", time(feed.timeoutMilliseconds)), .init("connect_timeout", time(feed.connectTimeoutMilliseconds)),
      .init("max_body", .text(Quantities.describe(bytes: feed.maxBodyBytes))),
      .init("max_redirects", .integer(Int64(feed.maxRedirects))), .init("auth", .text(feed.authentication.kind)),
      .init("http2", .flag(feed.http2)),
    ]
    if let low = feed.lowSpeed {
      let duration = Quantities.describe(milliseconds: low.forMilliseconds)
      members.append(.init("low_speed", .text("\(low.bytesPerSecond) B/s for \(duration)")))
    }
    if let files = feed.files { members += explainFiles(files) }
    if let proxy = feed.proxy { members.append(.init("proxy", .text(proxy.display))) }
    if let file = feed.tls.authorityFile { members.append(.init("ca_file", .text(file))) }
    if !feed.headers.isEmpty { members.append(.init("headers", .list(feed.headers.map { .text($0.name) }))) }
    members += [
      .init("late_after", feed.lateAfterMilliseconds.map { time($0) } ?? .text("3 x every")),
      .init(
        "frozen_after", feed.frozenAfterMilliseconds.map { time($0) } ?? .text("6 x every, at least 3 data periods")),
    ]
    members += explainPacing(feed)
    if let station = feed.station { members.append(.init("station", .text(station))) }
    return .object(members)
  }

  private func explainInstruments(_ feed: InstrumentFeedConfiguration) -> ExplanationValue {
    .object([
      .init("name", .text(feed.name)), .init("enabled", .flag(feed.enabled)),
      .init("listen", .text(feed.listen.description)), .init("format", .text(feed.format)),
      .init("devices", .integer(Int64(feed.devices.count))),
      .init("with_password", .integer(Int64(feed.devices.count { $0.password != nil }))),
      .init("connections", .integer(Int64(feed.connections))),
      .init("idle_timeout", .text(Quantities.describe(milliseconds: feed.idleMilliseconds))),
      .init("late_after", .text(Quantities.describe(milliseconds: feed.lateAfterMilliseconds))),
    ])
  }

  private func explainForward(_ forward: ForwardConfiguration) -> ExplanationValue {
    .object([
      .init("name", .text(forward.name)), .init("enabled", .flag(forward.enabled)),
      .init("address", .text(forward.address.description)), .init("format", .text(forward.format)),
      .init("with_password", .flag(forward.password != nil)),
      .init("delay", .text(Quantities.describe(milliseconds: forward.delayMilliseconds))),
      .init("sources", .integer(Int64(forward.sources.count))),
    ])
  }

  private func explainLedger() -> ExplanationValue {
    func count(_ number: Int) -> ExplanationValue { .integer(Int64(number)) }
    return .object([
      .init("baselines", count(ledger.baselines.count)),
      .init("official_baselines", count(ledger.baselines.count(where: \.isOfficial))),
      .init("heating_seasons", count(ledger.heatingSeasons.count)), .init("reported", count(ledger.reported.count)),
      .init("province_lists", .text(ledger.provinceLists.map(\.period).joined(separator: " "))),
      .init("reviewed", count(ledger.reviewedYears.count)), .init("tasks", count(tasks.count)),
      .init("city_days", ledger.cityDays.map { .text($0.rawValue) } ?? .null),
    ])
  }

  private func explainHistory(_ file: DailyMeansFile) -> ExplanationValue {
    let days = file.rows.map(\.day)
    return .object([
      .init("file", .text(file.source)), .init("rows", .integer(Int64(file.rows.count))),
      .init("from", days.min().map { .text($0.description) } ?? .null),
      .init("until", days.max().map { .text($0.description) } ?? .null), .init("sha256", .text(file.digest)),
    ])
  }

  private func explainHook(_ hook: HookConfiguration) -> ExplanationValue {
    var members: [ExplanationValue.Member] = [.init("name", .text(hook.name))]
    switch hook.target {
    case .webhook(let webhook):
      members += [
        .init("webhook", .text(webhook.display)), .init("signed", .flag(webhook.secret != nil)),
        .init("timeout", .text(Quantities.describe(milliseconds: webhook.timeoutMilliseconds))),
      ]
    case .exec(let command, let timeout):
      // Arguments may hold keys.
      members += [
        .init("exec", .text(command.first ?? "")), .init("arguments", .integer(Int64(max(0, command.count - 1)))),
        .init("timeout", .text(Quantities.describe(milliseconds: timeout))),
      ]
    }
    members += [
      .init("levels", .list(hook.levels.map { .text($0) })), .init("kinds", .list(hook.kinds.map { .text($0) })),
    ]
    return .object(members)
  }

  /// Upper bound of the rings' and ledgers' memory, bytes.
  package var ringMemoryBytes: Int64 {
    let series = site.stations.count * Pollutant.criteriaCount
    let units = site.counties.count + 2
    let ledger = units * Pollutant.criteriaCount * ConfigurationBounds.ledgerDays * 8
    return Int64(series * ConfigurationBounds.ringBytesPerSeries + ledger)
  }

  private func explainBounds() -> ExplanationValue {
    let sizes = feeds.filter(\.enabled).map(\.maxBodyBytes) + received.filter(\.enabled).map(\.maxBodyBytes)
    let largest = sizes.max() ?? 0
    return .object([
      .init("series", .integer(Int64(site.stations.count * Pollutant.criteriaCount))),
      .init("ring_memory", .text(Self.mebibytes(ringMemoryBytes))),
      .init("connections", .integer(Int64(limits.connections))),
      .init("connections_per_host", .integer(Int64(limits.connectionsPerHost))),
      .init("largest_answer", .text(Quantities.describe(bytes: largest))),
      .init("decode_backlog", .text(Quantities.describe(bytes: limits.decodeBacklogBytes))),
      .init("unknown_stations", .integer(Int64(limits.unknownStations))),
      .init("hook_queue", .integer(Int64(limits.hookQueue))),
      .init("raw_answers_on_disk", .text(Quantities.describe(bytes: retention.rawBytes))),
      .init("minutes_kept", .text("\(retention.minuteDays)d")), .init("hours_kept", .text("\(retention.hourDays)d")),
      .init("journal_kept", .text("\(retention.journalDays)d")),
      .init("journal_size", .text(Quantities.describe(bytes: retention.journalBytes))),
      .init("ledger_days", .integer(Int64(ConfigurationBounds.ledgerDays))),
    ])
  }

  private static func mebibytes(_ bytes: Int64) -> String {
    let tenths = (bytes * 10 + (1 << 20) - 1) >> 20
    return "\(tenths / 10).\(tenths % 10)MiB"
  }
}
