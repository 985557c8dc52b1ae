public import AirQuality
package import Screening

/// How well a value is known (三态): `indeterminate` is neither clean nor polluted.
public enum KnowledgeState: String, Sendable, Hashable {
  case known
  case incomplete
  case indeterminate
  /// A unit without any assessed station.
  case unmonitored
}

/// Provisional until people reviewed it (初步数据).
public enum ReviewState: String, Sendable, Hashable {
  case provisional
  case final
}

/// A real-time AQI as shown; all nil or empty when there is none.
public struct AQIView: Sendable, Hashable {
  public var realtime: Int?
  public var primary: [Pollutant]
  /// Chinese and English category names; empty when there is no AQI.
  public var categoryChinese: String
  public var categoryEnglish: String
  /// Those of the six that it does not rest on: the true index is this one or higher.
  public var missing: [Pollutant]
  public init(
    realtime: Int?, primary: [Pollutant], categoryChinese: String, categoryEnglish: String, missing: [Pollutant] = []
  ) {
    self.realtime = realtime
    self.primary = primary
    self.categoryChinese = categoryChinese
    self.categoryEnglish = categoryEnglish
    self.missing = missing
  }
  public static let none = AQIView(realtime: nil, primary: [], categoryChinese: "", categoryEnglish: "")
}

/// The newest value of a pollutant.
public struct ValueView: Sendable, Hashable {
  public var pollutant: Pollutant
  /// In `pollutant.unit`; nil when missing.
  public var value: Double?
  /// `1m`, `1h`, `24h`, `1d`, or the feed's own period (`5m`).
  public var window: String
  public var end: Instant
  public var flag: QualityFlag
  public var reasons: ScreeningReasons
  public var state: KnowledgeState
  public var review: ReviewState
  /// Share of expected inputs present, 0 to 1.
  public var completeness: Double
  public init(
    pollutant: Pollutant, value: Double?, window: String, end: Instant, flag: QualityFlag, reasons: ScreeningReasons,
    state: KnowledgeState, review: ReviewState, completeness: Double
  ) {
    self.pollutant = pollutant
    self.value = value
    self.window = window
    self.end = end
    self.flag = flag
    self.reasons = reasons
    self.state = state
    self.review = review
    self.completeness = completeness
  }
}

/// A station as the API shows it.
public struct StationView: Sendable, Hashable {
  public var id: String
  public var name: String
  /// Nil for a station that is not in the registry.
  public var registered: Station?
  public var aqi: AQIView
  public var values: [ValueView]
  /// End of the newest reading.
  public var lastSeen: Instant?
  /// Newest gradient layer height of a lidar, metres.
  public var layerHeightMeters: Double?
  /// Where a mobile station was last; nil for all others.
  public var position: Position?
  /// Code of the county it was in then; nil outside of the site, or without boundaries.
  public var positionCounty: String?
  /// The last day whose readings count; nil for a station that is not retired.
  public var retired: CivilDay?
  /// End of the newest reading that came for a time after its retirement.
  public var sentAfterRetirement: Instant?
  /// Calibrations in force today.
  public var calibrations: [Calibration] = []
  /// What it is assessed for, where the registry says so in spans.
  public var assessments: [AssessmentSpan] = []
  public init(
    id: String, name: String, registered: Station?, aqi: AQIView, values: [ValueView], lastSeen: Instant?,
    layerHeightMeters: Double? = nil
  ) {
    self.id = id
    self.name = name
    self.registered = registered
    self.aqi = aqi
    self.values = values
    self.lastSeen = lastSeen
    self.layerHeightMeters = layerHeightMeters
  }
}

/// The finding of a unit.
public struct LevelView: Sendable, Hashable {
  /// `none blue yellow orange red`.
  public var name: String
  /// `known`, `indeterminate` or `unmonitored`.
  public var state: KnowledgeState
  /// `observed` or `forecast`.
  public var basis: String
  public var since: Instant?
  /// Since when lifting is proposed; nil when it is not.
  public var liftProposedSince: Instant?
  /// Running 24 h AQI the finding rests on, nil when indeterminate.
  public var runningAQI: Int?
  public init(
    name: String, state: KnowledgeState, basis: String, since: Instant?, liftProposedSince: Instant?, runningAQI: Int?
  ) {
    self.name = name
    self.state = state
    self.basis = basis
    self.since = since
    self.liftProposedSince = liftProposedSince
    self.runningAQI = runningAQI
  }
  /// 0 none, 1 blue, 2 yellow, 3 orange, 4 red, -1 never known (the metric's scale).
  public var metricValue: Int {
    if since == nil && state != .known && name == "none" { return -1 }
    switch name {
    case "blue": return 1
    case "yellow": return 2
    case "orange": return 3
    case "red": return 4
    default: return 0
    }
  }
}

/// A county, the city or the urban district as the API shows it.
public struct UnitView: Sendable, Hashable {
  public var county: County
  public var aqi: AQIView
  public var level: LevelView
  public var values: [ValueView]
  /// Share of assessed station-hours of the running 24 h that are usable, 0 to 1.
  public var completeness: Double
  /// Means of micro-stations of the county, shown beside and never part of `values`.
  public var microValues: [ValueView]
  public init(
    county: County, aqi: AQIView, level: LevelView, values: [ValueView], completeness: Double, microValues: [ValueView]
  ) {
    self.county = county
    self.aqi = aqi
    self.level = level
    self.values = values
    self.completeness = completeness
    self.microValues = microValues
  }
}

/// Everything readers see: immutable, built from committed state only.
public struct SiteView: Sendable {
  /// Journal position it is built from.
  public var position: Int64
  public var at: Instant
  public var site: Site
  public var stations: [StationView]
  public var units: [UnitView]
  public var targets: [TargetView]
  /// Sand-dust periods as people stated them, in the order of the acts.
  public var dust: [DustPeriod]
  /// Verdicts of people on readings, in the order of the acts.
  package var overrides: [ScreeningOverride] = []
  /// Newest observation of each lidar, by station, and the watches that run.
  public var lidars: [LidarObservation] = []
  public var lidarWatches: [LidarWatchView] = []
  /// Grid tasks: open ones by discovery, then closed ones by closing.
  public var tasks: [GridTask] = []
  /// How hot spots are found.
  public var hotSpots = HotSpotSettings()
  /// Cases of inspectors, who alone may see them.
  package var inspections: [Inspection] = []
  /// Sequence of the newest event.
  public var lastSequence: Int64
  public init(
    position: Int64, at: Instant, site: Site, stations: [StationView], units: [UnitView], targets: [TargetView],
    lastSequence: Int64, dust: [DustPeriod] = []
  ) {
    self.dust = dust
    self.position = position
    self.at = at
    self.site = site
    self.stations = stations
    self.units = units
    self.targets = targets
    self.lastSequence = lastSequence
  }
}
