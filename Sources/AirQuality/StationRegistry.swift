/// What a stamp of a feed means: the begin of the period, its end, or the moment of a value without a period.
public enum StampMeaning: String, CaseIterable, Sendable, Hashable {
  case begin
  case end
  case instant
}

/// What the registry says of single stations beyond `Station`: how their rows are to be read, since when and for what they
/// are assessed, and how their values are calibrated (点位登记).
public struct StationRegistry: Sendable, Hashable {
  /// In the order of the stations; only of those that have any.
  public var settings: [StationSetting]
  public var assessments: [AssessmentSpan]
  /// Of one station and pollutant at most one holds at a time.
  public var calibrations: [Calibration]

  public init(
    settings: [StationSetting] = [], assessments: [AssessmentSpan] = [], calibrations: [Calibration] = []
  ) {
    self.settings = settings
    self.assessments = assessments
    self.calibrations = calibrations
  }

  public var isEmpty: Bool { settings.isEmpty && assessments.isEmpty && calibrations.isEmpty }

  /// What is set for a station; nil when nothing is.
  public func setting(of station: String) -> StationSetting? { settings.first { $0.station == station } }
}

/// How the rows of one station are read where its feed declares something else, and when it was retired (停用).
public struct StationSetting: Sendable, Hashable {
  /// The unit in which the station sends a pollutant, whatever its feed says.
  public struct UnitOverride: Sendable, Hashable {
    public var pollutant: Pollutant
    public var unit: MeasurementUnit
    public init(pollutant: Pollutant, unit: MeasurementUnit) {
      self.pollutant = pollutant
      self.unit = unit
    }
  }

  public var station: String
  public var units: [UnitOverride]
  public var stamp: StampMeaning?
  /// Length of the averaging period, 0 for instantaneous values.
  public var periodMilliseconds: Int32?
  /// The last day whose readings count; later ones stay in the journal and enter nothing.
  public var retired: CivilDay?

  public init(
    station: String, units: [UnitOverride] = [], stamp: StampMeaning? = nil, periodMilliseconds: Int32? = nil,
    retired: CivilDay? = nil
  ) {
    self.station = station
    self.units = units
    self.stamp = stamp
    self.periodMilliseconds = periodMilliseconds
    self.retired = retired
  }

  /// Whether nothing is set.
  public var isEmpty: Bool { units.isEmpty && stamp == nil && periodMilliseconds == nil && retired == nil }

  /// Whether rows are read otherwise than the feed declares.
  public var changesRows: Bool { !units.isEmpty || stamp != nil || periodMilliseconds != nil }
}

/// For what a station is assessed (评价用途), and in which days, both included.
public struct AssessmentSpan: Sendable, Hashable {
  /// What an assessment is for. `aqi` alone decides what is computed: means, AQI, levels and the ledger. The others are
  /// kept and shown.
  public enum Purpose: String, CaseIterable, Sendable, Hashable {
    case aqi
    case ranking
    case target
  }

  public var station: String
  public var purpose: Purpose
  public var from: CivilDay?
  public var until: CivilDay?

  public init(station: String, purpose: Purpose, from: CivilDay? = nil, until: CivilDay? = nil) {
    self.station = station
    self.purpose = purpose
    self.from = from
    self.until = until
  }
}
