import AirQuality

/// Reads the averaging period that a row tells of itself.
struct RowPeriodReader: Sendable {
  let column: Int
  /// -1 when the unit is declared.
  let unitColumn: Int
  let unitMilliseconds: Double

  /// `Reading.periodMilliseconds` of so many `unit`; nil when that is no period.
  static func period(_ amount: Double, unitMilliseconds: Double) -> Int32? {
    let span = (amount * unitMilliseconds).rounded()
    guard span >= 0, span < 1e12 else { return nil }
    return Reading.period(ofSpan: Int64(span))
  }

  /// Milliseconds of a unit's name; nil when it is no unit of time.
  static func milliseconds(ofUnit text: ByteText) -> Double? {
    switch text.trimmed.string.lowercased() {
    case "ms", "millisecond", "milliseconds": 1
    case "s", "sec", "second", "seconds": 1_000
    case "m", "min", "minute", "minutes": 60_000
    case "h", "hr", "hour", "hours": 3_600_000
    case "d", "day", "days": 86_400_000
    default: nil
    }
  }
}
