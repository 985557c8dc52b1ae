import AirQuality
import Alerts
package import Rollup
import Screening

/// What readers see, made from the state.
extension Engine {
  /// An AQI whose hour ended longer ago than this is not shown as real-time.
  static let realtimeMilliseconds: Int64 = 3 * 3_600_000

  /// The whole view; `position` is the journal position of the newest applied record.
  package mutating func view(position: Int64) -> SiteView? {
    guard let configuration else { return nil }
    let today = configuration.site.offset.day(of: now)
    let episodes = units.indices.map(episodeStart)
    if targetsDay != today || targetsEpisodes != episodes {
      targets = targetViews(today: today)
      targetsDay = today
      targetsEpisodes = episodes
    }
    let registry = Dictionary(
      configuration.site.stations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var view = SiteView(
      position: position, at: now, site: configuration.site,
      stations: (0..<rollup.stationCount).compactMap { stationView($0, registry) }, units: units.indices.map(unitView),
      targets: targets,
      lastSequence: lastSequence, dust: dust.periods)
    view.overrides = screening.overrides
    view.tasks = gridTasks
    view.lidars = lidarObservations
    view.lidarWatches = lidarWatches
    view.hotSpots = configuration.hotSpots
    view.inspections = inspectionCases.cases
    return view
  }

  // MARK: Stations

  /// Nil for a station that the rings keep for its past alone.
  private func stationView(_ index: Int, _ registry: [String: Station]) -> StationView? {
    let registered = registry[rollup.stationID(index)]
    if registered == nil, let left = membership.departure(of: rollup.stationID(index)) {
      // One that still sends is an unknown station like any other.
      guard let seen = rollup.lastSeen(station: index), left < seen else { return nil }
    }
    let values: [ValueView] = Pollutant.allCases.compactMap { pollutant in
      rollup.latest(station: index, pollutant: pollutant).map { valueView($0, pollutant) }
    }
    let id = rollup.stationID(index)
    var view = StationView(
      id: id, name: registered?.name ?? "", registered: registered, aqi: stationAQI(index), values: values,
      lastSeen: [rollup.lastSeen(station: index), layers[id]?.at].compactMap { $0 }.max(),
      layerHeightMeters: layers[id]?.gradientHeightMeters)
    describe(&view)
    return view
  }

  private func valueView(_ reading: LatestReading, _ pollutant: Pollutant) -> ValueView {
    let usable = reading.flag != .fail && reading.flag != .missing && !reading.value.isMissing
    return ValueView(
      pollutant: pollutant, value: reading.value.isMissing ? nil : reading.value.value,
      window: Self.windowName(milliseconds: reading.periodMilliseconds), end: reading.end, flag: reading.flag,
      reasons: reading.reasons, state: usable ? .known : .indeterminate, review: .provisional,
      completeness: usable ? 1 : 0)
  }

  /// `1m`, `1h`, `8h`, `1d`, `31d`, `90s`; `0s` for an instantaneous value.
  static func windowName(milliseconds period: Int32) -> String {
    let milliseconds = Reading.span(ofPeriod: period)
    return switch milliseconds {
    case let period where period > 0 && period % 86_400_000 == 0: "\(period / 86_400_000)d"
    case let period where period > 0 && period % 3_600_000 == 0: "\(period / 3_600_000)h"
    case let period where period > 0 && period % 60_000 == 0: "\(period / 60_000)m"
    default: "\(milliseconds / 1_000)s"
    }
  }

  /// The real-time AQI of the newest hour the station has, within the last three.
  private func stationAQI(_ index: Int) -> AQIView {
    guard let configuration else { return .none }
    let offset = configuration.site.offset
    let running = offset.hour(of: now)
    let oldest = offset.hour(of: now.adding(milliseconds: -Self.realtimeMilliseconds - 3_600_000))
    for hour in stride(from: running, through: oldest, by: -1) {
      let end = offset.start(ofHour: hour + 1)
      guard now.milliseconds - end.milliseconds <= Self.realtimeMilliseconds else { break }
      func value(_ pollutant: Pollutant) -> Concentration {
        rollup.stationHour(index, pollutant: pollutant, hour: hour).published(pollutant)
      }
      let input = RealtimeInput(
        pm25: value(.pm25), pm10: value(.pm10), so2: value(.so2), no2: value(.no2), o3: value(.o3), co: value(.co),
        so2Day: stationDayMean(index, .so2, endHour: hour))
      let aqi = AQI(input, edition: editions.edition(on: CivilDay(hour: hour)))
      if aqi.lowerBound != nil { return Self.aqiView(aqi) }
    }
    return .none
  }

  /// The mean of the 24 h that end with an hour, of at least 20 valid ones; it stands in for SO2 hours above the scale.
  private func stationDayMean(_ station: Int, _ pollutant: Pollutant, endHour: Int32) -> Concentration {
    var sum: Int64 = 0
    var count = 0
    for hour in (endHour - 23)...endHour {
      let value = rollup.stationHour(station, pollutant: pollutant, hour: hour)
      guard !value.isMissing else { continue }
      sum += Int64(value.thousandths)
      count += 1
    }
    return count >= rollup.settings.hoursForDay ? .mean(sum: sum, count: count) : .missing
  }

  private static func aqiView(_ aqi: AQI) -> AQIView {
    AQIView(
      realtime: aqi.value, primary: aqi.primary, categoryChinese: aqi.category?.chinese ?? "",
      categoryEnglish: aqi.category?.english ?? "", missing: aqi.missing)
  }

  // MARK: Units

  private func unitView(_ unit: Int) -> UnitView {
    let offset = configuration?.site.offset ?? .china
    let hour = newestHour(unit)
    let means = rollup.unitHour(unit, hour: hour)
    let end = offset.start(ofHour: hour + 1)
    let fresh = now.milliseconds - end.milliseconds <= Self.realtimeMilliseconds
    let running = rollup.running24(unit, endHour: hour)
    let input = RealtimeInput(
      pm25: means[.pm25].value.published(.pm25), pm10: means[.pm10].value.published(.pm10),
      so2: means[.so2].value.published(.so2), no2: means[.no2].value.published(.no2),
      o3: means[.o3].value.published(.o3), co: means[.co].value.published(.co),
      so2Day: running[.so2].value.published(.so2))
    let aqi = AQI(input, edition: editions.edition(on: CivilDay(hour: hour)))
    return UnitView(
      county: county(unit), aqi: fresh ? Self.aqiView(aqi) : .none, level: levelView(unit),
      values: unitValues(means, end: end), completeness: running.completeness,
      microValues: microValues(unit, hour: hour, end: end))
  }

  /// The newest hour for which any assessed station has a value, else the one that ended last.
  private func newestHour(_ unit: Int) -> Int32 {
    let running = (configuration?.site.offset ?? .china).hour(of: now)
    for hour in stride(from: running, to: running - 4, by: -1)
    where rollup.unitHour(unit, hour: hour).values.contains(where: { $0.state.hasValue }) {
      return hour
    }
    return running - 1
  }

  private func unitValues(_ means: UnitValues, end: Instant) -> [ValueView] {
    var views: [ValueView] = []
    for pollutant in Pollutant.criteria {
      let mean = means[pollutant]
      guard mean.expected > 0 else { continue }
      views.append(unitValue(mean, pollutant, end: end, window: "1h"))
    }
    if means.ozoneEightHour.expected > 0 {
      views.append(unitValue(means.ozoneEightHour, .o3EightHour, end: end, window: "8h"))
    }
    return views
  }

  private func microValues(_ unit: Int, hour: Int32, end: Instant) -> [ValueView] {
    zip(Pollutant.criteria, rollup.microHour(unit, hour: hour)).compactMap { pollutant, mean in
      mean.expected > 0 ? unitValue(mean, pollutant, end: end, window: "1h") : nil
    }
  }

  private func unitValue(_ mean: UnitValue, _ pollutant: Pollutant, end: Instant, window: String) -> ValueView {
    let known = mean.state.hasValue
    return ValueView(
      pollutant: pollutant, value: known ? mean.value.value : nil, window: window, end: end,
      flag: known ? .good : .missing, reasons: known ? [] : .missing, state: KnowledgeState(mean.state),
      review: .provisional, completeness: Double(mean.valid) / Double(max(1, mean.expected)))
  }

  private func levelView(_ unit: Int) -> LevelView {
    let machine = units[unit].machine
    let running = (configuration?.site.offset ?? .china).hour(of: now)
    let unmonitored = isUnmonitored(unit, hour: running)
    let newest = machine.newest
    return LevelView(
      name: machine.level.name, state: unmonitored ? .unmonitored : machine.isKnown ? .known : .indeterminate,
      basis: "observed", since: machine.since, liftProposedSince: machine.proposal?.since,
      runningAQI: newest.quality == .indeterminate ? nil : Int(newest.value))
  }
}

extension KnowledgeState {
  /// The rollup's word in the API's.
  package init(_ knowledge: Knowledge) {
    switch knowledge {
    case .known: self = .known
    case .incomplete: self = .incomplete
    case .indeterminate: self = .indeterminate
    case .unmonitored: self = .unmonitored
    }
  }
}
