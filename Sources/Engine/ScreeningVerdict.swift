public import AirQuality

/// What the tests over time, or a person, found of one reading, kept beside its row in the journal: screening a row by
/// itself does not give it again.
public struct ScreeningVerdict: Sendable, Hashable {
  /// Index into the batch's stations.
  public var station: UInt32
  public var pollutant: Pollutant
  /// Begin and period of the reading; it may be of an earlier answer (a spike is known by what follows it).
  public var begin: Instant
  public var periodMilliseconds: Int32
  public var flag: QualityFlag
  public var reasons: ScreeningReasons
  public init(
    station: UInt32, pollutant: Pollutant, begin: Instant, periodMilliseconds: Int32, flag: QualityFlag,
    reasons: ScreeningReasons
  ) {
    self.station = station
    self.pollutant = pollutant
    self.begin = begin
    self.periodMilliseconds = periodMilliseconds
    self.flag = flag
    self.reasons = reasons
  }

  init(_ reading: Reading) {
    self.init(
      station: reading.station, pollutant: reading.pollutant, begin: reading.begin,
      periodMilliseconds: reading.periodMilliseconds, flag: reading.flag, reasons: reading.reasons)
  }
}
