import AirQuality
import Testing

@testable import Screening

@Suite struct ScreenerTests {
  static let received = CivilOffset.china.start(ofHour: CivilDay("2020-12-01")!.firstHour + 10)

  func reading(
    _ value: Double, _ pollutant: Pollutant = .pm25, station: UInt32 = 0, minutesAgo: Int64 = 60,
    period: Int32 = 3_600_000, flag: QualityFlag = .unknown
  ) -> Reading {
    Reading(
      station: station, pollutant: pollutant, value: value,
      begin: Self.received.adding(milliseconds: -minutesAgo * 60_000), periodMilliseconds: period, flag: flag)
  }

  func screened(_ readings: [Reading], classes: [StationClass?] = [.national, .micro]) -> [Reading] {
    var batch = ContiguousArray(readings)
    Screener().screen(&batch, classes: classes, receivedAt: Self.received)
    return Array(batch)
  }

  @Test(
    arguments: [
      (35.0, 1, []), (0.0, 1, []), (-3.0, 3, ["below_zero"]), (-10.0, 3, ["below_zero"]), (-10.001, 4, ["negative"]),
      (2_000.0, 1, []), (2_000.001, 4, ["above_range"]), (-999.0, 4, ["sentinel"]), (-9_999, 4, ["sentinel"]),
      (9_999.0, 4, ["sentinel"]), (99_999.0, 4, ["sentinel"]), (-999.9, 4, ["sentinel"]), (998.999, 1, []),
      (1e308, 4, ["not_representable"]), (.nan, 4, ["not_representable"]), (-.infinity, 4, ["not_representable"]),
    ] as [(Double, UInt8, [String])])
  func values(value: Double, flag: UInt8, reasons: [String]) {
    let found = screened([reading(value)])[0]
    #expect(found.flag.rawValue == flag)
    #expect(found.reasons.list == reasons)
  }

  @Test func classesHaveTheirOwnRanges() {
    // Below zero, a light-scattering sensor is believed less than a reference instrument.
    let found = screened([reading(-8, station: 0), reading(-8, station: 1), reading(6_000, .pm10, station: 1)])
    #expect(found.map(\.flag) == [.suspect, .fail, .fail])
    #expect(screened([reading(6_000, .pm10)])[0].flag == .good)
    // A station outside the registry, and an index outside the batch, are judged as micro-stations.
    #expect(screened([reading(-8)], classes: [nil])[0].flag == .fail)
    #expect(screened([reading(-8, station: 7)])[0].flag == .fail)
  }

  @Test func thousandfoldUnitErrorFails() { #expect(screened([reading(35_000)])[0].reasons == .aboveRange) }

  @Test func temperaturesMayBeNegative() {
    #expect(screened([reading(-12, .temperature)])[0].flag == .good)
    #expect(screened([reading(-61, .temperature)])[0].flag == .fail)
  }

  @Test func missingStaysMissing() {
    let found = screened([reading(.nan, flag: .missing)])[0]
    #expect(found.flag == .missing && found.reasons == .missing)
  }

  @Test func theDecodersVerdictHolds() {
    #expect(screened([reading(35, flag: .fail)])[0].flag == .fail)
    #expect(screened([reading(35, flag: .suspect)])[0].flag == .suspect)
    #expect(screened([reading(5_000, flag: .suspect)])[0].flag == .fail)
  }

  @Test func stamps() {
    // An hour that ends exactly at the tolerance, and a millisecond later.
    var late = reading(35, minutesAgo: 55)
    #expect(screened([late])[0].flag == .good)
    late.begin = late.begin.adding(milliseconds: 1)
    #expect(screened([late])[0].reasons == .futureStamp)
    #expect(screened([late])[0].flag == .fail)
    #expect(screened([reading(35, minutesAgo: 400 * 1_440)])[0].flag == .good)
    let old = screened([reading(35, minutesAgo: 400 * 1_440 + 1)])[0]
    #expect(old.flag == .fail && old.reasons == .ancientStamp)
    // A missing value with an impossible stamp is quarantined as well.
    #expect(screened([reading(.nan, minutesAgo: -600, flag: .missing)])[0].reasons.contains(.futureStamp))
    for extreme in [Int64.min, .max, 0] {
      var wild = reading(35)
      wild.begin = Instant(milliseconds: extreme)
      #expect(screened([wild])[0].flag == .fail, "\(extreme)")
    }
  }

  @Test func nothingBefore2000() {
    var batch: ContiguousArray = [reading(35)]
    batch[0].begin = Instant(milliseconds: 946_684_799_999)
    Screener().screen(&batch, classes: [nil], receivedAt: Instant(milliseconds: 946_684_800_000 + 3_600_000))
    #expect(batch[0].reasons == .ancientStamp)
  }

  @Test(arguments: [(0, 1), (60_000, 1), (3_600_000, 1), (3_600_001, 2), (28_800_000, 2), (86_400_000, 1), (-1, 2)])
  func periods(period: Int, flag: Int) {
    let found = screened([reading(35, minutesAgo: 1_500, period: Int32(period))])[0]
    #expect(Int(found.flag.rawValue) == flag)
    #expect(found.reasons.contains(.unusablePeriod) == (flag == 2))
    // Other quantities have no rings, hence no unusable period.
    #expect(screened([reading(35, .o3EightHour, minutesAgo: 1_500, period: Int32(period))])[0].flag == .good)
  }

  @Test(arguments: [(35.0, 30.0, false), (35.001, 30.0, true), (110.0, 100.0, false), (110.001, 100.0, true)])
  func fineAboveCoarse(fine: Double, coarse: Double, suspect: Bool) {
    for rows in [[reading(fine), reading(coarse, .pm10)], [reading(coarse, .pm10), reading(fine)]] {
      let found = screened(rows)
      #expect(found.allSatisfy { ($0.flag == .suspect) == suspect })
      #expect(found.allSatisfy { $0.reasons.contains(.pm25AbovePM10) == suspect })
    }
  }

  @Test func pairsNeedStationBeginAndPeriod() {
    let apart = [
      [reading(90), reading(50, .pm10, station: 1)], [reading(90), reading(50, .pm10, minutesAgo: 120)],
      [reading(90), reading(50, .pm10, period: 60_000)], [reading(90), reading(-999, .pm10)],
    ]
    for rows in apart { #expect(screened(rows)[0].flag == .good) }
  }

  @Test func pairsFarApartInTheBatchAreFound() {
    let fine = (1...20).map { reading(90, minutesAgo: 60 * $0) }
    let coarse = (1...20).map { reading($0 % 2 == 0 ? 50 : 200, .pm10, minutesAgo: 60 * $0) }
    let found = screened(fine + coarse)
    for index in 0..<20 {
      let expected: QualityFlag = index % 2 == 1 ? .suspect : .good
      #expect(found[index].flag == expected && found[20 + index].flag == expected)
    }
  }

  @Test func tallyCountsEveryReadingOnce() {
    var batch: ContiguousArray = [
      reading(35), reading(-3), reading(-999), reading(.nan, flag: .missing), reading(35, period: 7_200_000),
    ]
    let tally = Screener().screen(&batch, classes: [.national], receivedAt: Self.received)
    #expect(tally.good == 1 && tally.suspect == 1 && tally.fail == 2 && tally.missing == 1 && tally.unknown == 0)
  }

  @Test func limitsCanBeSet() {
    var limits = ScreeningLimits()
    limits[.micro, .pm25].highest = 500
    var batch: ContiguousArray = [reading(600, station: 0), reading(600, station: 1)]
    Screener(limits: limits).screen(&batch, classes: [.national, .micro], receivedAt: Self.received)
    #expect(batch.map(\.flag) == [.good, .fail])
  }
}
