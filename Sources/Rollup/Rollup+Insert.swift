package import AirQuality

/// A batch station as the rings know it.
struct ResolvedStation: Sendable, BitwiseCopyable {
  /// Index of the station; -1 when there is no room for it.
  var index: Int32
  /// Ordinal of the batch's feed in the station's table of sources.
  var ordinal: UInt8
}

/// What the stations of a feed's last batch resolved to.
struct Resolution: Sendable {
  var ids: [String] = []
  var stations: [ResolvedStation] = []
}

extension Rollup {
  /// Puts the screened readings of one feed answer into the rings.
  ///
  /// - Parameters:
  ///   - feed: the feed's name in the configuration.
  ///   - stations: the batch's station ids, by `Reading.station`.
  ///   - readings: in the order of the answer.
  ///   - now: the instant of the record; time passes to it first (`InsertSummary.advance`).
  package mutating func insert(
    feed: String, stations: [String], readings: ContiguousArray<Reading>, now: Instant
  ) -> InsertSummary {
    var summary = InsertSummary()
    summary.advance = advance(to: now, deferring: true)
    let feedIndex = sources.index(of: feed)
    let resolved = resolve(stations, feed: feedIndex)
    let slow = insertDirect(readings, resolved: resolved, feed: feedIndex, summary: &summary)
    placeRows(slow.rows, of: readings, resolved, feed: feedIndex, .value, endedHours: slow.endedHours, &summary)
    return summary
  }

  /// Puts readings of one feed into the rings under another claim than that of new values.
  ///
  /// - Parameters:
  ///   - readings: of stations by `Reading.station`, without wrong stamps.
  ///   - claim: on what condition they take their cells.
  package mutating func settle(
    feed: String, stations: [String], readings: ContiguousArray<Reading>, claim: CellClaim, now: Instant
  ) -> InsertSummary {
    var summary = InsertSummary()
    summary.advance = advance(to: now)
    let feedIndex = sources.index(of: feed)
    let resolved = resolve(stations, feed: feedIndex)
    let rows = readings.indices.filter {
      let station = Int(readings[$0].station)
      return station < resolved.count && resolved[station].index >= 0
    }
    summary.dropped = readings.count - rows.count
    placeRows(rows, of: readings, resolved, feed: feedIndex, claim, endedHours: nil, &summary)
    return summary
  }

  /// Puts the readings of these indices where they belong, and makes again what follows from them.
  private mutating func placeRows(
    _ rows: [Int], of readings: ContiguousArray<Reading>, _ resolved: [ResolvedStation], feed: UInt16,
    _ claim: CellClaim, endedHours: (Int32, Int32)?, _ summary: inout InsertSummary
  ) {
    var ended = endedHours
    var plan = SlotPlan.none
    for index in rows {
      let reading = readings[index]
      // Most rows of an answer share begin and period.
      if reading.begin.milliseconds != plan.begin || reading.periodMilliseconds != plan.period {
        plan = planner().plan(begin: reading.begin.milliseconds, period: reading.periodMilliseconds)
      }
      place(reading, plan, resolved[Int(reading.station)], feed: feed, claim, &ended, &summary)
    }
    if let (first, last) = ended {
      for hour in first...min(last, endedHour) where hour != pendingHour { rollHour(hour, stations: resolved) }
    }
    if let hour = pendingHour { rollHour(hour, stations: 0..<map.entries.count) }
    pendingHour = nil
    summary.changes = finish()
  }

  // MARK: Stations

  /// The batch's stations as lanes; unknown ones get theirs while there is room. Looked up once a batch, and compared
  /// only with the feed's last batch when that had the same stations.
  private mutating func resolve(_ stations: [String], feed: UInt16) -> [ResolvedStation] {
    var resolution = resolutions.removeValue(forKey: feed) ?? Resolution()
    if resolution.ids != stations {
      resolution.stations = stations.map { id in
        let room = map.entries.count - map.registeredCount < settings.maximumUnknownStations
        guard let index = map.index(of: id) ?? (room ? map.addUnknown(id) : nil) else {
          return ResolvedStation(index: -1, ordinal: 0)
        }
        sources.grow(stations: map.entries.count)
        return ResolvedStation(index: Int32(index), ordinal: sources.ordinal(station: index, feed: feed))
      }
      resolution.ids = stations
      minutes.grow(lanes: map.entries.count * Pollutant.criteriaCount)
      hours.grow(lanes: map.ordinaryLanes)
      latest.grow(stations: map.entries.count)
    }
    resolutions[feed] = resolution
    return resolution.stations
  }

  // MARK: Everything else

  /// Puts one reading where the common case did not: hours, days, past minutes, other quantities.
  private mutating func place(
    _ reading: Reading, _ plan: SlotPlan, _ station: ResolvedStation, feed: UInt16, _ claim: CellClaim,
    _ ended: inout (Int32, Int32)?, _ summary: inout InsertSummary
  ) {
    let index = Int(station.index)
    let row = Self.cell(reading, ordinal: station.ordinal)
    let arrived = LatestReading(
      begin: reading.begin, value: Concentration(thousandths: row.value),
      periodMilliseconds: reading.periodMilliseconds, reasons: reading.reasons, feed: feed, code: row.code)
    let lane = Int(reading.pollutant.rawValue)
    guard reading.pollutant.isCriteria else {
      placeLatest(arrived, index, reading.pollutant, claim, &summary)
      return
    }
    // Time goes on: only what is not newer needs to know whose feed counts more.
    if claim != .flag, !latest.replaceOlder(station: index, pollutant: reading.pollutant, arrived), claim == .value {
      latest.update(station: index, pollutant: reading.pollutant, arrived, sources)
    }
    switch plan.kind {
    case .minutes:
      var outcomes = Outcomes()
      for slot in plan.first..<plan.first + Int32(plan.count) {
        placeMinute(row, index, lane, slot, feed, claim, &ended, &outcomes, &summary)
      }
      outcomes.count(into: &summary)
    case .hour:
      var outcomes = Outcomes()
      placeHour(row, index, lane, plan.first, feed, claim, &outcomes, &summary)
      outcomes.count(into: &summary)
    case .day: placeDay(row, index, lane, plan.first, claim, &summary)
    case .other: summary.evidence += 1
    }
  }

  /// Keeps the newest reading of a quantity that no ring keeps; what is repeated or corrected is told by it.
  private mutating func placeLatest(
    _ arrived: LatestReading, _ station: Int, _ pollutant: Pollutant, _ claim: CellClaim,
    _ summary: inout InsertSummary
  ) {
    let known = latest.value(station: station, pollutant: pollutant)
    guard claim == .value || (claim == .vacancy && known?.isOlder(than: arrived) ?? true) else {
      summary.evidence += 1
      return
    }
    latest.update(station: station, pollutant: pollutant, arrived, sources)
    if known == arrived {
      summary.duplicates += 1
    } else if let known, known.begin == arrived.begin, known.periodMilliseconds == arrived.periodMilliseconds,
      known.feed == arrived.feed
    {
      summary.corrections += 1
    } else {
      summary.accepted += 1
    }
  }

  private mutating func placeMinute(
    _ row: Cell, _ station: Int, _ lane: Int, _ slot: Int32, _ feed: UInt16, _ claim: CellClaim,
    _ ended: inout (Int32, Int32)?, _ outcomes: inout Outcomes, _ summary: inout InsertSummary
  ) {
    let planner = planner()
    let hour = Int32(floorDivide(Int64(slot), 60))
    guard slot <= planner.lastMinute else {
      outcomes.dropped = true
      return
    }
    if slot >= planner.firstMinute {
      let place = station * Pollutant.criteriaCount + lane
      let arrival = Self.merge(row, at: minutes[slot, place], station, sources, claim: claim)
      outcomes.note(arrival)
      guard arrival.takesCell else { return }
      minutes[slot, place] = row
      newestMinute = max(newestMinute, slot)
      if hour <= endedHour { ended = (min(ended?.0 ?? hour, hour), max(ended?.1 ?? hour, hour)) }
    }
    if hour <= minuteChunkHour {
      park(.minute, row, station, lane, slot, hour, feed, claim, &outcomes, &summary)
    }
  }

  private mutating func placeHour(
    _ row: Cell, _ station: Int, _ lane: Int, _ hour: Int32, _ feed: UInt16, _ claim: CellClaim,
    _ outcomes: inout Outcomes, _ summary: inout InsertSummary
  ) {
    guard hour <= deep.head ?? .min else {
      outcomes.dropped = true
      return
    }
    var mustPark = CivilDay(hour: hour).number <= closedDay
    if holds(hour: hour, station: station) {
      let stored = hourCell(station: station, lane: lane, hour: hour)
      let isFree = stored.code == 0 && claim != .flag
      let arrival = isFree ? .stored : Self.merge(row, at: stored, station, sources, claim: claim)
      outcomes.note(arrival)
      guard arrival.takesCell else { return }
      setHour(row, station: station, lane: lane, hour: hour)
      if row.code == Cell.missing, hour <= endedHour {
        // A withdrawn hour is made from minutes again, from the ring or from the stored ones.
        if hour * 60 >= planner().firstMinute {
          rollHour(hour, stations: station..<station + 1)
        } else {
          mustPark = true
        }
      }
    }
    if mustPark { park(.hour, row, station, lane, hour, hour, feed, claim, &outcomes, &summary) }
  }

  private mutating func placeDay(
    _ row: Cell, _ station: Int, _ lane: Int, _ day: Int32, _ claim: CellClaim, _ summary: inout InsertSummary
  ) {
    let place = map.places[station]
    guard place.isAssessed, lane != Int(Pollutant.o3.rawValue), days.contains(day) else {
      summary.evidence += 1
      return
    }
    let arrival = Self.merge(row, at: days[day, Int(place.deepLane) + lane], station, sources, claim: claim)
    Self.count(arrival, &summary)
    guard arrival.takesCell else { return }
    days[day, Int(place.deepLane) + lane] = row
    changes.dayChanged(units: map.entries[station].units, day: CivilDay(number: day))
    // A withdrawn day is made from hours again where the ring has them.
    if row.code == Cell.missing { changes.hourChanged(station: station, hour: day * 24) }
  }

  /// Lets a row wait for the chunks of its county and day.
  private mutating func park(
    _ kind: ParkedRow.Kind, _ row: Cell, _ station: Int, _ lane: Int, _ slot: Int32, _ hour: Int32, _ feed: UInt16,
    _ claim: CellClaim, _ outcomes: inout Outcomes, _ summary: inout InsertSummary
  ) {
    let day = CivilDay(hour: hour)
    guard days.contains(day.number) else {
      outcomes.dropped = true
      return
    }
    let key = Parking.Key(day: day, bucket: Int(map.places[station].bucket))
    let parked = ParkedRow(
      kind: kind, pollutant: UInt8(lane), code: row.code, feed: feed, station: Int32(station), slot: slot,
      value: row.value, claim: claim)
    switch parking.park(parked, key: key, maximum: settings.maximumParkedRows) {
    case nil: outcomes.dropped = true
    case true?:
      summary.needs.append(CountyDay(county: map.code(ofBucket: key.bucket), day: day))
      outcomes.parked = true
    case false?: outcomes.parked = true
    }
  }
}

/// What happened to the slots of one reading.
private struct Outcomes {
  var arrival: Arrival?
  var parked = false
  var dropped = false

  mutating func note(_ next: Arrival) {
    if next.weight > arrival?.weight ?? -1 { arrival = next }
  }

  func count(into summary: inout InsertSummary) {
    if let arrival {
      Rollup.count(arrival, &summary)
      if parked { summary.rewrites += 1 }
    } else if parked {
      summary.late += 1
    } else if dropped {
      summary.dropped += 1
    }
  }
}

extension Arrival {
  /// Order of what is told of a reading that fills several slots.
  var weight: Int {
    switch self {
    case .duplicate: 0
    case .evidence: 1
    case .stored: 2
    case .preferred: 3
    case .correction: 4
    }
  }
}
