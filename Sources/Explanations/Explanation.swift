package import AirQuality
package import Engine

/// How a published number was made (数值溯源), from the rule down to the raw rows. The same stored state gives the same
/// explanation, to the byte, whenever it is asked for.
package struct Explanation: Sendable, Hashable {
  /// A station, or for a month or a year a day, or for the city a county: what the mean was made of.
  package struct Part: Sendable, Hashable {
    /// Station id, county code, or day.
    package var name: String
    package var label: String
    /// As it enters the mean; missing when it does not.
    package var value: Concentration
    package var isUsed: Bool
    /// Why it is not used, or what is to be said of it: `no_row`, `flag_4`, `hours_19_of_20`, `suspect`, `made_of_minutes`.
    package var remark: String
    /// The feed that counted; empty for values made of finer ones.
    package var feed: String
    /// QARTOD flag; nil where there is no row.
    package var flag: QualityFlag?
    /// Of a day's station value: its hours, by the hour that ends them 1 to 24; missing where none is usable.
    package var hours: [Concentration]
  }

  /// A row as the feed sent it.
  package struct RawRow: Sendable, Hashable {
    /// Journal position of its answer, and when that was received.
    package var position: Int64
    package var receivedAt: Instant
    package var feed: String
    package var station: String
    package var begin: Instant
    package var end: Instant
    /// In the pollutant's unit, as decoded; nil when it was no number.
    package var value: Double?
    package var flag: QualityFlag
    package var reasons: [String]
    /// `used`, `repeated`, `superseded` (a later row of the same feed counts), `evidence` (a feed before it counts),
    /// `excluded` (by its flag), `minute` (entered the mean of its hour).
    package var fate: String
  }

  /// An import of reviewed hours that the value rests on.
  package struct Review: Sendable, Hashable {
    /// Journal position and instant of the record.
    package var position: Int64
    package var at: Instant
    package var by: String
    package var source: String
    /// SHA-256 over the files.
    package var digest: String
    package var stations: [String]
  }

  package var unit: County
  package var pollutant: Pollutant
  package var period: ExplanationPeriod
  package var offset: CivilOffset

  /// The mean before rounding, and as it is published (GB/T 8170).
  package var value: Concentration
  package var published: Concentration
  package var decimals: Int
  package var state: KnowledgeState
  /// Parts that entered, of those that should have.
  package var valid: Int
  package var expected: Int
  /// The exact quotient behind `value`: thousandths of the unit, and by how many they are divided; nil when there is no mean.
  package var quotient: (sum: Int64, count: Int)?
  /// The index of the published value: the IAQI on the nodes of the edition; nil when it has none.
  package var iaqi: Int?
  package var edition: AQIEdition
  /// What is done, in order; each line in Chinese and English.
  package var rules: [(chinese: String, english: String)]
  package var parts: [Part]
  package var rows: [RawRow]
  /// Whether the journal holds all that was ever received of the period; else rows of it were pruned, and `rows` may lack
  /// some.
  package var journalReaches: Bool
  /// When the state began, when that was after the period's begin: what was measured before was not received.
  package var stateBegan: Instant?
  /// Record of the configuration in force.
  package var configurationPosition: Int64
  /// The stored revisions of a day, oldest first, each with its hash.
  package var revisions: [DayValueRevision]
  /// SHA-256 over what the number was made of, lower-case hex.
  package var digest: String
  /// The value before any review, missing without one; nil where nothing has been reviewed.
  package var provisional: Concentration?
  /// Whether every station that should have given a value has been reviewed.
  package var isFinal = false
  /// In the order of the imports; of an hour those that say something of it, which its value does not rest on.
  package var reviews: [Review] = []
  /// Verdicts of people on readings of the period, those taken back included.
  package var flags: [PersonFlag] = []
  /// Whether the newest stored revision says the same; nil where none is stored.
  package var agreesWithStored: Bool?

  package static func == (a: Explanation, b: Explanation) -> Bool { a.lines() == b.lines() }
  package func hash(into hasher: inout Hasher) { hasher.combine(lines()) }
}

/// Why there is nothing to explain.
package struct ExplanationProblem: Error, Sendable, Hashable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}
