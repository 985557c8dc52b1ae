package import AirQuality
package import Engine
import Rollup

/// The evidence of a sand-dust period of one unit (沙尘佐证材料), due the same day: its hours against the hours before,
/// its neighbours, the acts, and the hours of its stations. From stored facts alone; the same facts give the same bytes.
package struct DustEvidence: Sendable {
  /// What the store has of the period.
  package struct Facts: Sendable {
    /// As it counted then.
    package var site: Site
    package var feeds: [String]
    /// Hour chunks of all counties, from the day before the first hour that is shown on.
    package var chunks: [StoredChunk]
    /// All periods that were stated.
    package var periods: [DustPeriod]

    package init(site: Site, feeds: [String], chunks: [StoredChunk], periods: [DustPeriod]) {
      self.site = site
      self.feeds = feeds
      self.chunks = chunks
      self.periods = periods
    }
  }

  /// One hour of the unit.
  package struct Hour: Sendable, Hashable {
    /// Civil hour number.
    package var hour: Int32
    package var pm10: Concentration
    package var pm25: Concentration
    /// PM2.5/PM10; missing without both.
    package var ratio: Concentration
    /// PM10 over the mean of the hours before (`DustSettings.baseHours`); missing with too few of them.
    package var surge: Concentration
    /// Whether the engine's rule suspects sand-dust in it.
    package var isSuspected: Bool
    /// PM10 of the other counties, in their order.
    package var neighbours: [Concentration]
  }

  /// One hour of a station, as stored.
  package struct StationHour: Sendable, Hashable {
    package var station: String
    package var hour: Int32
    package var pollutant: Pollutant
    package var value: Concentration
    package var flag: QualityFlag
  }

  /// What labels are written in.
  package enum Language: Sendable, Hashable {
    case both, chinese, english
  }

  package var language = Language.both
  package let unit: County
  package let offset: CivilOffset
  package let from: Instant
  package let until: Instant
  package let neighbours: [County]
  /// From `DustSettings.baseHours` before the period to its end.
  package private(set) var hours: [Hour] = []
  package private(set) var stationHours: [StationHour] = []
  /// Periods of the unit that overlap, in the order of the acts.
  package let periods: [DustPeriod]

  /// First day whose chunks are needed: what is judged in the first hour rests on hours before it.
  package static func firstDay(_ from: Instant, _ offset: CivilOffset) -> CivilDay {
    CivilDay(hour: offset.hour(of: from) - 2 * DustSettings().baseHours)
  }

  /// - Throws: `ExplanationProblem` when a stored chunk cannot be read.
  package init(
    _ facts: Facts, unit: County, from: Instant, until: Instant
  ) throws(ExplanationProblem) {
    self.unit = unit
    self.from = from
    self.until = until
    offset = facts.site.offset
    neighbours = facts.site.counties.filter { $0.code != unit.code }
    periods = facts.periods.filter { $0.county == unit.code && $0.from < until && from < $0.until }
    let settings = DustSettings()
    let begin = offset.hour(of: from)
    let end = offset.hour(of: until.adding(milliseconds: -1))
    try readHours(facts, from: begin - 2 * settings.baseHours, through: end)
    judge(settings)
    hours.removeAll { $0.hour < begin - settings.baseHours }
    readStations(facts, from: begin - settings.baseHours, through: end)
  }

  /// Day by day, so that no more than the rings of a day are needed.
  private mutating func readHours(_ facts: Facts, from begin: Int32, through end: Int32) throws(ExplanationProblem) {
    for number in CivilDay(hour: begin).number...CivilDay(hour: end).number {
      let day = CivilDay(number: number)
      let rollup: Rollup
      do throws(RollupError) {
        rollup = try Rollup(
          site: facts.site, feeds: facts.feeds, last: day,
          chunks: facts.chunks.filter { $0.key.day == day && $0.key.kind == .hours }.map {
            RollupChunk(
              key: RollupChunkKey(county: $0.key.county, day: $0.key.day, kind: .hours, hour: 0), bytes: $0.bytes)
          })
      } catch { throw ExplanationProblem("stored hours cannot be read: \(error)") }
      guard let index = rollup.unitIndex(unit.code) else { continue }
      let others = neighbours.map { rollup.unitIndex($0.code) }
      for hour in max(begin, day.firstHour)...min(end, day.firstHour + 23) {
        let pm10 = rollup.unitHour(index, pollutant: .pm10, hour: hour).value
        let pm25 = rollup.unitHour(index, pollutant: .pm25, hour: hour).value
        hours.append(
          Hour(
            hour: hour, pm10: pm10, pm25: pm25, ratio: Self.quotient(pm25, pm10), surge: .missing, isSuspected: false,
            neighbours: others.map { other in
              other.map { rollup.unitHour($0, pollutant: .pm10, hour: hour).value } ?? .missing
            }))
      }
    }
  }

  private static func quotient(_ a: Concentration, _ b: Concentration) -> Concentration {
    guard !a.isMissing, !b.isMissing, b.thousandths > 0 else { return .missing }
    return .mean(sum: Int64(a.thousandths) * 1_000, count: Int(b.thousandths))
  }

  /// The surge of each hour, and what the engine's rule says of it.
  private mutating func judge(_ settings: DustSettings) {
    var watch = DustWatch()
    for place in hours.indices {
      let hour = hours[place]
      let before = hours[max(0, place - Int(settings.baseHours))..<place].filter { !$0.pm10.isMissing }
      let sum = before.reduce(Int64(0)) { $0 + Int64($1.pm10.thousandths) }
      if before.count >= settings.validBaseHours, sum > 0, !hour.pm10.isMissing {
        hours[place].surge = .mean(
          sum: Int64(hour.pm10.thousandths) * Int64(before.count) * 1_000, count: Int(sum))
      }
      _ = watch.take(hour: hour.hour, pm10: hour.pm10, pm25: hour.pm25, settings: settings)
      hours[place].isSuspected = watch.since != nil
    }
  }

  private mutating func readStations(_ facts: Facts, from begin: Int32, through end: Int32) {
    let members = Explainer.counties(of: unit, in: facts.site)
    for station in facts.site.stations where members.contains(station.county) {
      let chunks = facts.chunks.filter { $0.key.county == station.county && $0.key.kind == .hours }
      for pollutant in [Pollutant.pm10, .pm25] {
        for cell in Engine.series(station: station.id, pollutant: pollutant, chunks: chunks)
        where (begin...end).contains(cell.window) {
          stationHours.append(
            StationHour(
              station: station.id, hour: cell.window, pollutant: pollutant, value: cell.value, flag: cell.flag))
        }
      }
    }
  }
}
