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
        LidarWatchView(station: station, county: lidarCounty(station), kind: $0.kind.rawValue, since: $0.since)
      }
    }
  }

  /// Takes the observations of an answer, oldest first.
  mutating func observe(_ batch: FeedBatch, _ effects: inout [Effect]) {
    guard let configuration, !batch.observations.isEmpty else { return }
    // A stamp from the future would hide every true one until then.
    let latest = batch.receivedAt.adding(milliseconds: screener.limits.futureToleranceMilliseconds)
    for observation in batch.observations.sorted(by: { $0.at < $1.at }) where observation.at <= latest {
      let station = observation.station
      guard lidars[station] != nil || makeRoom(forLidar: station) else { continue }
      let surface = surface(ofCounty: lidarCounty(station), at: observation.at)
      let hour = configuration.site.offset.hour(of: observation.at)
      var state = lidars[station] ?? LidarState(newest: observation)
      if state.newest.at <= observation.at { state.newest = observation }
      let outcomes =
        configuration.lidarWatch.isEnabled
        ? state.watch.take(observation, hour: hour, surface: surface, settings: configuration.lidarWatch) : []
      lidars[station] = state
      for outcome in outcomes { tell(outcome, station: station, at: observation.at, &effects) }
    }
  }

  /// Ends watches whose lidar has fallen silent.
  mutating func expireLidarWatches(_ effects: inout [Effect]) {
    for station in lidars.keys.sorted() {
      guard let outcomes = lidars[station]?.watch.expire(at: now) else { continue }
      for outcome in outcomes { tell(outcome, station: station, at: now, &effects) }
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
    configuration?.site.stations.first { $0.id == station }?.county ?? configuration?.site.code ?? ""
  }

  /// The county's newest hour before an instant and the one three hours earlier, and its wind.
  private func surface(ofCounty code: String, at: Instant) -> LidarWatch.Surface {
    var surface = LidarWatch.Surface()
    guard let configuration, let unit = rollup.unitIndex(code) else { return surface }
    let hour = configuration.site.offset.hour(of: at)
    func mean(_ pollutant: Pollutant, _ hour: Int32) -> Concentration {
      rollup.unitHour(unit, pollutant: pollutant, hour: hour).value
    }
    let newest = [hour - 1, hour - 2].first { !mean(.pm25, $0).isMissing || !mean(.pm10, $0).isMissing } ?? hour - 1
    (surface.pm25, surface.pm25Before) = (mean(.pm25, newest), mean(.pm25, newest - 3))
    (surface.pm10, surface.pm10Before) = (mean(.pm10, newest), mean(.pm10, newest - 3))
    // The newest wind of the county that is no older than an hour.
    let winds = configuration.site.stations.compactMap { station -> LatestReading? in
      guard station.county == code, let index = rollup.stationIndex(station.id),
        let wind = rollup.latest(station: index, pollutant: .windDirection), wind.flag != .fail, wind.flag != .missing,
        !wind.value.isMissing, abs(at.milliseconds - wind.end.milliseconds) <= 3_600_000
      else { return nil }
      return wind
    }
    surface.windFromDegrees = winds.max { $0.end < $1.end }?.value.value
    return surface
  }

  private mutating func tell(_ outcome: LidarWatch.Outcome, station: String, at: Instant, _ effects: inout [Effect]) {
    guard let configuration else { return }
    let events = LidarWatchEvents(site: configuration.site)
    effects += issuer.issue(
      events.event(outcome, station: station, county: lidarCounty(station), at: at), hooks: configuration.hooks)
  }
}
