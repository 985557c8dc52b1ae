package import AirQuality

/// The newest period that an answer holds values of: what tells whether something new was published.
package struct NewestPeriod: Hashable, Sendable {
  /// End of the period; the stamp of an instantaneous value.
  package var end: Instant
  /// The shortest averaging period of the values that end there, milliseconds; 0 for instantaneous ones.
  package var spanMilliseconds: Int64
  /// Stations with at least one value of it; of instantaneous values, which every station stamps for itself, all of the
  /// answer's. Some sources show a new hour before most of its stations are there.
  package var stations: Int
  /// Stations with a value of it or of the two periods before.
  package var recentStations: Int

  /// - Parameter recentStations: nil: the same number.
  package init(end: Instant, spanMilliseconds: Int64, stations: Int, recentStations: Int? = nil) {
    self.end = end
    self.spanMilliseconds = spanMilliseconds
    self.stations = stations
    self.recentStations = max(stations, recentStations ?? stations)
  }

  /// How far the stamps of a source's clock may be ahead of ours, milliseconds.
  package static let toleranceMilliseconds: Int64 = 120_000
}

extension ReadingBatch {
  /// The newest period that had ended at `moment` and holds a value. Rows without a value announce nothing, and those of
  /// the future (forecasts) are not awaited.
  package func newestPeriod(at moment: Instant) -> NewestPeriod? {
    let limit = moment.adding(milliseconds: NewestPeriod.toleranceMilliseconds)
    var end: Instant?
    for reading in readings where !reading.value.isNaN && reading.end <= limit {
      if end.map({ $0 < reading.end }) ?? true { end = reading.end }
    }
    guard let end else { return nil }
    var span = Int64.max
    for reading in readings where !reading.value.isNaN && reading.end == end {
      span = min(span, reading.spanMilliseconds)
    }
    var newest: Set<UInt32> = []
    var recent: Set<UInt32> = []
    let earliest = span == 0 ? Instant(milliseconds: .min) : end.adding(milliseconds: -3 * span)
    for reading in readings where !reading.value.isNaN && reading.end > earliest && reading.end <= end {
      recent.insert(reading.station)
      if reading.end == end { newest.insert(reading.station) }
    }
    let stations = span == 0 ? recent.count : newest.count
    return NewestPeriod(end: end, spanMilliseconds: span, stations: stations, recentStations: recent.count)
  }
}
