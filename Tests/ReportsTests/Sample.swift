import AirQuality
import Assessment
import Engine
import Reports

/// A quarter of a small site with something of everything.
enum Sample {
  static let site = Site(
    name: "吕梁市", code: "141100", offset: .china,
    counties: [
      County(code: "141102", nameChinese: "离石区", nameEnglish: "Lishi", group: "市区及周边"),
      County(code: "141182", nameChinese: "汾阳市", nameEnglish: "Fenyang", group: "平川四县"),
      County(code: "141126", nameChinese: "石楼县 <A&B>", nameEnglish: "Shilou <A&B>", group: "其他地区"),
    ],
    stations: [
      Station(id: "A1", name: "一中", county: "141102", stationClass: .national, assessed: true, urban: true),
      Station(id: "B1", name: "二中", county: "141182", stationClass: .provincial, assessed: true),
    ])

  static func days(_ period: AssessmentPeriod, scale: Double, final: Bool = false) -> [DayFigures] {
    let span = period.days
    return (span.lowerBound.number...span.upperBound.number).map { number in
      let wave = Double((number % 7) + 1) * scale
      let smoke = number % 30 == 3 ? 6.0 : 1
      let values = [22 * wave * smoke, 40 * wave, 9 * wave, 14 * wave, 30 * wave, 0.4 * wave].map { Concentration($0) }
      return DayFigures(
        day: CivilDay(number: number), values: values,
        provisional: final ? values.map { Concentration(thousandths: $0.thousandths + 3_000) } : nil,
        isFinal: values.map { _ in final })
    }
  }

  static func unit(
    _ unit: County, _ period: AssessmentPeriod, scale: Double, final: Bool = false, through: CivilDay
  ) -> BulletinFacts.Unit {
    let figures = days(period, scale: scale, final: final)
    let before = days(period.yearBefore, scale: scale * 1.2)
    let dust: Set<CivilDay> = unit.code == "141182" ? [period.days.lowerBound.adding(days: 3)] : []
    func assess(_ basis: AssessmentBasis) -> PeriodAssessment {
      PeriodAssessment(figures, period, basis: basis, through: through, deducted: dust)
    }
    let year = AssessmentPeriod.year(through.year)
    return BulletinFacts.Unit(
      unit: unit, measured: assess(.measured), dustDeducted: assess(.dustDeducted), provisional: assess(.provisional),
      yearBefore: PeriodAssessment(before, period.yearBefore, through: period.yearBefore.days.upperBound),
      yearToDate: period.kind == .quarter ? PeriodAssessment(days(year, scale: scale), year, through: through) : nil,
      yearToDateBefore: period.kind == .quarter
        ? PeriodAssessment(
          days(year.yearBefore, scale: scale * 1.1), year.yearBefore,
          through: AssessmentPeriod.day(through).yearBefore.days.upperBound)
        : nil,
      exceedances: figures.compactMap { day in
        let aqi = PeriodAssessment.aqi(day.values, .hj633In2012)
        guard let value = aqi.lowerBound, value > 100, day.day <= through else { return nil }
        return .init(day: day.day, aqi: value, isLowerBound: aqi.isLowerBound, primary: aqi.primary)
      }, exceedanceHours: [.so2: unit.code == "141182" ? 3 : 0])
  }

  static func facts(_ period: AssessmentPeriod, through: CivilDay? = nil) -> BulletinFacts {
    let through = through ?? period.days.upperBound
    let city = County(code: "141100", nameChinese: "吕梁市", nameEnglish: "Whole city", group: "全市")
    var facts = BulletinFacts(
      site: site, period: period, through: through,
      units: [
        unit(site.counties[0], period, scale: 0.5, through: through),
        unit(site.counties[1], period, scale: 0.8, final: true, through: through),
        BulletinFacts.Unit(
          unit: site.counties[2], measured: PeriodAssessment([], period, through: through),
          dustDeducted: PeriodAssessment([], period, through: through),
          provisional: PeriodAssessment([], period, through: through),
          yearBefore: PeriodAssessment([], period.yearBefore, through: through), isMonitored: false),
        unit(city, period, scale: 0.65, through: through),
      ])
    var target = TargetView(
      year: 2020, county: "141182", indicator: "pm10_annual_mean", target: 109, unit: "ug/m3", valueToDate: 121.3,
      days: 360, missing: 6, remainingMeanAllowed: nil,
      projection: .init(value: 121, low: 119, high: 124, method: "mean_goes_on"),
      state: "missed", reason: "全年为121，超过目标109", reasonEnglish: "the year came to 121, above the target 109")
    target.since = CivilDay("2020-12-20")
    target.provisional = .init(value: 124.3, days: 360, missing: 6, deducted: 0, state: "missed")
    target.reviewed = .init(value: 121.3, days: 92, missing: 274, deducted: 0, state: "missed")
    let unknown = TargetView(
      year: 2020, county: "141102", indicator: "heavy_days", target: nil, unit: "d", valueToDate: nil, days: 0,
      missing: 0,
      remainingMeanAllowed: nil, projection: nil, state: "unknown", reason: "无 2019 年官方数值",
      reasonEnglish: "no official value of 2019")
    facts.targets = [target, unknown]
    facts.tasks = [
      PlanTask(task: "1", title: "焦炉焖炉", deadline: CivilDay("2020-11-30")!, unit: "工信局"),
      PlanTask(
        task: "2", title: "清洁取暖", deadline: CivilDay("2020-10-31")!, unit: "能源局", doneOn: CivilDay("2020-11-05"),
        evidence: "=HYPERLINK(\"x\")"),
      PlanTask(task: "3", deadline: CivilDay("2021-06-30")!, unit: "住建局"),
    ]
    let at = CivilOffset.china.start(of: period.days.lowerBound).adding(milliseconds: 36_000_000)
    facts.events = [
      EventRecord(
        sequence: 7, id: "x", kind: .level, county: "141182", from: "none", to: "yellow", at: at,
        rule: "mee-2018/yellow",
        inputs: [], value: 231, unit: "1", startsAt: at, ends: false, textChinese: "", textEnglish: ""),
      EventRecord(
        sequence: 8, id: "y", kind: .data, county: "141182", from: "none", to: "orange", at: at,
        rule: "mee-2018/revised",
        inputs: [], unit: "1", startsAt: at, ends: true, textChinese: "数据更正 汾阳市\n迟到数据",
        textEnglish: "DATA CORRECTED Fenyang\nlate rows"),
    ]
    facts.dust = [
      DustPeriod(
        id: "d1", county: "141182", from: at, until: at.adding(milliseconds: 7_200_000), step: .confirmed, by: "张三",
        basis: "总站函〔2020〕1号", at: at)
    ]
    facts.provinceLists = [ProvinceList(year: 2020, month: 12, document: "晋环函〔2020〕9号", members: ["141182", "141102"])]
    facts.seal = (CivilMonth("2020-11")!, String(repeating: "ab", count: 32))
    return facts
  }
}
