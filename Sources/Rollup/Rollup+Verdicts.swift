package import AirQuality

/// Verdicts on hours that come after the hours: of neighbours, and of people.
extension Rollup {
  /// Indices of the stations of each county, in the order of the site; stations of no county are in none.
  package func stationsByCounty() -> [[Int]] {
    var stations = Array(repeating: [Int](), count: map.cityUnit)
    for (index, place) in map.places.enumerated() where place.bucket < map.cityUnit {
      stations[Int(place.bucket)].append(index)
    }
    return stations
  }

  /// Index of a station's county in the order of the site; -1 for none.
  package func county(ofStation index: Int) -> Int32 {
    let bucket = map.places[index].bucket
    return bucket < map.cityUnit ? bucket : -1
  }

  /// Whether the station is assessed on some day.
  package func isAssessed(station index: Int) -> Bool { map.places[index].isAssessed }

  /// The hour a station has, whatever screening thinks of it; nil when it is missing or has failed.
  package func hourValue(_ station: Int, pollutant: Pollutant, hour: Int32) -> (
    value: Concentration, flag: QualityFlag
  )? {
    guard pollutant.isCriteria else { return nil }
    let cell = hourCell(station: station, lane: Int(pollutant.rawValue), hour: hour)
    guard cell.code != 0, cell.code != Cell.fail, cell.code != Cell.missing, let flag = Cell.flag(of: cell.code) else {
      return nil
    }
    return (Concentration(thousandths: cell.value), flag)
  }

  /// Makes the good hour of a station that is not assessed suspect; an hour made of minutes is made anew, and good again,
  /// when one of them still comes.
  ///
  /// - Returns: whether the hour was good or not screened.
  package mutating func suspectHour(_ station: Int, pollutant: Pollutant, hour: Int32) -> Bool {
    guard pollutant.isCriteria, !map.places[station].isAssessed, holds(hour: hour, station: station) else {
      return false
    }
    let lane = Int(pollutant.rawValue)
    let cell = hourCell(station: station, lane: lane, hour: hour)
    let code: UInt8
    switch cell.code {
    case Cell.good, Cell.unknown: code = Cell.suspect
    case Cell.rolled: code = Cell.rolledSuspect
    default: return false
    }
    setHour(Cell(value: cell.value, code: code, ordinal: cell.ordinal), station: station, lane: lane, hour: hour)
    return true
  }

  /// A pollutant's hour at a station.
  package struct HourCell: Hashable, Sendable, Comparable {
    package var hour: Int32
    package var pollutant: Pollutant
    package var station: Int

    package static func < (a: HourCell, b: HourCell) -> Bool {
      (a.hour, a.pollutant.rawValue, a.station) < (b.hour, b.pollutant.rawValue, b.station)
    }
  }

  /// Hours of stations that are not assessed which have changed since they were compared, in order; each is given once.
  package mutating func takeChangedAfterComparison() -> [HourCell] {
    guard !changedAfterComparison.isEmpty else { return [] }
    defer { changedAfterComparison.removeAll() }
    return changedAfterComparison.sorted()
  }

  mutating func noteChange(station: Int, lane: Int, hour: Int32) {
    guard let pollutant = Pollutant(rawValue: UInt8(lane)) else { return }
    changedAfterComparison.insert(HourCell(hour: hour, pollutant: pollutant, station: station))
  }

  /// What the rings hold of a station between two instants, as the rows that would bring it: minutes, hours that a feed
  /// gave, and hours made of minutes that have left the ring. Missing ones are left out.
  package func rows(
    station: Int, pollutant: Pollutant, from: Instant, until: Instant
  ) -> [(feed: String, reading: Reading)] {
    guard pollutant.isCriteria, from < until else { return [] }
    let offset = map.site.offset
    let lane = Int(pollutant.rawValue)
    var rows: [(feed: String, reading: Reading)] = []
    func add(_ cell: Cell, begin: Instant, period: Int32) {
      guard from <= begin, begin < until, let flag = Cell.flag(of: cell.code), flag != .missing else { return }
      rows.append(
        (
          sources.name(sources.feed(station: station, ordinal: cell.code >= Cell.rolled ? 0 : cell.ordinal)),
          Reading(
            station: 0, pollutant: pollutant, value: Concentration(thousandths: cell.value).value, begin: begin,
            periodMilliseconds: period, flag: flag)
        ))
    }
    let ring = map.places[station].isAssessed ? deep : hours
    if let tail = ring.tail, let head = ring.head {
      let first = max(tail, offset.hour(of: max(from, offset.start(ofHour: tail))))
      let last = min(head, offset.hour(of: min(until, offset.start(ofHour: head))))
      for hour in first..<max(first, last + 1) {
        let cell = hourCell(station: station, lane: lane, hour: hour)
        if cell.code >= Cell.rolled, hour * 60 >= minutes.tail ?? .max { continue }
        add(cell, begin: offset.start(ofHour: hour), period: 3_600_000)
      }
    }
    if let tail = minutes.tail, let head = minutes.head {
      for minute in tail...head {
        add(
          minutes[minute, station * Pollutant.criteriaCount + lane], begin: offset.start(ofMinute: minute),
          period: 60_000)
      }
    }
    return rows
  }
}
