import AirQuality
import Engine
import Testing

/// Sand-dust in three steps: suspected by the engine, declared by a person, confirmed by the centre.
struct DustTests {
  // MARK: Suspected

  /// PM10 and PM2.5 of the hours; nil where nothing was measured.
  private struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var hours: [(pm10: Double?, pm25: Double?)]
    /// Index of the hour and what it brought.
    var outcomes: [String]
    var testDescription: String { name }
  }

  private static let calm = [(pm10: Double?, pm25: Double?)](repeating: (80, 40), count: 6)

  private static let cases: [Case] = [
    Case(
      name: "surge and collapse", hours: calm + [(400, 60), (300, 50), (88, 40)], outcomes: ["6 began", "8 ended"]),
    Case(name: "a hair above the end", hours: calm + [(400, 60), (88.001, 40)], outcomes: ["6 began"]),
    Case(name: "exactly twice and half", hours: calm + [(160, 40)], outcomes: ["6 began"]),
    Case(name: "below twice", hours: calm + [(159.999, 30)], outcomes: []),
    Case(name: "ratio above half", hours: calm + [(160, 40.001)], outcomes: []),
    Case(
      name: "surge below the floor", hours: [(60, 30), (60, 30), (60, 30), (60, 30), (60, 30), (150, 20)], outcomes: []),
    Case(name: "smog: both rise", hours: calm + [(400, 250)], outcomes: []),
    Case(name: "no PM2.5", hours: calm + [(400, nil), (400, 60)], outcomes: ["7 began"]),
    Case(
      name: "four valid hours", hours: [(80, 40), (nil, nil), (80, 40), (nil, 3), (80, 40), (80, 40), (400, 60)],
      outcomes: ["6 began"]),
    Case(
      name: "three valid hours", hours: [(80, 40), (nil, nil), (80, 40), (nil, 3), (80, nil), (80, 40), (400, 60)],
      outcomes: []),
    Case(
      name: "a gap does not end it, time does",
      hours: calm + [(400, 60)] + [(nil, nil)]
        + [(pm10: Double?, pm25: Double?)](
          repeating: (300, 50), count: 71) + [(300, 50)], outcomes: ["6 began", "78 expired"]),
    Case(
      name: "no new one from dusty hours", hours: calm + [(400, 60), (80, 40), (400, 60), (400, 60)],
      outcomes: ["6 began", "7 ended"]),
  ]

  @Test("hours and what they bring", arguments: cases)
  private func suspicion(_ item: Case) {
    var watch = DustWatch()
    var found: [String] = []
    for (hour, values) in item.hours.enumerated() {
      func value(_ amount: Double?) -> Concentration { amount.map { Concentration($0) } ?? .missing }
      switch watch.take(hour: Int32(hour), pm10: value(values.pm10), pm25: value(values.pm25)) {
      case .began: found.append("\(hour) began")
      case .ended: found.append("\(hour) ended")
      case .expired: found.append("\(hour) expired")
      case nil: break
      }
    }
    #expect(found == item.outcomes)
  }

  @Test("one watch event at the beginning and one at the end, with evidence, and no level")
  func watchEvents() throws {
    var scenario = Scenario()
    func step(_ pm10: Double, _ pm25: Double) { scenario.dust(pm10: pm10, pm25: pm25) }
    for _ in 0..<24 { step(80, 40) }
    for _ in 0..<3 { step(500, 60) }
    step(80, 40)
    let events = scenario.events.filter { $0.kind == .watch && $0.county == "141182" }
    #expect(events.map { "\($0.from)>\($0.to)" } == ["none>suspected", "suspected>none"])
    #expect(Set(events.map(\.id)).count == 1)
    let began = try #require(events.first)
    #expect(began.inputs.contains(.init("surge", .number(6.25))))
    #expect(began.inputs.contains(.init("ratio", .number(0.12))))
    #expect(began.inputs.contains(.init("base_ratio", .number(0.5))))
    #expect(began.value == 500)
    #expect(events.last?.ends == true)
    for event in events {
      for text in [event.textChinese, event.textEnglish] {
        #expect(try #require(text.split(separator: "\n").first).count <= 70)
      }
    }
    #expect(!scenario.events.contains { $0.kind == .level })
    #expect(try Engine(snapshot: scenario.engine.snapshot()).snapshot() == scenario.engine.snapshot())
  }

  // MARK: Declared

  private static let day = CivilDay("2020-12-01")!
  private static func hour(_ hour: Int32) -> Instant { Scenario.offset.start(ofHour: day.firstHour + hour) }

  private static func declaration(_ id: String = "d1", from: Int32 = 24, until: Int32 = 96) -> OperatorAct {
    .declareDust(id: id, county: "141182", from: hour(from), until: hour(until), by: "李工", evidence: "卫星云图")
  }

  private func notices(_ scenario: Scenario, _ rule: String) -> [EventRecord] {
    scenario.events.filter { $0.kind == .notice && $0.rule.hasSuffix(rule) && $0.county == "141182" }
  }

  @Test("a declaration withholds rises, says so once a level, and leaves a level in force")
  func withholds() throws {
    var scenario = Scenario()
    for _ in 0..<24 { scenario.step(lishi: 60, fenyang: 60) }
    let made = scenario.apply(.act(Self.declaration()), at: scenario.now)
    #expect(made.count == 1)
    let notice = try #require(notices(scenario, "sand-dust/declared").first)
    #expect(notice.to == "declared")
    #expect(notice.inputs.contains(.init("evidence", .text("卫星云图"))))
    #expect(scenario.apply(.act(Self.declaration()), at: scenario.now).isEmpty, "a repeated act does nothing")
    for _ in 0..<72 { scenario.step(lishi: 60, fenyang: 300) }
    #expect(scenario.transitions(of: "141182").isEmpty)
    let withheld = notices(scenario, "/withheld")
    #expect(withheld.map { $0.inputs.first { $0.name == "withheld" }?.value } == [.text("yellow"), .text("orange")])
    #expect(withheld.allSatisfy { $0.inputs.contains(.init("dust", .text("d1"))) && $0.from == "none" })
    for event in withheld + [notice] {
      #expect(try #require(event.textEnglish.split(separator: "\n").first).count <= 70)
      #expect(try #require(event.textChinese.split(separator: "\n").first).count <= 70)
    }
    // The window that ends with the period's last hour is withheld; the next one is judged as usual.
    scenario.step(lishi: 60, fenyang: 300)
    #expect(scenario.transitions(of: "141182") == ["none>orange"])
    #expect(notices(scenario, "sand-dust/over").map(\.ends) == [true])
  }

  @Test("a level in force stays, and rises after withdrawal at once")
  func withdrawal() {
    var scenario = Scenario()
    for _ in 0..<60 { scenario.step(lishi: 60, fenyang: 300) }
    #expect(scenario.transitions(of: "141182") == ["none>yellow"])
    scenario.apply(.act(Self.declaration(from: 60, until: 240)), at: scenario.now)
    for _ in 0..<36 { scenario.step(lishi: 60, fenyang: 300) }
    #expect(scenario.transitions(of: "141182") == ["none>yellow"])
    #expect(scenario.unit("141182").level.name == "yellow")
    let withdraw = OperatorAct.withdrawDust(id: "w", period: "d1", by: "王工", reason: "误判")
    scenario.apply(.act(withdraw), at: scenario.now)
    #expect(scenario.transitions(of: "141182").count == 2, "the level of now is judged with the act")
    #expect(notices(scenario, "/withdrawn").count == 1)
    let count = scenario.effects.count
    scenario.apply(.act(withdraw), at: scenario.now)
    scenario.apply(
      .act(.withdrawDust(id: "w2", period: "d1", by: "王工", reason: "误判")), at: scenario.now)
    scenario.apply(.act(.withdrawDust(id: "w3", period: "none", by: "王工", reason: "误判")), at: scenario.now)
    #expect(scenario.effects.count == count, "nothing is left to withdraw")
  }

  @Test("what is not a period changes nothing")
  func refused() {
    var scenario = Scenario()
    let acts: [OperatorAct] = [
      .declareDust(id: "a", county: "999", from: Self.hour(1), until: Self.hour(2), by: "x", evidence: "y"),
      .declareDust(id: "b", county: "141182", from: Self.hour(2), until: Self.hour(2), by: "x", evidence: "y"),
      .confirmDust(
        id: "c", county: "141182", from: Self.hour(0), until: Self.hour(31 * 24 + 1), by: "x", document: "y"),
    ]
    for act in acts { #expect(scenario.apply(.act(act), at: scenario.now).isEmpty) }
    #expect(scenario.engine.dustPeriods.isEmpty)
  }

  @Test("periods, suspicions and withheld colours survive a restart, and replay to the same bytes")
  func restart() throws {
    func run(restarting: Bool) throws -> Scenario {
      var scenario = Scenario()
      for _ in 0..<24 { scenario.step(lishi: 60, fenyang: 60) }
      scenario.apply(.act(Self.declaration()), at: scenario.now)
      scenario.apply(.act(Self.declaration("d2", from: 0, until: 12)), at: scenario.now)
      for index in 0..<80 {
        if restarting, index % 7 == 0 { scenario.engine = try Engine(snapshot: scenario.engine.snapshot()) }
        scenario.dust(pm10: index == 10 ? 900 : 320, pm25: 300)
      }
      return scenario
    }
    let (plain, restarted) = (try run(restarting: false), try run(restarting: true))
    #expect(plain.effects == restarted.effects)
    #expect(plain.engine.snapshot() == restarted.engine.snapshot())
    #expect(plain.engine.dustPeriods.map(\.id) == ["d1", "d2"])
  }

  // MARK: Confirmed

  /// Daily means of 2020 of a county, alike for all pollutants but CO.
  private static func days(_ county: String, _ value: (Int) -> Double) -> EngineEvent {
    let first = CivilDay(year: 2020, month: 1, day: 1)!
    return .dailyMeans(
      DailyMeansImport(
        source: "daily.csv", digest: county,
        rows: (0..<335).flatMap { index in
          [Pollutant.pm25, .pm10, .so2, .no2, .o3, .co].map {
            DailyMeansImport.Row(
              county: county, day: first.adding(days: Int32(index)), pollutant: $0,
              value: Concentration($0 == .co ? 1 : $0 == .pm10 ? value(index) : 40))
          }
        }))
  }

  private static func rows() -> [TargetRow] {
    var deducted = TargetRow(year: 2020, county: "141182", indicator: "pm10_annual_mean", target: 60, unit: "ug/m3")
    deducted.basis = .dustDeducted
    return [
      TargetRow(year: 2020, county: "141102", indicator: "pm10_annual_mean", target: 60, unit: "ug/m3"), deducted,
      TargetRow(year: 2020, county: "141102", indicator: "heavy_days", target: 3, unit: "d"),
      TargetRow(year: 2020, county: "141102", indicator: "so2_annual_mean", target: 60, unit: "ug/m3"),
    ]
  }

  @Test("confirmed days leave PM10 means and day counts, as a row's basis says, and come back when withdrawn")
  func deduction() throws {
    var scenario = Scenario(targets: Self.rows())
    // Five days of 720 among 330 of 50: (330·50 + 5·720)/335 = 60; without four of them (16500 + 720)/331 = 52.024.
    for county in ["141102", "141182"] {
      scenario.apply(Self.days(county) { (100..<105).contains($0) ? 720 : 50 }, at: scenario.now)
    }
    let first = CivilDay(year: 2020, month: 1, day: 1)!
    // From the middle of day 101 to the midnight that ends day 104: days 101, 102, 103 and 104 are touched.
    let from = Scenario.offset.start(ofHour: first.adding(days: 101).firstHour + 12)
    let until = Scenario.offset.start(of: first.adding(days: 105))
    func view() -> [TargetView] { scenario.view().targets }
    #expect(view().map { $0.dustDeducted?.days } == [335, 335, 335, nil])
    for county in ["141102", "141182"] {
      scenario.apply(
        .act(.declareDust(id: "d" + county, county: county, from: from, until: until, by: "李工", evidence: "照片")),
        at: scenario.now)
      #expect(view()[0].dustDeducted?.value == 60, "a declaration changes no assessment")
    }
    for county in ["141102", "141182"] {
      scenario.apply(
        .act(.confirmDust(id: "c" + county, county: county, from: from, until: until, by: "李工", document: "总站函1号")),
        at: scenario.now)
    }
    let views = view()
    #expect(views.map(\.basis) == ["measured", "dust_deducted", "measured", "measured"])
    #expect(views.map(\.valueToDate) == [60, 52.024, 5, 40])
    #expect(views[0].measured == views[1].measured)
    #expect(views[0].measured?.value == 60)
    #expect(
      views[0].dustDeducted == TargetView.Figure(value: 52.024, days: 331, missing: 0, deducted: 4, state: "on_course"))
    #expect(views[1].dustDeducted == views[0].dustDeducted)
    #expect(views[1].days == 331)
    #expect(views[2].measured?.value == 5)
    #expect(views[2].state == "missed", "judged as measured")
    #expect(
      views[2].dustDeducted == TargetView.Figure(value: 1, days: 331, missing: 0, deducted: 4, state: "on_course"))
    #expect(views[3].measured == nil)
    #expect(views[3].dustDeducted == nil)
    scenario.engine = try Engine(snapshot: scenario.engine.snapshot())
    #expect(view().map(\.valueToDate) == [60, 52.024, 5, 40])
    scenario.apply(.act(.withdrawDust(id: "w", period: "c141182", by: "李工", reason: "总站函2号")), at: scenario.now)
    #expect(view()[1].valueToDate == 60)
  }
}

extension Scenario {
  /// The end of the hour delivered last, ten minutes on.
  var now: Instant { Self.offset.start(ofHour: hour).adding(milliseconds: 600_000) }

  /// Delivers an hour of 汾阳 with these PM10 and PM2.5, everything else clean.
  mutating func dust(pm10: Double, pm25: Double) {
    hour += 1
    var readings = ContiguousArray<Reading>()
    for station in 0..<UInt32(2) {
      for var reading in Self.readings(station: station, hour: hour - 1, pm25: pm25) {
        if reading.pollutant == .pm10 { reading.value = pm10 }
        readings.append(reading)
      }
    }
    apply(
      .batch(FeedBatch(feed: "reference", receivedAt: now, stations: ["B1", "B2"], readings: readings)), at: now)
  }
}
