import AirQuality
import Targets

/// Reads `ledger`: the files of the target ledger beside the target tables, and the plan's tasks.
extension ConfigurationLoader {
  static let ledgerKeys = [
    "baselines", "heating_seasons", "reported", "province_lists", "reviewed", "tasks", "city_days",
  ]

  mutating func readLedger(_ node: ConfigurationNode?) -> (facts: LedgerFacts, tasks: [PlanTask]) {
    var facts = LedgerFacts()
    guard let node, let fields = fields(node, Self.ledgerKeys) else { return (facts, []) }
    func tables(_ loader: inout ConfigurationLoader, _ key: String) -> [ConfigurationNode] {
      loader.items(fields[key], of: "tables", lenient: true)
    }
    var seen = LedgerLines()
    for item in tables(&self, "baselines") { facts.baselines += readBaselines(item, &seen) }
    for item in tables(&self, "heating_seasons") { readSeasons(item, &facts.heatingSeasons) }
    for item in tables(&self, "reported") { facts.reported += readReported(item, &seen) }
    for item in tables(&self, "province_lists") { readProvinceLists(item, &facts.provinceLists, &seen) }
    for item in tables(&self, "reviewed") { facts.reviewedYears += readReviewed(item, &seen) }
    var tasks: [PlanTask] = []
    for item in tables(&self, "tasks") { tasks += readTasks(item, &seen) }
    facts.cityDays = choice(
      fields["city_days"], among: CityDayCount.allCases.map(\.rawValue), what: "way of counting the city's days"
    ).flatMap(CityDayCount.init(rawValue:))
    return (facts, tasks)
  }

  // MARK: Baselines

  private mutating func readBaselines(_ node: ConfigurationNode, _ seen: inout LedgerLines) -> [TargetBaseline] {
    guard
      let table = readTable(
        node, required: ["year", "county", "indicator", "value", "official", "source"], optional: ["name"])
    else { return [] }
    var result: [TargetBaseline] = []
    for row in bounded(table) {
      let before = errors.count
      let year = year(table, row, "year")
      let county = unit(table, row, "county")
      let indicator = indicator(table, row, among: Indicator.allCases)
      let value = amount(table, row, "value")
      let isOfficial = yes(table, row, "official", isRequired: true)
      let source = table.field("source", row)
      if isOfficial && source.isEmpty {
        fail(
          .badField(column: "source", value: "", expected: "name the document that gives the official value"),
          at: table.location(row))
      }
      guard errors.count == before, let year, let indicator, let value else { continue }
      let key = "baseline \(year) \(county) \(indicator.rawValue) \(isOfficial)"
      guard isFirst(key, table, row, &seen) else { continue }
      result.append(
        TargetBaseline(
          year: year, county: county, indicator: indicator.rawValue, value: value, isOfficial: isOfficial,
          source: source))
    }
    return result
  }

  // MARK: Heating seasons

  private mutating func readSeasons(_ node: ConfigurationNode, _ seasons: inout [HeatingSeason]) {
    guard let table = readTable(node, required: ["county", "from", "until"], optional: ["name", "source"]) else {
      return
    }
    for row in bounded(table) {
      let county = unit(table, row, "county")
      let from = requiredDay(table, row, "from")
      let until = requiredDay(table, row, "until")
      guard let from, let until, !county.isEmpty else { continue }
      guard from <= until, until.number - from.number <= 366 else {
        let expected =
          until < from ? "it is before from, \(from)" : "a season of more than a year: write a line for each season"
        fail(.badField(column: "until", value: until.description, expected: expected), at: table.location(row))
        continue
      }
      if let other = seasons.first(where: { $0.county == county && $0.from <= until && from <= $0.until }) {
        fail(
          .badField(
            column: "from", value: from.description,
            expected: "the season \(other.from) to \(other.until) of \(county) overlaps: correct one"),
          at: table.location(row))
        continue
      }
      seasons.append(HeatingSeason(county: county, from: from, until: until))
    }
  }

  // MARK: Reported values

  private mutating func readReported(_ node: ConfigurationNode, _ seen: inout LedgerLines) -> [ReportedValue] {
    guard
      let table = readTable(
        node, required: ["indicator", "county", "period", "value"], optional: ["name", "source"])
    else { return [] }
    var result: [ReportedValue] = []
    for row in bounded(table) {
      let before = errors.count
      let indicator = indicator(table, row, among: Indicator.allCases.filter(\.isReported))
      let county = unit(table, row, "county")
      let period = period(table, row)
      if indicator == .dustfall, let period, period.month == nil {
        fail(
          .badField(
            column: "period", value: table.field("period", row), expected: "dustfall is monthly: write it as 2020-03"),
          at: table.location(row))
      }
      let value = amount(table, row, "value")
      guard errors.count == before, let indicator, let period, let value else { continue }
      let key = "reported \(indicator.rawValue) \(county) \(period.year)-\(period.month ?? 0)"
      guard isFirst(key, table, row, &seen) else { continue }
      result.append(
        ReportedValue(
          indicator: indicator.rawValue, county: county, year: period.year, month: period.month, value: value,
          source: table.field("source", row)))
    }
    return result
  }

  // MARK: Lists of the province

  /// A row for each county the list prints; counties of other cities have no code and are only counted.
  private mutating func readProvinceLists(
    _ node: ConfigurationNode, _ lists: inout [ProvinceList], _ seen: inout LedgerLines
  ) {
    guard let table = readTable(node, required: ["period", "document", "name", "county"], optional: ["rank"]) else {
      return
    }
    for row in bounded(table) {
      let before = errors.count
      let period = period(table, row)
      let document = table.field("document", row)
      let name = table.field("name", row)
      let county = table.field("county", row)
      for (column, value) in [("document", document), ("name", name)] where value.isEmpty {
        fail(
          .badField(column: column, value: "", expected: "write it as the list prints it"), at: table.location(row))
      }
      if !county.isEmpty {
        _ = unit(table, row, "county")
      } else if let own = site.counties.first(where: { $0.nameChinese == name || $0.nameEnglish == name }) {
        fail(.badField(column: "county", value: "", expected: "write its code \(own.code)"), at: table.location(row))
      }
      guard errors.count == before, let period else { continue }
      guard isFirst("listed \(period.year)-\(period.month ?? 0) \(name)", table, row, &seen) else { continue }
      let place = lists.firstIndex { $0.year == period.year && $0.month == period.month }
      if let place, lists[place].document != document {
        fail(
          .badField(
            column: "document", value: document,
            expected: "the list of \(lists[place].period) is in \(lists[place].document): a period has one list"),
          at: table.location(row))
        continue
      }
      if place == nil {
        lists.append(ProvinceList(year: period.year, month: period.month, document: document, members: []))
      }
      if !county.isEmpty { lists[place ?? lists.count - 1].members.append(county) }
    }
  }

  // MARK: Reviewed years

  private mutating func readReviewed(_ node: ConfigurationNode, _ seen: inout LedgerLines) -> [ReviewedYear] {
    guard let table = readTable(node, required: ["year", "county", "document"], optional: ["name"]) else { return [] }
    var result: [ReviewedYear] = []
    for row in bounded(table) {
      let before = errors.count
      let year = year(table, row, "year")
      let county = unit(table, row, "county")
      let document = table.field("document", row)
      if document.isEmpty {
        fail(
          .badField(column: "document", value: "", expected: "name the document that closes the review"),
          at: table.location(row))
      }
      guard errors.count == before, let year, isFirst("reviewed \(year) \(county)", table, row, &seen) else { continue }
      result.append(ReviewedYear(year: year, county: county, document: document))
    }
    return result
  }

  // MARK: Tasks

  private mutating func readTasks(_ node: ConfigurationNode, _ seen: inout LedgerLines) -> [PlanTask] {
    guard
      let table = readTable(
        node, required: ["task", "deadline", "unit", "done_on", "evidence"], optional: ["title"])
    else { return [] }
    var result: [PlanTask] = []
    for row in bounded(table) {
      let before = errors.count
      let task = table.field("task", row)
      let unit = table.field("unit", row)
      for (column, value, meaning) in [
        ("task", task, "its number or short name"), ("unit", unit, "who answers for it"),
      ] where value.isEmpty {
        fail(.badField(column: column, value: "", expected: "write \(meaning)"), at: table.location(row))
      }
      let deadline = requiredDay(table, row, "deadline")
      let doneOn = day(table, row, "done_on")
      let evidence = table.field("evidence", row)
      if doneOn != nil && evidence.isEmpty {
        fail(
          .badField(column: "evidence", value: "", expected: "name what shows that it was done"),
          at: table.location(row))
      }
      guard errors.count == before, let deadline, isFirst("task \(task)", table, row, &seen) else { continue }
      result.append(
        PlanTask(
          task: task, title: table.field("title", row), deadline: deadline, unit: unit, doneOn: doneOn,
          evidence: evidence))
    }
    return result
  }
}
