import AirQuality

/// The keys of a feed that move its polls: `publication`, `denser`, `look_back`, `budget`.
extension ConfigurationLoader {
  static let publicationKeys = [
    "learn", "quantile", "margin", "alarm_quantile", "alarm_floor", "completeness", "step", "attempts",
  ]
  static let lookBackNotations = ["rfc3339", "epoch-s", "epoch-ms", "pattern"]

  mutating func readPacing(_ fields: ConfigurationFields, every: Int64) -> FeedPacing {
    var pacing = FeedPacing()
    pacing.publication = fields["publication"].flatMap { readPublication($0) }
    pacing.denser = fields["denser"].flatMap { readDenser($0, every: every) }
    pacing.lookBack = fields["look_back"].flatMap { readLookBack($0) }
    pacing.budget = name(fields["budget"], what: "budget")
    checkPlaceholders(fields)
    return pacing
  }

  /// `learn`, or a mapping.
  private mutating func readPublication(_ node: ConfigurationNode) -> FeedPacing.Publication? {
    if case .scalar = node.content {
      return choice(node, among: ["learn"], what: "way to follow publications").map { _ in FeedPacing.Publication() }
    }
    guard let fields = fields(node, Self.publicationKeys) else { return nil }
    var publication = FeedPacing.Publication()
    let milliseconds: ClosedRange<Int64> = 0...86_400_000
    publication.quantile = share(fields["quantile"], in: 0.5...0.999) ?? publication.quantile
    publication.marginMilliseconds = duration(fields["margin"], in: milliseconds)
    publication.alarmQuantile = share(fields["alarm_quantile"], in: 0.5...0.999) ?? max(0.99, publication.quantile)
    publication.alarmFloorMilliseconds = duration(fields["alarm_floor"], in: milliseconds)
    publication.completeness = share(fields["completeness"], in: 0...1) ?? publication.completeness
    publication.stepMilliseconds = duration(fields["step"], in: 1_000...3_600_000)
    publication.attempts = integer(fields["attempts"], in: 0...100, "a count") ?? publication.attempts
    if publication.alarmQuantile < publication.quantile, let place = fields["alarm_quantile"] {
      fail(
        .badValue(value: written(place), expected: "it must be at least quantile, \(publication.quantile)"), place)
    }
    return flag(fields["learn"]) ?? true ? publication : nil
  }

  private mutating func readDenser(_ node: ConfigurationNode, every: Int64) -> FeedPacing.Denser? {
    guard let fields = fields(node, ["levels", "units", "every"]) else { return nil }
    let place = required(fields, "every", "how often to poll while a level is in force, such as 1m")
    let interval = duration(place, in: ConfigurationBounds.everyMilliseconds)
    if let place, let interval, interval >= every {
      let usual = Quantities.describe(milliseconds: every)
      fail(.badValue(value: written(place), expected: "it must be less than the feed's every, \(usual)"), place)
    }
    let levels = choices(fields["levels"], among: HookConfiguration.allLevels, what: "level")
    var units: [String]?
    if let list = fields["units"] {
      units = []
      for item in items(list, of: "codes") {
        guard let code = filledText(item, "the code of a county, the city or its urban district") else { continue }
        units?.append(code)
        guard !countiesAreBroken, !isUnit(code) else { continue }
        let codes = site.counties.map(\.code) + [site.code, site.urbanCode]
        fail(
          .unknownName(
            value: written(item), what: "unit", nearest: SpellingDistance.nearest(to: code, in: codes), valid: codes),
          item)
      }
    }
    guard let interval else { return nil }
    return FeedPacing.Denser(
      levels: levels ?? ["yellow", "orange", "red"], units: units, everyMilliseconds: interval)
  }

  /// A duration, or a mapping.
  private mutating func readLookBack(_ node: ConfigurationNode) -> FeedPacing.LookBack? {
    let spans: ClosedRange<Int64> = 60_000...31 * 86_400_000
    if case .scalar = node.content {
      return duration(node, in: spans).map {
        FeedPacing.LookBack(spanMilliseconds: $0, notation: .rfc3339, zone: .utc)
      }
    }
    guard let fields = fields(node, ["span", "as", "pattern", "zone", "daily"]) else { return nil }
    let span = duration(required(fields, "span", "how far every poll looks back, such as 6h"), in: spans)
    let kind = choice(fields["as"], among: Self.lookBackNotations, what: "way to write a moment") ?? "rfc3339"
    let pattern = filledText(fields["pattern"], "a pattern such as yyyy-MM-dd HH:mm:ss")
    if kind == "pattern", fields["pattern"] == nil {
      fail(.missingKey(key: "pattern", meaning: "a pattern such as yyyy-MM-dd HH:mm:ss"), node)
    }
    if kind != "pattern", let place = fields["pattern"] {
      fail(.badValue(value: written(place), expected: "a pattern needs as: pattern"), place)
    }
    var zone = kind == "pattern" ? site.offset : .utc
    if let place = fields["zone"], let text = text(place, "an offset such as +08:00") {
      if let offset = CivilOffset(text) {
        zone = offset
      } else {
        fail(.badValue(value: written(place), expected: "write an offset such as \"+08:00\""), place)
      }
    }
    let daily = fields["daily"].flatMap { readDaily($0, spans) }
    let notation: FeedPacing.LookBack.Notation =
      switch kind {
      case "epoch-s": .epochSeconds
      case "epoch-ms": .epochMilliseconds
      case "pattern": .pattern(pattern ?? "")
      default: .rfc3339
      }
    return span.map { FeedPacing.LookBack(spanMilliseconds: $0, notation: notation, zone: zone, daily: daily) }
  }

  private mutating func readDaily(
    _ node: ConfigurationNode, _ spans: ClosedRange<Int64>
  ) -> FeedPacing.LookBack.Daily? {
    guard let fields = fields(node, ["at", "span"]) else { return nil }
    let span = duration(required(fields, "span", "how far it looks back, such as 3d"), in: spans)
    guard let place = required(fields, "at", "the time of day, such as \"02:30\""),
      let text = text(place, "a time of day such as \"02:30\"")
    else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Quantities.plainInteger(parts[0]),
      let minute = Quantities.plainInteger(parts[1]), hour < 24, minute < 60
    else {
      fail(.badValue(value: written(place), expected: "write a time of day in quotes, such as \"02:30\""), place)
      return nil
    }
    return span.map {
      FeedPacing.LookBack.Daily(atMilliseconds: (hour * 60 + minute) * 60_000, spanMilliseconds: $0)
    }
  }

  /// `{from}` and `look_back` need each other.
  private mutating func checkPlaceholders(_ fields: ConfigurationFields) {
    guard let place = fields["url"], case .scalar(let url, _) = place.content else { return }
    let hasFrom = url.contains("{from}")
    if fields["look_back"] != nil, !hasFrom {
      let reason = "look_back needs {from} and {until} in it, where it takes the range's ends"
      fail(.badURL(value: WebAddress.redact(written(place)), reason: reason), place)
    }
    if fields["look_back"] == nil, hasFrom || url.contains("{until}") {
      fail(.missingKey(key: "look_back", meaning: "how far back {from} lies, such as 6h"), fields.node)
    }
  }

  /// A share between two bounds.
  private mutating func share(_ node: ConfigurationNode?, in range: ClosedRange<Double>) -> Double? {
    guard let node, let text = text(node, "a number") else { return nil }
    guard let value = Double(text), range.contains(value) else {
      fail(
        .badValue(value: written(node), expected: "write a number from \(range.lowerBound) to \(range.upperBound)"),
        node)
      return nil
    }
    return value
  }
}
