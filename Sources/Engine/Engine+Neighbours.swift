import AirQuality
import Rollup
import Screening

/// Hours against those of the other stations of their county (邻站一致性).
extension Engine {
  /// Hours caught up with at once; after a longer silence the older ones are left.
  private static let maximumNeighbourHours: Int32 = 3

  /// Compares hours whose closing time has passed. Stations that are not assessed become suspect where they lie outside;
  /// an assessed one keeps its flag: its neighbours are few, and a person reviews it.
  mutating func judgeNeighbours() {
    guard let configuration else { return }
    let delay = Int64(rollup.settings.closeMinutes) * 60_000
    let closed = configuration.site.offset.hour(of: now.adding(milliseconds: -delay)) - 1
    guard let through = neighboursThrough else {
      neighboursThrough = closed
      return
    }
    guard through < closed else { return }
    neighboursThrough = closed
    let counties = rollup.stationsByCounty()
    for hour in max(through, closed - Self.maximumNeighbourHours) + 1...closed {
      for stations in counties where stations.count > screener.limits.neighbourStations {
        for pollutant in Pollutant.criteria { judgeNeighbours(stations, pollutant, hour: hour) }
      }
    }
  }

  private mutating func judgeNeighbours(_ stations: [Int], _ pollutant: Pollutant, hour: Int32) {
    let values = stations.compactMap { station in
      rollup.hourValue(station, pollutant: pollutant, hour: hour).flatMap { found in
        found.flag == .suspect ? nil : (station: station, value: found.value.thousandths)
      }
    }
    let limits = screener.limits
    guard values.count > limits.neighbourStations, let centre = RobustCentre(values.map(\.value)) else { return }
    for (station, value) in values
    where centre.excludes(
      value, deviations: limits.neighbourDeviations, share: limits.neighbourShare,
      least: Self.leastNeighbourDistance(pollutant))
    {
      guard rollup.suspectHour(station, pollutant: pollutant, hour: hour) else { continue }
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
