import AirQuality
import Rollup
import Screening

/// Hot spots: stations well above their county's robust centre, persistently (热点网格).
extension Engine {
  /// Open tasks by discovery, then closed ones by closing.
  package var gridTasks: [GridTask] { hotSpots.open + hotSpots.closed }

  /// Hours caught up with at once; after a longer silence the older ones are left.
  private static let maximumHotSpotHours: Int32 = 6

  /// Looks at the hours whose closing time has passed.
  mutating func findHotSpots(_ effects: inout [Effect]) {
    guard let configuration else { return }
    let offset = configuration.site.offset
    let delay = Int64(rollup.settings.closeMinutes) * 60_000
    let closed = offset.hour(of: now.adding(milliseconds: -delay)) - 1
    guard let through = hotSpots.judgedThrough else {
      hotSpots.judgedThrough = closed
      return
    }
    guard through < closed else { return }
    hotSpots.judgedThrough = closed
    if configuration.hotSpots.isEnabled {
      let counties = rollup.stationsByCounty()
      for hour in max(through, closed - Self.maximumHotSpotHours) + 1...closed {
        for (county, stations) in counties.enumerated() where stations.count > configuration.hotSpots.stations {
          for pollutant in Pollutant.criteria {
            findHotSpots(county, stations, pollutant, hour: hour, &effects)
          }
        }
      }
    }
    for change in hotSpots.takeOverdue(at: now, settings: configuration.hotSpots) { tell(change, &effects) }
  }

  private mutating func findHotSpots(
    _ county: Int, _ stations: [Int], _ pollutant: Pollutant, hour: Int32, _ effects: inout [Effect]
  ) {
    guard let configuration, let floor = configuration.hotSpots.floors[pollutant] else { return }
    let settings = configuration.hotSpots
    // In sand-dust a high station says nothing of its grid.
    if pollutant == .pm10, hasDust(unit: county) { return }
    // An hour that disagrees with its neighbours is suspect for that very reason, and counts here.
    let values = stations.compactMap { station in
      rollup.hourValue(station, pollutant: pollutant, hour: hour).map { (station: station, value: $0.value) }
    }
    guard values.count > settings.stations, let centre = RobustCentre(values.map(\.value.thousandths)) else { return }
    let at = configuration.site.offset.start(ofHour: hour + 1)
    for (station, value) in values {
      guard let stationClass = rollup.station(station)?.stationClass, settings.classes.contains(stationClass),
        !rollup.isAssessed(station: station)
      else { continue }
      let isAbove =
        value.thousandths > centre.median
        && Double(value.thousandths) > settings.ratio * Double(centre.median)
        && centre.excludes(
          value.thousandths, deviations: settings.deviations, share: 0, least: Int32(clamping: Int64(floor * 1_000)))
      let change = hotSpots.take(
        GridTasks.Hour(
          station: rollup.stationID(station), county: configuration.site.counties[county].code, pollutant: pollutant,
          at: at,
          evidence: GridTask.Evidence(
            value: value, median: Concentration(thousandths: centre.median),
            deviation: Concentration(thousandths: centre.deviation), stations: centre.count), isHot: isAbove),
        settings: settings)
      if let change { tell(change, &effects) }
    }
  }

  private mutating func tell(_ change: GridTasks.Change, _ effects: inout [Effect]) {
    guard let configuration else { return }
    let events = GridTaskEvents(site: configuration.site, settings: configuration.hotSpots)
    let event: EventRecord
    switch change {
    case .found(var task):
      task.id = events.id(of: task)
      hotSpots.name(task.id)
      event = events.found(task, isAgain: false)
    case .reopened(let task): event = events.found(task, isAgain: true)
    case .overdue(let task, let step): event = events.overdue(task, step, at: now)
    }
    effects += issuer.issue(event, hooks: configuration.hooks)
  }

  /// An act on a task; one already done, of no open task or out of turn changes nothing.
  mutating func performTask(_ act: OperatorAct, _ effects: inout [Effect]) {
    guard let configuration, !acts.contains(act.id) else { return }
    let events = GridTaskEvents(site: configuration.site, settings: configuration.hotSpots)
    let event: EventRecord
    do throws(GridTasks.Refusal) {
      switch act {
      case .advanceTask(_, let id, let step, let by, let note, let isForced):
        guard let before = hotSpots.open.first(where: { $0.id == id })?.step else { return }
        let task = try hotSpots.advance(
          id, to: step, by: by, note: note, at: now, isForced: isForced, settings: configuration.hotSpots)
        event = events.advanced(task, from: before, isForced: isForced, at: now)
      case .assignTask(_, let id, let owner, let contact, let by):
        event = events.assigned(
          try hotSpots.assign(id, owner: owner, contact: contact, by: by, at: now), by: by, at: now)
      default: return
      }
    } catch { return }
    remember(act: act.id)
    effects += issuer.issue(event, hooks: configuration.hooks)
  }
}

extension GridTask {
  /// Why the step may not be taken, for people; nil when it may.
  package func refusal(
    of step: Step, by: String, isForced: Bool, settings: HotSpotSettings
  ) -> String? {
    switch GridTasks.refusal(of: self, step, by: by, isForced: isForced, settings) {
    case nil: nil
    case .unknown: "no open task has that id"
    case .wrongStep(let now): "the task is \(now.rawValue): the steps are discovered, reported, handled, closed"
    case .sameHand: "\(by) handled the task: another person closes it"
    case .notClear(let hours):
      "it has been below for \(hours) h, \(settings.clearHours) h are needed; close it with a reason and --force"
    }
  }
}
