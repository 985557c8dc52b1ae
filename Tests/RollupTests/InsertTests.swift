import AirQuality
import Testing

@testable import Rollup

/// Batches against the same readings one by one: what the common case takes in blocks must leave no trace of it.
@Suite struct InsertTests {
  static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]
  static let stations = ["n", "m1", "m2", "stranger"]
  static let site = makeSite([assessed("n", "c1"), micro("m1", "c1"), micro("m2", "c2")])

  /// A reading as a careless feed sends it: repeated, missing, absurd, of several minutes, periods and quantities.
  private static func reading(_ minute: Int32, _ generator: inout SeededGenerator) -> Reading {
    var reading = Reading(
      station: UInt32.random(in: 0..<UInt32(stations.count), using: &generator),
      pollutant: Pollutant.criteria.randomElement(using: &generator) ?? .pm25,
      value: Double(Int.random(in: 0...200, using: &generator)), begin: CivilOffset.china.start(ofMinute: minute),
      periodMilliseconds: 60_000, flag: .good)
    switch Int.random(in: 0..<40, using: &generator) {
    case 0:
      reading.flag = .missing
      reading.value = .nan
    case 1: reading.flag = .fail
    case 2:
      reading.value = [1e308, -3e6, .infinity, 2_147_483.647, -2_147_483.648].randomElement(using: &generator) ?? 0
    case 3: reading.reasons = ScreeningReasons(rawValue: 1 << 20)
    case 4: reading.reasons = .belowZero
    case 5: reading.reasons = .futureStamp
    case 6: reading.pollutant = .humidity
    case 7: reading.periodMilliseconds = 300_000
    case 8: reading.periodMilliseconds = 3_600_000
    case 9: reading.begin = reading.begin.adding(milliseconds: -60_000)
    case 10: reading.begin = reading.begin.adding(milliseconds: -7_200_000)
    case 11: reading.station = 99
    default: break
    }
    return reading
  }

  @Test(arguments: seeds) func aBatchIsItsReadingsOneByOne(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var whole = Rollup(site: Self.site, feeds: ["a", "b"])
    var single = whole
    var reference: [UInt64: LatestReading] = [:]
    let start = hourNumber("2020-12-01", 8) * 60
    for step in Int32(0)..<70 {
      let count = [1, 24, 63, 64, 65, 200].randomElement(using: &generator) ?? 1
      var readings = ContiguousArray<Reading>()
      for _ in 0..<count { readings.append(Self.reading(start + step, &generator)) }
      let feed = Bool.random(using: &generator) ? "a" : "b"
      let now = CivilOffset.china.start(ofMinute: start + step + 1)
      let summary = whole.insert(feed: feed, stations: Self.stations, readings: readings, now: now)
      var sums = InsertSummary()
      for reading in readings {
        let one = single.insert(feed: feed, stations: Self.stations, readings: [reading], now: now)
        sums.count(one)
        Self.note(reading, feed: feed, single, &reference)
      }
      #expect(summary.counts == sums.counts, "seed \(seed), step \(step)")
      var (left, right): ([UInt8], [UInt8]) = ([], [])
      whole.encode(into: &left)
      single.encode(into: &right)
      #expect(left == right, "seed \(seed), step \(step)")
      for (key, expected) in reference {
        let pollutant = Pollutant(rawValue: UInt8(key & 0xFF)) ?? .pm25
        #expect(whole.latest(station: Int(key >> 8), pollutant: pollutant) == expected, "seed \(seed), step \(step)")
      }
    }
    #expect(reference.count > 20)
  }

  /// The newest reading by the rule itself.
  private static func note(
    _ reading: Reading, feed: String, _ rollup: Rollup, _ reference: inout [UInt64: LatestReading]
  ) {
    let quarantined = ScreeningReasons([.futureStamp, .ancientStamp])
    guard Int(reading.station) < stations.count, reading.reasons.isDisjoint(with: quarantined),
      let station = rollup.stationIndex(stations[Int(reading.station)]), let index = rollup.sources.known(feed)
    else { return }
    let cell = Rollup.cell(reading, ordinal: 0)
    let arrived = LatestReading(
      begin: reading.begin, value: Concentration(thousandths: cell.value),
      periodMilliseconds: reading.periodMilliseconds, reasons: reading.reasons, feed: index, code: cell.code)
    let key = UInt64(station) << 8 | UInt64(reading.pollutant.rawValue)
    reference[key] = LatestTable.newer(reference[key] ?? .none, arrived, rollup.sources)
  }

  @Test(arguments: [ScreeningReasons.spike, ScreeningReasons(rawValue: 1 << 31), [], .unusablePeriod])
  func aNewestReadingKeepsItsReasonsThoughTheyDoNotFitItsPlace(reasons: ScreeningReasons) throws {
    var rollup = Rollup(site: Self.site, feeds: ["a"])
    let minute = hourNumber("2020-12-01", 8) * 60
    // Before and after it one that fits.
    for (step, own) in [(Int32(0), ScreeningReasons.belowZero), (1, reasons), (2, .belowZero)] {
      let reading = Reading(
        station: 0, pollutant: .pm25, value: 7.25, begin: CivilOffset.china.start(ofMinute: minute + step),
        periodMilliseconds: 60_000, flag: .suspect, reasons: own)
      let now = CivilOffset.china.start(ofMinute: minute + step + 1)
      #expect(rollup.insert(feed: "a", stations: ["m1"], readings: [reading], now: now).accepted == 1)
      var bytes: [UInt8] = []
      rollup.encode(into: &bytes)
      rollup = try Rollup(decoding: bytes, site: Self.site, feeds: ["a"])
      let latest = try #require(rollup.latest(station: 1, pollutant: .pm25))
      #expect(latest.reasons == own && latest.flag == .suspect && latest.value.thousandths == 7_250)
      #expect(latest.begin == reading.begin && rollup.feedName(latest.feed) == "a")
    }
  }
}

extension InsertSummary {
  /// What is counted of readings.
  fileprivate var counts: [Int] {
    [accepted, corrections, duplicates, evidence, late, quarantined, dropped, unusable, unknownStationRows, rewrites]
  }
}
