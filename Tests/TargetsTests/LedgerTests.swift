import AirQuality
import Targets
import Testing

@Suite("The ledger")
struct LedgerTests {
  private let pm10 = TargetRow(year: 2020, county: "141102", indicator: "pm10_annual_mean", target: 84, unit: "ug/m3")

  private func day(_ text: String) throws -> CivilDay { try #require(CivilDay(text)) }

  /// Daily means in thousandths.
  private func means(_ values: [Int]) -> LedgerInput {
    .dailyMeans(values.map { Concentration(thousandths: Int32($0)) })
  }

  private func evaluate(_ row: TargetRow, _ input: LedgerInput, _ today: String, reviewed: Bool = false) throws
    -> LedgerResult
  {
    Ledger.evaluate(row, input, today: try day(today), reviewed: reviewed)
  }

  @Test("1 December of a leap year, all 335 days at 80: the 31 left may average 3944/31")
  func onCourse() throws {
    let result = try evaluate(pm10, means([Int](repeating: 80_000, count: 335)), "2020-12-01")
    #expect(result.valueToDate?.value == 80)
    #expect(result.days == 335)
    #expect(result.missing == 0)
    #expect(result.daysLeft == 31)
    #expect(result.daysExpected == 31)
    #expect(result.remainingMeanAllowed?.thousandths == 127_226)
    #expect(result.projection?.value.value == 80)
    #expect(result.projection?.low.value == 80)
    #expect(result.projection?.high.value == 80)
    #expect(result.state == .onCourse)
    #expect(result.reason == "照目前水平（未计季节变化）全年预计80，不高于目标84，余下有效日均值不得高于127.2")
    #expect(
      result.reasonEnglish
        == "going on as it is (seasons not modelled), the year comes to 80, within the target 84; the valid days left may average 127.2"
    )
    // 335 · 80 of 84 · 366.
    #expect(result.budgetRatio == 26_800.0 / 30_744.0)
  }

  @Test("above the target, but zeros would do: at risk")
  func atRisk() throws {
    let result = try evaluate(pm10, means([Int](repeating: 90_000, count: 335)), "2020-12-01")
    #expect(result.state == .atRisk)
    // (84 · 366 - 90 · 335) / 31 = 594 / 31.
    #expect(result.remainingMeanAllowed?.thousandths == 19_161)
  }

  @Test("a year without a leap day has 334 days before December")
  func commonYear() throws {
    var row = pm10
    row.year = 2021
    let result = try evaluate(row, means([Int](repeating: 80_000, count: 365)), "2021-12-01")
    #expect(result.days == 334)
    #expect(result.daysLeft == 31)
    // (84 · 365 - 80 · 334) / 31 = 3940 / 31.
    #expect(result.remainingMeanAllowed?.thousandths == 127_097)
  }

  @Test("missed before the year's end only when zeros would not do, after rounding half to even")
  func missedEdge() throws {
    // 30,927 over 366 days is 84.5, which rounds to 84; one more is 84.503, which rounds to 85.
    var values = [Int](repeating: 92_000, count: 335)
    values[0] += 107_000
    let edge = try evaluate(pm10, means(values), "2020-12-01")
    #expect(values.reduce(0, +) == 30_927_000)
    #expect(edge.state == .atRisk)
    #expect((edge.remainingMeanAllowed?.thousandths ?? 0) < 0)
    values[0] += 1
    let beyond = try evaluate(pm10, means(values), "2020-12-01")
    #expect(beyond.state == .missed)
    #expect(beyond.reason == "目前为92，余下31天即使全为零也将高于目标84")
  }

  @Test("missed looks at every calendar day left, not only at those expected to be valid")
  func missedIsCautious() throws {
    // Half of the days so far are missing: r is half of the days left, yet all of them may turn out valid.
    let values = (0..<182).map { $0 % 2 == 0 ? 200_000 : Int(Int32.min) }
    let result = try evaluate(pm10, means(values), "2020-07-01")
    #expect(result.days == 91)
    #expect(result.missing == 91)
    #expect(result.daysLeft == 184)
    #expect(result.daysExpected == 92)
    // 18,200 over 91 + 92 days is 99.5, above; over 91 + 184 it is 66.2: not missed. But no year comes of it any more.
    #expect(result.state == .unknown)
    #expect(result.reason.hasPrefix("1月有效日至多16天，有效日已不足以构成有效年均值"))
    #expect(result.reasonEnglish.hasPrefix("month 1 can have 16 valid days at most"))
    let hopeless = (0..<182).map { $0 % 2 == 0 ? 300_000 : Int(Int32.min) }
    #expect(try evaluate(pm10, means(hopeless), "2020-07-01").state == .missed, "27,300 over 275 days is 99.3")
  }

  @Test("missing days are not filled, today and later days do not count")
  func missingDays() throws {
    var values = [Int](repeating: 80_000, count: 366)
    for day in 0..<35 { values[day * 9] = Int(Int32.min) }
    values[335] = 900_000
    let result = try evaluate(pm10, means(values), "2020-12-01")
    #expect(result.days == 300)
    #expect(result.missing == 35)
    // 31 · 300 / 335 = 27.8.
    #expect(result.daysExpected == 28)
    #expect(result.valueToDate?.value == 80)
    // (84 · 328 - 80 · 300) / 28 = 3552 / 28.
    #expect(result.remainingMeanAllowed?.thousandths == 126_857)
  }

  @Test("the projection's band lets the days left average the quartiles of the days so far")
  func band() throws {
    var row = pm10
    row.year = 2021
    // Five days 10 20 30 40 50: quartiles 20 and 40; 360 left.
    let result = try evaluate(row, means([50_000, 10_000, 30_000, 20_000, 40_000]), "2021-01-06")
    #expect(result.projection?.value.value == 30)
    // (150 + 360 · 20) / 365 and (150 + 360 · 40) / 365.
    #expect(result.projection?.low.thousandths == 20_137)
    #expect(result.projection?.high.thousandths == 39_863)
  }

  @Test("met only after the year's end and only on reviewed data")
  func met() throws {
    let values = means([Int](repeating: 84_500, count: 366))
    let lastDay = try evaluate(pm10, values, "2020-12-31", reviewed: true)
    #expect(lastDay.state == .onCourse)
    let provisional = try evaluate(pm10, values, "2021-01-01")
    #expect(provisional.state == .onCourse)
    #expect(provisional.reason == "全年初步为84，不高于目标84，数据待审核")
    #expect(provisional.remainingMeanAllowed == nil)
    let final = try evaluate(pm10, values, "2021-01-01", reviewed: true)
    #expect(final.state == .met)
    #expect(final.days == 366)
    let above = try evaluate(pm10, means([Int](repeating: 84_501, count: 366)), "2021-06-01", reviewed: true)
    #expect(above.state == .missed)
    #expect(above.reason == "全年为85，高于目标84，数据已审核")
    let aboveProvisional = try evaluate(pm10, means([Int](repeating: 84_501, count: 366)), "2021-06-01")
    #expect(aboveProvisional.state == .missed)
    #expect(aboveProvisional.reason.hasSuffix("待审核"))
  }

  @Test(
    "a year that is not valid is neither met nor missed",
    arguments: [(0..<5, LedgerState.unknown), (31..<36, .unknown), (31..<35, .met), (0..<4, .met)])
  func invalidYear(_ gap: Range<Int>, _ state: LedgerState) throws {
    var values = [Int](repeating: 50_000, count: 366)
    for day in gap { values[day] = Int(Int32.min) }
    #expect(try evaluate(pm10, means(values), "2021-01-01", reviewed: true).state == state)
  }

  @Test("324 days make a year, 323 do not")
  func shortYear() throws {
    // Four days from each month but February: 322 are left; then some back.
    var values = [Int](repeating: 50_000, count: 366)
    var gone = 0
    for month in [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] {
      let spare = CivilDay.days(inMonth: month, of: 2020) - 27
      let first = try #require(CivilDay(year: 2020, month: month, day: 1)).number - (try day("2020-01-01")).number
      for offset in 0..<spare where gone < 42 {
        values[Int(first) + offset] = Int(Int32.min)
        gone += 1
      }
    }
    // 11 months give at most 40; February's four are also spare.
    for offset in 0..<(42 - gone) { values[31 + offset] = Int(Int32.min) }
    #expect(try evaluate(pm10, means(values), "2021-01-01", reviewed: true).state == .met)
    values[59 - 5] = Int(Int32.min)
    let short = try evaluate(pm10, means(values), "2021-01-01", reviewed: true)
    #expect(short.days == 323)
    #expect(short.state == .unknown)
  }

  @Test("no day yet, or before the year: unknown")
  func nothing() throws {
    for today in ["2020-01-01", "2019-06-01", "2020-03-01"] {
      let result = try evaluate(pm10, .dailyMeans([]), today)
      #expect(result.state == .unknown)
      #expect(result.valueToDate == nil)
      #expect(result.projection == nil)
      #expect(result.reason == "本年尚无有效日均值，暂不能判定")
    }
    #expect(try evaluate(pm10, .dailyMeans([]), "2020-03-01").missing == 60)
  }

  @Test("a target that follows from an official value of the year before")
  func derived() throws {
    var row = TargetRow(
      year: 2020, county: "141100", indicator: "pm10_annual_mean", target: nil, unit: "ug/m3", dropPercent: 11.6)
    let without = try evaluate(row, means([70_000]), "2020-01-02")
    #expect(without.state == .unknown)
    #expect(without.valueToDate?.value == 70)
    #expect(without.projection != nil)
    #expect(without.reason == "目标为较2019年下降11.6%，缺2019年官方数值，暂不能判定")
    row.baseline = 112
    // 112 · 0.884 = 99.008.
    #expect(Ledger.target(of: row)?.value == 99)
    #expect(try evaluate(row, means([70_000]), "2020-01-02").state == .onCourse)
    row.dropPercent = nil
    #expect(Ledger.target(of: row)?.value == 112)
  }

  @Test("heavy days: counted, missing days neither heavy nor filled")
  func heavyDays() throws {
    let row = TargetRow(
      year: 2020, county: "141121", indicator: "heavy_days", target: nil, unit: "d", cutDays: 10, baseline: 22)
    #expect(Ledger.target(of: row)?.value == 12)
    var flags = [Bool?](repeating: false, count: 335)
    for day in 0..<10 { flags[day * 3] = true }
    flags[100] = nil
    let result = try evaluate(row, .heavyDays(flags: flags), "2020-12-01")
    #expect(result.valueToDate?.value == 10)
    #expect(result.days == 334)
    #expect(result.missing == 1)
    #expect(result.remainingMeanAllowed?.value == 2)
    // 10 + 31 · 10 / 334, give or take 2 √0.928.
    #expect(result.projection?.value.thousandths == 10_928)
    #expect(result.projection?.low.value == 10)
    #expect(result.projection?.high.thousandths == 12_854)
    #expect(result.state == .onCourse)
    #expect(result.reason == "照目前水平（未计季节变化）全年预计10.93，不高于目标12，余下31天最多还可有2天")
    #expect(result.budgetRatio == 10.0 / 12.0)
    for day in 200..<203 { flags[day] = true }
    #expect(try evaluate(row, .heavyDays(flags: flags), "2020-12-01").state == .missed)
    flags[202] = false
    #expect(try evaluate(row, .heavyDays(flags: flags), "2020-12-01").state == .atRisk)
  }

  @Test("heavy days without an official value of 2019 are unknown, and say why")
  func heavyUnknown() throws {
    var row = TargetRow(year: 2020, county: "141102", indicator: "heavy_days", target: nil, unit: "d")
    let flags = LedgerInput.heavyDays(flags: [true, false])
    #expect(try evaluate(row, flags, "2020-01-03").reason == "目标为持续改善，缺2019年官方数值，暂不能判定")
    #expect(try evaluate(row, flags, "2020-01-03").state == .unknown)
    #expect(try evaluate(row, flags, "2020-01-03").valueToDate?.value == 1)
    row.cutDays = 4
    #expect(try evaluate(row, flags, "2020-01-03").reason == "目标为较2019年减少4天，缺2019年官方数值，暂不能判定")
    row.cutDays = nil
    row.baseline = 1
    #expect(try evaluate(row, flags, "2020-01-03").state == .atRisk)
    #expect(try evaluate(row, .none, "2020-01-03").reason == "无可用于计数的数据，暂不能判定")
    // At the end of the year a count above the target is certain whatever the gaps.
    #expect(try evaluate(row, .heavyDays(flags: [true, true]), "2021-01-03").state == .missed)
    #expect(try evaluate(row, .heavyDays(flags: [true, false]), "2021-01-03", reviewed: true).state == .unknown)
  }

  @Test("indicators without a source of data, and numbers not handed down, are unknown")
  func others() throws {
    for indicator in Indicator.allCases where indicator.annualMeanOf == nil && indicator != .heavyDays {
      let row = TargetRow(year: 2020, county: "141100", indicator: indicator.rawValue, target: 9, unit: "d")
      let result = try evaluate(row, means([1_000]), "2020-02-01")
      #expect(result.state == .unknown)
      #expect(result.reason == (indicator == .goodDays ? "无可用于计数的数据，暂不能判定" : "该指标尚无数据来源，暂不能判定"))
    }
    let row = TargetRow(year: 2020, county: "141100", indicator: "good_days", target: nil, unit: "d", baseline: 200)
    #expect(try evaluate(row, .none, "2020-02-01").reason == "目标数值另行下达，尚未给出")
    let unheard = TargetRow(year: 2020, county: "141100", indicator: "noise", target: 1, unit: "d")
    #expect(try evaluate(unheard, means([1_000]), "2020-02-01").state == .unknown)
  }
}
