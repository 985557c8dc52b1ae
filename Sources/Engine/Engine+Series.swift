package import AirQuality
package import Rollup

/// Values of single stations, for the series of the API.
extension Engine {
  /// Windows of one kind.
  package enum SeriesKind: Sendable {
    case minutes
    case hours
    case days
  }

  /// What the rings (for days: the ledger) hold of a station; windows are civil minute, hour or day numbers.
  package func series(
    station: String, pollutant: Pollutant, kind: SeriesKind, windows: Range<Int32>
  ) -> [SeriesCell] {
    guard let index = rollup.stationIndex(station) else { return [] }
    switch kind {
    case .minutes: return rollup.minuteSeries(index, pollutant: pollutant, minutes: windows)
    case .hours: return rollup.hourSeries(index, pollutant: pollutant, hours: windows)
    case .days:
      return windows.compactMap { day in
        let value = rollup.stationDay(index, pollutant: pollutant, day: CivilDay(number: day))
        return value.isMissing ? nil : SeriesCell(window: day, value: value, flag: .good)
      }
    }
  }

  /// The hours of a county's day as the rings hold them; nil when they hold none.
  package func hours(county: String, day: CivilDay) -> StoredChunk? {
    rollup.encodeHours(county: county, day: day).map { StoredChunk(key: ChunkKey($0.key), bytes: $0.bytes) }
  }

  /// The windows of a station in stored chunks; damaged chunks are left out.
  package static func series(station: String, pollutant: Pollutant, chunks: [StoredChunk]) -> [SeriesCell] {
    chunks.flatMap { chunk in
      (try? chunk.rollup.series(station: station, pollutant: pollutant)) ?? []
    }
  }
}
