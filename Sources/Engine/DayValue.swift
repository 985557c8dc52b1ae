public import AirQuality

/// A unit's daily values as they were published, with what they were made of (日均值及其依据).
///
/// Made when a day closes and again whenever a closed day changes; the store keeps every revision, so that the number of
/// then can be explained next year.
public struct DayValue: Sendable, Hashable {
  /// The value of one of the six.
  public struct Mean: Sendable, Hashable {
    public var pollutant: Pollutant
    /// Missing unless the state is known or incomplete.
    public var value: Concentration
    public var state: KnowledgeState
    /// Stations (for the city: counties) that gave a value, of those that should have.
    public var valid: Int
    public var expected: Int
    /// Final when every station that should have given a value has been reviewed.
    public var review: ReviewState
    /// The value as if nothing had been reviewed (初步数据): `value` itself without a review.
    public var provisional: Concentration
    public init(
      pollutant: Pollutant, value: Concentration, state: KnowledgeState, valid: Int, expected: Int,
      review: ReviewState = .provisional, provisional: Concentration? = nil
    ) {
      self.pollutant = pollutant
      self.value = value
      self.state = state
      self.valid = valid
      self.expected = expected
      self.review = review
      self.provisional = provisional ?? value
    }
  }

  /// What a station (for the city: a county) gave.
  public struct Input: Sendable, Hashable {
    /// Station id or county code.
    public var source: String
    /// In the order of `Pollutant.criteria`; missing where it gave none.
    public var values: [Concentration]
    /// Which of them people have reviewed.
    public var reviewed: Set<Pollutant>
    public init(source: String, values: [Concentration], reviewed: Set<Pollutant> = []) {
      self.source = source
      self.values = values
      self.reviewed = reviewed
    }
  }

  /// Unit code.
  public var unit: String
  public var day: CivilDay
  /// Edition of HJ 633 in force on the day.
  public var edition: AQIEdition
  /// The six, in the order of `Pollutant.criteria`.
  public var means: [Mean]
  /// Whether values come from a file of daily means, because the unit's own stations gave none.
  public var isImported: Bool
  /// The daily AQI of the means, nil when there is none; from a part of the six it is a lower bound.
  public var aqi: Int?
  public var inputs: [Input]

  public init(
    unit: String, day: CivilDay, edition: AQIEdition, means: [Mean], isImported: Bool, aqi: Int?, inputs: [Input]
  ) {
    self.unit = unit
    self.day = day
    self.edition = edition
    self.means = means
    self.isImported = isImported
    self.aqi = aqi
    self.inputs = inputs
  }

  /// Whether anything of the day has been reviewed.
  public var hasReview: Bool {
    inputs.contains { !$0.reviewed.isEmpty } || means.contains { $0.review == .final || $0.provisional != $0.value }
  }

  /// The bytes that stand for the value: equal values and equal inputs give equal bytes. A day without a review has the
  /// layout that days had before there were reviews, and so the same digest.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: 512)
    let hasReview = hasReview
    writer.byte(hasReview ? 2 : 1)
    writer.text(unit)
    writer.fixed(day.number)
    writer.text(edition.name)
    writer.flag(isImported)
    writer.optional(aqi) { $0.signed(Int64($1)) }
    writer.list(means) { writer, mean in
      writer.byte(mean.pollutant.rawValue)
      writer.fixed(mean.value.thousandths)
      writer.text(mean.state.rawValue)
      writer.count(mean.valid)
      writer.count(mean.expected)
      guard hasReview else { return }
      writer.text(mean.review.rawValue)
      writer.fixed(mean.provisional.thousandths)
    }
    writer.list(inputs) { writer, input in
      writer.text(input.source)
      writer.list(input.values) { $0.fixed($1.thousandths) }
      guard hasReview else { return }
      writer.byte(input.reviewed.reduce(0) { $0 | 1 << $1.rawValue })
    }
    return writer.bytes
  }

  /// The value of `encoded()`.
  ///
  /// - Throws: `SnapshotReadingError` when the bytes are torn or of another version.
  package init(encoded bytes: [UInt8]) throws(SnapshotReadingError) {
    var reader = SnapshotReader(bytes, subject: "the day's value")
    let version = try reader.byte()
    guard version == 1 || version == 2 else { throw reader.fail("version \(version) is neither 1 nor 2") }
    let hasReview = version == 2
    unit = try reader.text()
    day = CivilDay(number: try reader.fixed(Int32.self))
    let name = try reader.text()
    guard let edition = AQIEdition(name: name) else { throw reader.fail("no edition is called \(name)") }
    self.edition = edition
    isImported = try reader.flag()
    aqi = try reader.optional { reader throws(SnapshotReadingError) in Int(try reader.signed()) }
    means = try reader.list(of: "means") { reader throws(SnapshotReadingError) in
      let pollutant = try reader.coded(Pollutant.self)
      let value = Concentration(thousandths: try reader.fixed(Int32.self))
      let state = try reader.text()
      guard let known = KnowledgeState(rawValue: state) else { throw reader.fail("no state is called \(state)") }
      var mean = Mean(
        pollutant: pollutant, value: value, state: known, valid: Int(try reader.varint()),
        expected: Int(try reader.varint()))
      guard hasReview else { return mean }
      mean.review = try reader.named(ReviewState.self)
      mean.provisional = Concentration(thousandths: try reader.fixed(Int32.self))
      return mean
    }
    inputs = try reader.list(of: "inputs") { reader throws(SnapshotReadingError) in
      var input = Input(
        source: try reader.text(),
        values: try reader.list { reader throws(SnapshotReadingError) in
          Concentration(thousandths: try reader.fixed(Int32.self))
        })
      guard hasReview else { return input }
      let mask = try reader.byte()
      input.reviewed = Set(Pollutant.criteria.filter { mask & 1 << $0.rawValue != 0 })
      return input
    }
    try reader.finish()
  }
}

/// A revision of a unit's daily values as the store keeps it.
public struct DayValueRevision: Sendable, Hashable {
  /// 0 for the first, then one more for every change.
  public var revision: Int
  /// The record that made it, and its instant.
  public var position: Int64
  public var at: Instant
  public var value: DayValue
  /// SHA-256 of `DayValue.encoded()`, lower-case hex.
  public var digest: String
  public init(revision: Int, position: Int64, at: Instant, value: DayValue, digest: String) {
    self.revision = revision
    self.position = position
    self.at = at
    self.value = value
    self.digest = digest
  }
}
