package import AirQuality

/// The windows in which `/api/v1/stations/{id}/series` gives values.
package enum SeriesWindow: String, Sendable, Hashable, CaseIterable {
  case minute = "1m"
  case hour = "1h"
  case day = "1d"

  /// Length of one window.
  package var milliseconds: Int64 {
    switch self {
    case .minute: 60_000
    case .hour: 3_600_000
    case .day: 86_400_000
    }
  }

  /// What is answered when the request names no `from`: 2 hours, 49 hours, 31 days.
  package var defaultSpanMilliseconds: Int64 {
    switch self {
    case .minute: 120 * 60_000
    case .hour: 49 * 3_600_000
    case .day: 31 * 86_400_000
    }
  }
}

/// Which values of a station are asked for.
package struct SeriesRequest: Sendable, Hashable {
  package var station: String
  package var pollutant: Pollutant
  package var window: SeriesWindow
  /// Windows that start at or after `from` and before `to`.
  package var from: Instant
  package var to: Instant

  package init(station: String, pollutant: Pollutant, window: SeriesWindow, from: Instant, to: Instant) {
    self.station = station
    self.pollutant = pollutant
    self.window = window
    self.from = from
    self.to = to
  }
}

/// One window of a series.
package struct SeriesPoint: Sendable, Hashable {
  package var begin: Instant
  package var end: Instant
  /// In the pollutant's unit; nil when missing.
  package var value: Double?
  package var flag: QualityFlag
  package var reasons: ScreeningReasons
  /// Share of expected inputs present, 0 to 1; nil where not kept.
  package var completeness: Double?

  package init(
    begin: Instant, end: Instant, value: Double?, flag: QualityFlag, reasons: ScreeningReasons = [],
    completeness: Double? = nil
  ) {
    self.begin = begin
    self.end = end
    self.value = value
    self.flag = flag
    self.reasons = reasons
    self.completeness = completeness
  }
}
