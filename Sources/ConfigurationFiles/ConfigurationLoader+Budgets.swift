/// `budgets`: requests that the feeds of one provider share.
extension ConfigurationLoader {
  static let budgetKeys = ["name", "requests", "per", "resets", "feeds"]

  /// Reads the budgets and gives the feeds that they name their budget.
  mutating func readBudgets(_ lists: [ConfigurationNode], _ feeds: inout [FeedConfiguration]) -> [BudgetConfiguration] {
    var budgets: [BudgetConfiguration] = []
    var places: [String: ConfigurationNode] = [:]
    for item in lists.flatMap({ items($0, of: "budgets") }) {
      guard budgets.count < ConfigurationBounds.budgets else {
        fail(.tooMany(what: "budgets", limit: ConfigurationBounds.budgets), item)
        break
      }
      guard let budget = readBudget(item, &feeds) else { continue }
      if let first = places[budget.name] {
        fail(
          .duplicateName(value: budget.name, what: "budget", first: first.location), at: item.location,
          path: item.path + ".name")
        continue
      }
      places[budget.name] = item
      budgets.append(budget)
    }
    let names = budgets.map(\.name)
    for feed in feeds {
      guard let name = feed.pacing.budget, !names.contains(name) else { continue }
      let nearest = SpellingDistance.nearest(to: name, in: names)
      fail(
        .unknownName(value: name, what: "budget", nearest: nearest, valid: names), at: feed.location,
        path: feed.origin.path + ".budget")
    }
    for budget in budgets { judge(budget, feeds, places[budget.name]) }
    return budgets
  }

  private mutating func readBudget(
    _ node: ConfigurationNode, _ feeds: inout [FeedConfiguration]
  ) -> BudgetConfiguration? {
    guard let fields = fields(node, Self.budgetKeys) else { return nil }
    let name = name(required(fields, "name", "a short name, unique among the budgets"), what: "budget")
    let requests = integer(
      required(fields, "requests", "how many requests the provider grants"), in: 1...10_000_000, "a count")
    let resets = choice(
      fields["resets"], among: BudgetConfiguration.Renewal.allCases.map(\.rawValue), what: "way to renew a budget")
    let renewal = resets.flatMap { BudgetConfiguration.Renewal(rawValue: $0) } ?? .rolling
    let day: Int64 = 86_400_000
    var per: Int64?
    if renewal == .rolling || fields["per"] != nil {
      per = duration(required(fields, "per", "for how long they are granted, such as 1m"), in: 1_000...31 * day)
    }
    if renewal != .rolling, let place = fields["per"], let per, per != day {
      fail(.badValue(value: written(place), expected: "a budget that resets at midnight is per 1d"), place)
    }
    guard let name, let requests else { return nil }
    for item in items(fields["feeds"], of: "names of feeds") {
      guard let feed = filledText(item, "a feed's name") else { continue }
      guard let index = feeds.firstIndex(where: { $0.name == feed }) else {
        let valid = feeds.map(\.name)
        fail(
          .unknownName(
            value: written(item), what: "polled feed", nearest: SpellingDistance.nearest(to: feed, in: valid),
            valid: valid), item)
        continue
      }
      guard feeds[index].files == nil else {
        fail(.badValue(value: written(item), expected: "a budget is for http and https only: remove the feed"), item)
        continue
      }
      if let other = feeds[index].pacing.budget, other != name {
        fail(.badValue(value: written(item), expected: "the feed has the budget \(other) already: keep one"), item)
      }
      feeds[index].pacing.budget = name
    }
    return BudgetConfiguration(name: name, requests: requests, perMilliseconds: per ?? day, renewal: renewal)
  }

  /// A budget without feeds, or one that their slots exceed, is probably not meant.
  private mutating func judge(_ budget: BudgetConfiguration, _ feeds: [FeedConfiguration], _ place: ConfigurationNode?)
  {
    guard let place else { return }
    let members = feeds.filter { $0.pacing.budget == budget.name }
    if members.isEmpty { return warn(.budgetWithoutFeeds, place) }
    let polls = members.filter(\.enabled).reduce(0) {
      $0 + Double(budget.perMilliseconds) / Double($1.everyMilliseconds)
    }
    guard polls > Double(budget.requests) else { return }
    warn(
      .budgetTooSmall(
        polls: Int(polls.rounded(.up)), requests: budget.requests,
        per: Quantities.describe(milliseconds: budget.perMilliseconds)), place)
  }
}
