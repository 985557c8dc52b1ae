/// One decoded value, 32 bytes without references, so that a batch is one contiguous allocation.
///
/// Its identity is its station, pollutant, begin and period (DESIGN.md, "Identity").
@frozen
public struct Reading: Sendable, BitwiseCopyable, Hashable {
  /// Start of the averaging period; equal to the stamp for an instantaneous value.
  public var begin: Instant
  /// In the pollutant's canonical unit (`Pollutant.unit`); NaN when the feed marks it missing.
  public var value: Double
  /// Length of the averaging period, 0 for an instantaneous value.
  public var periodMilliseconds: Int32
  /// Index into the batch's `stations`.
  public var station: UInt32
  public var reasons: ScreeningReasons
  public var pollutant: Pollutant
  public var flag: QualityFlag

  @inlinable
  public init(
    station: UInt32, pollutant: Pollutant, value: Double, begin: Instant, periodMilliseconds: Int32,
    flag: QualityFlag = .unknown, reasons: ScreeningReasons = []
  ) {
    self.begin = begin
    self.value = value
    self.periodMilliseconds = periodMilliseconds
    self.station = station
    self.reasons = reasons
    self.pollutant = pollutant
    self.flag = flag
  }

  @inlinable public var end: Instant { begin.adding(milliseconds: Int64(periodMilliseconds)) }

  /// A reading belongs to the slot of its midpoint.
  @inlinable public var midpoint: Instant { begin.adding(milliseconds: Int64(periodMilliseconds) / 2) }
}

/// All values of one feed answer, in the order in which they stood there.
public struct ReadingBatch: Sendable, Equatable {
  /// Station ids as the feed writes them, each once, in order of first appearance.
  public var stations: [String]
  public var readings: ContiguousArray<Reading>

  public init(stations: [String] = [], readings: ContiguousArray<Reading> = []) {
    self.stations = stations
    self.readings = readings
  }
}
