/// One decoded value, 32 bytes without references, so that a batch is one contiguous allocation.
///
/// Its identity is its station, pollutant, begin and period (DESIGN.md, "Identity").
@frozen
public struct Reading: Sendable, BitwiseCopyable, Hashable {
  /// Start of the averaging period; equal to the stamp for an instantaneous value.
  public var begin: Instant
  /// In the pollutant's canonical unit (`Pollutant.unit`); NaN when the feed marks it missing.
  public var value: Double
  /// Length of the averaging period, 0 for an instantaneous value. Periods of more than 24 days, which milliseconds in
  /// 32 bits cannot hold (a month of dustfall), are hours below zero; `spanMilliseconds` is the length of either.
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

  /// Length of the averaging period.
  @inlinable public var spanMilliseconds: Int64 { Self.span(ofPeriod: periodMilliseconds) }

  @inlinable public var end: Instant { begin.adding(milliseconds: spanMilliseconds) }

  /// A reading belongs to the slot of its midpoint.
  @inlinable public var midpoint: Instant { begin.adding(milliseconds: spanMilliseconds / 2) }

  /// The length in milliseconds of a period as `periodMilliseconds` writes it.
  @inlinable public static func span(ofPeriod period: Int32) -> Int64 {
    period >= 0 ? Int64(period) : Int64(period) * -3_600_000
  }

  /// `span` as `periodMilliseconds` writes it; nil when it is negative, or too long for milliseconds and no whole hours.
  public static func period(ofSpan span: Int64) -> Int32? {
    if span >= 0, let milliseconds = Int32(exactly: span) { return milliseconds }
    guard span > 0, span % 3_600_000 == 0 else { return nil }
    return Int32(exactly: -(span / 3_600_000))
  }
}

/// Where a reading was taken, WGS 84, in units of 1e-7 degrees (about a centimetre).
@frozen
public struct Position: Sendable, BitwiseCopyable, Hashable {
  public var latitudeE7: Int32
  public var longitudeE7: Int32

  /// Nil unless both are numbers within the globe.
  public init?(latitude: Double, longitude: Double) {
    guard (-90.0...90.0).contains(latitude), (-180.0...180.0).contains(longitude) else { return nil }
    latitudeE7 = Int32((latitude * 1e7).rounded())
    longitudeE7 = Int32((longitude * 1e7).rounded())
  }

  /// Of units of 1e-7 degrees; nil beyond the globe.
  public init?(latitudeE7: Int32, longitudeE7: Int32) {
    guard (-900_000_000...900_000_000).contains(latitudeE7), (-1_800_000_000...1_800_000_000).contains(longitudeE7)
    else { return nil }
    self.latitudeE7 = latitudeE7
    self.longitudeE7 = longitudeE7
  }

  private init(none: Void) {
    latitudeE7 = .min
    longitudeE7 = .min
  }

  /// The feed gives none.
  public static let none = Position(none: ())
  public var isKnown: Bool { latitudeE7 != .min }
  /// Degrees north.
  public var latitude: Double { Double(latitudeE7) / 1e7 }
  /// Degrees east.
  public var longitude: Double { Double(longitudeE7) / 1e7 }
}

/// All values of one feed answer, in the order in which they stood there.
public struct ReadingBatch: Sendable, Equatable {
  /// Station ids as the feed writes them, each once, in order of first appearance.
  public var stations: [String]
  public var readings: ContiguousArray<Reading>
  /// Where each reading was taken (走航: mobile routes), `Position.none` where its row says nothing; empty when no row of
  /// the feed says where it was.
  public var positions: ContiguousArray<Position>

  public init(
    stations: [String] = [], readings: ContiguousArray<Reading> = [], positions: ContiguousArray<Position> = []
  ) {
    self.stations = stations
    self.readings = readings
    self.positions = positions
  }

  /// Where the reading of that index was taken, nil when the feed gives no position for it.
  public func position(of reading: Int) -> Position? {
    guard positions.indices.contains(reading), positions[reading].isKnown else { return nil }
    return positions[reading]
  }
}
