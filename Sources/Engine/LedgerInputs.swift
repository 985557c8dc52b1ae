import AirQuality
import Rollup
import Targets

/// The days that the rows of a target table are judged on, each unit and year made once.
struct LedgerInputs {
  private var means: [String: [Concentration]] = [:]
  private var heavy: [String: [Bool?]] = [:]

  mutating func input(for row: TargetRow, rollup: Rollup, editions: AQIEditionSetting) -> LedgerInput {
    guard let unit = rollup.unitIndex(row.county), let indicator = Indicator(rawValue: row.indicator) else {
      return .none
    }
    if let pollutant = indicator.annualMeanOf {
      return .dailyMeans(days(unit, pollutant, row.year, rollup))
    }
    guard indicator == .heavyDays else { return .none }
    // Whether the city counts its own days or county-days is not settled: unknown until it is (DOMAIN.md 12).
    if rollup.units[unit].kind == .city { return .none }
    return .heavyDays(flags: heavyDays(unit, row.year, rollup, editions))
  }

  private mutating func days(_ unit: Int, _ pollutant: Pollutant, _ year: Int, _ rollup: Rollup) -> [Concentration] {
    let key = "\(unit)/\(pollutant.rawValue)/\(year)"
    if let made = means[key] { return made }
    let made = rollup.unitYear(unit, pollutant: pollutant, year: year)
    means[key] = made
    return made
  }

  /// One known index above 200 makes a heavy day despite gaps; a day otherwise invalid is not judged.
  private mutating func heavyDays(
    _ unit: Int, _ year: Int, _ rollup: Rollup, _ editions: AQIEditionSetting
  ) -> [Bool?] {
    let key = "\(unit)/\(year)"
    if let made = heavy[key] { return made }
    let series = Pollutant.criteria.map { days(unit, $0, year, rollup) }
    let first = CivilDay(year: year, month: 1, day: 1)?.number ?? 0
    let made = (0..<CivilDay.days(inYear: year)).map { day -> Bool? in
      func value(_ pollutant: Pollutant) -> Concentration {
        let days = series[Int(pollutant.rawValue)]
        return day < days.count ? days[day].published(pollutant) : .missing
      }
      let input = DailyInput(
        pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), co: value(.co),
        o3EightHour: value(.o3))
      return AQI(input, edition: editions.edition(on: CivilDay(number: first + Int32(day)))).isHeavy
    }
    heavy[key] = made
    return made
  }
}

extension TargetView {
  init(_ row: TargetRow, _ result: LedgerResult) {
    self.init(
      year: row.year, county: row.county, indicator: row.indicator, target: result.target?.value, unit: row.unit,
      valueToDate: result.valueToDate?.value, days: result.days, missing: result.missing,
      remainingMeanAllowed: result.remainingMeanAllowed?.value,
      projection: result.projection.map {
        Projection(value: $0.value.value, low: $0.low.value, high: $0.high.value)
      }, state: result.state.rawValue, reason: result.reason, reasonEnglish: result.reasonEnglish,
      budgetRatio: result.budgetRatio)
  }
}
