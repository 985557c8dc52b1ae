package import AirQuality
package import Engine
package import Store

/// Fits a calibration on the raw rows that the journal holds of a sensor and its reference (比对校准).
package struct StoredCalibrationFit: Sendable {
  /// Why there is nothing to fit.
  package struct Problem: Error, Sendable, CustomStringConvertible {
    package var description: String
  }

  private let store: Store
  /// Rows come until this long after their hour.
  private static let arrivalHours: Int32 = 3
  /// Days of one fit.
  package static let maximumDays: Int32 = 92

  /// Reads `store`, open for reading or writing.
  package init(store: Store) { self.store = store }

  /// The fit over whole days, both included. Hours without humidity are left out where most have one.
  ///
  /// - Throws: `Problem` or `CalibrationFit.Problem` when nothing can be fitted, `StoreError` when the store cannot be read.
  package func fit(
    station: String, reference: String, _ pollutant: Pollutant, days: ClosedRange<CivilDay>
  ) throws -> (fit: CalibrationFit, withoutHumidity: Int) {
    guard days.upperBound.number - days.lowerBound.number < Self.maximumDays else {
      throw Problem(description: "\(days.lowerBound) to \(days.upperBound) is more than \(Self.maximumDays) days")
    }
    let generations = try store.configurations(through: Instant(milliseconds: .max))
    guard let newest = generations.last?.configuration else {
      throw Problem(description: "the state holds no configuration yet")
    }
    let site = newest.site
    guard site.stations.contains(where: { $0.id == reference && $0.assessed }) else {
      throw Problem(description: "\"\(reference)\" is no assessed station: a reference is an official one")
    }
    guard site.stations.contains(where: { $0.id == station && !$0.assessed }) else {
      throw Problem(
        description: "\"\(station)\" is no station of the registry that may be calibrated: assessed ones never are")
    }
    let hours = days.lowerBound.firstHour..<(days.upperBound.firstHour + 24)
    guard let begin = try store.journalBegin(), begin < site.offset.start(ofHour: hours.upperBound) else {
      throw Problem(
        description: "the journal no longer reaches back to \(days.upperBound): raw rows are kept there alone")
    }
    let feeds = Set(generations.flatMap(\.configuration.feeds))
    var raw = RawHours(
      [
        .init(station: station, pollutant: pollutant), .init(station: station, pollutant: .humidity),
        .init(station: reference, pollutant: pollutant),
      ], feeds: newest.feeds, offset: site.offset)
    // An hour of answers at a time: a feed of a whole country is large.
    for hour in hours.lowerBound..<(hours.upperBound + Self.arrivalHours) {
      let records = try store.batches(
        from: site.offset.start(ofHour: hour), until: site.offset.start(ofHour: hour + 1), lateRowsOf: "",
        days: days, feeds: feeds, stations: [station, reference])
      for record in records {
        guard case .batch(var batch) = record.event else { continue }
        Engine.screen(&batch, site: site, limits: newest.screening)
        raw.take(batch)
      }
    }
    let pairs = raw.pairs(station: station, reference: reference, pollutant, hours: hours)
    let moist = pairs.filter { $0.humidity != nil }
    let chosen = moist.count * 2 > pairs.count ? moist : pairs
    return (try CalibrationFit(chosen), pairs.count - moist.count)
  }
}
