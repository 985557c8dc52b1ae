package import AirQuality

/// Which of a day's values are meant where people have reviewed data (审核、复核).
package enum ReviewBasis: Sendable, Hashable, CaseIterable {
  /// The figures of record: reviewed where there is a review, provisional elsewhere.
  case record
  /// What instruments sent, screened, as if nothing had been reviewed (初步数据).
  case provisional
  /// Reviewed values alone: missing unless the unit's value is final.
  case reviewed
}

/// What became of reviewed days.
package struct ReviewSummary: Sendable, Hashable {
  /// Days that the ledger took, whether or not they differ from what it held.
  package var taken = 0
  /// Of stations that are not assessed: kept on record, in no mean.
  package var notAssessed = 0
  /// Of stations outside the registry.
  package var unknownStation = 0
  /// Not yet over, or already out of the ledger.
  package var outOfLedger = 0
  package var changes = UnitChanges()
}

/// Days that people have reviewed. They live beside the provisional ones, which stay as they are and go on taking late
/// rows; hours and levels do not know of them (DOMAIN.md 12, "Provisional and final").
extension Rollup {
  /// Takes reviewed days in place of what was reviewed before of the same station, pollutant and day.
  package mutating func review(_ reviewedDays: [ReviewedDay]) -> ReviewSummary {
    var summary = ReviewSummary()
    for item in reviewedDays where item.pollutant.isCriteria {
      let station: Int
      switch verdict(on: item) {
      case .unknownStation:
        summary.unknownStation += 1
        continue
      case .notAssessed:
        summary.notAssessed += 1
        continue
      case .outOfLedger:
        summary.outOfLedger += 1
        continue
      case .taken(let index): station = index
      }
      let place = map.places[station]
      summary.taken += 1
      let mean = dayMean(
        of: item.hours.map { $0.isMissing ? .min : $0.thousandths }, pollutant: item.pollutant)
      let cell =
        mean.isMissing
        ? Cell(value: 0, code: Cell.missing, ordinal: 0)
        : Cell(value: mean.thousandths, code: Cell.good, ordinal: 0)
      let lane = Int(place.deepLane) + Int(item.pollutant.rawValue)
      var ring = reviewed ?? emptyReviews()
      // Taken out while it is written, so that it is not copied.
      reviewed = nil
      if ring[item.day.number, lane] != cell {
        ring[item.day.number, lane] = cell
        changes.dayChanged(units: map.entries[station].units, day: item.day)
      }
      reviewed = ring
    }
    summary.changes = changes.take()
    countRevisions(summary.changes)
    return summary
  }

  /// Whether a reviewed day enters figures: of a criteria pollutant at an assessed station, over, and in the ledger.
  package func takesReview(of item: ReviewedDay) -> Bool {
    guard item.pollutant.isCriteria, case .taken = verdict(on: item) else { return false }
    return true
  }

  /// The days of which reviewed values are taken: over, and in the ledger; nil before the first.
  package var reviewableDays: ClosedRange<CivilDay>? {
    guard let tail = days.tail, let head = days.head, tail <= min(head, endedDay) else { return nil }
    return CivilDay(number: tail)...CivilDay(number: min(head, endedDay))
  }

  /// What becomes of a reviewed day.
  private enum ReviewVerdict {
    case unknownStation, notAssessed, outOfLedger
    /// With the station's index.
    case taken(Int)
  }

  private func verdict(on item: ReviewedDay) -> ReviewVerdict {
    guard let station = map.index(of: item.station), map.entries[station].registered != nil else {
      return .unknownStation
    }
    guard map.places[station].isAssessed else { return .notAssessed }
    guard item.day.number <= endedDay, days.contains(item.day.number) else { return .outOfLedger }
    return .taken(station)
  }

  /// A ring of reviewed days that stands where the ring of days stands.
  private func emptyReviews() -> Ring {
    var ring = Ring(slots: settings.daySlots, lanes: map.deepLanes)
    if let head = days.head { ring.advance(to: head) }
    return ring
  }

  /// The reviewed daily value of an assessed station, missing where the review left none; nil when nobody reviewed it.
  func reviewedDay(_ station: Int, _ pollutant: Pollutant, _ day: CivilDay) -> Concentration? {
    guard let reviewed else { return nil }
    let place = map.places[station]
    guard place.isAssessed, pollutant.isCriteria else { return nil }
    let cell = reviewed[day.number, Int(place.deepLane) + Int(pollutant.rawValue)]
    guard cell.code != 0 else { return nil }
    return cell.usable(Cell.assessedLimit).map { Concentration(thousandths: $0) } ?? .missing
  }

  /// Whether people have reviewed the station's day.
  package func isReviewed(_ station: Int, pollutant: Pollutant, day: CivilDay) -> Bool {
    reviewedDay(station, pollutant, day) != nil
  }

  /// Whether a unit's daily value is final: every station assessed on the day is reviewed; for the city every monitored
  /// county.
  package func isFinal(_ unit: Int, pollutant: Pollutant, day: CivilDay) -> Bool {
    guard reviewed != nil else { return false }
    if map.units[unit].kind == .city {
      let counties = (0..<map.cityUnit).filter { !isUnmonitored($0, on: day) }
      return !counties.isEmpty && counties.allSatisfy { isFinal($0, pollutant: pollutant, day: day) }
    }
    let stations = map.units[unit].stations.filter { map.isAssessed($0, on: day) }
    return !stations.isEmpty && stations.allSatisfy { isReviewed($0, pollutant: pollutant, day: day) }
  }

  /// Whether anything of a unit's day has been reviewed.
  package func hasReview(_ unit: Int, pollutant: Pollutant, day: CivilDay) -> Bool {
    guard reviewed != nil else { return false }
    if map.units[unit].kind == .city {
      return (0..<map.cityUnit).contains { hasReview($0, pollutant: pollutant, day: day) }
    }
    return map.units[unit].stations.contains { isReviewed($0, pollutant: pollutant, day: day) }
  }

  /// A unit's hours of one pollutant and day by reviewed values alone; nil unless every station assessed on the day is
  /// among them.
  ///
  /// - Parameter hours: 24 values by station id.
  package func unitHours(_ unit: Int, day: CivilDay, of hours: [String: [Concentration]]) -> [UnitValue]? {
    if map.units[unit].kind == .city {
      let counties = (0..<map.cityUnit).filter { !isUnmonitored($0, on: day) }
      let made = counties.compactMap { unitHours($0, day: day, of: hours) }
      guard made.count == counties.count, !made.isEmpty else { return nil }
      return (0..<24).map { hour in UnitValue(counties: made.map { $0[hour] }) }
    }
    let stations = map.units[unit].stations.filter { map.isAssessed($0, on: day) }
    guard !stations.isEmpty, stations.allSatisfy({ hours[map.entries[$0].id] != nil }) else { return nil }
    return (0..<24).map { hour in
      mean(unit, day: day) { hours[$0.map.entries[$1].id]?[hour] ?? .missing }
    }
  }
}
