package import AirQuality
import Engine
package import Explanations
import Store

/// Explains the values of a single station.
extension StoredExplanation {
  /// Whether the newest configuration names a station so and no county.
  package func isStation(_ name: String) throws -> Bool {
    guard let site = try store.configurations(through: Instant(milliseconds: .max)).last?.configuration.site else {
      return false
    }
    return Explainer.unit(name, of: site) == nil && site.stations.contains { $0.id == name }
  }

  /// - Parameter period: an hour or a day.
  /// - Throws: `ExplanationProblem` when there is nothing to explain, `StoreError` when the store cannot be read.
  package func explain(
    station: String, _ pollutant: Pollutant, _ period: ExplanationPeriod
  ) throws -> StationExplanation {
    switch period {
    case .hour, .day: break
    case .month, .year: throw ExplanationProblem("a station is explained for an hour or a day")
    }
    let generations = try store.configurations(through: Instant(milliseconds: .max))
    guard let newest = generations.last?.configuration else {
      throw ExplanationProblem("the state holds no configuration yet")
    }
    let offset = newest.site.offset
    let end = period.end(offset)
    let inForce = generations.filter { $0.at <= end }
    let configurations = inForce.isEmpty ? Array(generations.prefix(1)) : inForce
    let site = configurations.last?.configuration.site ?? newest.site
    let begin = offset.start(ofHour: period.hours.lowerBound)
    var facts = Explainer.Facts(
      configurations: configurations, chunks: [], batches: [],
      journalReaches: try store.firstPosition() == 1 || store.journalBegin().map { $0 <= begin } ?? false,
      dayValues: [])
    if let known = site.stations.first(where: { $0.id == station }) {
      let days = period.days
      facts.flags = PersonFlag.all(try store.flagActs(since: begin))
      facts.chunks = try store.hoursChunks(county: known.county, from: days.lowerBound, through: days.upperBound)
      if facts.chunks.isEmpty { facts.chunks = try openHours([known.county], [], days.upperBound) }
      let records = try store.batches(
        from: begin.adding(milliseconds: -StationExplanation.leadMilliseconds),
        until: Self.arrivals(of: period, offset), lateRowsOf: known.county, days: days,
        feeds: Set(configurations.flatMap(\.configuration.feeds)), stations: [station])
      for record in records {
        guard case .batch(let batch) = record.event else { continue }
        facts.batches.append(Explainer.Facts.JournalRecord(position: record.position, batch: batch))
      }
    }
    return try StationExplanation(facts, station: station, pollutant, period)
  }
}
