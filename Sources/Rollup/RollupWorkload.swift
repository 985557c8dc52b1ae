import AirQuality

/// The load of the benchmark: every station gives its six pollutants every minute, in one batch.
///
/// There is no clock here: the caller measures `insert` (called for consecutive minutes, hour roll-up included) and
/// leaves out `prepare`.
package struct RollupWorkload: Sendable {
  private var rollup: Rollup
  private let ids: [String]
  private var readings: ContiguousArray<Reading> = []
  private let start: Int32
  private var step: Int32 = 0

  /// - Parameters:
  ///   - stations: 100,000 for the 600,000 series of PERF.md.
  ///   - isShuffled: the stations of a batch in a scattered order instead of the registry's.
  package init(stations: Int, isShuffled: Bool = false) {
    let county = County(code: "141102", nameChinese: "", nameEnglish: "")
    let registry = (0..<stations).map {
      Station(id: "s\($0)", name: "", county: county.code, stationClass: .micro, assessed: false)
    }
    let site = Site(name: "", code: "141100", offset: .china, counties: [county], stations: registry)
    rollup = Rollup(site: site, feeds: ["load"])
    start = (CivilDay(year: 2020, month: 12, day: 1)?.firstHour ?? 0) * 60 + 12 * 60
    ids = registry.map(\.id)
    // A step without a common factor visits every station once.
    var factor = 7_919
    while factor % 2 == 0 || stations % factor == 0 { factor += 2 }
    for place in 0..<stations {
      let station = isShuffled ? place * factor % stations : place
      for pollutant in Pollutant.criteria {
        readings.append(
          Reading(
            station: UInt32(station), pollutant: pollutant, value: Double(20 + (place + Int(pollutant.rawValue)) % 60),
            begin: rollup.site.offset.start(ofMinute: start), periodMilliseconds: 60_000, flag: .good))
      }
    }
    _ = rollup.advance(to: rollup.site.offset.start(ofMinute: start))
  }

  /// Readings of one batch.
  package var count: Int { readings.count }

  /// Bytes of memory behind one series, newest values included.
  package var bytesPerSeries: Double { Double(rollup.byteCount) / Double(max(1, readings.count)) }

  /// Stamps the batch for the next minute.
  package mutating func prepare() {
    let begin = rollup.site.offset.start(ofMinute: start + step)
    for index in readings.indices { readings[index].begin = begin }
    step += 1
  }

  /// Puts the batch into the rings a moment after its minute ended.
  ///
  /// - Returns: how many readings were accepted, and the bytes of the chunks that were due for the store: once an hour
  ///   the minutes of an hour, which is no work of the rings.
  package mutating func insert() -> (accepted: Int, chunkBytes: Int) {
    let now = rollup.site.offset.start(ofMinute: start + step).adding(milliseconds: 1_000)
    let summary = rollup.insert(feed: "load", stations: ids, readings: readings, now: now)
    return (summary.accepted, summary.advance.chunks.reduce(0) { $0 + $1.bytes.count })
  }
}
