package import AirQuality

/// Hour means of raw rows, before any calibration, of a few stations and pollutants: what a calibration is fitted on.
///
/// An hour is the row of that hour where a feed sends hours; otherwise the mean of shorter rows that cover at least 45 min
/// of it, an instantaneous value counting for five. Only rows of the flags 1 and 2 enter. Of rows of the same begin and
/// period the one of the first feed counts, of one feed the newest.
package struct RawHours: Sendable {
  /// A series of hours.
  package struct Source: Sendable, Hashable {
    package var station: String
    package var pollutant: Pollutant
    package init(station: String, pollutant: Pollutant) {
      self.station = station
      self.pollutant = pollutant
    }
  }

  private struct Slot: Hashable {
    var begin: Int64
    var span: Int64
  }

  private struct Entry {
    var value: Double
    var rank: Int
  }

  private let offset: CivilOffset
  private let ranks: [String: Int]
  private var hours: [Source: [Int32: [Slot: Entry]]]

  static let coverageMilliseconds: Int64 = 45 * 60_000
  static let instantMilliseconds: Int64 = 5 * 60_000
  private static let hourMilliseconds: Int64 = 3_600_000
  /// Rows of one hour that are kept.
  private static let rowsOfHour = 720

  /// - Parameter feeds: in configuration order.
  package init(_ sources: [Source], feeds: [String], offset: CivilOffset) {
    self.offset = offset
    ranks = Dictionary(feeds.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    hours = Dictionary(sources.map { ($0, [:]) }, uniquingKeysWith: { first, _ in first })
  }

  /// Takes the screened rows of a batch.
  package mutating func take(_ batch: FeedBatch) {
    let rank = ranks[batch.feed] ?? .max
    for reading in batch.readings where reading.flag == .good || reading.flag == .unknown {
      let station = Int(reading.station)
      guard batch.stations.indices.contains(station), reading.value.isFinite,
        reading.spanMilliseconds <= Self.hourMilliseconds
      else { continue }
      let source = Source(station: batch.stations[station], pollutant: reading.pollutant)
      guard var own = hours.removeValue(forKey: source) else { continue }
      let slot = Slot(begin: reading.begin.milliseconds, span: reading.spanMilliseconds)
      let hour = offset.hour(of: reading.midpoint)
      let known = own[hour]?[slot]
      if known.map({ rank <= $0.rank }) ?? (own[hour]?.count ?? 0 < Self.rowsOfHour) {
        own[hour, default: [:]][slot] = Entry(value: reading.value, rank: rank)
      }
      hours[source] = own
    }
  }

  /// The mean of a civil hour; nil where too little of it is there.
  package func mean(of source: Source, hour: Int32) -> Double? {
    guard let rows = hours[source]?[hour] else { return nil }
    let whole = rows.filter { $0.key.span == Self.hourMilliseconds }.max { $0.key.begin > $1.key.begin }
    if let whole { return whole.value.value }
    var covered: Int64 = 0
    var sum = 0.0
    // A sum of floating-point numbers depends on its order.
    for (slot, entry) in rows.sorted(by: { ($0.key.begin, $0.key.span) < ($1.key.begin, $1.key.span) }) {
      covered += slot.span == 0 ? Self.instantMilliseconds : slot.span
      sum += entry.value
    }
    return covered >= Self.coverageMilliseconds ? sum / Double(rows.count) : nil
  }

  /// The hours that a sensor and its reference share, with the sensor's humidity.
  package func pairs(
    station: String, reference: String, _ pollutant: Pollutant, hours range: Range<Int32>
  ) -> [CalibrationFit.Pair] {
    range.compactMap { hour in
      guard let raw = mean(of: Source(station: station, pollutant: pollutant), hour: hour),
        let value = mean(of: Source(station: reference, pollutant: pollutant), hour: hour)
      else { return nil }
      let relative = mean(of: Source(station: station, pollutant: .humidity), hour: hour)
      return CalibrationFit.Pair(raw: raw, humidity: relative.map { min(100, max(0, $0)) }, reference: value)
    }
  }
}
