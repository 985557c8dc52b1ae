package import AirQuality

/// The first window in which two chunks of one key differ.
package struct ChunkDifference: Sendable, Hashable {
  package var station: String
  package var pollutant: Pollutant
  /// The number of the civil minute or hour.
  package var window: Int32
  /// What each of the two holds; nil when it has no row there.
  package var first: SeriesCell?
  package var second: SeriesCell?

  /// Compares by station id, pollutant and window; nil when no value and no flag differs.
  ///
  /// - Throws: `RollupError` when one of them is damaged.
  package static func between(_ first: RollupChunk, _ second: RollupChunk) throws(RollupError) -> ChunkDifference? {
    let (a, b) = (try ChunkContent(first), try ChunkContent(second))
    for station in Set(a.ids + b.ids).sorted() {
      for pollutant in Pollutant.criteria {
        let mine = try first.series(station: station, pollutant: pollutant)
        let theirs = try second.series(station: station, pollutant: pollutant)
        guard mine != theirs else { continue }
        let windows = Set(mine.map(\.window) + theirs.map(\.window)).sorted()
        for window in windows {
          let (before, after) = (mine.first { $0.window == window }, theirs.first { $0.window == window })
          guard before != after else { continue }
          return ChunkDifference(
            station: station, pollutant: pollutant, window: window, first: before, second: after)
        }
      }
    }
    return nil
  }

  /// Of each series the first window of which both chunks have a value, and not the same one: a change, no late arrival. In
  /// the order of stations and pollutants.
  ///
  /// - Throws: `RollupError` when one of them is damaged.
  package static func edits(_ first: RollupChunk, _ second: RollupChunk) throws(RollupError) -> [ChunkDifference] {
    var edits: [ChunkDifference] = []
    let ids = try ChunkContent(first).ids.sorted()
    for station in ids {
      for pollutant in Pollutant.criteria {
        let mine = try first.series(station: station, pollutant: pollutant)
        let theirs = try second.series(station: station, pollutant: pollutant)
        guard mine != theirs else { continue }
        let after = Dictionary(theirs.map { ($0.window, $0) }, uniquingKeysWith: { first, _ in first })
        let edit = mine.lazy.compactMap { cell in
          after[cell.window].flatMap { other in
            cell.value.isMissing || other.value.isMissing || cell.value == other.value
              ? nil
              : ChunkDifference(
                station: station, pollutant: pollutant, window: cell.window, first: cell, second: other)
          }
        }.first
        if let edit { edits.append(edit) }
      }
    }
    return edits
  }
}
