import AirQuality

extension Rollup {
  /// Makes the hour of a batch's stations from their minutes again: over the planes where they lie close together,
  /// one by one where they are scattered.
  mutating func rollHour(_ hour: Int32, stations resolved: [ResolvedStation]) {
    guard hour * 60 >= minutes.tail ?? .max else { return }
    var first = Int32.max
    var last: Int32 = -1
    var count = 0
    for station in resolved where station.index >= 0 {
      first = min(first, station.index)
      last = max(last, station.index)
      count += 1
    }
    guard count > 0 else { return }
    if count * 8 >= Int(last - first) {
      rollHour(hour, stations: Int(first)..<Int(last) + 1)
    } else {
      for station in resolved where station.index >= 0 {
        rollHour(hour, stations: Int(station.index)..<Int(station.index) + 1)
      }
    }
  }

  /// Makes an hour that has ended from the minutes of a range of stations.
  ///
  /// A sum over sixty planes, a block of stations at a time so that the sums stay in the cache.
  mutating func rollHour(_ hour: Int32, stations range: Range<Int>) {
    guard minutes.contains(hour * 60), minutes.contains(hour * 60 + 59) else { return }
    // Without a minute there is nothing to add up, and no cell that was made of minutes.
    guard newestMinute >= hour * 60 else { return }
    var sums = MinuteSums(stations: min(256, range.count))
    var start = range.lowerBound
    // Ordinary stations are most of all: their cells are written without looking anything up again.
    let ordinary = hours.contains(hour) ? hours.planes() : nil
    let slot = hours.index(of: hour)
    let needed = settings.minutesForHour
    let isCompared = hour <= comparedThrough
    while start < range.upperBound {
      let stations = start..<min(start + 256, range.upperBound)
      sums.add(hour, of: stations, minutes, map.places)
      for station in stations {
        let place = map.places[station]
        for lane in 0..<Pollutant.criteriaCount {
          let at = (station - start) * Pollutant.criteriaCount + lane
          if let ordinary, !place.isAssessed {
            let stored = ordinary[slot, Int(place.hourLane) + lane]
            if stored.meta == 0, sums.counts[at] == 0 { continue }
            let cell = Rollup.rolledHour(
              stored, sum: sums.sum(at), count: Int(sums.counts[at]), suspect: sums.suspects[at] != 0, needed: needed)
            ordinary[slot, Int(place.hourLane) + lane] = cell
            if isCompared, cell != stored { noteChange(station: station, lane: lane, hour: hour) }
            continue
          }
          takeRolled(
            station: station, lane: lane, hour: hour, sum: sums.sum(at), count: Int(sums.counts[at]),
            suspect: sums.suspects[at] != 0)
        }
      }
      start = stations.upperBound
    }
  }

  /// Puts the mean of an hour's usable minutes into its hour cell, unless a feed gave the hour itself.
  mutating func takeRolled(station: Int, lane: Int, hour: Int32, sum: Int64, count: Int, suspect: Bool) {
    guard holds(hour: hour, station: station) else { return }
    let stored = hourCell(station: station, lane: lane, hour: hour)
    let cell = Rollup.rolledHour(stored, sum: sum, count: count, suspect: suspect, needed: settings.minutesForHour)
    if cell != stored { setHour(cell, station: station, lane: lane, hour: hour) }
  }

  /// What an hour cell becomes when its minutes have been added up: a value that a feed gave stays, usable or not.
  static func rolledHour(_ stored: Cell, sum: Int64, count: Int, suspect: Bool, needed: Int) -> Cell {
    if (Cell.good...Cell.fail).contains(stored.code) { return stored }
    if count >= needed {
      let mean = Concentration.mean(sum: sum, count: count)
      return Cell(value: mean.thousandths, code: suspect ? Cell.rolledSuspect : Cell.rolled, ordinal: 0)
    }
    return stored.code >= Cell.rolled ? .empty : stored
  }

  // MARK: Days

  /// Makes the days whose hours changed again, counts revisions of closed ones, and gives up what changed.
  mutating func finish() -> UnitChanges {
    if changes.isEmpty { return UnitChanges() }
    for item in changes.takeStationDays() where item.day.number <= endedDay {
      let first = item.day.firstHour
      guard deep.contains(first), deep.contains(first + 23) else { continue }
      rollDay(station: item.unit, day: item.day)
    }
    let changed = changes.take()
    countRevisions(changed)
    return changed
  }

  /// Makes a day of an assessed station from the hours in the ring.
  mutating func rollDay(station: Int, day: CivilDay) {
    for lane in 0..<Pollutant.criteriaCount {
      let hours = stationHours(station: station, lane: lane, first: day.firstHour)
      takeRolledDay(station: station, lane: lane, day: day, hours: hours)
    }
  }

  /// Puts the value of a day's 24 hours into the ledger, unless a feed gave the day itself.
  ///
  /// `hours` are thousandths, `Int32.min` where there is no usable hour.
  mutating func takeRolledDay(station: Int, lane: Int, day: CivilDay, hours: [Int32]) {
    let place = map.places[station]
    guard place.isAssessed, days.contains(day.number) else { return }
    let at = Int(place.deepLane) + lane
    let stored = days[day.number, at]
    if (Cell.good...Cell.fail).contains(stored.code) { return }
    let mean = dayMean(of: hours, pollutant: Pollutant.criteria[lane])
    let cell =
      mean.isMissing
      ? (stored.code == Cell.missing ? stored : .empty)
      : Cell(value: mean.thousandths, code: Cell.rolled, ordinal: 0)
    guard cell != stored else { return }
    days[day.number, at] = cell
    changes.dayChanged(units: map.entries[station].units, day: day)
  }

  /// Counts one revision for every closed day of a unit that changed.
  mutating func countRevisions(_ changed: UnitChanges) {
    for item in changed.days where item.day.number <= closedDay && revisions.contains(item.day.number) {
      var cell = revisions[item.day.number, item.unit]
      cell.value = cell.value == .max ? .max : cell.value + 1
      revisions[item.day.number, item.unit] = cell
    }
  }

  /// 24 hour values of an assessed station from `first` on; `Int32.min` where there is no usable one.
  func stationHours(station: Int, lane: Int, first: Int32) -> [Int32] {
    let place = map.places[station]
    guard place.isAssessed else { return Array(repeating: .min, count: 24) }
    return (0..<24).map { deep[first + $0, Int(place.deepLane) + lane].usable(Cell.assessedLimit) ?? .min }
  }

  /// The value that 24 hours make: the mean of at least `hoursForDay`; for ozone the highest 8 h mean.
  func dayMean(of hours: [Int32], pollutant: Pollutant) -> Concentration {
    if pollutant == .o3 { return highestEightHourMean(of: hours) }
    var sum: Int64 = 0
    var count = 0
    for value in hours where value != .min {
      sum += Int64(value)
      count += 1
    }
    return count >= settings.hoursForDay ? .mean(sum: sum, count: count) : .missing
  }

  /// The highest of the seventeen 8 h means inside 24 hours (HJ 663, 6.1.2): each needs `hoursForEightHours` hours;
  /// at least `windowsForMaximum` of them must be valid, fewer suffice when the highest exceeds the limit.
  func highestEightHourMean(of hours: [Int32]) -> Concentration {
    var highest = Concentration.missing
    var valid = 0
    for end in 7..<24 {
      let mean = eightHourMean(hours[(end - 7)...end])
      guard !mean.isMissing else { continue }
      valid += 1
      // Missing compares lowest.
      highest = max(highest, mean)
    }
    return valid >= settings.windowsForMaximum || highest > settings.ozoneLimit ? highest : .missing
  }

  func eightHourMean(_ hours: ArraySlice<Int32>) -> Concentration {
    var sum: Int64 = 0
    var count = 0
    for value in hours where value != .min {
      sum += Int64(value)
      count += 1
    }
    return count >= settings.hoursForEightHours ? .mean(sum: sum, count: count) : .missing
  }
}
