/// The verdict of screening on one reading, by the codes of QARTOD (IOOS, Manual for Real-Time Quality Control).
@frozen
public enum QualityFlag: UInt8, Sendable, Hashable, CaseIterable, BitwiseCopyable {
  case good = 1
  /// Not screened.
  case unknown = 2
  case suspect = 3
  case fail = 4
  case missing = 9
}

/// Why a reading carries its flag; several may hold at once.
@frozen
public struct ScreeningReasons: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The feed marks the value as missing.
  @inlinable public static var missing: ScreeningReasons { ScreeningReasons(rawValue: 1 << 0) }
  /// Not a finite number, or beyond what the store can hold.
  @inlinable public static var notRepresentable: ScreeningReasons { ScreeningReasons(rawValue: 1 << 1) }
  /// A value that instruments send for "no value" (-999, 9999 …) and that the feed did not declare.
  @inlinable public static var sentinel: ScreeningReasons { ScreeningReasons(rawValue: 1 << 2) }
  /// Below zero beyond the tolerance of the instrument.
  @inlinable public static var negative: ScreeningReasons { ScreeningReasons(rawValue: 1 << 3) }
  /// Slightly below zero, within the noise of the instrument.
  @inlinable public static var belowZero: ScreeningReasons { ScreeningReasons(rawValue: 1 << 4) }
  /// Above what the instrument can measure.
  @inlinable public static var aboveRange: ScreeningReasons { ScreeningReasons(rawValue: 1 << 5) }
  /// Stamped later than it was received.
  @inlinable public static var futureStamp: ScreeningReasons { ScreeningReasons(rawValue: 1 << 6) }
  /// Stamped before the earliest day the site keeps.
  @inlinable public static var ancientStamp: ScreeningReasons { ScreeningReasons(rawValue: 1 << 7) }
  /// PM2.5 above the PM10 of the same time beyond the tolerance.
  @inlinable public static var pm25AbovePM10: ScreeningReasons { ScreeningReasons(rawValue: 1 << 8) }
  /// A jump from the neighbours in time that comes back at once.
  @inlinable public static var spike: ScreeningReasons { ScreeningReasons(rawValue: 1 << 9) }
  /// Changed faster than the air can.
  @inlinable public static var rateOfChange: ScreeningReasons { ScreeningReasons(rawValue: 1 << 10) }
  /// The same value for longer than the air can hold it.
  @inlinable public static var flatLine: ScreeningReasons { ScreeningReasons(rawValue: 1 << 11) }
  /// The averaging period is none that the rings keep.
  @inlinable public static var unusablePeriod: ScreeningReasons { ScreeningReasons(rawValue: 1 << 12) }
  /// The two channels of one instrument disagree.
  @inlinable public static var twinChannels: ScreeningReasons { ScreeningReasons(rawValue: 1 << 13) }
  /// The hour lies far from what the other stations of the county measure.
  @inlinable public static var neighbours: ScreeningReasons { ScreeningReasons(rawValue: 1 << 14) }
  /// A thousandfold off its own course, as between milligrams and micrograms.
  @inlinable public static var unitMistake: ScreeningReasons { ScreeningReasons(rawValue: 1 << 15) }
  /// The instrument itself marks the value as no measurement of the air (maintenance, calibration, fault …).
  @inlinable public static var instrument: ScreeningReasons { ScreeningReasons(rawValue: 1 << 16) }
  /// The humidity of the air spoils the value, or is not known where the value depends on it.
  @inlinable public static var humidity: ScreeningReasons { ScreeningReasons(rawValue: 1 << 17) }
  /// Measured while sand-dust is suspected, declared or confirmed in the county.
  @inlinable public static var sandDust: ScreeningReasons { ScreeningReasons(rawValue: 1 << 18) }
  /// New stamps over values that do not change.
  @inlinable public static var frozen: ScreeningReasons { ScreeningReasons(rawValue: 1 << 19) }
  /// A person's verdict stands in place of the tests'.
  @inlinable public static var overridden: ScreeningReasons { ScreeningReasons(rawValue: 1 << 20) }
  /// The same answer gives another value for the same station, quantity and time.
  @inlinable public static var duplicateStamp: ScreeningReasons { ScreeningReasons(rawValue: 1 << 21) }
  /// The value is what the station's calibration makes of the raw one.
  @inlinable public static var calibrated: ScreeningReasons { ScreeningReasons(rawValue: 1 << 22) }
  /// The first reading after a gap.
  @inlinable public static var gap: ScreeningReasons { ScreeningReasons(rawValue: 1 << 23) }

  private static let names: [(ScreeningReasons, String)] = [
    (.missing, "missing"), (.notRepresentable, "not_representable"), (.sentinel, "sentinel"), (.negative, "negative"),
    (.belowZero, "below_zero"), (.aboveRange, "above_range"), (.futureStamp, "future_stamp"),
    (.ancientStamp, "ancient_stamp"), (.pm25AbovePM10, "pm25_above_pm10"), (.spike, "spike"),
    (.rateOfChange, "rate_of_change"), (.flatLine, "flat_line"), (.unusablePeriod, "unusable_period"),
    (.twinChannels, "twin_channels"), (.neighbours, "neighbours"), (.unitMistake, "unit_mistake"),
    (.instrument, "instrument"), (.humidity, "humidity"), (.sandDust, "sand_dust"), (.frozen, "frozen"),
    (.overridden, "overridden"), (.duplicateStamp, "duplicate_stamp"), (.calibrated, "calibrated"), (.gap, "gap"),
  ]

  /// The reasons as they stand in NDJSON and the API.
  public var list: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
}
