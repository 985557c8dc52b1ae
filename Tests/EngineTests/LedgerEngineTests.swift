import AirQuality
import Engine
import TestSupport
import Testing

/// The target ledger inside the engine: what it remembers, by which facts it judges, and old records.
struct LedgerEngineTests {
  private static let source = "吕政办发〔2020〕19号"

  private static func row(_ indicator: String, _ county: String, _ target: Double?) -> TargetRow {
    TargetRow(year: 2020, county: county, indicator: indicator, target: target, unit: "ug/m3", source: source)
  }

  /// An engine at the start of 1 December 2020 with these rows and facts.
  private static func scenario(_ rows: [TargetRow], _ facts: LedgerFacts = LedgerFacts()) -> Scenario {
    var scenario = Scenario(targets: rows)
    var configuration = scenario.configuration
    configuration.ledger = facts
    scenario.apply(.configuration(configuration), at: Scenario.offset.start(ofHour: scenario.hour))
    return scenario
  }

  /// Daily means of a county from 1 January on.
  private static func days(_ county: String, _ values: [Double], digest: String) -> EngineEvent {
    let first = CivilDay(year: 2020, month: 1, day: 1)!
    return .dailyMeans(
      DailyMeansImport(
        source: "daily.csv", digest: digest,
        rows: values.enumerated().flatMap { index, value in
          [Pollutant.pm25, .pm10, .so2, .no2, .o3, .co].map {
            DailyMeansImport.Row(
              county: county, day: first.adding(days: Int32(index)), pollutant: $0,
              value: Concentration($0 == .co ? 1 : value))
          }
        }))
  }

  private func tick(_ scenario: inout Scenario, _ day: String, hour: Int32 = 12) throws {
    let at = Scenario.offset.start(ofHour: try #require(CivilDay(day)).firstHour + hour)
    scenario.apply(.tick, at: at)
  }

  @Test("a state stands since the day it came, over nights, restarts and further data")
  func since() throws {
    var scenario = Self.scenario([Self.row("pm10_annual_mean", "141182", 60)])
    func target(_ scenario: inout Scenario) -> TargetView { scenario.view().targets[0] }
    #expect(target(&scenario).state == "unknown")
    #expect(target(&scenario).since == CivilDay("2020-12-01"))
    try tick(&scenario, "2020-12-03")
    #expect(target(&scenario).since == CivilDay("2020-12-01"), "nothing changed")
    let at = Scenario.offset.start(ofHour: CivilDay("2020-12-03")!.firstHour + 13)
    scenario.apply(Self.days("141182", [Double](repeating: 50, count: 335), digest: "a"), at: at)
    #expect(target(&scenario).state == "on_course")
    #expect(target(&scenario).since == CivilDay("2020-12-03"))
    try tick(&scenario, "2020-12-04")
    #expect(target(&scenario).since == CivilDay("2020-12-03"))
    // From a snapshot the memory goes on.
    scenario.engine = try Engine(snapshot: scenario.engine.snapshot())
    #expect(target(&scenario).since == CivilDay("2020-12-03"))
    let later = Scenario.offset.start(ofHour: CivilDay("2020-12-04")!.firstHour + 14)
    scenario.apply(Self.days("141182", [Double](repeating: 61, count: 335), digest: "b"), at: later)
    #expect(target(&scenario).state == "at_risk")
    #expect(target(&scenario).since == CivilDay("2020-12-04"))
    try tick(&scenario, "2020-12-05")
    #expect(target(&scenario).since == CivilDay("2020-12-04"))
  }

  @Test("the revision in force judges, the earlier one is shown")
  func revision() throws {
    var first = Self.row("pm10_annual_mean", "141182", 60)
    first.comparison = .atMost
    var second = Self.row("pm10_annual_mean", "141182", 48)
    second.inForceFrom = CivilDay("2020-12-03")
    second.source = "32号"
    var scenario = Self.scenario([first, second])
    scenario.apply(
      Self.days("141182", [Double](repeating: 50, count: 335), digest: "a"),
      at: Scenario.offset.start(ofHour: scenario.hour))
    #expect(scenario.view().targets.map(\.state) == ["on_course"])
    try tick(&scenario, "2020-12-04")
    let target = try #require(scenario.view().targets.first)
    #expect(scenario.view().targets.count == 1)
    #expect(target.state == "at_risk" && target.target == 48 && target.source == "32号")
    #expect(target.inForceFrom == CivilDay("2020-12-03"))
    #expect(target.earlier == [.init(target: 60, source: Self.source, inForceFrom: nil)])
  }

  @Test("SO2 hours of the heating season: county means and stations apart, kept beyond the hour ring")
  func sulphur() throws {
    let seasons = [
      HeatingSeason(county: "141100", from: CivilDay("2020-11-01")!, until: CivilDay("2021-03-31")!)
    ]
    let row = Self.row("so2_heating_season_hour_max", "141182", 300)
    var scenario = Self.scenario([row], LedgerFacts(heatingSeasons: seasons))
    // Hour 0: both stations 20. Hour 1: one station 500, mean 260. Hour 2: both 301.
    for (b1, b2) in [(20.0, 20.0), (500, 20), (301, 301)] {
      scenario.hour += 1
      let values = ContiguousArray(
        [b1, b2].enumerated().map { index, value in
          Reading(
            station: UInt32(index), pollutant: .so2, value: value,
            begin: Scenario.offset.start(ofHour: scenario.hour - 1), periodMilliseconds: 3_600_000, flag: .unknown)
        })
      let at = Scenario.offset.start(ofHour: scenario.hour).adding(milliseconds: 600_000)
      scenario.apply(
        .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["B1", "B2"], readings: values)), at: at)
    }
    try tick(&scenario, "2020-12-02")
    let counted = try #require(scenario.view().targets.first)
    #expect(counted.hours?.county == 1)
    #expect(counted.hours?.station == 3, "one in the second hour, two in the third")
    #expect(counted.hours?.stationMaximum == 500)
    #expect(counted.valueToDate == 301)
    #expect(counted.state == "missed")
    #expect(counted.hours?.seasonUntil == CivilDay("2021-03-31"))
    // Weeks later the hours have left the ring; the count stays, also over a restart.
    try tick(&scenario, "2020-12-30")
    scenario.engine = try Engine(snapshot: scenario.engine.snapshot())
    #expect(scenario.view().targets[0].hours == counted.hours)
  }

  @Test("the whole city's heavy days are unknown until the way of counting is set")
  func cityDays() throws {
    let rows = [Self.row("heavy_days", "141100", 30)]
    func target(_ count: CityDayCount?) -> TargetView {
      var scenario = Self.scenario(rows, LedgerFacts(cityDays: count))
      let at = Scenario.offset.start(ofHour: scenario.hour)
      // Ten days of 300 µg/m³ PM2.5 in both counties, two in the urban district.
      for (unit, heavy) in [("141102", 10), ("141182", 10), ("141100-urban", 2)] {
        let values = (0..<335).map { $0 < heavy ? 300.0 : 50 }
        scenario.apply(Self.days(unit, values, digest: unit), at: at)
      }
      return scenario.view().targets[0]
    }
    #expect(target(nil).state == "unknown")
    #expect(target(nil).reason.contains("未设定"))
    #expect(target(.urban).valueToDate == 2)
    #expect(target(.countyDays).valueToDate == 20)
  }

  @Test("rows as of a past day know nothing dated later: lists, dustfall, reports, states")
  func pastDays() throws {
    let june = CivilDay("2020-07-01")!
    func report(_ indicator: String, _ month: Int?, _ value: Double) -> ReportedValue {
      ReportedValue(indicator: indicator, county: "141182", year: 2020, month: month, value: Concentration(value))
    }
    let facts = LedgerFacts(
      reported: (1...12).map { report("dustfall", $0, Double($0)) }
        + [
          report("total_emission_cut", 6, 3), report("total_emission_cut", 9, 5), report("total_emission_cut", nil, 9),
        ],
      provinceLists: [
        ProvinceList(year: 2020, month: 6, document: "a", members: []),
        ProvinceList(year: 2020, month: 8, document: "b", members: ["141182"]),
        ProvinceList(year: 2020, document: "c", members: ["141182"]),
      ])
    var scenario = Self.scenario(
      [
        Self.row("leave_worst_ten", "141182", nil), Self.row("dustfall", "141182", 9),
        Self.row("total_emission_cut", "141182", 8),
      ], facts)
    try tick(&scenario, "2021-02-01")
    let now = scenario.engine.targets(asOf: CivilDay("2021-02-01")!, yearOf: CivilDay("2020-12-31")!)
    #expect(now.map(\.state) == ["missed", "on_course", "on_course"])
    #expect(now.allSatisfy { $0.since != nil })
    let past = scenario.engine.targets(asOf: june, yearOf: CivilDay("2020-06-30")!)
    #expect(past.map(\.state) == ["on_course", "on_course", "unknown"])
    #expect(past[0].lists.map(\.document) == ["a"])
    #expect(past[1].valueToDate == 3.5 && past[1].days == 6)
    #expect(past[2].valueToDate == 3)
    // These states came later, or are not remembered from then.
    #expect(past.allSatisfy { $0.since.map { $0 <= june } ?? true })
    #expect(past[0].since == nil)
  }

  @Test("a running episode is none of a day before it began")
  func pastEpisode() throws {
    var scenario = Scenario(targets: [Self.row("pm10_annual_mean", "141102", 60)])
    for _ in 0..<48 { scenario.step(lishi: 20, fenyang: 20) }
    for _ in 0..<96 { scenario.step(lishi: 190, fenyang: 20) }
    #expect(scenario.view().targets[0].episode != nil)
    #expect(scenario.engine.targets(asOf: CivilDay("2020-12-02")!, yearOf: CivilDay("2020-12-01")!)[0].episode == nil)
  }

  @Test("an official baseline makes the target of a cut; a year is met only when its review is on file")
  func facts() throws {
    var row = Self.row("heavy_days", "141182", nil)
    row.cutDays = 8
    func target(_ facts: LedgerFacts) throws -> TargetView {
      var scenario = Self.scenario([row], facts)
      let at = Scenario.offset.start(ofHour: scenario.hour)
      scenario.apply(Self.days("141182", [Double](repeating: 50, count: 335), digest: "a"), at: at)
      try tick(&scenario, "2021-01-02")
      let rest = Scenario.offset.start(ofHour: CivilDay("2021-01-02")!.firstHour + 13)
      scenario.apply(Self.days("141182", [Double](repeating: 50, count: 366), digest: "b"), at: rest)
      return scenario.view().targets[0]
    }
    var baseline = TargetBaseline(
      year: 2019, county: "141182", indicator: "heavy_days", value: Concentration(12), isOfficial: false)
    let shown = try target(LedgerFacts(baselines: [baseline]))
    #expect(shown.state == "unknown" && shown.baseline?.value == 12 && shown.baseline?.isOfficial == false)
    baseline.isOfficial = true
    let provisional = try target(LedgerFacts(baselines: [baseline]))
    #expect(provisional.target == 4 && provisional.state == "on_course" && provisional.review == .provisional)
    let reviewed = ReviewedYear(year: 2020, county: "141100", document: "审核纪要")
    let final = try target(LedgerFacts(baselines: [baseline], reviewedYears: [reviewed]))
    #expect(final.state == "met" && final.review == .final)
  }

  @Test("a year that is over keeps its days after they have left the day ring")
  func archive() throws {
    var scenario = Self.scenario(
      [Self.row("pm10_annual_mean", "141182", 60), Self.row("heavy_days", "141182", 10)],
      LedgerFacts(reviewedYears: [ReviewedYear(year: 2020, county: "141182", document: "审核纪要")]))
    try tick(&scenario, "2020-12-31", hour: 23)
    let values = (0..<365).map { $0 < 5 ? 300.0 : 50 }
    scenario.apply(Self.days("141182", values, digest: "a"), at: scenario.engine.now)
    try tick(&scenario, "2021-01-05")
    let year = scenario.view().targets
    #expect(year.map(\.state) == ["met", "met"] && year.map(\.days) == [365, 365])
    #expect(year[1].valueToDate == 5)
    // The ring holds 400 days: in December 2021 none of January 2020 to October is left in it.
    for day in ["2021-01-06", "2021-02-10", "2021-06-01", "2021-12-01"] {
      try tick(&scenario, day)
      #expect(scenario.view().targets.map(\.state) == ["met", "met"], "\(day)")
      #expect(scenario.view().targets.map(\.valueToDate) == year.map(\.valueToDate), "\(day)")
      #expect(scenario.view().targets[0].since == year[0].since)
      scenario.engine = try Engine(snapshot: scenario.engine.snapshot())
    }
    #expect(scenario.view().targets.map(\.days) == [365, 365])
  }

  @Test("an engine written and read back goes on to the same bytes, views or not", arguments: [UInt64(3), 1_126])
  func twin(_ seed: UInt64) throws {
    var generator = SeededRandom(seed: seed)
    let rows = [
      Self.row("pm10_annual_mean", "141182", 60), Self.row("heavy_days", "141100", 10),
      Self.row("so2_heating_season_hour_max", "141102", 100), Self.row("so2_annual_mean", "141100-urban", 20),
    ]
    let season = HeatingSeason(county: "141100", from: CivilDay("2020-11-01")!, until: CivilDay("2021-03-31")!)
    var scenario = Self.scenario(rows, LedgerFacts(heatingSeasons: [season], cityDays: .countyDays))
    var twin = try Engine(snapshot: scenario.engine.snapshot())
    for step in 0..<120 {
      scenario.step(
        lishi: Double.random(in: 10...400, using: &generator), fenyang: Double.random(in: 10...400, using: &generator))
      let record = try #require(scenario.lastRecord)
      _ = twin.apply(record.event, at: record.at)
      #expect(twin.snapshot() == scenario.engine.snapshot(), "seed \(seed), step \(step)")
      // One looks often, the other hardly ever.
      if Bool.random(using: &generator) { _ = scenario.view() }
      if step % 17 == 3 { twin = try Engine(snapshot: twin.snapshot()) }
      if step % 29 == 11 {
        #expect(twin.view(position: 0)?.targets == scenario.view().targets, "seed \(seed), step \(step)")
      }
    }
  }

  // MARK: Records

  /// Extensions behind the first fields: their count, then the ledger's tag and block of one row and no facts.
  private static let emptyExtension: [UInt8] = [1, 1, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]

  @Test("a configuration record from before the ledger's extension reads as one without facts")
  func oldConfiguration() throws {
    let configuration = Scenario(targets: [Self.row("pm10_annual_mean", "141182", 60)]).configuration
    var writer = ByteWriter(capacity: 1_024)
    configuration.encode(into: &writer)
    #expect(writer.bytes.suffix(Self.emptyExtension.count).elementsEqual(Self.emptyExtension))
    var old = SnapshotReader(Array(writer.bytes.dropLast(Self.emptyExtension.count)), subject: "a record")
    #expect(try EngineConfiguration(decoding: &old) == configuration)
    try old.finish()
  }

  @Test("every fact and every row's extras survive the record")
  func newConfiguration() throws {
    var row = Self.row("pm10_annual_mean", "141182", 60)
    row.inForceFrom = CivilDay("2020-07-01")
    row.comparison = .below
    var configuration = Scenario(targets: [row, Self.row("heavy_days", "141182", nil)]).configuration
    configuration.ledger = LedgerFacts(
      baselines: [
        TargetBaseline(
          year: 2019, county: "a", indicator: "b", value: Concentration(1.5), isOfficial: true, source: "c")
      ],
      heatingSeasons: [HeatingSeason(county: "d", from: CivilDay(number: -1), until: CivilDay(number: 9))],
      reported: [ReportedValue(indicator: "e", county: "f", year: 2020, month: 12, value: Concentration(7))],
      provinceLists: [ProvinceList(year: 2020, month: 3, document: "g", members: ["h", "i"])],
      reviewedYears: [ReviewedYear(year: 2019, county: "j", document: "k")], cityDays: .countyDays)
    var writer = ByteWriter(capacity: 1_024)
    configuration.encode(into: &writer)
    var reader = SnapshotReader(writer.bytes, subject: "a record")
    #expect(try EngineConfiguration(decoding: &reader) == configuration)
    try reader.finish()
    for length in 0..<writer.bytes.count where length != writer.bytes.count {
      var torn = SnapshotReader(Array(writer.bytes[..<length]), subject: "a record")
      // Cut exactly before the extensions it is an old record; anywhere else it is torn.
      if let read = try? EngineConfiguration(decoding: &torn), torn.remaining == 0 {
        #expect(read.ledger == LedgerFacts())
      }
    }
  }
}
