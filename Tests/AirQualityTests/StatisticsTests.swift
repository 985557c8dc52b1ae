import AirQuality
import Foundation
import Testing

struct StatisticsTests {
  /// GB 3095, table 1: class 1 and class 2.
  @Test(arguments: [
    (Pollutant.pm25, AmbientStandard.Average.year, [15, 35], [15, 30], [10, 25]),
    (.pm25, .day, [35, 75], [35, 60], [25, 50]), (.pm10, .year, [40, 70], [40, 60], [20, 50]),
    (.pm10, .day, [50, 150], [50, 120], [50, 100]), (.so2, .year, [20, 60], [20, 60], [20, 20]),
    (.so2, .day, [50, 150], [50, 150], [50, 50]), (.so2, .hour, [150, 500], [150, 500], [150, 150]),
    (.no2, .year, [40, 40], [40, 40], [30, 30]), (.no2, .day, [80, 80], [80, 80], [50, 50]),
    (.no2, .hour, [200, 200], [200, 200], [200, 200]), (.co, .day, [4, 4], [4, 4], [4, 4]),
    (.co, .hour, [10, 10], [10, 10], [10, 10]), (.o3, .eightHours, [100, 160], [100, 160], [100, 160]),
    (.o3, .hour, [160, 200], [160, 200], [160, 200]), (.co, .year, [], [], []), (.o3, .day, [], [], []),
    (.pm25, .hour, [], [], []),
  ])
  func limits(
    pollutant: Pollutant, average: AmbientStandard.Average, old: [Double], transition: [Double], final: [Double]
  ) {
    for (standard, expected) in zip(AmbientStandard.allCases, [old, transition, final]) {
      let found = AmbientStandard.Grade.allCases.compactMap { standard.limit(pollutant, average, $0)?.value }
      #expect(found == expected, "\(standard)")
    }
  }

  @Test func limitsByDate() throws {
    let cases: [(String, AmbientStandard)] = [
      ("2020-06-01", .gb3095In2012), ("2026-02-28", .gb3095In2012), ("2026-03-01", .gb3095In2026Transition),
      ("2030-12-31", .gb3095In2026Transition), ("2031-01-01", .gb3095In2026),
    ]
    for (day, standard) in cases {
      #expect(AmbientStandard.inForce(on: try #require(CivilDay(day))) == standard, "\(day)")
    }
  }

  /// Against the formula in floating point, which is exact enough to tell a wrong place, and against sorted neighbours.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func percentilesAgainstTheFormula(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let values = (0..<Int.random(in: 1...400, using: &random)).map { _ in
        Int32.random(in: 0...400_000, using: &random)
      }
      let statistics = PeriodStatistics(values.shuffled(using: &random).map { Concentration(thousandths: $0) })
      for percent in [0, 50, 90, 95, 98, 100] {
        let sorted = values.sorted().map(Double.init)
        let place = Double(sorted.count - 1) * Double(percent) / 100
        let low = Int(place.rounded(.down))
        let expected = sorted[low] + (sorted[min(low + 1, sorted.count - 1)] - sorted[low]) * (place - Double(low))
        let found = statistics.percentile(percent, decimals: 3).thousandths
        #expect(abs(Double(found) - expected) <= 0.5001, "seed \(seed), p\(percent) of \(values.count)")
      }
      let sum = values.reduce(Int64(0)) { $0 + Int64($1) }
      #expect(abs(Double(statistics.mean.thousandths) - Double(sum) / Double(values.count)) <= 0.5001, "seed \(seed)")
    }
  }

  /// A tie of the exact quotient is rounded to even, not a rounded thousandth once more.
  @Test func roundedOnce() {
    // 34.5 exactly: to even.
    #expect(PeriodStatistics([34, 35].map { Concentration($0) }).mean(decimals: 0).value == 34)
    // 34.50033…: up, though its thousandths look like a tie.
    let values = Array(repeating: Concentration(34.5), count: 3_000) + [Concentration(34.501)]
    #expect(PeriodStatistics(values).mean == Concentration(34.5))
    #expect(PeriodStatistics(values).mean(decimals: 0).value == 35)
    #expect(PeriodStatistics([Concentration]()).mean(decimals: 0).isMissing)
    #expect(PeriodStatistics([Concentration.missing]).percentile(95, decimals: 0).isMissing)
  }

  @Test func validity() throws {
    #expect(ValidityRules.isValid(try #require(CivilMonth("2020-02")), days: 25))
    #expect(!ValidityRules.isValid(try #require(CivilMonth("2020-03")), days: 26))
    let first = try #require(CivilDay("2020-01-01"))
    let all = (0..<366).map { first.adding(days: Int32($0)) }
    #expect(ValidityRules.isValid(year: 2020, days: all))
    // 42 days less, spread so that every month keeps its 27 (February 25): the bound of both rules.
    let spread = all.filter { day in
      let (_, month, number) = day.components
      return number > (month == 2 ? 2 : CivilDay.days(inMonth: month, of: 2020) == 31 ? 4 : 3)
    }
    #expect(spread.count == 324 && ValidityRules.isValid(year: 2020, days: spread))
    #expect(!ValidityRules.isValid(year: 2020, days: all.filter { $0.components.month != 3 || $0.components.day > 5 }))
    #expect(!ValidityRules.isValid(year: 2020, days: all.prefix(323)))
  }

  /// SO2/60 + NO2/40 + PM10/70 + PM2.5/35 + CO/4 + O3/160.
  @Test func compositeIndex() throws {
    let values = [35, 70, 60, 40, 160, 4].map { Concentration($0) }
    let index = try #require(CompositeIndex(values, edition: .ranking2012, standard: .gb3095In2012))
    #expect(index.hundredths == 600 && index.leading == Pollutant.criteria)
    let real = [58, 98, 43, 47, 176, 2.4].map { Concentration($0) }
    let found = try #require(CompositeIndex(real, edition: .ranking2012, standard: .gb3095In2012))
    // 1.65714 + 1.4 + 0.71667 + 1.175 + 1.1 + 0.6 = 6.64881
    #expect(found.hundredths == 665 && found.leading == [.pm25])
    #expect(found.parts.map(\.hundredths) == [166, 140, 72, 118, 110, 60])
    // O3 323/160 = 2.01875 and SO2 121/60 = 2.01667 both print as 2.02; the larger one leads alone.
    let near = [10, 10, 121, 10, 323, 1].map { Concentration($0) }
    let close = try #require(CompositeIndex(near, edition: .ranking2012, standard: .gb3095In2012))
    #expect(close.parts[2].hundredths == 202 && close.parts[4].hundredths == 202 && close.leading == [.o3])
    // 2026: PM2.5 three times over 30, NO2 and ozone twice, PM10 over 60.
    let weighted = try #require(CompositeIndex(real, edition: .hj663In2026, standard: .gb3095In2026Transition))
    // 5.8 + 1.63333 + 0.71667 + 2.35 + 2.2 + 0.6 = 13.3
    #expect(weighted.hundredths == 1_330)
    #expect(CompositeIndex([.missing] + real.dropFirst(), edition: .ranking2012, standard: .gb3095In2012) == nil)
    #expect(sharedRanks([501, 498, nil, 498, 700]) == [3, 1, nil, 1, 4])
  }
}
