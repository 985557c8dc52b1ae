import AirQuality
import Rollup
import Screening

/// Signs of interference, told to inspectors only.
extension Engine {
  /// Every case, oldest first.
  package var inspections: [Inspection] { inspectionCases.cases }

  /// Looks at the hours of the stations of record whose closing time has passed. Micro, mobile and lidar stations decide
  /// nothing, and are left out.
  mutating func inspect(_ effects: inout [Effect]) {
    guard let configuration else { return }
    let offset = configuration.site.offset
    let delay = Int64(rollup.settings.closeMinutes) * 60_000
    let closed = offset.hour(of: now.adding(milliseconds: -delay)) - 1
    guard let through = inspectionCases.judgedThrough else {
      inspectionCases.judgedThrough = closed
      return
    }
    guard through < closed else { return }
    inspectionCases.judgedThrough = closed
    // After a silence there is nothing to compare with: the newest hour alone is looked at.
    let tables = rollup.stationsByCounty().map { county in
      county.filter(isOfRecord).map { stationHours($0, endHour: closed) }
    }
    let all = tables.flatMap { $0 }
    let search = InterferenceSigns(limits: configuration.interference)
    for table in tables {
      for own in table {
        let near = table.filter { $0.station != own.station }
        let neighbours = near.count >= 2 ? near : all.filter { $0.station != own.station }
        for (pollutant, sign) in search.signs(of: own, beside: neighbours) {
          tell(sign, station: own.station, pollutant, at: offset.start(ofHour: closed + 1), &effects)
        }
      }
    }
  }

  private func isOfRecord(_ station: Int) -> Bool {
    switch rollup.station(station)?.stationClass {
    case .national, .provincial, .city, .county, .park, .enterprise: true
    case .mobile, .micro, .lidar, nil: false
    }
  }

  private func stationHours(_ station: Int, endHour: Int32) -> InterferenceSigns.StationHours {
    var values = [Int32](repeating: .min, count: Pollutant.criteriaCount * InterferenceSigns.hours)
    for pollutant in Pollutant.criteria {
      for ago in 0..<InterferenceSigns.hours {
        guard let found = rollup.hourValue(station, pollutant: pollutant, hour: endHour - Int32(ago)) else { continue }
        values[Int(pollutant.rawValue) * InterferenceSigns.hours + ago] = found.value.thousandths
      }
    }
    let id = rollup.stationID(station)
    return InterferenceSigns.StationHours(
      station: station, values: values,
      humidity: (0..<InterferenceSigns.hours).map { screening.humidity(station: id, hour: endHour - Int32($0)) })
  }

  private mutating func tell(
    _ sign: InterferenceSigns.Sign, station: Int, _ pollutant: Pollutant, at: Instant, _ effects: inout [Effect]
  ) {
    guard let configuration else { return }
    let id = rollup.stationID(station)
    guard !inspectionCases.isKnown(station: id, pollutant: pollutant, sign: sign.name, at: at) else { return }
    let events = InspectionEvents(site: configuration.site)
    open(events.inspection(station: id, county: code(ofStation: station), pollutant, sign: sign.name, at: at), &effects)
    {
      events.found($0, sign)
    }
  }

  /// Values of a sealed month that came out otherwise: an inspection, whoever changed them.
  mutating func inspectEdit(_ day: CivilDay, sealed: [StoredChunk], found: [RollupChunk], _ effects: inout [Effect]) {
    guard let configuration, let through = sealedThrough, CivilMonth(day) <= through else { return }
    for chunk in found where chunk.key.kind == .hours {
      guard let before = sealed.first(where: { $0.key == ChunkKey(chunk.key) }),
        let edits = try? ChunkDifference.edits(before.rollup, chunk)
      else { continue }
      let events = InspectionEvents(site: configuration.site)
      let county = chunk.key.county.isEmpty ? configuration.site.code : chunk.key.county
      for edit in edits {
        guard
          !inspectionCases.isKnown(
            station: edit.station, pollutant: edit.pollutant, sign: "edit-after-seal", at: now)
        else { continue }
        open(
          events.inspection(station: edit.station, county: county, edit.pollutant, sign: "edit-after-seal", at: now),
          &effects
        ) { events.edited($0, edit) }
      }
    }
  }

  private mutating func open(
    _ inspection: Inspection, _ effects: inout [Effect], event: (Inspection) -> EventRecord
  ) {
    inspectionCases.open(inspection)
    issue(event(inspection), &effects)
  }

  /// An inspector's conclusion; one already done, or of no open case, changes nothing.
  mutating func performInspection(_ act: OperatorAct, _ effects: inout [Effect]) {
    guard let configuration, !acts.contains(act.id),
      case .concludeInspection(let id, let inspection, let finding, let by, let reason) = act,
      let taken = inspectionCases.conclude(
        inspection, Inspection.Conclusion(finding: finding, by: by, reason: reason, at: now))
    else { return }
    remember(act: id)
    issue(InspectionEvents(site: configuration.site).concluded(taken, at: now), &effects)
  }

  /// Numbers an inspection event; hooks for inspectors alone are told.
  private mutating func issue(_ event: EventRecord, _ effects: inout [Effect]) {
    guard let configuration else { return }
    var event = event
    event.sequence = inspectionCases.nextSequence()
    effects.append(.inspection(event))
    for hook in configuration.hooks where hook.kinds == [.inspection] {
      effects.append(.deliver(hook: hook.name, sequence: event.sequence))
    }
  }

  private func code(ofStation index: Int) -> String {
    guard let configuration else { return "" }
    let county = rollup.county(ofStation: index)
    return county >= 0 ? configuration.site.counties[Int(county)].code : configuration.site.code
  }
}
