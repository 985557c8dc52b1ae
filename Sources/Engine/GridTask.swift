public import AirQuality

/// A hot spot as a task of the grid (网格任务), through the plan's four steps 发现, 上报, 处置, 销号. It is a finding to be
/// checked on the spot, and accuses nobody.
public struct GridTask: Sendable, Hashable {
  /// How far it is.
  public enum Step: String, Sendable, Hashable, CaseIterable {
    /// Found by Lantian (发现).
    case discovered
    /// Reported by a person (上报).
    case reported
    /// Handled on the spot (处置).
    case handled
    /// Closed by another person (销号).
    case closed
  }

  /// What a person, or Lantian, did with it.
  public struct Entry: Sendable, Hashable {
    public var step: Step
    public var at: Instant
    /// `lantian` for what it found by itself.
    public var by: String
    public var note: String
    public init(step: Step, at: Instant, by: String, note: String) {
      self.step = step
      self.at = at
      self.by = by
      self.note = note
    }
  }

  /// What it was found by, values in thousandths of the unit.
  public struct Evidence: Sendable, Hashable {
    public var value: Concentration
    /// Median and median distance (MAD) of the county's stations.
    public var median: Concentration
    public var deviation: Concentration
    public var stations: Int
    public init(value: Concentration, median: Concentration, deviation: Concentration, stations: Int) {
      self.value = value
      self.median = median
      self.deviation = deviation
      self.stations = stations
    }
  }

  /// Stable: station, pollutant and the hour of discovery.
  public var id: String
  public var station: String
  public var county: String
  public var pollutant: Pollutant
  public var step: Step = .discovered
  /// End of the hour that made it a task.
  public var foundAt: Instant
  public var evidence: Evidence
  /// The highest hour, and how many were hot.
  public var peak: Concentration
  public var hotHours: Int
  /// Hours below in a row.
  public var clearHours = 0
  public var owner = ""
  public var contact = ""
  /// Oldest first; at most `maximumEntries`.
  public var entries: [Entry] = []
  /// Steps whose time has passed and was told.
  public var overdue: [Step] = []
  /// When it was closed.
  public var closedAt: Instant?

  public init(
    id: String, station: String, county: String, pollutant: Pollutant, foundAt: Instant, evidence: Evidence,
    hotHours: Int
  ) {
    self.id = id
    self.station = station
    self.county = county
    self.pollutant = pollutant
    self.foundAt = foundAt
    self.evidence = evidence
    self.peak = evidence.value
    self.hotHours = hotHours
  }

  /// Who handled it last.
  package var handledBy: String? { entries.last { $0.step == .handled }?.by }

  static let maximumEntries = 64

  mutating func note(_ entry: Entry) {
    entries.append(entry)
    // The first says how it began.
    if entries.count > Self.maximumEntries { entries.remove(at: 1) }
  }

  func encode(into writer: inout ByteWriter) {
    for text in [id, station, county] { writer.text(text) }
    writer.byte(pollutant.rawValue)
    writer.text(step.rawValue)
    writer.signed(foundAt.milliseconds)
    for value in [evidence.value, evidence.median, evidence.deviation, peak] { writer.fixed(value.thousandths) }
    for number in [evidence.stations, hotHours, clearHours] { writer.signed(Int64(number)) }
    writer.text(owner)
    writer.text(contact)
    writer.list(entries) { writer, entry in
      writer.text(entry.step.rawValue)
      writer.signed(entry.at.milliseconds)
      writer.text(entry.by)
      writer.text(entry.note)
    }
    writer.list(overdue) { $0.text($1.rawValue) }
    writer.optional(closedAt) { $0.signed($1.milliseconds) }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    id = try reader.text()
    station = try reader.text()
    county = try reader.text()
    pollutant = try reader.coded(Pollutant.self)
    step = try reader.named(Step.self)
    foundAt = Instant(milliseconds: try reader.signed())
    let value = Concentration(thousandths: try reader.fixed(Int32.self))
    let median = Concentration(thousandths: try reader.fixed(Int32.self))
    let deviation = Concentration(thousandths: try reader.fixed(Int32.self))
    peak = Concentration(thousandths: try reader.fixed(Int32.self))
    evidence = Evidence(
      value: value, median: median, deviation: deviation, stations: try reader.integer("the stations"))
    hotHours = try reader.integer("the hours")
    clearHours = try reader.integer("the hours")
    owner = try reader.text()
    contact = try reader.text()
    entries = try reader.list(of: "entries") { reader throws(SnapshotReadingError) in
      Entry(
        step: try reader.named(Step.self), at: Instant(milliseconds: try reader.signed()), by: try reader.text(),
        note: try reader.text())
    }
    overdue = try reader.list(of: "steps") { reader throws(SnapshotReadingError) in try reader.named(Step.self) }
    closedAt = try reader.optional { reader throws(SnapshotReadingError) in
      Instant(milliseconds: try reader.signed())
    }
  }
}
