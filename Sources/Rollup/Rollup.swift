package import AirQuality

/// The aggregation of the site: minute, hour and day rings of every station, and the means of the units made of them.
///
/// A value without clock and I/O: the same calls give the same state, to the byte of `encode`. Time enters through
/// `advance(to:)` and the `now` of `insert`; it never goes back. What must be stored comes out as chunks, what must be
/// loaded as needs; `history` takes what was loaded.
///
/// Slots and identity (DESIGN.md 3 and 5):
/// - Periods below an hour fill the minutes whose midpoint they cover (an instant, or less than a minute, the minute of
///   its own midpoint). A minute keeps one value; of two readings of one feed in one minute the later arrival counts.
/// - A period of an hour fills the hour of its midpoint and counts before an hour made from minutes.
/// - 24 h from civil midnight fill the day of an assessed station (not for ozone, whose day is its highest 8 h mean).
/// - All other periods are evidence: shown as newest value, in no ring.
package struct Rollup: Sendable {
  package private(set) var settings: RollupSettings
  var map: LaneMap
  var sources: SourceTable
  /// Minutes of all stations.
  var minutes: Ring
  /// Hours of stations that are not assessed, and of those that are.
  var hours: Ring
  var deep: Ring
  /// Days of assessed stations.
  var days: Ring
  /// Imported days of units, six lanes a unit.
  var imported: Ring
  /// Reviewed days of assessed stations, lanes as in `days`; nil until people review one.
  var reviewed: Ring?
  /// Revisions of closed days, one lane a unit.
  var revisions: Ring
  var latest = LatestTable()
  var parking = Parking()
  var changes = ChangeSet()

  /// The newest instant seen; nil before the first.
  var clock: Instant?
  /// The last hour that ended, whose minute chunks were due, and whose closing time has passed.
  var endedHour: Int32 = .min
  var minuteChunkHour: Int32 = .min
  var closedHour: Int32 = .min
  /// The last day that ended and that was closed.
  var endedDay: Int32 = .min
  var closedDay: Int32 = .min

  /// The hour that the batch being inserted has still to make for all stations; nil between calls.
  var pendingHour: Int32?

  /// Hours up to here were compared between stations; what still changes one of them is noted. Follows from the caller's
  /// state, and is no part of this one.
  package var comparedThrough = Int32.min
  /// Cells of stations that are not assessed and changed after their hour was compared, until they are taken.
  var changedAfterComparison: Set<HourCell> = []

  /// No minute after this one was ever written; where none is, hours need not be made from minutes. A bound that spares
  /// work and no part of the state.
  var newestMinute = Int32.min
  /// Counts changes of `deep`, so that what was made of it can be remembered; no part of the state.
  var deepGeneration: UInt64 = 0
  var remembered = RunningMemory()

  /// What a batch's stations resolved to, by feed, so that the next batch of the same stations need not look up. A
  /// cache: it is no part of the state.
  var resolutions: [UInt16: Resolution] = [:]

  /// - Parameters:
  ///   - site: counties and registered stations.
  ///   - feeds: feed names in configuration order: the first that has a value counts.
  package init(site: Site, feeds: [String], settings: RollupSettings = RollupSettings()) {
    // With these bounds an hour's minute chunks are always due before one of its minutes leaves the ring.
    precondition(settings.minuteSlots >= 120 && settings.headroomMinutes + settings.minuteChunkMinutes <= 60)
    precondition(settings.minuteChunkMinutes <= settings.closeMinutes && settings.hourSlots >= 27)
    precondition(settings.deepHourSlots >= settings.hourSlots && settings.daySlots >= 32)
    self.settings = settings
    map = LaneMap(site: site)
    sources = SourceTable(feeds: feeds)
    minutes = Ring(slots: settings.minuteSlots, lanes: map.entries.count * Pollutant.criteriaCount)
    hours = Ring(slots: settings.hourSlots, lanes: map.ordinaryLanes)
    deep = Ring(slots: settings.deepHourSlots, lanes: map.deepLanes)
    days = Ring(slots: settings.daySlots, lanes: map.deepLanes)
    imported = Ring(slots: settings.daySlots, lanes: map.units.count * Pollutant.criteriaCount)
    revisions = Ring(slots: settings.daySlots, lanes: map.units.count)
    sources.grow(stations: map.entries.count)
    latest.grow(stations: map.entries.count)
  }

  /// How many stations beyond the registry get lanes from now on; those that have some keep them.
  package mutating func limitUnknownStations(_ count: Int) { settings.maximumUnknownStations = count }

  /// Takes a new registry and order of feeds. Stations that stay (by id) keep their data, also when they become
  /// assessed or cease to be; those that went lose theirs, so a station to be retired gets an `until` instead.
  /// Imported days and revisions stay by unit code.
  package mutating func configure(site: Site, feeds: [String]) {
    sources.configure(feeds)
    resolutions.removeAll()
    deepGeneration &+= 1
    guard site != map.site else { return }
    let old = self
    var fresh = LaneMap(site: site)
    // Unknown stations stay, in their order; a station that left the registry is gone until it reports again.
    for entry in old.map.entries.dropFirst(old.map.registeredCount) where fresh.index(of: entry.id) == nil {
      _ = fresh.addUnknown(entry.id)
    }
    map = fresh
    let oldIndex = fresh.entries.map { old.map.index(of: $0.id) }
    let lanes = Pollutant.criteriaCount
    minutes = old.minutes.rearranged(lanes: fresh.entries.count * lanes) { lane in
      oldIndex[lane / lanes].map { $0 * lanes + lane % lanes }
    }
    rearrangeHours(from: old, oldIndex: oldIndex)
    let oldUnits = fresh.units.map { old.map.unit($0.code) }
    imported = old.imported.rearranged(lanes: fresh.units.count * lanes) { lane in
      oldUnits[lane / lanes].map { $0 * lanes + lane % lanes }
    }
    revisions = old.revisions.rearranged(lanes: fresh.units.count) { oldUnits[$0] }
    sources = sources.rearranged(stations: fresh.entries.count) { oldIndex[$0] }
    latest = old.latest.rearranged(stations: fresh.entries.count) { oldIndex[$0] }
    parking = old.parking.rearranged(
      station: { fresh.index(of: old.map.entries[$0].id) }, bucket: { Int(fresh.places[$0].bucket) })
  }

  /// Moves hours and days to the lanes of the new map, from either hour ring to either.
  private mutating func rearrangeHours(from old: Rollup, oldIndex: [Int?]) {
    hours = Ring(slots: settings.hourSlots, lanes: map.ordinaryLanes)
    deep = Ring(slots: settings.deepHourSlots, lanes: map.deepLanes)
    deepGeneration &+= 1
    days = Ring(slots: settings.daySlots, lanes: map.deepLanes)
    if old.reviewed != nil { reviewed = days }
    guard let head = old.deep.head, let dayHead = old.days.head else { return }
    hours.advance(to: head)
    deep.advance(to: head)
    days.advance(to: dayHead)
    reviewed?.advance(to: dayHead)
    for (station, place) in map.places.enumerated() {
      guard let oldStation = oldIndex[station] else { continue }
      let oldPlace = old.map.places[oldStation]
      for lane in 0..<Pollutant.criteriaCount {
        let slots = min(
          place.isAssessed ? settings.deepHourSlots : settings.hourSlots,
          oldPlace.isAssessed ? settings.deepHourSlots : settings.hourSlots)
        for hour in (head - Int32(slots) + 1)...head {
          let cell = old.hourCell(station: oldStation, lane: lane, hour: hour)
          if place.isAssessed {
            deep[hour, Int(place.deepLane) + lane] = cell
          } else {
            hours[hour, Int(place.hourLane) + lane] = cell
          }
        }
        guard place.isAssessed, oldPlace.isAssessed else { continue }
        for day in (dayHead - Int32(settings.daySlots) + 1)...dayHead {
          days[day, Int(place.deepLane) + lane] = old.days[day, Int(oldPlace.deepLane) + lane]
          if let known = old.reviewed {
            reviewed?[day, Int(place.deepLane) + lane] = known[day, Int(oldPlace.deepLane) + lane]
          }
        }
      }
    }
  }

  /// The hour cell of a station, from the ring it lives in; empty when the ring does not hold the hour.
  func hourCell(station: Int, lane: Int, hour: Int32) -> Cell {
    let place = map.places[station]
    return place.isAssessed ? deep[hour, Int(place.deepLane) + lane] : hours[hour, Int(place.hourLane) + lane]
  }

  /// Whether the station's hour ring holds the hour.
  func holds(hour: Int32, station: Int) -> Bool {
    map.places[station].isAssessed ? deep.contains(hour) : hours.contains(hour)
  }

  /// Writes an hour cell that the ring holds, and notes what it changes.
  mutating func setHour(_ cell: Cell, station: Int, lane: Int, hour: Int32) {
    let place = map.places[station]
    guard place.isAssessed else {
      hours[hour, Int(place.hourLane) + lane] = cell
      if hour <= comparedThrough { noteChange(station: station, lane: lane, hour: hour) }
      return
    }
    deep[hour, Int(place.deepLane) + lane] = cell
    deepGeneration &+= 1
    guard !changes.repeats(station: station, hour: hour) else { return }
    changes.hourChanged(station: station, units: map.entries[station].units, hour: hour)
  }

  // MARK: What is there

  package var site: Site { map.site }
  /// Counties in the order of the site, then the city, then the urban district.
  package var units: [RollupUnit] { map.units }
  /// Index of a unit by its code.
  package func unitIndex(_ code: String) -> Int? { map.unit(code) }
  /// Registered stations in the order of the site, then unknown ones as first seen.
  package var stationCount: Int { map.entries.count }
  /// Id of a station by its index.
  package func stationID(_ index: Int) -> String { map.entries[index].id }
  /// The registry's entry; nil for an unknown station.
  package func station(_ index: Int) -> Station? { map.station(index) }
  /// Index of a station by its id, known or not in the registry.
  package func stationIndex(_ id: String) -> Int? { map.index(of: id) }
  /// The classes of a batch's stations, for screening.
  package func classes(of stations: [String]) -> [StationClass?] {
    stations.map { map.index(of: $0).flatMap { map.station($0)?.stationClass } }
  }
  /// Name of a feed by its number.
  package func feedName(_ feed: UInt16) -> String { sources.name(feed) }
  /// The newest reading of a station and pollutant, usable or not; nil when there was none.
  package func latest(station: Int, pollutant: Pollutant) -> LatestReading? {
    latest.value(station: station, pollutant: pollutant)
  }
  /// The end of the station's newest reading.
  package func lastSeen(station: Int) -> Instant? {
    Pollutant.allCases.compactMap { latest.value(station: station, pollutant: $0)?.end }.max()
  }
  /// The chunks asked for and not yet come, oldest first; after a restart they are to be asked for again.
  package var outstandingNeeds: [CountyDay] {
    parking.outstanding.map { CountyDay(county: map.code(ofBucket: $0.bucket), day: $0.day) }
  }
  package var parkedRows: Int { parking.count }
  /// Bytes of memory of rings and newest values.
  package var byteCount: Int {
    minutes.byteCount + hours.byteCount + deep.byteCount + days.byteCount + imported.byteCount + revisions.byteCount
      + (reviewed?.byteCount ?? 0)
      + latest.byteCount + sources.sources.count * 2
  }
}
