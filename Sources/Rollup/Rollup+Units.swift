package import AirQuality

extension Rollup {
  // MARK: Hours

  /// The usable hour value of a station; missing when there is none (of the six pollutants only).
  package func stationHour(_ station: Int, pollutant: Pollutant, hour: Int32) -> Concentration {
    guard pollutant.isCriteria else { return .missing }
    let cell = hourCell(station: station, lane: Int(pollutant.rawValue), hour: hour)
    return cell.usable(map.places[station].limit).map { Concentration(thousandths: $0) } ?? .missing
  }

  /// The 8 h ozone mean of a station that ends with the hour; missing below `hoursForEightHours`.
  package func stationOzoneEightHour(_ station: Int, endHour: Int32) -> Concentration {
    let hours = (0..<8).map { step in
      stationHour(station, pollutant: .o3, hour: endHour - 7 + step).thousandths
    }
    return eightHourMean(hours[...])
  }

  /// The newest hour of which the station has a usable value of one of the six, and that has ended; nil when the ring
  /// has none.
  package func newestHour(station: Int) -> Int32? {
    guard clock != nil else { return nil }
    let ring = map.places[station].isAssessed ? deep : hours
    guard let tail = ring.tail else { return nil }
    var hour = min(endedHour, ring.head ?? endedHour)
    while hour >= tail {
      if Pollutant.criteria.contains(where: { !stationHour(station, pollutant: $0, hour: hour).isMissing }) {
        return hour
      }
      hour -= 1
    }
    return nil
  }

  /// The means of a unit's assessed stations over one civil hour (DOMAIN.md 12, three aggregates).
  package func unitHour(_ unit: Int, hour: Int32) -> UnitValues {
    UnitValues(
      values: Pollutant.criteria.map { pollutant in
        mean(unit, day: CivilDay(hour: hour)) { $0.stationHour($1, pollutant: pollutant, hour: hour) }
      },
      ozoneEightHour: mean(unit, day: CivilDay(hour: hour)) { $0.stationOzoneEightHour($1, endHour: hour) })
  }

  /// The mean of one of the six pollutants over one civil hour, as in `unitHour(_:hour:)`.
  package func unitHour(_ unit: Int, pollutant: Pollutant, hour: Int32) -> UnitValue {
    mean(unit, day: CivilDay(hour: hour)) { $0.stationHour($1, pollutant: pollutant, hour: hour) }
  }

  /// Whether the hours of assessed stations are still held for the whole of a day.
  package func holdsHours(of day: CivilDay) -> Bool { deep.contains(day.firstHour) }

  /// The means of a unit's micro-stations over one civil hour, shown beside and never part of `unitHour`: of those
  /// that have a good value, however few. The urban district has none.
  package func microHour(_ unit: Int, hour: Int32) -> [UnitValue] {
    let stations = map.units[unit].micro
    return Pollutant.criteria.map { pollutant in
      var sum: Int64 = 0
      var valid = 0
      for station in stations {
        let value = stationHour(station, pollutant: pollutant, hour: hour)
        guard !value.isMissing else { continue }
        sum += Int64(value.thousandths)
        valid += 1
      }
      let state: Knowledge =
        stations.isEmpty
        ? .unmonitored : valid == stations.count ? .known : valid > 0 ? .incomplete : .indeterminate
      return UnitValue(
        value: .mean(sum: sum, count: valid), state: state, valid: valid, expected: stations.count)
    }
  }

  /// Whether every station assessed on that day has delivered the hour: the hour itself (also as missing), or the last
  /// of its minutes. False for a unit without assessed stations, and before the hour has ended.
  package func hourIsComplete(_ unit: Int, hour: Int32) -> Bool {
    guard hour <= endedHour else { return false }
    let day = CivilDay(hour: hour)
    var any = false
    for station in map.units[unit].stations where map.isAssessed(station, on: day) {
      any = true
      guard hasDelivered(station, hour: hour) else { return false }
    }
    return any
  }

  private func hasDelivered(_ station: Int, hour: Int32) -> Bool {
    let lastMinute = hour * 60 + 59
    let held = minutes.contains(hour * 60) && minutes.contains(lastMinute)
    return (0..<Pollutant.criteriaCount).contains { lane in
      let code = hourCell(station: station, lane: lane, hour: hour).code
      if (Cell.good...Cell.missing).contains(code) { return true }
      // Hours made from minutes that have left the ring stay as they are.
      return held ? minutes[lastMinute, station * Pollutant.criteriaCount + lane].code != 0 : code >= Cell.rolled
    }
  }

  // MARK: Running means

  /// The running 24 h means that end with a civil hour: per station the mean of at least `hoursForDay` hours (ozone:
  /// the highest 8 h mean inside the window, as for a day), then the mean of the stations under their share rule; for
  /// the city the unweighted mean of the counties.
  package func running24(_ unit: Int, endHour: Int32) -> RunningMeans {
    if map.units[unit].kind == .city { return cityRunning24(endHour: endHour) }
    let stations = runningStations(unit, endHour: endHour).map { (index: $0, firstLane: Int(map.places[$0].deepLane)) }
    let tally = RunningWindow(deep, endHour: endHour, settings).tally(stations)
    let expected = tally.stations * 24 * Pollutant.criteriaCount
    return RunningMeans(
      unit: unit, endHour: endHour,
      values: (0..<Pollutant.criteriaCount).map { lane in
        UnitValue(sum: tally.sums[lane], validStations: tally.valid[lane], of: tally.stations)
      }, leading: (0..<Pollutant.criteriaCount).map { tally.leaders[$0] < 0 ? nil : tally.leaders[$0] },
      completeness: expected == 0 ? 0 : Double(tally.usable) / Double(expected))
  }

  /// As `running24`, remembering the counties' until an hour changes: the city is made of them.
  package mutating func rememberedRunning24(_ unit: Int, endHour: Int32) -> RunningMeans {
    guard map.units[unit].kind == .city else {
      let means = running24(unit, endHour: endHour)
      if map.units[unit].kind == .county { remembered.take(means, generation: deepGeneration) }
      return means
    }
    let known = remembered.counties(map.cityUnit, endHour: endHour, generation: deepGeneration)
    return known.map { city($0, endHour: endHour) } ?? running24(unit, endHour: endHour)
  }

  /// Whether no station of the unit (for the city: of any county) is assessed on that day (无评价点位).
  package func isUnmonitored(_ unit: Int, on day: CivilDay) -> Bool {
    let stations = map.units[unit].stations
    for station in stations where map.isAssessed(station, on: day) { return false }
    return true
  }

  /// The stations that make a unit's running 24 h: those assessed over the whole window. One that begins or ends its
  /// assessment inside it cannot have 20 hours of it for most of a day, and would make a known window unknown. Where all
  /// of them change on one day, those of the window's end count.
  private func runningStations(_ unit: Int, endHour: Int32) -> [Int] {
    let last = CivilDay(hour: endHour)
    let stations = map.units[unit].stations.filter { map.isAssessed($0, on: last) }
    let first = CivilDay(hour: endHour - 23)
    let throughout = stations.filter { map.isAssessed($0, on: first) }
    return throughout.isEmpty ? stations : throughout
  }

  private func cityRunning24(endHour: Int32) -> RunningMeans {
    city((0..<map.cityUnit).map { running24($0, endHour: endHour) }, endHour: endHour)
  }

  /// The city's means from those of all its counties.
  private func city(_ counties: [RunningMeans], endHour: Int32) -> RunningMeans {
    var weighted = 0.0
    var stations = 0
    for county in counties {
      let count = runningStations(county.unit, endHour: endHour).count
      weighted += county.completeness * Double(count)
      stations += count
    }
    let leading = Pollutant.criteria.map { pollutant -> Int? in
      counties.max { a, b in
        // The first of equal counties leads.
        a[pollutant].value < b[pollutant].value || (a[pollutant].value == b[pollutant].value && a.unit > b.unit)
      }?.leading[Int(pollutant.rawValue)]
    }
    return RunningMeans(
      unit: map.cityUnit, endHour: endHour,
      values: Pollutant.criteria.map { pollutant in UnitValue(counties: counties.map { $0[pollutant] }) },
      leading: leading, completeness: stations == 0 ? 0 : weighted / Double(stations))
  }

  // MARK: Means

  /// The mean of a value of a unit's stations assessed on a day, for the city of its counties' means.
  ///
  /// `value` is given the rollup and the station: a closure that captured the rollup would copy it, rings and all their
  /// counts of references.
  func mean(_ unit: Int, day: CivilDay, of value: (borrowing Rollup, Int) -> Concentration) -> UnitValue {
    if map.units[unit].kind == .city {
      var counties: [UnitValue] = []
      counties.reserveCapacity(map.cityUnit)
      for county in 0..<map.cityUnit { counties.append(mean(county, day: day, of: value)) }
      return UnitValue(counties: counties)
    }
    var sum: Int64 = 0
    var valid = 0
    var expected = 0
    for station in map.units[unit].stations where map.isAssessed(station, on: day) {
      expected += 1
      let value = value(self, station)
      guard !value.isMissing else { continue }
      sum += Int64(value.thousandths)
      valid += 1
    }
    return UnitValue(sum: sum, validStations: valid, of: expected)
  }
}
