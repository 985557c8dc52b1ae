package import AirQuality
import Rollup

/// One day of one unit as the ledger has it (日评价): what a report or chart of past days shows.
package struct DayRecord: Sendable, Hashable {
  package var day: CivilDay
  /// Daily values in the order of `Pollutant.criteria` (ozone: the highest 8 h mean), not yet rounded; missing without a
  /// valid one.
  package var values: [Concentration]
  /// The AQI of the known pollutants; nil when nothing is known.
  package var aqi: Int?
  /// Whether some pollutants are missing: the true AQI is `aqi` or higher.
  package var isLowerBound: Bool
  /// Whether it is a heavy-pollution day; nil when that cannot be said (`AQI.isHeavy`).
  package var isHeavy: Bool?
  /// Primary pollutants; none at an AQI of 50 or below.
  package var primary: [Pollutant]
}

extension Engine {
  /// The days of a unit from `first` to `last` that the ledger still holds (400 days); empty for an unknown unit.
  ///
  /// A day is to be asked for after it has ended.
  package func dayRecords(_ code: String, from first: CivilDay, through last: CivilDay) -> [DayRecord] {
    guard let unit = rollup.unitIndex(code), first <= last else { return [] }
    let editions = editions
    return (first.number...last.number).map { number in
      let day = CivilDay(number: number)
      let values = Pollutant.criteria.map { rollup.unitDay(unit, pollutant: $0, day: day).value }
      func value(_ pollutant: Pollutant) -> Concentration { values[Int(pollutant.rawValue)].published(pollutant) }
      let aqi = AQI(
        DailyInput(
          pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
          o3EightHour: value(.o3)), edition: editions.edition(on: day))
      return DayRecord(
        day: day, values: values, aqi: aqi.lowerBound, isLowerBound: aqi.isLowerBound, isHeavy: aqi.isHeavy,
        primary: aqi.primary)
    }
  }
}
