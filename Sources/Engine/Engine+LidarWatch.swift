import AirQuality
import Rollup
import Screening

/// Observations of lidars and the watches they raise ahead of the surface stations.
extension Engine {
  /// Newest observation of each lidar, by station.
  package var lidarObservations: [LidarObservation] { lidars.values.map(\.newest).sorted { $0.station < $1.station } }

  /// Watches that run: lidar, kind, since when.
  package var lidarWatches: [LidarWatchView] {
    lidars.sorted { $0.key < $1.key }.flatMap { station, state in
      state.watch.running.map {
        LidarWatchView(station: station, county: lidarCounty(station), kind: $0.subject.kind.rawValue, since: $0.since)
      }
    }
  }

  /// Takes the observations of an answer, oldest first.
  mutating func observe(_ batch: FeedBatch, _ effects: inout [Effect]) {
    guard let configuration, !batch.observations.isEmpty else { return }
    let settings = configuration.lidarWatch
    // A stamp from the future would hide every true one until then.
    let latest = batch.receivedAt.adding(milliseconds: screener.limits.futureToleranceMilliseconds)
    var winds = LidarWinds()
    for observation in batch.observations.sorted(by: { $0.at < $1.at }) where observation.at <= latest {
      let station = observation.station
      guard lidars[station] != nil || makeRoom(forLidar: station) else { continue }
      var state = lidars[station] ?? LidarState(newest: observation)
      if state.newest.at <= observation.at { state.newest = observation }
      var outcomes: [LidarWatch.Outcome] = []
      if settings.isEnabled, !state.watch.isLate(observation) {
        let surface = surface(of: observation, &winds)
        let hour = configuration.site.offset.hour(of: observation.at)
        outcomes = state.watch.take(observation, hour: hour, surface: surface, settings: settings)
      }
      lidars[station] = state
      for outcome in outcomes { tell(outcome, station: station, &effects) }
    }
  }

  /// Judges the windows that are over, and ends watches of which nothing is known any more.
  mutating func passLidarWatches(_ effects: inout [Effect]) {
    guard let settings = configuration?.lidarWatch, !lidars.isEmpty else { return }
    for station in lidars.keys.sorted() {
      guard let outcomes = lidars[station]?.watch.pass(to: now, settings: settings) else { continue }
      for outcome in outcomes { tell(outcome, station: station, &effects) }
    }
  }

  /// Ends watches across edges that the configuration has no more.
  mutating func keepLidarEdges(_ effects: inout [Effect]) {
    guard let edges = configuration?.lidarWatch.edges else { return }
    for station in lidars.keys.sorted() {
      let own = edges.filter { $0.station == station }
      guard let outcomes = lidars[station]?.watch.keep(edges: own, at: now) else { continue }
      for outcome in outcomes { tell(outcome, station: station, &effects) }
    }
  }

  /// Whether there is room for another lidar. Registered ones always find it: of the others the one that has been silent
  /// longest goes.
  private mutating func makeRoom(forLidar station: String) -> Bool {
    if lidars.count < Self.maximumLidars { return true }
    let registered = Set(configuration?.site.stations.map(\.id) ?? [])
    guard registered.contains(station),
      let oldest = lidars.lazy.filter({ !registered.contains($0.key) })
        .min(by: { ($0.value.newest.at, $0.key) < ($1.value.newest.at, $1.key) })?.key
    else { return false }
    lidars[oldest] = nil
    return true
  }

  /// The same of the newest layers.
  mutating func makeRoom(forLayerOf station: String) -> Bool {
    if layers.count < Self.maximumLidars { return true }
    let registered = Set(configuration?.site.stations.map(\.id) ?? [])
    guard registered.contains(station),
      let oldest = layers.values.lazy.filter({ !registered.contains($0.station) })
        .min(by: { ($0.at, $0.station) < ($1.at, $1.station) })
    else { return false }
    layers[oldest.station] = nil
    return true
  }

  private func lidarCounty(_ station: String) -> String {
    let registered = rollup.stationIndex(station).flatMap { rollup.station($0) }
    return registered?.county ?? configuration?.site.code ?? ""
  }

  /// The newest hour of the lidar's county before an observation and the one three hours earlier; its wind for beams along
  /// the ground.
  private func surface(of observation: LidarObservation, _ winds: inout LidarWinds) -> LidarWatch.Surface {
    var surface = LidarWatch.Surface()
    guard let configuration, let unit = rollup.unitIndex(lidarCounty(observation.station)) else { return surface }
    if observation.isSlant {
      surface.windFromDegrees = winds.degrees(unit: unit, at: observation.at, rollup)
      return surface
    }
    let hour = configuration.site.offset.hour(of: observation.at)
    func mean(_ pollutant: Pollutant, _ hour: Int32) -> Concentration {
      rollup.unitHour(unit, pollutant: pollutant, hour: hour).value
    }
    let newest = [hour - 1, hour - 2].first { !mean(.pm25, $0).isMissing || !mean(.pm10, $0).isMissing } ?? hour - 1
    (surface.pm25, surface.pm25Before) = (mean(.pm25, newest), mean(.pm25, newest - 3))
    (surface.pm10, surface.pm10Before) = (mean(.pm10, newest), mean(.pm10, newest - 3))
    return surface
  }

  private mutating func tell(_ outcome: LidarWatch.Outcome, station: String, _ effects: inout [Effect]) {
    guard let configuration else { return }
    let events = LidarWatchEvents(site: configuration.site)
    effects += issuer.issue(
      events.event(outcome, station: station, county: lidarCounty(station)), hooks: configuration.hooks)
  }
}

/// The winds of counties while the observations of one answer are taken: the stations that measure one are looked up once.
private struct LidarWinds {
  private var byCounty: [Int: [LatestReading]] = [:]
  private var stations: [[Int]] = []

  /// The newest wind of a county that is no further than an hour from an instant; nil for units that are no county.
  mutating func degrees(unit: Int, at: Instant, _ rollup: borrowing Rollup) -> Double? {
    if stations.isEmpty { stations = rollup.stationsByCounty() }
    guard stations.indices.contains(unit) else { return nil }
    let winds =
      byCounty[unit]
      ?? stations[unit].compactMap { station in
        guard let wind = rollup.latest(station: station, pollutant: .windDirection), wind.flag != .fail,
          wind.flag != .missing, !wind.value.isMissing
        else { return nil }
        return wind
      }
    byCounty[unit] = winds
    return winds.filter { abs(at.milliseconds - $0.end.milliseconds) <= 3_600_000 }.max { $0.end < $1.end }?.value.value
  }
}
