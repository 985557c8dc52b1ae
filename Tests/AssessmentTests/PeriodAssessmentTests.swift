import AirQuality
import Assessment
import Foundation
import Testing

struct PeriodAssessmentTests {
  private static let shared = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/golden")

  /// SplitMix64, so that a failure can be repeated from its printed seed.
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Counts and means added up the plain way from the same days.
  @Test(arguments: [11, 12, 13, 14, 15, 16] as [UInt64])
  func againstAPlainCount(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let year = try #require(AssessmentPeriod(.year, "2020"))
    let first = year.days.lowerBound
    var days: [DayFigures] = []
    for offset in 0..<366 where Int.random(in: 0..<20, using: &random) > 0 {
      let values = Pollutant.criteria.map { pollutant -> Concentration in
        if Int.random(in: 0..<25, using: &random) == 0 { return .missing }
        return Concentration(thousandths: Int32.random(in: 0...(pollutant == .co ? 8_000 : 320_000), using: &random))
      }
      days.append(DayFigures(day: first.adding(days: Int32(offset)), values: values))
    }
    let dust = Set((0..<9).map { _ in first.adding(days: Int32.random(in: 0..<366, using: &random)) })
    let through = first.adding(days: Int32.random(in: 0..<366, using: &random))
    for basis in [AssessmentBasis.measured, .dustDeducted] {
      let found = PeriodAssessment(days.shuffled(using: &random), year, basis: basis, through: through, deducted: dust)
      let counted = days.filter { $0.day <= through && !(basis == .dustDeducted && dust.contains($0.day)) }
      var good = 0
      var heavy = 0
      for day in counted {
        let aqi = PeriodAssessment.aqi(day.values, .hj633In2012)
        if !aqi.isLowerBound, let value = aqi.value, value <= 100 { good += 1 }
        if let bound = aqi.lowerBound, bound > 200 { heavy += 1 }
      }
      #expect(found.goodDays == good && found.heavyDays == heavy, "seed \(seed)")
      #expect(
        found.byCategory.reduce(0, +) + found.openDays == found.judgedDays
          && found.judgedDays + found.unknownDays == found.daysOver)
      let out = basis == .dustDeducted ? dust.count { $0 <= through } : 0
      #expect(
        found.daysOver + found.deductedDays == Int(through.number - first.number) + 1 && found.deductedDays == out)
      for pollutant in Pollutant.criteria {
        // Sand-dust leaves PM10 and PM2.5, not the gases.
        let isDeductible = pollutant == .pm10 || pollutant == .pm25
        let own = isDeductible ? counted : days.filter { $0.day <= through }
        let valid = own.map { $0.values[Int(pollutant.rawValue)] }.filter { !$0.isMissing }
        let part = found[pollutant]
        #expect(part.validDays == valid.count, "seed \(seed)")
        let mean = valid.map(\.value).reduce(0, +) / Double(max(1, valid.count))
        #expect(valid.isEmpty || abs(part.mean.value - mean) <= (pollutant == .co ? 0.0501 : 0.501), "seed \(seed)")
      }
    }
  }

  /// The published days of six cities: their categories, counted by the published AQI, are ours.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: shared.path), "the folder shared/data is not beside this checkout"),
    arguments: ["北京", "上海", "济南", "石家庄", "西安", "郑州"])
  func publishedYears(city: String) throws {
    let text = try String(
      contentsOf: Self.shared.appendingPathComponent("daily_aqi_\(city).csv"), encoding: .utf8)
    var days: [Int: [DayFigures]] = [:]
    var published: [Int: [Int]] = [:]
    for line in text.unicodeScalars.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).dropFirst() {
      let fields = String(line).split(separator: ",", omittingEmptySubsequences: false).map {
        $0.filter { $0 != "\"" }
      }
      guard fields.count >= 9, let day = CivilDay(String(fields[0])), let aqi = Int(fields[1]) else { continue }
      // The file's order: PM2.5, PM10, SO2, CO, NO2, O3.
      let order = [3, 4, 5, 7, 8, 6]
      let values = order.map { Double(fields[$0]).map { Concentration($0) } ?? .missing }
      days[day.year, default: []].append(DayFigures(day: day, values: values))
      published[day.year, default: []].append(aqi)
    }
    #expect(!days.isEmpty)
    for (year, figures) in days {
      let last = try #require(figures.map(\.day).max())
      let found = PeriodAssessment(figures, .year(year), through: last)
      let values = published[year] ?? []
      #expect(found.heavyDays == values.count { $0 > 200 }, "\(city) \(year)")
      #expect(found.goodDays == values.count { $0 <= 100 }, "\(city) \(year)")
      for category in AQICategory.allCases {
        #expect(
          found.byCategory[category.rawValue - 1] == values.count { AQICategory(aqi: $0) == category },
          "\(city) \(year)")
      }
    }
  }

  private static func month(_ values: [Double], days count: Int = 30) -> [DayFigures] {
    (0..<count).map {
      DayFigures(
        day: CivilDay("2020-11-01")!.adding(days: Int32($0)), values: values.map { Concentration($0) })
    }
  }

  private static let november = AssessmentPeriod(.month, "2020-11")!
  private static let end = CivilDay("2020-11-30")!

  /// SO2 is missing: what is there is a lower bound.
  @Test(
    arguments: [
      (pm25: 60.0, unknown: 1, open: 0, heavy: 0, severe: 0), (80, 0, 1, 0, 0), (160, 0, 1, 1, 0), (260, 0, 0, 1, 1),
    ])
  func lowerBounds(pm25: Double, unknown: Int, open: Int, heavy: Int, severe: Int) {
    var day = Self.month([pm25, 50, 20, 30, 90, 1], days: 1)[0]
    day.values[Int(Pollutant.so2.rawValue)] = .missing
    let found = PeriodAssessment([day], .day(day.day), through: day.day)
    #expect(found.unknownDays == unknown && found.openDays == open && found.heavyDays == heavy)
    #expect(found.isLowerBoundDay && found.goodDays == 0)
    #expect(found.byCategory == [0, 0, 0, 0, 0, severe])
    #expect(found.primaryDays == Array(repeating: 0, count: 6), "what is missing may stand first")
    #expect(found.judgedDays == open + severe)
  }

  @Test func states() {
    let values = [40.0, 80, 20, 30, 90, 1]
    let whole = PeriodAssessment(Self.month(values), Self.november, through: Self.end)
    #expect(whole.state == .known && whole.completeness == 1 && whole.index != nil)
    let most = PeriodAssessment(Self.month(values, days: 27), Self.november, through: Self.end)
    #expect(most.state == .incomplete && most[.pm25].isValid && most.completeness == 0.9)
    let few = PeriodAssessment(Self.month(values, days: 26), Self.november, through: Self.end)
    #expect(few.state == .indeterminate && !few[.pm25].isValid && few.unknownDays == 4)
    let none = PeriodAssessment([], Self.november, through: CivilDay("2020-10-01")!)
    #expect(none.daysOver == 0 && none.completeness == 0 && none.state == .indeterminate && none.index == nil)
  }

  @Test func complianceIsForAValidYear() throws {
    let year = try #require(AssessmentPeriod(.year, "2020"))
    func assess(_ values: (Int) -> [Double]) -> PeriodAssessment {
      PeriodAssessment(
        (0..<366).map {
          DayFigures(day: year.days.lowerBound.adding(days: Int32($0)), values: values($0).map { Concentration($0) })
        },
        year, through: year.days.upperBound)
    }
    let clean = assess { _ in [30, 60, 20, 30, 90, 1] }
    #expect(clean.pollutants.allSatisfy { $0.compliance == .kept })
    // Thirty days of smoke: the mean keeps the limit, the 95th percentile does not.
    let smoky = assess { $0 < 30 ? [100, 60, 20, 30, 170, 5] : [20, 60, 20, 30, 90, 1] }
    #expect(smoky[.pm25].compliance == .exceeded(mean: false, percentile: true))
    #expect(smoky[.co].compliance == .exceeded(mean: false, percentile: true) && smoky[.o3].compliance == .kept)
    #expect(smoky[.pm25].exceedanceDays == 30 && smoky[.pm25].maximum.value == 100)
    #expect(
      PeriodAssessment(Self.month([99, 99, 99, 99, 99, 9]), Self.november, through: Self.end)[.pm25].compliance
        == .notAYear)
  }

  /// Until it is over a month or a year is held to three days in four, so that a year to date can be compared.
  @Test func whatIsNotOverIsHeldToThreeDaysInFour() throws {
    let days = Self.month([40, 80, 20, 30, 90, 1], days: 8)
    let running = PeriodAssessment(days, Self.november, through: CivilDay("2020-11-10")!)
    #expect(running[.pm25].isValid && running.daysOver == 10)
    #expect(!PeriodAssessment(days, Self.november, through: CivilDay("2020-11-12")!)[.pm25].isValid)
    let year = PeriodAssessment(days, .year(2020), through: CivilDay("2020-11-08")!)
    #expect(year[.pm25].compliance == .notAYear && !year[.pm25].isValid)
  }

  /// 70 µg/m³ PM2.5 keeps the daily limit of 2012, 75, and not that of 2026, 60.
  @Test func eachDayByTheLimitInForceOnIt() {
    let first = CivilDay("2026-02-27")!
    let days = (0..<4).map {
      DayFigures(
        day: first.adding(days: Int32($0)), values: [70, 80, 20, 30, 90, 1].map { Concentration($0) })
    }
    let year = PeriodAssessment(days, .year(2026), through: CivilDay("2026-03-02")!)
    #expect(year[.pm25].exceedanceDays == 2)
  }

  @Test func provisionalBesideFinal() {
    var days = Self.month([40, 80, 20, 30, 90, 1])
    for index in days.indices {
      days[index].values[0] = Concentration(30)
      days[index].isFinal = [true, true, true, true, true, true]
    }
    let record = PeriodAssessment(days, Self.november, through: Self.end)
    let provisional = PeriodAssessment(days, Self.november, basis: .provisional, through: Self.end)
    #expect(record[.pm25].mean.value == 30 && provisional[.pm25].mean.value == 40)
    #expect(record.isFinal && !provisional.isFinal)
    days[3].isFinal[2] = false
    #expect(!PeriodAssessment(days, Self.november, through: Self.end).isFinal)
  }

  @Test func yearOnYear() throws {
    let now = PeriodAssessment(Self.month([40, 80, 20, 30, 90, 1]), Self.november, through: Self.end)
    let before = PeriodAssessment(
      Self.month([50, 90, 0, 30, 90, 1]).map { DayFigures(day: $0.day.adding(days: -366), values: $0.values) },
      Self.november.yearBefore, through: Self.end)
    #expect(YearOnYear(now[.pm25], before: before[.pm25]) == .change(tenths: -200))
    // 80/90: -11.11 %.
    #expect(YearOnYear(now[.pm10], before: before[.pm10]) == .change(tenths: -111))
    #expect(YearOnYear(now[.so2], before: before[.so2]) == .notComparable(.zeroBefore))
    let none = PeriodAssessment([], Self.november.yearBefore, through: Self.end)
    #expect(YearOnYear(now[.pm25], before: none[.pm25]) == .notComparable(.noValueBefore))
    #expect(YearOnYear(none[.pm25], before: now[.pm25]) == .notComparable(.noValueNow))
    #expect(YearOnYear.days(\.goodDays, now, before: before) == .days(0))
    #expect(YearOnYear.days(\.goodDays, now, before: none) == .notComparable(.noValueBefore))
    let few = PeriodAssessment(Self.month([40, 80, 20, 30, 90, 1], days: 9), Self.november, through: Self.end)
    #expect(YearOnYear(few[.pm25], before: before[.pm25]) == .notComparable(.notValidNow))
  }

  /// Five days of confirmed sand-dust: the month stays valid, the gases keep all of their days.
  @Test func dustMakesNoMonthInvalid() throws {
    var days = Self.month([40, 80, 20, 30, 90, 1])
    let dust = Set((0..<5).map { days[$0].day })
    for index in 0..<5 {
      days[index].values = [60, 700, 50, 30, 90, 1].map { Concentration($0) }
    }
    func assess(_ basis: AssessmentBasis) -> PeriodAssessment {
      PeriodAssessment(days, Self.november, basis: basis, through: Self.end, deducted: dust)
    }
    let (measured, deducted) = (assess(.measured), assess(.dustDeducted))
    #expect(measured.isValid && deducted.isValid && deducted.state == .known)
    #expect(deducted[.pm10].mean.value == 80 && deducted[.pm10].validDays == 25 && deducted[.pm10].days == 25)
    #expect(deducted[.so2] == measured[.so2] && deducted[.so2].validDays == 30)
    #expect(measured.heavyDays == 5 && deducted.heavyDays == 0 && deducted.deductedDays == 5)
    // Where every valid day is left out there is no figure, and nothing is valid.
    let none = PeriodAssessment(
      days, Self.november, basis: .dustDeducted, through: Self.end, deducted: Set(days.map(\.day)))
    #expect(none[.pm10].mean.isMissing && !none[.pm10].isValid && none.index == nil)
  }

  /// One clean day of thirty is no clean county.
  @Test func whatIsMissingIsNotRanked() {
    func county(_ pm25: Double, days: Int = 30) -> PeriodAssessment {
      PeriodAssessment(Self.month([pm25, 80, 20, 30, 90, 1], days: days), Self.november, through: Self.end)
    }
    let order = CountyOrder([("gaps", county(5, days: 26)), ("a", county(20)), ("b", county(30))])
    #expect(order.places.map(\.county) == ["a", "b", "gaps"] && order.places.map(\.rank) == [1, 2, nil])
    #expect(order.places[2].hundredths != nil && order.best.map(\.county) == ["a", "b"])
  }

  @Test func order() {
    func county(_ pm25: Double) -> PeriodAssessment {
      PeriodAssessment(Self.month([pm25, 80, 20, 30, 90, 1]), Self.november, through: Self.end)
    }
    let order = CountyOrder([
      ("e", county(50)), ("a", county(20)), ("b", county(30)), ("c", county(30)),
      ("x", PeriodAssessment([], Self.november, through: Self.end)),
      ("d", county(40)), ("f", county(60)),
    ])
    #expect(order.places.map(\.county) == ["a", "b", "c", "d", "e", "f", "x"])
    #expect(order.places.map(\.rank) == [1, 2, 2, 4, 5, 6, nil])
    #expect(order.best.map(\.county) == ["a", "b", "c"] && order.worst.map(\.county) == ["f", "e", "d"])
  }
}
