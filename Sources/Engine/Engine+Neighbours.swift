import AirQuality
import Rollup
import Screening

/// Hours against those of the other stations of their county (邻站一致性).
extension Engine {
  /// Hours caught up with at once; after a longer silence the older ones are left.
  private static let maximumNeighbourHours: Int32 = 3

  /// Compares hours whose closing time has passed, and those of before that have changed since. Stations that are not
  /// assessed become suspect where they lie outside; an assessed one keeps its flag: its neighbours are few, and a person
  /// reviews it.
  mutating func judgeNeighbours() {
    judgeChangedHours()
    guard let configuration else { return }
    let delay = Int64(rollup.settings.closeMinutes) * 60_000
    let closed = configuration.site.offset.hour(of: now.adding(milliseconds: -delay)) - 1
    let through = neighboursThrough ?? closed
    guard neighboursThrough == nil || through < closed else { return }
    neighboursThrough = closed
    if through < closed {
      let counties = rollup.stationsByCounty()
      for hour in max(through, closed - Self.maximumNeighbourHours) + 1...closed {
        for stations in counties where stations.count > screener.limits.neighbourStations {
          for pollutant in Pollutant.criteria { judgeNeighbours(stations, pollutant, hour: hour) }
        }
      }
    }
    rollup.comparedThrough = closed
  }

  /// Late minutes make their hour anew, and good again: it is compared once more.
  private mutating func judgeChangedHours() {
    let changed = rollup.takeChangedAfterComparison()
    guard !changed.isEmpty else { return }
    let counties = rollup.stationsByCounty()
    var rest = changed[...]
    while let first = rest.first {
      let same = rest.prefix { $0.hour == first.hour && $0.pollutant == first.pollutant }
      rest = rest.dropFirst(same.count)
      let byCounty = Dictionary(grouping: same) { rollup.county(ofStation: $0.station) }
      for (county, cells) in byCounty.sorted(by: { $0.key < $1.key })
      where county >= 0 && counties[Int(county)].count > screener.limits.neighbourStations {
        judgeNeighbours(
          counties[Int(county)], first.pollutant, hour: first.hour, only: Set(cells.map(\.station)))
      }
    }
    // Its own verdicts are no changes.
    _ = rollup.takeChangedAfterComparison()
  }

  /// - Parameter only: the stations that are judged; nil for all.
  private mutating func judgeNeighbours(
    _ stations: [Int], _ pollutant: Pollutant, hour: Int32, only: Set<Int>? = nil
  ) {
    let values = stations.compactMap { station in
      rollup.hourValue(station, pollutant: pollutant, hour: hour).flatMap { found in
        found.flag == .suspect ? nil : (station: station, value: found.value.thousandths)
      }
    }
    let limits = screener.limits
    guard values.count > limits.neighbourStations, let centre = RobustCentre(values.map(\.value)) else { return }
    for (station, value) in values
    where only?.contains(station) ?? true
      && centre.excludes(
        value, deviations: limits.neighbourDeviations, share: limits.neighbourShare,
        least: Self.leastNeighbourDistance(pollutant))
    {
      // A person's verdict stands before the neighbours'.
      guard
        screening.override(
          station: rollup.stationID(station), pollutant: pollutant, begin: rollup.site.offset.start(ofHour: hour))
          == nil, rollup.suspectHour(station, pollutant: pollutant, hour: hour)
      else { continue }
      screening.markHour(
        station: rollup.stationID(station), pollutant: pollutant, begin: rollup.site.offset.start(ofHour: hour),
        value: value, .neighbours)
    }
  }

  /// Differences below this are the instruments', thousandths.
  static func leastNeighbourDistance(_ pollutant: Pollutant) -> Int32 {
    switch pollutant {
    case .pm25: 50_000
    case .pm10: 80_000
    case .co: 2_000
    default: 60_000
    }
  }
}
