import AirQuality
import Engine
import Screening
import Secrets
import Timekeeping

@testable import Web

/// A fixed city: 13 counties and the two aggregates, stations of every kind of state, lidars, targets, events, feeds.
enum SampleSite {
  static let offset = CivilOffset.china
  /// 2020-12-05T14:00:00+08:00.
  static let now = Instant(milliseconds: 1_607_148_000_000)

  static func hours(_ count: Int) -> Instant { now.adding(milliseconds: Int64(count) * 3_600_000) }

  static let counties: [(code: String, zh: String, en: String, group: String, pm10: Double, so2: Double)] = [
    ("141102", "离石区", "Lishi", "市区及周边", 84, 20), ("141128", "方山县", "Fangshan", "市区及周边", 104, 43),
    ("141129", "中阳县", "Zhongyang", "市区及周边", 80, 32), ("141125", "柳林县", "Liulin", "市区及周边", 109, 60),
    ("141122", "交城县", "Jiaocheng", "平川四县", 108, 45), ("141121", "文水县", "Wenshui", "平川四县", 109, 60),
    ("141182", "汾阳市", "Fenyang", "平川四县", 109, 60), ("141181", "孝义市", "Xiaoyi", "平川四县", 109, 60),
    ("141130", "交口县", "Jiaokou", "其他地区", 76, 23), ("141126", "石楼县", "Shilou", "其他地区", 95, 41),
    ("141124", "临县", "Linxian", "其他地区", 103, 37), ("141123", "兴县", "Xingxian", "其他地区", 104, 38),
    ("141127", "岚县", "Lanxian", "其他地区", 96, 39),
  ]

  static func aqi(_ number: Int?, _ primary: [Pollutant]) -> AQIView {
    guard let number else { return .none }
    let names = [
      (50, "优", "Excellent"), (100, "良", "Good"), (150, "轻度污染", "Lightly Polluted"),
      (200, "中度污染", "Moderately Polluted"), (300, "重度污染", "Heavily Polluted"),
      (500, "严重污染", "Severely Polluted"),
    ]
    let name = names.first { number <= $0.0 } ?? names[5]
    return AQIView(
      realtime: number, primary: number > 50 ? primary : [], categoryChinese: name.1, categoryEnglish: name.2)
  }

  static func value(
    _ pollutant: Pollutant, _ amount: Double?, window: String = "1h", state: KnowledgeState = .known,
    flag: QualityFlag = .good, reasons: ScreeningReasons = [], completeness: Double = 1
  ) -> ValueView {
    ValueView(
      pollutant: pollutant, value: amount, window: window, end: now, flag: flag, reasons: reasons, state: state,
      review: .provisional, completeness: completeness)
  }

  static func values(pm25: Double) -> [ValueView] {
    [
      value(.pm25, pm25), value(.pm10, (pm25 * 1.45).rounded()), value(.so2, (18 + pm25 / 8).rounded()),
      value(.no2, (30 + pm25 / 6).rounded()), value(.o3, 41), value(.co, 1 + pm25 / 200),
    ]
  }

  /// PM2.5, AQI and level of each county, in the order of `counties`; nil where data stopped.
  static let findings: [(pm25: Double?, aqi: Int?, level: String, state: KnowledgeState)] = [
    (168, 218, "yellow", .known), (76, 102, "none", .known), (118, 155, "yellow", .known), (211, 261, "orange", .known),
    (187, 237, "orange", .known), (265, 315, "red", .known), (243, 293, "orange", .known), (289, 339, "red", .known),
    (48, 67, "none", .known), (26, 38, "none", .known), (nil, nil, "yellow", .indeterminate),
    (35, 50, "none", .known), (nil, nil, "none", .unmonitored),
  ]

  static func unit(
    _ county: County, pm25: Double?, aqi number: Int?, level: String, state: KnowledgeState, proposed: Bool = false
  ) -> UnitView {
    UnitView(
      county: county, aqi: aqi(number, [.pm25]),
      level: LevelView(
        name: level, state: state, basis: "observed",
        since: state == .unmonitored ? nil : hours(level == "none" ? -200 : -31),
        liftProposedSince: proposed ? hours(-4) : nil, runningAQI: state == .known ? number.map { $0 - 7 } : nil),
      values: pm25.map(values(pm25:)) ?? [value(.pm25, nil, state: .indeterminate, flag: .missing, completeness: 0.25)],
      completeness: pm25 == nil ? (state == .unmonitored ? 0 : 0.42) : 0.975,
      microValues: [value(.pm25, (pm25 ?? 61) + 6.125, window: "1m", flag: .unknown)])
  }

  static let units: [UnitView] = {
    var units: [UnitView] = []
    for (index, county) in counties.enumerated() {
      let finding = findings[index]
      units.append(
        unit(
          County(code: county.code, nameChinese: county.zh, nameEnglish: county.en, group: county.group),
          pm25: finding.pm25, aqi: finding.aqi, level: finding.level, state: finding.state,
          proposed: county.code == "141129"))
    }
    units.append(
      unit(
        County(code: "141100", nameChinese: "全市", nameEnglish: "Lüliang"), pm25: 151, aqi: 201, level: "yellow",
        state: .known))
    units.append(
      unit(
        County(code: "141100-urban", nameChinese: "吕梁市区", nameEnglish: "Urban district"), pm25: 168.25, aqi: 219,
        level: "yellow", state: .known))
    return units
  }()

  static let stations: [StationView] = {
    var stations: [StationView] = [
      StationView(
        id: "2183A", name: "市环境监测站",
        registered: Station(
          id: "2183A", name: "市环境监测站", county: "141102", stationClass: .national, latitude: 37.52,
          longitude: 111.14, assessed: true, urban: true),
        aqi: aqi(218, [.pm25]),
        values: values(pm25: 168) + [
          value(.temperature, -3.5, window: "5m", state: .incomplete, flag: .suspect, reasons: [.spike, .rateOfChange])
        ], lastSeen: now),
      StationView(
        id: "micro/7 \"x\"", name: "微站\n七", registered: nil, aqi: .none, values: [value(.pm25, 61.0625, window: "1m")],
        lastSeen: hours(-1)),
      StationView(
        id: "M-001", name: "微站 001",
        registered: Station(id: "M-001", name: "微站 001", county: "141124", stationClass: .micro, assessed: false),
        aqi: .none, values: [], lastSeen: nil),
    ]
    for (index, county) in ["141102", "141181", "141182", "141121", "141122", "141125", "141124"].enumerated() {
      let name = (counties.first { $0.code == county }?.zh ?? "") + "激光雷达"
      stations.append(
        StationView(
          id: "L-\(index + 1)", name: name,
          registered: Station(id: "L-\(index + 1)", name: name, county: county, stationClass: .lidar, assessed: false),
          aqi: .none, values: [], lastSeen: now.adding(milliseconds: -60_000 * Int64(index)),
          layerHeightMeters: index == 6 ? nil : 420.5 + Double(index) * 133))
    }
    return stations
  }()

  static let targets: [TargetView] = {
    var targets: [TargetView] = []
    let states = ["on_course", "at_risk", "missed", "on_course", "unknown"]
    for (index, county) in counties.enumerated() {
      for (name, goal) in [("pm10", county.pm10), ("so2", county.so2)] {
        let state = states[(index + (name == "so2" ? 1 : 0)) % 5]
        let shares: [String: Double] = ["on_course": 0.93, "at_risk": 1.02, "missed": 1.18, "unknown": 0.97]
        let share = shares[state] ?? 1
        targets.append(
          TargetView(
            year: 2020, county: county.code, indicator: "\(name)_annual_mean", target: goal, unit: "ug/m3",
            valueToDate: state == "unknown" ? nil : goal * share, days: 331, missing: 8,
            remainingMeanAllowed: state == "on_course" ? goal * 1.9 : nil,
            projection: state == "on_course"
              ? TargetView.Projection(value: goal * 0.97, low: goal * 0.95, high: goal * 0.99) : nil,
            state: state, reason: "年初至今均值与目标之比为 \(Int(share * 100))%",
            reasonEnglish: "the mean so far is \(Int(share * 100))% of the target",
            budgetRatio: state == "unknown" ? nil : share))
      }
    }
    targets.append(
      TargetView(
        year: 2020, county: "141100", indicator: "heavy_days", target: nil, unit: "d", valueToDate: 11, days: 331,
        missing: 8, remainingMeanAllowed: nil, projection: nil, state: "unknown", reason: "计划未给出 2019 年官方数值",
        reasonEnglish: "the official value of 2019 is not given"))
    targets.append(
      TargetView(
        year: 2020, county: "141100-urban", indicator: "pm25_annual_mean", target: 44, unit: "ug/m3", valueToDate: 42.6,
        days: 335, missing: 4, remainingMeanAllowed: 61, projection: nil, state: "at_risk",
        reason: "12 月均值须不高于 61", reasonEnglish: "December must stay at 61 or below", budgetRatio: 0.887))
    targets.append(fullTarget)
    return targets
  }()

  /// A target with everything that one can have.
  private static let fullTarget: TargetView = {
    var target = TargetView(
      year: 2020, county: "141182", indicator: "so2_heating_season_hour_max", target: 300, unit: "ug/m3",
      valueToDate: 287, days: 120, missing: 2, remainingMeanAllowed: nil, projection: nil, state: "at_risk",
      reason: "有单站超限", reasonEnglish: "single stations were above")
    target.since = CivilDay("2020-11-30")
    target.counted = "season_day"
    (target.left, target.expected) = (31, 31)
    target.source = "吕政办发〔2020〕19号 争取性指标"
    target.inForceFrom = CivilDay("2020-07-01")
    target.earlier = [
      .init(target: 320, source: "初稿", inForceFrom: CivilDay("2020-05-01")), .init(target: nil, source: "讨论稿"),
    ]
    (target.printedDrop, target.printedCut) = (21.4, 8)
    target.episode = .init(from: CivilDay(number: 18_599), spent: 0.0375)
    target.baseline = .init(
      year: 2019, value: 138.677, low: 137.95, high: 139.403, isOfficial: false, isDerived: true, source: "附件1")
    target.drop = .init(low: -1.2, high: 0.4)
    target.hours = .init(
      county: 0, station: 3, stationMaximum: 331, seasonFrom: CivilDay("2020-11-01"),
      seasonUntil: CivilDay("2021-03-31"), seasonCounty: 0, seasonStation: 1)
    target.basis = "dust_deducted"
    target.measured = .init(value: 287, days: 120, missing: 2, deducted: 0, state: "at_risk")
    target.dustDeducted = .init(value: 280.5, days: 117, missing: 2, deducted: 3, state: "on_course")
    target.provisional = .init(value: 287, days: 120, missing: 2, deducted: 0, state: "at_risk")
    target.reviewed = .init(value: 284, days: 91, missing: 31, deducted: 0, state: "on_course")
    target.lists = [.init(period: "2020-11", document: "晋环函〔2020〕1号", isListed: true)]
    return target
  }()

  static let events: [EventRecord] = (1...12).map { number in
    let sequence = Int64(number)
    let levels = ["none", "yellow", "orange", "red"]
    let county = counties[number % 13]
    if number % 5 == 0 {
      return EventRecord(
        sequence: sequence, id: "data-\(county.code)-\(number)", kind: .data, county: county.code, from: "ok",
        to: "indeterminate", at: hours(number - 14), rule: "hj633-2012/completeness",
        inputs: [.init("stations", .number(2)), .init("note", .text("断网 \"3\" 小时")), .init("assessed", .flag(true))],
        startsAt: hours(number - 15), ends: false, textChinese: "\(county.zh)：评价站点数据中断 3 小时，研判等级保持不变",
        textEnglish: "\(county.en): assessed stations silent for 3 h; the level is held")
    }
    return EventRecord(
      sequence: sequence, id: "ep-\(county.code)", kind: .level, county: county.code, from: levels[number % 3],
      to: levels[number % 3 + 1], at: hours(number - 14), rule: "mee-2018/\(levels[number % 3 + 1])",
      inputs: [.init("aqi_running_24h", .number(218)), .init("hours", .number(24.5))], value: 218, unit: "1",
      window: "24h", completeness: 0.975, revision: 1, startsAt: hours(-31), ends: number == 12,
      textChinese: "建议：\(county.zh) 重污染天气\(["", "黄色", "橙色", "红色"][number % 3 + 1])级别研判（实况）",
      textEnglish: "Recommended: \(county.en) \(levels[number % 3 + 1]) (observed)")
  }

  static let dust: [DustPeriod] = {
    var withdrawn = DustPeriod(
      id: "a1", county: "141182", from: hours(-40), until: hours(-10), step: .declared, by: "张三", basis: "卫星云图",
      at: hours(-39))
    withdrawn.withdrawal = .init(by: "李四", reason: "误判", at: hours(-30))
    return [
      withdrawn,
      DustPeriod(
        id: "a2", county: "141129", from: hours(-3), until: hours(20), step: .confirmed, by: "张三",
        basis: "总站函〔2020〕1号", at: hours(-1)),
    ]
  }()

  static let overrides: [ScreeningOverride] = [
    ScreeningOverride(
      id: "f1", station: "2183A", pollutant: .pm25, from: hours(-9), until: hours(-6), flag: .fail, by: "张三",
      reason: "校准", at: hours(-5), withdrawal: .init(by: "李四", reason: "误判", at: hours(-4))),
    ScreeningOverride(
      id: "f2", station: "2185A", pollutant: nil, from: hours(-2), until: hours(20), flag: .suspect, by: "张三",
      reason: "施工", at: hours(-1)),
  ]

  static let inspections: [Inspection] = [
    Inspection(
      id: "141182-inspection-2867A-spray-pm10-20201204T03", station: "2867A", county: "141182", pollutant: .pm10,
      sign: "spray", at: hours(-30),
      conclusion: .init(finding: .cleared, by: "王五", reason: "降雨", at: hours(-20))),
    Inspection(
      id: "141182-inspection-2867A-sudden-drop-pm25-20201205T03", station: "2867A", county: "141182", pollutant: .pm25,
      sign: "sudden-drop", at: hours(-6)),
  ]

  static let tasks: [GridTask] = {
    var task = GridTask(
      id: "141182-task-M17-pm25-20201205T03", station: "M17", county: "141182", pollutant: .pm25, foundAt: hours(-6),
      evidence: .init(
        value: Concentration(180), median: Concentration(62), deviation: Concentration(7.5), stations: 23), hotHours: 4)
    task.owner = "赵六"
    task.contact = "0358-1234567"
    task.entries = [.init(step: .discovered, at: hours(-6), by: "lantian", note: "")]
    task.overdue = [.reported]
    var closed = task
    closed.id = "141129-task-M3-so2-20201201T09"
    closed.step = .closed
    closed.closedAt = hours(-40)
    return [task, closed]
  }()

  static let lidars: [LidarObservation] = [
    LidarObservation(
      station: "L1", at: hours(0), profiles: 20, tiltDegrees: 0, azimuthDegrees: 45, boundaryLayerMeters: 420,
      uncertaintyMeters: 60, quality: "good", reason: "agreed",
      layers: [.init(baseMeters: 1_300, topMeters: 1_700, contrast: 2.5)], cloudBaseMeters: 4_200)
  ]

  static var view: SiteView {
    var view = plainView
    view.overrides = overrides
    view.inspections = inspections
    view.tasks = tasks
    view.lidars = lidars
    view.lidarWatches = [
      LidarWatchView(station: "L1", county: "141182", kind: "falling-boundary-layer", since: hours(-1))
    ]
    return view
  }

  private static var plainView: SiteView {
    SiteView(
      position: 4_711, at: now,
      site: Site(name: "吕梁市", code: "141100", offset: offset, counties: units.prefix(13).map(\.county), stations: []),
      stations: stations, units: units, targets: targets, lastSequence: 12, dust: dust)
  }

  static let feeds: [FeedStatusView] = {
    var national = FeedStatusView(
      name: "national", state: .ok, lastPoll: now, lastSuccess: now,
      lastError: FeedErrorView(at: hours(-5), code: "timeout", message: "no answer within 10 s"), nextPoll: hours(1),
      polls: 98, notModified: 3, readings: 8_123, bytes: 1_234_567,
      outcomes: [.init("ok", 94), .init("not_modified", 3), .init("timeout", 1)],
      verdicts: [.init("good", 8_000), .init("missing", 123)], overruns: 1)
    national.publication = FeedPublicationView(
      usualSeconds: 1_540.3, p90Seconds: 1_709, alarmSeconds: 2_309, samples: 48, newestEnd: hours(-1), expected: now,
      lateReason: "the period ending 2020-12-01T13:00:00+08:00 is not there, 47 min after its end",
      lateReasonChinese: "截至 2020-12-01T13:00:00+08:00 的时段尚无数据，结束已 47 分钟", lateCount: 2)
    national.budget = "cnemc"
    national.isDense = true
    for index in 0..<98 { national.pollDuration.observe(seconds: 0.004 * Double(index)) }
    var feeds = [national]
    for index in 1...7 {
      feeds.append(
        FeedStatusView(
          name: "lidar-\(index)", state: index == 7 ? .late : .ok, lastPoll: now, lastSuccess: now,
          nextPoll: now.adding(milliseconds: 60_000), polls: 5_870, readings: 5_870, bytes: 77_120_000,
          outcomes: [.init("ok", 5_870)], verdicts: []))
    }
    feeds.append(
      FeedStatusView(
        name: "park\"\\\n1", state: .open, lastPoll: now,
        lastError: FeedErrorView(
          at: now, code: "parse", message: "row 17: pm2_5 is \"abc\", expected a number", path: "$.data[17].pm2_5"),
        polls: 12, outcomes: [.init("parse", 9), .init("breaker_open", 3)]))
    feeds.append(FeedStatusView(name: "new", state: .late))
    return feeds
  }()

  /// A feed of instruments that dial in.
  static let dialIn = FeedStatusView(
    name: "dial-in", state: .ok, lastPoll: now, lastSuccess: now, polls: 7, readings: 42,
    instruments: InstrumentFeedView(
      connections: 3, accepted: 5, frames: [.init("ok", 7), .init("checksum", 2)], closes: [.init("idle", 1)],
      answers: 9, skippedBytes: 4))

  /// A feed that others push to, a spool folder and a broker.
  static let arrived = [
    FeedStatusView(
      name: "vendor", state: .ok, lastPoll: now, lastSuccess: now, polls: 9, readings: 40, bytes: 4_000,
      arrivals: ArrivalFeedView(way: "push", outcomes: [.init("ok", 8), .init("unauthorized", 1)])),
    FeedStatusView(
      name: "folder", state: .failing, polls: 1,
      arrivals: ArrivalFeedView(way: "spool", outcomes: [.init("parse", 1)], waiting: 3)),
    FeedStatusView(
      name: "broker", state: .failing,
      arrivals: ArrivalFeedView(way: "mqtt", outcomes: [.init("ok", 0)], isConnected: false)),
  ]

  static let hooks = [
    HookStatusView(
      name: "duty-room", deliveries: [.init("delivered", 11), .init("dead_lettered", 1)], queueLength: 2,
      oldestPendingSeconds: 1.5)
  ]

  static let daemon: DaemonStatusView = {
    var status = bareDaemon
    status.budgets = [
      BudgetStatusView(
        name: "cnemc", requests: 60, perSeconds: 60, available: 12, waiting: 1, made: 4_800, refused: 3,
        heldUntil: hours(1))
    ]
    return status
  }()

  private static let bareDaemon = DaemonStatusView(
    version: "0.2.0", startedAt: hours(-100), now: now, speed: 600, simulated: true, ready: true,
    configurationGeneration: 3, lastReloadSuccessful: false, lastReloadAt: hours(-2),
    lastReloadError: "lantian.yaml:12: feeds[0].evry: unknown key; did you mean every?", journalPosition: 4_712,
    bounds: [
      BoundView(name: "decode_backlog_bodies", limit: 256, used: 3, dropped: 0),
      BoundView(name: "journal_record_bytes", limit: 16_777_216, used: nil, dropped: 2),
    ])

  /// Sources that answer from the sample alone.
  static func sources(
    broadcaster: Broadcaster = Broadcaster(), view: @escaping @Sendable () -> SiteView? = { SampleSite.view },
    daemon: DaemonStatusView = SampleSite.daemon, reload: ReloadResult = .reloaded(generation: 4),
    act: @escaping @Sendable (LiftRequest) async -> ActResult = { _ in .done(sequence: 13) },
    dust: @escaping @Sendable (DustRequest) async -> DustResult = { request in
      DustResult(period: request.id ?? "chosen", result: .done(sequence: 14))
    }, review: @escaping @Sendable (ReviewedImport) async -> ActResult = { _ in .done(sequence: 15) },
    events: [EventRecord] = SampleSite.events
  ) -> WebSources {
    var sources = WebSources(
      view: view, feeds: { SampleSite.feeds }, hooks: { SampleSite.hooks }, daemon: { daemon },
      events: { since, limit in Array(events.filter { $0.sequence > since }.prefix(limit)) },
      series: { request in
        [
          SeriesPoint(
            begin: request.from, end: request.from.adding(milliseconds: request.window.milliseconds), value: 29,
            flag: .good, completeness: 1),
          SeriesPoint(
            begin: request.from.adding(milliseconds: request.window.milliseconds), end: request.to, value: nil,
            flag: .missing, reasons: .missing),
        ]
      }, reload: { reload }, performAct: act, performDust: dust, performReview: review,
      broadcaster: broadcaster)
    sources.freshID = { "fresh" }
    sources.journal = { act in .applied(events: [event(of: act)]) }
    sources.inspectorToken = { Secret("inspectors' token") }
    sources.inspections = { since, id, limit in
      Array(inspectionEvents.filter { $0.sequence > since && (id == nil || $0.id == id) }.prefix(limit))
    }
    sources.admitPush = { (feed, fields) throws(PushFailure) in try PushFaceTests.admit(feed, fields) }
    return sources
  }

  /// Sources of a city with a mobile laboratory `van-1`, of which the registry says all that it can.
  static var moving: WebSources {
    var van = StationView(
      id: "van-1", name: "走航车",
      registered: Station(id: "van-1", name: "走航车", county: "141102", stationClass: .mobile, assessed: false),
      aqi: .none, values: [], lastSeen: now)
    van.position = Position(latitudeE7: 375_200_000, longitudeE7: 1_111_400_000)
    van.positionCounty = "141102"
    van.retired = CivilDay("2020-12-04")
    van.sentAfterRetirement = hours(-1)
    van.calibrations = [
      Calibration(
        station: van.id, pollutant: .pm25, model: .linear, slope: 0.8, intercept: 2, from: CivilDay(number: 18_500),
        until: CivilDay(number: 18_700), reference: "2183A")
    ]
    van.assessments = [
      AssessmentSpan(
        station: van.id, purpose: .ranking, from: CivilDay(number: 18_500), until: CivilDay(number: 18_700))
    ]
    var view = Self.view
    view.stations.append(van)
    let shown = view
    var sources = Self.sources(view: { shown })
    sources.track = { _, _, to in
      guard let position = Position(latitudeE7: 375_200_000, longitudeE7: 1_111_400_000) else { return [] }
      return [
        TrackPoint(
          begin: to.adding(milliseconds: -60_000), end: to, position: position, county: "141102",
          values: [.init(pollutant: .pm25, value: Concentration(88.5), flag: .good, reasons: [])])
      ]
    }
    return sources
  }

  static let inspectionEvents = inspections.enumerated().map { index, inspection in
    EventRecord(
      sequence: 1_000_000_000_001 + Int64(index), id: inspection.id, kind: .inspection, county: inspection.county,
      from: "none", to: "open", at: inspection.at, rule: "interference/\(inspection.sign)", inputs: [],
      startsAt: inspection.at, ends: false, textChinese: "数据异常待核查", textEnglish: "DATA TO BE INSPECTED")
  }

  /// The event that the engine would make of an act.
  private static func event(of act: OperatorAct) -> EventRecord {
    var event = inspectionEvents[0]
    event.kind = .task
    switch act {
    case .concludeInspection(_, let id, _, _, _), .advanceTask(_, let id, _, _, _, _), .assignTask(_, let id, _, _, _):
      event.id = id
    default: event.inputs = [.init("override", .text(act.id)), .init("override", .text("f2"))]
    }
    return event
  }
}
