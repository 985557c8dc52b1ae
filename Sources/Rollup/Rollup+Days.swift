package import AirQuality

extension Rollup {
  /// The daily value of an assessed station: the 24 h mean of the civil day, for ozone its highest 8 h mean; missing
  /// when it is not valid, not assessed, or out of the ledger. By `basis`, what people have reviewed stands in its place.
  package func stationDay(
    _ station: Int, pollutant: Pollutant, day: CivilDay, basis: ReviewBasis = .record
  ) -> Concentration {
    if basis != .provisional {
      if let reviewed = reviewedDay(station, pollutant, day) { return reviewed }
      if basis == .reviewed { return .missing }
    }
    let place = map.places[station]
    guard place.isAssessed, pollutant.isCriteria else { return .missing }
    let cell = days[day.number, Int(place.deepLane) + Int(pollutant.rawValue)]
    return cell.usable(Cell.assessedLimit).map { Concentration(thousandths: $0) } ?? .missing
  }

  /// The daily value of a unit: the mean of its stations, for the city of its counties; where they give none, the
  /// imported one (which is then `known`). Of reviewed values alone there is only one when it is final.
  package func unitDay(
    _ unit: Int, pollutant: Pollutant, day: CivilDay, basis: ReviewBasis = .record
  ) -> UnitValue {
    let own: UnitValue
    if map.units[unit].kind == .city {
      var counties: [UnitValue] = []
      for county in 0..<map.cityUnit { counties.append(unitDay(county, pollutant: pollutant, day: day, basis: basis)) }
      own = UnitValue(counties: counties)
    } else {
      own = mean(unit, day: day) { $0.stationDay($1, pollutant: pollutant, day: day, basis: basis) }
    }
    if basis == .reviewed, !isFinal(unit, pollutant: pollutant, day: day) {
      let state: Knowledge = own.state == .unmonitored ? .unmonitored : .indeterminate
      return UnitValue(value: .missing, state: state, valid: own.valid, expected: own.expected)
    }
    guard !own.state.hasValue, pollutant.isCriteria, basis != .reviewed else { return own }
    let cell = imported[day.number, unit * Pollutant.criteriaCount + Int(pollutant.rawValue)]
    guard cell.code != 0 else { return own }
    return UnitValue(
      value: Concentration(thousandths: cell.value), state: .known, valid: own.valid, expected: own.expected)
  }

  /// Whether any of the day's values of a unit is an imported one, because its own stations gave none.
  package func isImported(_ unit: Int, day: CivilDay) -> Bool {
    Pollutant.criteria.contains { pollutant in
      imported[day.number, unit * Pollutant.criteriaCount + Int(pollutant.rawValue)].code != 0
        && stationsGive(unit, pollutant, day) == false
    }
  }

  private func stationsGive(_ unit: Int, _ pollutant: Pollutant, _ day: CivilDay) -> Bool {
    map.units[unit].kind == .city
      ? UnitValue(counties: (0..<map.cityUnit).map { unitDay($0, pollutant: pollutant, day: day) }).state.hasValue
      : mean(unit, day: day) { $0.stationDay($1, pollutant: pollutant, day: day) }.state.hasValue
  }

  /// What a unit's daily values are made of: its stations assessed on the day, for the city its counties; in the order
  /// of the registry, values in the order of `Pollutant.criteria`, with those that have been reviewed.
  package func unitInputs(
    _ unit: Int, day: CivilDay
  ) -> [(source: String, values: [Concentration], reviewed: Set<Pollutant>)] {
    if map.units[unit].kind == .city {
      return (0..<map.cityUnit).map { county in
        (
          map.units[county].code, Pollutant.criteria.map { unitDay(county, pollutant: $0, day: day).value },
          Set(Pollutant.criteria.filter { isFinal(county, pollutant: $0, day: day) })
        )
      }
    }
    return map.units[unit].stations.filter { map.isAssessed($0, on: day) }.map { station in
      (
        map.entries[station].id, Pollutant.criteria.map { stationDay(station, pollutant: $0, day: day) },
        Set(Pollutant.criteria.filter { isReviewed(station, pollutant: $0, day: day) })
      )
    }
  }

  /// The daily values of all six pollutants, the inputs of a daily AQI.
  package func unitDay(_ unit: Int, day: CivilDay) -> UnitValues {
    let values = Pollutant.criteria.map { unitDay(unit, pollutant: $0, day: day) }
    return UnitValues(values: values, ozoneEightHour: values[Int(Pollutant.o3.rawValue)])
  }

  /// The daily values of a year, one a day from 1 January to 31 December; missing for days without a valid one, out of
  /// the ledger, or not yet over.
  package func unitYear(_ unit: Int, pollutant: Pollutant, year: Int) -> [Concentration] {
    guard let first = CivilDay(year: year, month: 1, day: 1) else { return [] }
    return (0..<Int32(CivilDay.days(inYear: year))).map {
      unitDay(unit, pollutant: pollutant, day: first.adding(days: $0)).value
    }
  }

  /// Takes daily means of units from a file of the bureau; they count on days that the unit's own stations give none.
  ///
  /// - Returns: the days that may differ, and how many rows were not taken: of an unknown unit or pollutant, without a
  ///   value, or out of the ledger.
  package mutating func importDays(
    _ rows: [(unit: String, day: CivilDay, pollutant: Pollutant, value: Concentration)], now: Instant
  ) -> (changes: UnitChanges, refused: Int, advance: AdvanceSummary) {
    let advanced = advance(to: now)
    var refused = 0
    for row in rows {
      guard let unit = map.unit(row.unit), row.pollutant.isCriteria, !row.value.isMissing,
        imported.contains(row.day.number)
      else {
        refused += 1
        continue
      }
      let lane = unit * Pollutant.criteriaCount + Int(row.pollutant.rawValue)
      let cell = Cell(value: row.value.thousandths, code: Cell.good, ordinal: 0)
      guard imported[row.day.number, lane] != cell else { continue }
      imported[row.day.number, lane] = cell
      let isCounty = map.units[unit].kind == .county
      changes.dayChanged(units: isCounty ? [unit, map.cityUnit] : [unit], day: row.day)
    }
    return (changes.take(), refused, advanced)
  }

  /// Whether the ledger still holds a day.
  package func holds(day: CivilDay) -> Bool { days.contains(day.number) }

  /// How often a closed day of a unit has been revised.
  package func revision(_ unit: Int, day: CivilDay) -> Int { Int(revisions[day.number, unit].value) }

  /// Whether a day has been closed: its chunks are written, and changes of it are revisions.
  package func isClosed(_ day: CivilDay) -> Bool { day.number <= closedDay }
}
