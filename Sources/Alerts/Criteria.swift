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
  package var name: String
  /// In rising order of level.
  package var rules: [Rule]
  /// Consecutive hourly windows at or below the clear threshold after which clearing is proposed.
  package var clearHours: Int
  /// The AQI above which one window gives a heads-up.
  package var headsUpThreshold: Int

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

  /// The scheme of that name; nil when there is none.
  package static func named(_ name: String) -> Criteria? { name == mee2018.name ? mee2018 : nil }

  /// Names that `alerts.criteria` accepts.
  package static let names = [mee2018.name]
}
