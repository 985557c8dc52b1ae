public import AirQuality
package import Screening

/// One record of the journal: everything that can change the engine's state.
public enum EngineEvent: Sendable, Hashable {
  /// A configuration generation; the first record of every journal.
  case configuration(EngineConfiguration)
  /// The decoded rows of one feed answer.
  case batch(FeedBatch)
  /// Time passes: hours close, silence is noticed. The instant is the record's.
  case tick
  /// An operator's act.
  case act(OperatorAct)
  /// The chunks the engine asked for by `Effect.need`; `chunks` is empty when the store has none.
  case history(county: String, day: CivilDay, chunks: [StoredChunk])
  /// Daily means of past days from a file of the bureau.
  case dailyMeans(DailyMeansImport)
  /// Reviewed hours of past days (审核数据), brought in by a person.
  case reviewed(ReviewedImport)
}

extension EngineEvent {
  /// The event as it is journalled: beside a batch stands what screening found of it.
  package func with(_ effects: [Effect]) -> EngineEvent {
    guard case .batch(var batch) = self else { return self }
    for case .screened(let verdicts) in effects { batch.verdicts = verdicts }
    return .batch(batch)
  }
}

/// A part of a set of reviewed hours (复核数据入库): at most a civil month, so that no record grows without bound.
public struct ReviewedImport: Sendable, Hashable {
  /// The import's own id, chosen by who asks: a part that is sent again does nothing.
  public var id: String
  /// Which part of how many, from 1.
  public var part: Int
  public var parts: Int
  /// Names of the files.
  public var source: String
  /// SHA-256 over the files, lower-case hex.
  public var digest: String
  /// Who answers for the review.
  public var by: String
  public var days: [ReviewedDay]
  public init(
    id: String, part: Int = 1, parts: Int = 1, source: String, digest: String, by: String, days: [ReviewedDay]
  ) {
    self.id = id
    self.part = part
    self.parts = parts
    self.source = source
    self.digest = digest
    self.by = by
    self.days = days
  }
}

/// Reviewed hours of a county's day as they are kept on record: who brought them stands beside them.
public struct ReviewRecord: Sendable, Hashable {
  /// County code; empty for stations of no county.
  public var county: String
  public var day: CivilDay
  public var source: String
  public var digest: String
  public var by: String
  /// By station and pollutant; all of `day`.
  public var days: [ReviewedDay]
  public init(county: String, day: CivilDay, source: String, digest: String, by: String, days: [ReviewedDay]) {
    self.county = county
    self.day = day
    self.source = source
    self.digest = digest
    self.by = by
    self.days = days
  }
}

/// A chunk as the store keeps it.
public struct StoredChunk: Sendable, Hashable {
  public var key: ChunkKey
  public var bytes: [UInt8]
  public init(key: ChunkKey, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }
}

/// The rows of one feed answer.
public struct FeedBatch: Sendable, Hashable {
  /// The feed's name in the configuration.
  public var feed: String
  public var receivedAt: Instant
  public var stations: [String]
  public var readings: ContiguousArray<Reading>
  /// Lidar layer heights that came with the answer.
  public var layers: [LidarLayer]
  /// What lidar profiles of the answer show.
  public var observations: [LidarObservation] = []
  /// What screening found of the rows when the batch was applied; no input: applying the batch again finds it again.
  public var verdicts: [ScreeningVerdict] = []
  /// Where the readings of mobile stations were taken; empty for most batches.
  public var places: ReadingPlaces

  public init(
    feed: String, receivedAt: Instant, stations: [String], readings: ContiguousArray<Reading>,
    layers: [LidarLayer] = [], places: ReadingPlaces = ReadingPlaces()
  ) {
    self.feed = feed
    self.receivedAt = receivedAt
    self.stations = stations
    self.readings = readings
    self.layers = layers
    self.places = places
  }
}

/// The boundary layer that one lidar profile shows by the gradient method.
public struct LidarLayer: Sendable, Hashable {
  public var station: String
  public var at: Instant
  /// Metres above the instrument; nil when the profile shows none.
  public var gradientHeightMeters: Double?
  public init(station: String, at: Instant, gradientHeightMeters: Double?) {
    self.station = station
    self.at = at
    self.gradientHeightMeters = gradientHeightMeters
  }
}

/// An act of a person, journalled like everything else.
public enum OperatorAct: Sendable, Hashable {
  /// Lifts the finding of a unit (解除): `alert lift COUNTY --by NAME --reason TEXT`. `id` is the act's own, chosen by
  /// the shell, so that a repeated request does nothing.
  case lift(id: String, county: String, by: String, reason: String)
  /// Declares sand-dust in a unit (宣布沙尘): colours are withheld while the period lasts. `id` is the act's and the
  /// period's own; the period is from `from` until `until`.
  case declareDust(id: String, county: String, from: Instant, until: Instant, by: String, evidence: String)
  /// Records that the national or provincial centre has confirmed sand-dust (中心确认): alone changes assessment.
  /// `document` is the centre's document number.
  case confirmDust(id: String, county: String, from: Instant, until: Instant, by: String, document: String)
  /// Takes back the declared or confirmed period with the id `period`.
  case withdrawDust(id: String, period: String, by: String, reason: String)
  /// A person's verdict on the readings of a station that begin from `from` until before `until` (人工标记); of all its
  /// quantities without a pollutant. `flag` is 1, 3 or 4.
  case overrideFlag(
    id: String, station: String, pollutant: Pollutant?, from: Instant, until: Instant, flag: QualityFlag, by: String,
    reason: String)
  /// Takes back the verdict with the id `override`.
  case withdrawOverride(id: String, override: String, by: String, reason: String)
  /// What inspectors found of a case (核查结论).
  case concludeInspection(
    id: String, inspection: String, finding: Inspection.Conclusion.Finding, by: String, reason: String)
  /// Takes a grid task one step on (上报、处置、销号); `isForced` closes one that is not yet clear, for the reason in `note`.
  case advanceTask(id: String, task: String, step: GridTask.Step, by: String, note: String, isForced: Bool)
  /// Gives a grid task another owner (改派).
  case assignTask(id: String, task: String, owner: String, contact: String, by: String)

  /// The act's own id.
  public var id: String {
    switch self {
    case .lift(let id, _, _, _), .declareDust(let id, _, _, _, _, _), .confirmDust(let id, _, _, _, _, _),
      .withdrawDust(let id, _, _, _), .overrideFlag(let id, _, _, _, _, _, _, _), .withdrawOverride(let id, _, _, _),
      .concludeInspection(let id, _, _, _, _),
      .advanceTask(let id, _, _, _, _, _), .assignTask(let id, _, _, _, _):
      id
    }
  }
}

/// Daily means of counties (or stations of record) for past days.
public struct DailyMeansImport: Sendable, Hashable {
  /// The mean of a unit, day and pollutant.
  public struct Row: Sendable, Hashable {
    /// Unit code.
    public var county: String
    public var day: CivilDay
    public var pollutant: Pollutant
    public var value: Concentration
    public init(county: String, day: CivilDay, pollutant: Pollutant, value: Concentration) {
      self.county = county
      self.day = day
      self.pollutant = pollutant
      self.value = value
    }
  }
  /// File name as the configuration gives it.
  public var source: String
  /// SHA-256 of the file, lower-case hex: a file already imported is not imported again.
  public var digest: String
  public var rows: [Row]
  public init(source: String, digest: String, rows: [Row]) {
    self.source = source
    self.digest = digest
    self.rows = rows
  }
}

/// All of the configuration that decides what the engine computes.
public struct EngineConfiguration: Sendable, Hashable {
  public var site: Site
  /// Feed names in configuration order: the first that has a reading counts.
  public var feeds: [String]
  public var targets: [TargetRow]
  /// `mee-2018`.
  public var criteria: String
  /// `by-date`, `hj633-2012` or `hj633-2026`.
  public var edition: String
  public var hooks: [HookSubscription]
  /// Where operators reach this daemon, written into deliveries; without a trailing slash.
  public var externalURL: String
  /// Stations outside the registry that get a place.
  public var maximumUnknownStations: Int
  /// What the target ledger knows beside rows and measurements.
  public var ledger: LedgerFacts
  /// Thresholds of screening.
  package var screening = ScreeningLimits()
  /// Thresholds of the signs of interference.
  package var interference = InterferenceLimits()
  /// When what a lidar sees is a watch.
  public var lidarWatch = LidarWatchSettings()
  /// When a station is a hot spot.
  public var hotSpots = HotSpotSettings()
  /// Units, stamps, retirement, spans of assessment and calibrations of single stations.
  public var registry: StationRegistry
  public init(
    site: Site, feeds: [String], targets: [TargetRow], criteria: String, edition: String, hooks: [HookSubscription],
    externalURL: String = "", maximumUnknownStations: Int = 10_000, ledger: LedgerFacts = LedgerFacts(),
    registry: StationRegistry = StationRegistry()
  ) {
    self.site = site
    self.feeds = feeds
    self.targets = targets
    self.criteria = criteria
    self.edition = edition
    self.hooks = hooks
    self.externalURL = externalURL
    self.maximumUnknownStations = maximumUnknownStations
    self.ledger = ledger
    self.registry = registry
  }
}

/// Which events a hook is told of.
public struct HookSubscription: Sendable, Hashable {
  public var name: String
  /// `blue yellow orange red`.
  public var levels: [String]
  public var kinds: [EventKind]
  public init(name: String, levels: [String], kinds: [EventKind]) {
    self.name = name
    self.levels = levels
    self.kinds = kinds
  }
}
