import AirQuality
import Targets
import TestSupport
import Testing

/// The ledger where one thousandth, one day or one document decides.
@Suite("The ledger's edges")
struct LedgerEdgeTests {
  private func day(_ text: String) throws -> CivilDay { try #require(CivilDay(text)) }

  private func row(_ indicator: Indicator, _ target: Double?, year: Int = 2020) -> TargetRow {
    TargetRow(year: year, county: "141121", indicator: indicator.rawValue, target: target, unit: "")
  }

  private func means(_ thousandths: Int32, days: Int) -> LedgerInput {
    .dailyMeans([Concentration](repeating: Concentration(thousandths: thousandths), count: days))
  }

  /// Year, mean of all days in thousandths, target, state after the year on reviewed data. GB/T 8170: a tie goes to even.
  @Test(
    "a mean is compared after rounding half to even",
    arguments: [
      (2020, Int32(84_000), 84.0, LedgerState.met), (2020, 84_500, 84, .met), (2020, 84_501, 84, .missed),
      (2021, 85_500, 85, .missed), (2021, 85_499, 85, .met), (2020, 0, 0, .met), (2020, 500, 0, .met),
      (2020, 501, 0, .missed), (2026, 30_050, 30, .met), (2026, 30_051, 30, .missed), (2026, 30_150, 30.1, .missed),
    ])
  func rounding(_ year: Int, _ mean: Int32, _ target: Double, _ state: LedgerState) throws {
    let input = means(mean, days: CivilDay.days(inYear: year))
    let next = try day("\(year + 1)-01-01")
    let result = Ledger.evaluate(row(.pm10AnnualMean, target, year: year), input, today: next, reviewed: true)
    #expect(result.state == state)
    #expect(result.isFinal)
    #expect(result.remainingMeanAllowed == nil, "r = 0")
    #expect(result.daysLeft == 0)
    let provisional = Ledger.evaluate(row(.pm10AnnualMean, target, year: year), input, today: next, reviewed: false)
    #expect(provisional.state == (state == .met ? .onCourse : state))
  }

  @Test("29 February is a day of the year: n, R and the allowance follow")
  func leapYear() throws {
    for (year, elapsed) in [(2020, 60), (2021, 59), (2000, 60), (2100, 59)] {
      let result = Ledger.evaluate(
        row(.so2AnnualMean, 60, year: year), means(30_000, days: 366), today: try day("\(year)-03-01"), reviewed: false)
      #expect(result.days == elapsed)
      #expect(result.daysLeft == CivilDay.days(inYear: year) - elapsed)
      let n = Int64(elapsed)
      let r = Int64(result.daysExpected)
      #expect(
        result.remainingMeanAllowed.map { Int64($0.thousandths) }
          == divideHalfEven(60_000 * (n + r) - 30_000 * n, r))
    }
  }

  @Test(
    "a valid year out of reach is unknown with the month, unless the target is out of reach too",
    arguments: [(5, LedgerState.unknown), (4, .onCourse)])
  func validYear(_ gaps: Int, _ state: LedgerState) throws {
    // Gaps in January: 27 of its 31 days are needed.
    let values = (0..<60).map { $0 < gaps ? Concentration.missing : Concentration(50) }
    let result = Ledger.evaluate(
      row(.pm10AnnualMean, 84), .dailyMeans(values), today: try day("2020-03-01"), reviewed: false)
    #expect(result.state == state)
    if state == .unknown {
      #expect(result.reason == "1月有效日至多26天，有效日已不足以构成有效年均值（全年不少于324天，每月不少于27天，二月不少于25天），不能判定；请补录历史日均值")
      #expect(result.reasonEnglish.hasPrefix("month 1 can have 26 valid days at most: too few for a valid year"))
      #expect(result.projection != nil, "what is known is still shown")
    }
  }

  @Test("February is valid with 25 days, also in a leap year")
  func february() throws {
    for (gaps, state) in [(4, LedgerState.onCourse), (5, .unknown)] {
      let values = (0..<60).map { (31..<31 + gaps).contains($0) ? Concentration.missing : Concentration(50) }
      let result = Ledger.evaluate(
        row(.pm10AnnualMean, 84), .dailyMeans(values), today: try day("2020-03-01"), reviewed: false)
      #expect(result.state == state)
    }
  }

  @Test("what the running episode used is its days' part of the allowed sum")
  func episode() throws {
    var context = LedgerContext(today: try day("2020-01-31"))
    let input = means(100_000, days: 30)
    #expect(Ledger.evaluate(row(.pm10AnnualMean, 50), input, context).episodeRatio == nil)
    context.episodeFrom = try day("2020-01-26")
    let result = Ledger.evaluate(row(.pm10AnnualMean, 50), input, context)
    // 26 to 30 January: 5 days of 100, of 50 · 366.
    #expect(result.episodeRatio == 500.0 / (50 * 366))
    #expect(result.budgetRatio == 3_000.0 / (50 * 366))
    context.episodeFrom = try day("2020-01-31")
    #expect(Ledger.evaluate(row(.pm10AnnualMean, 50), input, context).episodeRatio == 0, "today is not over")
  }

  // MARK: Good days

  @Test(
    "good days: needed, out of reach, kept",
    arguments: [
      (300, 335, LedgerState.onCourse, "2020-12-01"), (234, 335, .missed, "2020-12-01"),
      (235, 335, .atRisk, "2020-12-01"), (266, 366, .met, "2021-01-01"), (265, 366, .missed, "2021-01-01"),
    ])
  func goodDays(_ good: Int, _ days: Int, _ state: LedgerState, _ today: String) throws {
    let flags = (0..<days).map { $0 < good }
    let result = Ledger.evaluate(
      row(.goodDays, 266), .goodDays(flags: flags), today: try day(today), reviewed: true)
    #expect(result.state == state)
    #expect(result.valueToDate?.thousandths == Int32(good * 1_000))
    if days == 335 { #expect(result.remainingMeanAllowed?.thousandths == Int32(max(0, 266 - good) * 1_000)) }
    let projection = try #require(result.projection)
    #expect(projection.low <= projection.value && projection.value <= projection.high)
    #expect(Int(projection.high.thousandths) <= (good + result.daysExpected) * 1_000)
  }

  // MARK: Dustfall

  @Test(
    "dustfall must be below its target, by the mean of the months",
    arguments: [
      ([Int32](repeating: 8_900, count: 12), "2021-01-01", LedgerState.met),
      ([Int32](repeating: 9_000, count: 12), "2021-01-01", .missed),
      // 8.95 is a tie and goes to the even 9.0 (not below 9); 8.949 rounds to 8.9.
      ([8_950], "2020-02-01", .atRisk), ([8_949], "2020-02-01", .onCourse), ([], "2020-02-01", .unknown),
      ([Int32](repeating: 8_000, count: 11), "2021-01-01", .unknown),
      ([108_000], "2020-02-15", .missed), ([107_399], "2020-02-15", .atRisk),
    ])
  func dustfall(_ months: [Int32], _ today: String, _ state: LedgerState) throws {
    let result = Ledger.evaluate(
      row(.dustfall, 9), .months(months.map(Concentration.init(thousandths:))), today: try day(today), reviewed: true)
    #expect(result.state == state, "\(result.reasonEnglish)")
    #expect(result.counted == .month)
    #expect(result.days == months.count)
    if state == .unknown && !months.isEmpty { #expect(result.reason == "缺1个月的月值，补报后方可判定") }
  }

  // MARK: Hours of the heating season

  private func season(_ hours: [(day: String, mean: Int, station: Int)], valid: Int = 24) throws -> LedgerInput {
    let days = try hours.map { entry in
      SeasonHours.Day(
        day: try day(entry.day), validHours: valid, maximum: Concentration(Double(entry.mean)),
        stationMaximum: Concentration(Double(entry.station)), hoursAbove: entry.mean > 300 ? 2 : 0,
        stationHoursAbove: entry.station > 300 ? 3 : 0)
    }
    let seasons = try [("2019-11-01", "2020-03-31"), ("2020-11-01", "2021-03-31")].map {
      HeatingSeason(county: "141121", from: try day($0.0), until: try day($0.1))
    }
    return .seasonHours(SeasonHours(seasons: seasons, days: days))
  }

  @Test("county hours decide, station hours warn, hours outside the season count for nothing")
  func seasonHours() throws {
    let held = row(.so2HeatingSeasonHourMaximum, 300)
    func at(_ today: String, _ hours: [(day: String, mean: Int, station: Int)]) throws -> LedgerResult {
      Ledger.evaluate(held, try season(hours), today: try day(today), reviewed: false)
    }
    let within = try at("2020-01-03", [("2020-01-01", 300, 300), ("2020-01-02", 120, 290)])
    #expect(within.state == .onCourse)
    #expect(within.valueToDate?.value == 300)
    #expect(within.days == 2 && within.counted == .seasonDay)
    // January to March, November and December of a leap year: 91 + 61.
    #expect(within.daysLeft == 150)
    let station = try at("2020-01-03", [("2020-01-01", 280, 330), ("2020-01-02", 120, 290)])
    #expect(station.state == .atRisk)
    #expect(station.hours?.year == SeasonHours.Count(county: 0, station: 3))
    let above = try at("2020-01-03", [("2020-01-01", 301, 330), ("2020-01-02", 120, 290)])
    #expect(above.state == .missed)
    #expect(above.hours?.year == SeasonHours.Count(county: 2, station: 3))
    #expect(above.reason == "采暖期小时均值最高301，高于300，超限2小时；单站超限3站·时")
    // Before the plan's year: part of the season, not of the year. In summer: of neither.
    let outside = try at(
      "2020-01-02", [("2019-12-31", 500, 500), ("2020-01-01", 100, 100)])
    #expect(outside.state == .onCourse)
    #expect(outside.hours?.year == SeasonHours.Count())
    #expect(outside.hours?.seasonCount == SeasonHours.Count(county: 2, station: 3))
    let few = try at("2020-01-05", [("2020-01-01", 100, 100), ("2020-01-02", 100, 100)])
    #expect(few.state == .unknown, "two of four days are known")
    #expect(try at("2020-01-05", []).state == .unknown)
    let undated = Ledger.evaluate(
      held, .seasonHours(SeasonHours(seasons: [], days: [])), today: try day("2020-02-01"), reviewed: false)
    #expect(undated.reason == "该县采暖期起止日期未设定，暂不能判定")
  }

  // MARK: Lists and reports

  @Test("the province's list decides as printed; that of the year is final")
  func lists() throws {
    let held = row(.leaveWorstTen, nil)
    func list(_ month: Int?, _ members: [String]) -> ProvinceList {
      ProvinceList(year: 2020, month: month, document: "晋环函〔2020〕\(month ?? 0)号", members: members)
    }
    func state(_ lists: [ProvinceList], _ today: String) throws -> LedgerResult {
      Ledger.evaluate(held, .provinceLists(lists), today: try day(today), reviewed: false)
    }
    #expect(try state([], "2020-05-01").state == .unknown)
    let listed = try state([list(3, ["141121", "141182"]), list(2, [])], "2020-05-01")
    #expect(listed.state == .atRisk)
    #expect(listed.reason == "列入2020-03全省后十名单（晋环函〔2020〕3号）")
    #expect(listed.listings.map(\.isListed) == [true, false])
    #expect(listed.days == 2 && listed.missing == 2)
    #expect(try state([list(3, ["141121"]), list(4, ["141182"])], "2020-05-01").state == .onCourse)
    let before = try state([list(3, []), list(4, ["141121"]), list(nil, ["141121"])], "2020-04-30")
    #expect(before.state == .onCourse && before.listings.count == 1, "lists of April and of the year are still to come")
    #expect(before.days == 1 && before.missing == 2)
    #expect(try state([list(nil, [])], "2020-12-31").state == .unknown)
    #expect(try state([list(12, [])], "2021-01-10").state == .unknown, "the year's own list decides")
    #expect(try state([list(12, ["141121"]), list(nil, [])], "2021-01-10").state == .met)
    #expect(try state([list(12, []), list(nil, ["141121"])], "2021-01-10").state == .missed)
  }

  @Test("a reported cut is judged after the year, by the value of the whole year")
  func reported() throws {
    let value = ReportedValue(indicator: "total_emission_cut", county: "141121", year: 2020, value: Concentration(7.9))
    func state(_ target: Double?, _ value: ReportedValue?, _ today: String) throws -> LedgerResult {
      Ledger.evaluate(row(.totalEmissionCut, target), .reported(value), today: try day(today), reviewed: true)
    }
    #expect(try state(nil, value, "2021-02-01").reason == "目标数值另行下达，尚未给出")
    #expect(try state(8, nil, "2021-02-01").state == .unknown)
    #expect(try state(8, value, "2020-12-31").state == .unknown)
    #expect(try state(8, value, "2021-02-01").state == .missed)
    #expect(try state(7.9, value, "2021-02-01").state == .met)
    var half = value
    half.month = 6
    #expect(try state(7.9, half, "2021-02-01").state == .onCourse, "half a year is not the year")
  }

  // MARK: Tasks

  @Test("a task on a day: what is done later does not count yet")
  func tasks() throws {
    var task = PlanTask(task: "1", deadline: try day("2020-08-31"), unit: "市生态环境局")
    #expect(task.state(on: try day("2020-08-31")) == .open)
    #expect(task.state(on: try day("2020-09-01")) == .late)
    #expect(task.daysLate(on: try day("2020-09-30")) == 30)
    task.doneOn = try day("2020-09-10")
    #expect(task.state(on: try day("2020-09-09")) == .late)
    #expect(task.state(on: try day("2020-09-10")) == .done)
    #expect(task.daysLate(on: try day("2020-12-31")) == 10)
    #expect(task.daysLate(on: try day("2020-08-01")) == 0)
  }
}
