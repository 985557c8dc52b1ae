package import AirQuality
import Rollup

/// Hour values of stations and units, for reports upward.
extension Engine {
  /// The hour means of a station or a unit (county, city, urban district), of the six pollutants; what is not known or not
  /// usable is left out. Stations come before units of the same name.
  package func hourMeans(of source: String, hour: Int32) -> [(pollutant: Pollutant, value: Concentration)] {
    if rollup.stationIndex(source) != nil {
      return Pollutant.criteria.compactMap { pollutant in
        let cells = series(station: source, pollutant: pollutant, kind: .hours, windows: hour..<(hour + 1))
        guard let cell = cells.first, !cell.value.isMissing, cell.flag != .fail, cell.flag != .missing else {
          return nil
        }
        return (pollutant, cell.value)
      }
    }
    guard let unit = rollup.unitIndex(source) else { return [] }
    let means = rollup.unitHour(unit, hour: hour)
    return Pollutant.criteria.compactMap { pollutant in
      let mean = means[pollutant]
      return mean.state == .known && !mean.value.isMissing ? (pollutant, mean.value) : nil
    }
  }
}
