package import AirQuality
import Rollup

/// Sealing of months (封存): when, and what is compared.
extension Engine {
  /// A month is sealed this many days after its end: the time in which late rows and reviews usually come. What comes
  /// later still counts, as an amendment of the seal.
  package static let sealAfterDays: Int32 = 10

  /// Months whose time has come, oldest first; the first configuration seals nothing of before it.
  mutating func sealDueMonths(_ effects: inout [Effect]) {
    guard let configuration else { return }
    let due = CivilMonth(configuration.site.offset.day(of: now).adding(days: -Self.sealAfterDays)).adding(months: -1)
    guard let through = sealedThrough else {
      sealedThrough = due
      return
    }
    guard through < due else { return }
    for number in (through.number + 1)...due.number { effects.append(.seal(CivilMonth(number: number))) }
    sealedThrough = due
  }

  /// The first hour in which two stored chunks of one county and day differ; nil when none does.
  ///
  /// - Throws: what is wrong with a chunk that cannot be read.
  package static func changedHour(sealed: StoredChunk, found: StoredChunk) throws -> ChangedHour? {
    try ChunkDifference.between(
      sealed.rollup,
      found.rollup
    ).map {
      ChangedHour(
        station: $0.station, pollutant: $0.pollutant, hour: $0.window, sealed: $0.first?.value, found: $0.second?.value)
    }
  }
}

/// A station's hour that is not as it was sealed.
package struct ChangedHour: Sendable, Hashable {
  package var station: String
  package var pollutant: Pollutant
  /// The number of the civil hour.
  package var hour: Int32
  /// The two values; missing for a row without one, nil where there is no row.
  package var sealed: Concentration?
  package var found: Concentration?
}
