import AirQuality
import Rollup

/// Daily values of closed days, for the record.
extension Engine {
  /// Notes days that closed and closed days that changed.
  mutating func note(closed: [CivilDay], _ changes: UnitChanges) {
    for day in closed { for unit in units.indices { changedDays.insert(UnitDay(unit: unit, day: day)) } }
    changedDays.formUnion(changes.days)
  }

  /// One effect for each noted day that is closed; of the others the closing will tell.
  mutating func recordDays(_ effects: inout [Effect]) {
    guard !changedDays.isEmpty else { return }
    for item in changedDays.sorted() where rollup.isClosed(item.day) {
      effects.append(.dayValue(dayValue(item.unit, day: item.day)))
    }
    changedDays.removeAll()
  }

  /// What the ledger holds of a unit's day.
  func dayValue(_ unit: Int, day: CivilDay) -> DayValue {
    let values = rollup.unitDay(unit, day: day)
    let edition = editions.edition(on: day)
    let aqi = AQI(
      DailyInput(
        pm25: values[.pm25].value.published(.pm25), pm10: values[.pm10].value.published(.pm10),
        so2: values[.so2].value.published(.so2), no2: values[.no2].value.published(.no2),
        co: values[.co].value.published(.co), o3EightHour: values[.o3].value.published(.o3)),
      edition: edition)
    return DayValue(
      unit: rollup.units[unit].code, day: day, edition: edition,
      means: zip(Pollutant.criteria, values.values).map { pollutant, mean in
        DayValue.Mean(
          pollutant: pollutant, value: mean.value, state: KnowledgeState(mean.state), valid: mean.valid,
          expected: mean.expected,
          review: rollup.isFinal(unit, pollutant: pollutant, day: day) ? .final : .provisional,
          provisional: rollup.hasReview(unit, pollutant: pollutant, day: day)
            ? rollup.unitDay(unit, pollutant: pollutant, day: day, basis: .provisional).value : mean.value)
      },
      isImported: rollup.isImported(unit, day: day), aqi: aqi.lowerBound,
      inputs: rollup.unitInputs(unit, day: day).map {
        DayValue.Input(source: $0.source, values: $0.values, reviewed: $0.reviewed)
      })
  }
}
