public import AirQuality

/// A case for inspectors (数据异常待核查): something at a station that should be looked at. It accuses nobody; the value
/// stays in the official means until people have reviewed it (DOMAIN.md 12, "Interference").
public struct Inspection: Sendable, Hashable {
  /// Stable; that of its events.
  public var id: String
  public var station: String
  /// Code of the station's county.
  public var county: String
  public var pollutant: Pollutant
  /// `sudden-drop`, `spray`, `pinned` or `edit-after-seal`.
  public var sign: String
  /// End of the hour in which it was found.
  public var at: Instant
  /// What inspectors found; nil while the case is open.
  public var conclusion: Conclusion?

  /// The end of a case.
  public struct Conclusion: Sendable, Hashable {
    /// What inspectors may find.
    public enum Finding: String, Sendable, Hashable, CaseIterable {
      /// The value is not that of the air: it is to be failed or replaced by review.
      case confirmed
      /// There was a cause other than interference, or nothing at all.
      case cleared
    }
    public var finding: Finding
    public var by: String
    public var reason: String
    public var at: Instant
    public init(finding: Finding, by: String, reason: String, at: Instant) {
      self.finding = finding
      self.by = by
      self.reason = reason
      self.at = at
    }
  }

  public init(
    id: String, station: String, county: String, pollutant: Pollutant, sign: String, at: Instant,
    conclusion: Conclusion? = nil
  ) {
    self.id = id
    self.station = station
    self.county = county
    self.pollutant = pollutant
    self.sign = sign
    self.at = at
    self.conclusion = conclusion
  }
}

/// The cases of the site, bounded: of more than `maximum` the oldest that is concluded goes first, then the oldest.
struct Inspections: Sendable, Hashable {
  static let maximum = 5_000
  /// The same sign at the same station and pollutant is one case for this long, milliseconds.
  static let pauseMilliseconds: Int64 = 24 * 3_600_000
  /// Inspections are numbered on their own from here on, so that they never meet the numbers of events: those are
  /// gapless for everybody, these are seen by inspectors only.
  static let firstSequence: Int64 = 1_000_000_000_001

  private(set) var cases: [Inspection] = []
  private(set) var lastSequence = firstSequence - 1
  /// Cases that went for want of room while they were open.
  private(set) var dropped: UInt64 = 0
  /// The newest hour that was looked at.
  var judgedThrough: Int32?

  init() {}

  /// Whether a sign is told already.
  func isKnown(station: String, pollutant: Pollutant, sign: String, at: Instant) -> Bool {
    cases.contains {
      $0.station == station && $0.pollutant == pollutant && $0.sign == sign
        && at.milliseconds - $0.at.milliseconds < Self.pauseMilliseconds
    }
  }

  mutating func open(_ inspection: Inspection) {
    if cases.count >= Self.maximum {
      let place = cases.firstIndex { $0.conclusion != nil } ?? 0
      if cases[place].conclusion == nil { dropped += 1 }
      cases.remove(at: place)
    }
    cases.append(inspection)
  }

  /// Ends a case; nil when none with that id is open.
  mutating func conclude(_ id: String, _ conclusion: Inspection.Conclusion) -> Inspection? {
    guard let place = cases.lastIndex(where: { $0.id == id && $0.conclusion == nil }) else { return nil }
    cases[place].conclusion = conclusion
    return cases[place]
  }

  mutating func nextSequence() -> Int64 {
    lastSequence += 1
    return lastSequence
  }

  func encode(into writer: inout ByteWriter) {
    writer.signed(lastSequence)
    writer.varint(dropped)
    writer.optional(judgedThrough) { $0.fixed($1) }
    writer.list(cases) { writer, item in
      writer.text(item.id)
      writer.text(item.station)
      writer.text(item.county)
      writer.byte(item.pollutant.rawValue)
      writer.text(item.sign)
      writer.signed(item.at.milliseconds)
      writer.optional(item.conclusion) { writer, conclusion in
        writer.text(conclusion.finding.rawValue)
        writer.text(conclusion.by)
        writer.text(conclusion.reason)
        writer.signed(conclusion.at.milliseconds)
      }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    lastSequence = try reader.signed()
    dropped = try reader.varint()
    judgedThrough = try reader.optional { reader throws(SnapshotReadingError) in try reader.fixed(Int32.self) }
    cases = try reader.list(of: "inspections") { reader throws(SnapshotReadingError) in
      var item = Inspection(
        id: try reader.text(), station: try reader.text(), county: try reader.text(),
        pollutant: try reader.coded(Pollutant.self), sign: try reader.text(),
        at: Instant(milliseconds: try reader.signed()))
      item.conclusion = try reader.optional { reader throws(SnapshotReadingError) in
        Inspection.Conclusion(
          finding: try reader.named(Inspection.Conclusion.Finding.self), by: try reader.text(),
          reason: try reader.text(), at: Instant(milliseconds: try reader.signed()))
      }
      return item
    }
  }
}
