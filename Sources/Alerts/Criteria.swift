/// The start and clear conditions of a scheme of levels.
///
/// All conditions are on the AQI of running 24 h mean concentrations. A duration is the span of air that unbroken hourly
/// windows cover: 48 h is 25 windows (DOMAIN.md 12, "Running AQI and duration").
package struct Criteria: Sendable, Hashable {
  /// The AQI stays above `threshold` over at least `hours` of air.
  package struct Clause: Sendable, Hashable {
    /// Exceeded when AQI > threshold.
    package var threshold: Int
    /// Span of air, at least 24.
    package var hours: Int

    /// Hourly windows that cover the span: each further hour adds one to the first 24.
    package var windows: Int { hours - 23 }
  }

  /// One level: it starts when all clauses of any group hold, and may be cleared when the AQI has stayed at or below
  /// `clearThreshold`.
  package struct Rule: Sendable, Hashable {
    package var level: Level
    package var anyOf: [[Clause]]
    package var clearThreshold: Int
  }

  /// As the configuration names it.
  package let name: String
  /// In rising order of level.
  package let rules: [Rule]
  /// Consecutive hourly windows at or below the clear threshold after which clearing is proposed.
  package let clearHours: Int
  /// The AQI above which one window gives a heads-up.
  package let headsUpThreshold: Int

  /// Whether a window that became another lies on another side of any threshold, so that findings may differ.
  package func decides(_ before: RunningAQI, otherwiseThan after: RunningAQI) -> Bool {
    func differs(_ threshold: Int) -> Bool { before.isAbove(threshold) != after.isAbove(threshold) }
    return thresholds.contains(where: differs) || clearThresholds.contains(where: differs)
  }

  /// The thresholds of all clauses, and those of clearing; each once, ascending. Made once: every hour is judged by them.
  let thresholds: [Int]
  let clearThresholds: [Int]

  package init(name: String, rules: [Rule], clearHours: Int, headsUpThreshold: Int) {
    self.name = name
    self.rules = rules
    self.clearHours = clearHours
    self.headsUpThreshold = headsUpThreshold
    thresholds = Set(rules.flatMap { $0.anyOf.joined().map(\.threshold) }).sorted()
    clearThresholds = Set(rules.map(\.clearThreshold)).sorted()
  }

  /// Yellow, orange and red of 2018-2020 (DOMAIN.md 4.1): daily mean AQI over any running 24 h above 200 for 48 h, for
  /// 72 h, for 96 h with 48 h above 300, or reaching 500.
  package static let mee2018 = Criteria(
    name: "mee-2018",
    rules: [
      Rule(level: .yellow, anyOf: [[Clause(threshold: 200, hours: 48)]], clearThreshold: 200),
      Rule(level: .orange, anyOf: [[Clause(threshold: 200, hours: 72)]], clearThreshold: 200),
      Rule(
        level: .red,
        anyOf: [
          [Clause(threshold: 200, hours: 96), Clause(threshold: 300, hours: 48)],
          [Clause(threshold: 499, hours: 24)],
        ], clearThreshold: 300),
    ],
    clearHours: 36, headsUpThreshold: 200)

  /// Blue, yellow, orange and red of 2017-2018, superseded (DOMAIN.md 4.1, certainty C2: two sources agree on the numbers):
  /// daily mean AQI above 200 for one day; for 48 h; for 72 h with one day above 300; for 96 h with 48 h above 300, or
  /// reaching 500. "One day" is read as one running window of 24 h. Orange and red rest on air above 300 and may be
  /// lowered when it is not; blue and yellow are over when the air is not above 200.
  package static let mee2017 = Criteria(
    name: "mee-2017",
    rules: [
      Rule(level: .blue, anyOf: [[Clause(threshold: 200, hours: 24)]], clearThreshold: 200),
      Rule(level: .yellow, anyOf: [[Clause(threshold: 200, hours: 48)]], clearThreshold: 200),
      Rule(
        level: .orange, anyOf: [[Clause(threshold: 200, hours: 72), Clause(threshold: 300, hours: 24)]],
        clearThreshold: 300),
      Rule(
        level: .red,
        anyOf: [
          [Clause(threshold: 200, hours: 96), Clause(threshold: 300, hours: 48)],
          [Clause(threshold: 499, hours: 24)],
        ], clearThreshold: 300),
    ],
    clearHours: 36, headsUpThreshold: 200)

  /// Yellow, orange and red of 2024 (环大气〔2024〕6号; DOMAIN.md 4.2, certainty C1: one source and common knowledge):
  /// daily mean AQI above 200, or above 150 for 48 h; above 200 for 48 h, or above 150 for 72 h; above 200 for 72 h with
  /// 24 h above 300. Yellow and orange are over when the air is not above 150. The text gives no colour for pollution by
  /// ozone or dust; this scheme, like the others, looks at the AQI whatever its primary pollutant.
  package static let mee2024 = Criteria(
    name: "mee-2024",
    rules: [
      Rule(
        level: .yellow, anyOf: [[Clause(threshold: 200, hours: 24)], [Clause(threshold: 150, hours: 48)]],
        clearThreshold: 150),
      Rule(
        level: .orange, anyOf: [[Clause(threshold: 200, hours: 48)], [Clause(threshold: 150, hours: 72)]],
        clearThreshold: 150),
      Rule(
        level: .red, anyOf: [[Clause(threshold: 200, hours: 72), Clause(threshold: 300, hours: 24)]],
        clearThreshold: 300),
    ],
    clearHours: 36, headsUpThreshold: 150)

  /// All schemes, the default first.
  package static let all = [mee2018, mee2017, mee2024]

  /// The scheme of that name; nil when there is none.
  package static func named(_ name: String) -> Criteria? { all.first { $0.name == name } }

  /// Names that `alerts.criteria` accepts, the default first.
  package static let names = all.map(\.name)
}
