import AirQuality

/// What moves the polls of a feed, for `check --explain`.
extension LoadedConfiguration {
  func explainPacing(_ feed: FeedConfiguration) -> [ExplanationValue.Member] {
    var members: [ExplanationValue.Member] = []
    func time(_ milliseconds: Int64) -> String { Quantities.describe(milliseconds: milliseconds) }
    if let rules = feed.pacing.publication {
      let text =
        "poll \(rules.marginMilliseconds.map { time($0) } ?? "up to 30s") after \(Self.percent(rules.quantile)) have come, "
        + "\(rules.attempts) repeats, late beyond \(Self.percent(rules.alarmQuantile))"
        + " and at least \(rules.alarmFloorMilliseconds.map { time($0) } ?? "10m or a period") more"
      members.append(.init("publication", .text(text)))
    }
    if let denser = feed.pacing.denser {
      let units = denser.units.map { $0.joined(separator: " ") } ?? "any unit"
      let levels = denser.levels.joined(separator: " ")
      members.append(.init("denser", .text("\(time(denser.everyMilliseconds)) at \(levels) in \(units)")))
    }
    if let lookBack = feed.pacing.lookBack {
      var text = time(lookBack.spanMilliseconds)
      if let daily = lookBack.daily {
        let minutes = daily.atMilliseconds / 60_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        text += ", daily \(time(daily.spanMilliseconds)) at \(two(minutes / 60)):\(two(minutes % 60))"
      }
      members.append(.init("look_back", .text(text)))
    }
    if let budget = feed.pacing.budget { members.append(.init("budget", .text(budget))) }
    return members
  }

  func explainBudget(_ budget: BudgetConfiguration) -> ExplanationValue {
    .object([
      .init("name", .text(budget.name)), .init("requests", .integer(Int64(budget.requests))),
      .init("per", .text(Quantities.describe(milliseconds: budget.perMilliseconds))),
      .init("resets", .text(budget.renewal.rawValue)),
      .init("feeds", .integer(Int64(feeds.count { $0.pacing.budget == budget.name }))),
    ])
  }

  /// `90%`, `99.5%`.
  private static func percent(_ share: Double) -> String {
    let thousandths = Int((share * 1_000).rounded())
    return thousandths % 10 == 0 ? "\(thousandths / 10)%" : "\(thousandths / 10).\(thousandths % 10)%"
  }
}
