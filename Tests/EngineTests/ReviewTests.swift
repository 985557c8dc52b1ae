import AirQuality
import Engine
import Testing

/// Reviewed data beside provisional ones.
struct ReviewTests {
  private static let day = CivilDay("2020-12-02")!

  /// Three days of 100 µg/m³ PM2.5 at every assessed station, and an hour into the fourth.
  private static func scenario(targets: [TargetRow] = [], pm25: Double = 100) -> Scenario {
    var scenario = Scenario(targets: targets)
    for _ in 0..<73 { scenario.step(lishi: pm25, fenyang: pm25) }
    return scenario
  }

  private static func reviewed(
    _ station: String, _ pollutant: Pollutant, day: CivilDay = day, _ value: (Int) -> Double?
  ) -> ReviewedDay {
    ReviewedDay(
      station: station, day: day, pollutant: pollutant,
      hours: (0..<24).map { value($0).map { Concentration($0) } ?? .missing })
  }

  private static func part(_ days: [ReviewedDay], id: String = "r1", part: Int = 1, parts: Int = 1) -> EngineEvent {
    .reviewed(
      ReviewedImport(
        id: id, part: part, parts: parts, source: "reviewed.csv", digest: "d", by: "Wang", days: days))
  }

  private func now(_ scenario: Scenario) -> Instant { Scenario.offset.start(ofHour: scenario.hour + 1) }

  private func values(_ effects: [Effect]) -> [DayValue] {
    effects.compactMap { if case .dayValue(let value) = $0 { value } else { nil } }
  }

  private func mean(_ effects: [Effect], _ unit: String, _ pollutant: Pollutant) -> DayValue.Mean? {
    values(effects).last { $0.unit == unit && $0.day == Self.day }?.means.first { $0.pollutant == pollutant }
  }

  @Test("one of two stations reviewed: the figure moves, and stays provisional")
  func partly() throws {
    var scenario = Self.scenario()
    let effects = scenario.apply(Self.part([Self.reviewed("B1", .pm25) { _ in 60 }]), at: now(scenario))
    let mean = try #require(self.mean(effects, "141182", .pm25))
    #expect(mean.value == Concentration(80) && mean.provisional == Concentration(100))
    #expect(mean.review == .provisional)
    let inputs = try #require(values(effects).last { $0.unit == "141182" }).inputs
    #expect(inputs.first { $0.source == "B1" }?.reviewed == [.pm25])
    #expect(inputs.first { $0.source == "B2" }?.reviewed == [])
  }

  @Test("both stations reviewed: final; a review of one pollutant says nothing of the others")
  func whole() throws {
    var scenario = Self.scenario()
    let effects = scenario.apply(
      Self.part([Self.reviewed("B1", .pm25) { _ in 60 }, Self.reviewed("B2", .pm25) { _ in 70 }]), at: now(scenario))
    let mean = try #require(self.mean(effects, "141182", .pm25))
    #expect(mean.value == Concentration(65) && mean.review == .final && mean.provisional == Concentration(100))
    #expect(self.mean(effects, "141182", .pm10)?.review == .provisional)
    // The whole city has another county, which nobody reviewed.
    let city = try #require(self.mean(effects, "141100", .pm25))
    #expect(city.value == Concentration(thousandths: 82_500) && city.review == .provisional)
  }

  @Test("hours that the review leaves empty are not filled from the provisional ones")
  func removed() throws {
    var scenario = Self.scenario()
    // 19 valid hours make no day.
    let effects = scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .pm25) { $0 < 19 ? 60 : nil } }), at: now(scenario))
    let mean = try #require(self.mean(effects, "141182", .pm25))
    #expect(mean.value.isMissing && mean.state == .indeterminate && mean.review == .final)
    #expect(mean.provisional == Concentration(100))
  }

  @Test("late rows go on changing the provisional figure alone")
  func lateRows() throws {
    var scenario = Self.scenario()
    scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .pm25) { _ in 60 } }), at: now(scenario))
    let at = now(scenario)
    let hours = Self.day.firstHour..<(Self.day.firstHour + 24)
    var readings = ContiguousArray<Reading>()
    for hour in hours { readings += Scenario.readings(station: 0, hour: hour, pm25: 124) }
    let effects = scenario.apply(
      .batch(FeedBatch(feed: "reference", receivedAt: at, stations: ["B1"], readings: readings)), at: at)
    let mean = try #require(self.mean(effects, "141182", .pm25))
    #expect(mean.value == Concentration(60) && mean.review == .final)
    #expect(mean.provisional == Concentration(112))
  }

  @Test("a part sent again does nothing; a later review stands in place of an earlier one")
  func again() throws {
    var scenario = Self.scenario()
    let first = Self.part(["B1", "B2"].map { Self.reviewed($0, .pm25) { _ in 60 } })
    scenario.apply(first, at: now(scenario))
    #expect(scenario.apply(first, at: now(scenario)).isEmpty)
    // Another set under the same id is no repetition.
    let other = ReviewedImport(
      id: "r1", source: "other.csv", digest: "e", by: "Li", days: [Self.reviewed("B1", .pm10) { _ in 60 }])
    #expect(!scenario.apply(.reviewed(other), at: now(scenario)).isEmpty)
    let effects = scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .pm25) { _ in 62 } }, id: "r2"), at: now(scenario))
    #expect(mean(effects, "141182", .pm25)?.value == Concentration(62))
    let records = effects.compactMap { if case .review(let record) = $0 { record } else { nil } }
    #expect(records.map(\.county) == ["141182"] && records.map(\.by) == ["Wang"])
  }

  @Test("what enters no figure is counted: unknown stations, micro-stations, days not over, days out of the ledger")
  func left() throws {
    var scenario = Self.scenario()
    let effects = scenario.apply(
      Self.part([
        Self.reviewed("nobody", .pm25) { _ in 1 }, Self.reviewed("M1", .pm25) { _ in 1 },
        Self.reviewed("B1", .pm25, day: CivilDay("2020-12-04")!) { _ in 1 },
        Self.reviewed("B1", .pm25, day: CivilDay("2018-12-04")!) { _ in 1 },
      ]), at: now(scenario))
    let event = try #require(scenario.events.last)
    func number(_ name: String) -> EventInput? { event.inputs.first { $0.name == name }?.value }
    #expect(event.kind == .data && event.rule == "review/imported" && event.county == "141100")
    #expect(number("station_days") == .number(0) && number("not_assessed") == .number(1))
    #expect(number("unknown_station") == .number(1) && number("out_of_ledger") == .number(2))
    #expect(values(effects).isEmpty)
    #expect(event.textChinese.split(separator: "\n").first.map { $0.count <= 70 } == true)
  }

  @Test("a reviewed heavy day that was none is said so")
  func heavy() throws {
    var scenario = Self.scenario(pm25: 160)
    scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .pm25) { _ in 140 } }), at: now(scenario))
    let event = try #require(scenario.events.last)
    // Fenyang leaves; Lishi, its urban district stay; the city's mean is 150, an AQI of 200: no heavy day either.
    #expect(event.inputs.first { $0.name == "heavy_days_before" }?.value == .number(4))
    #expect(event.inputs.first { $0.name == "heavy_days_after" }?.value == .number(2))
  }

  @Test("provisional and final stand side by side in the ledger; levels do not know of reviews")
  func ledger() throws {
    let row = TargetRow(
      year: 2020, county: "141182", indicator: "pm10_annual_mean", target: 110, unit: "ug/m3", source: "s")
    var scenario = Self.scenario(targets: [row])
    #expect(scenario.view().targets[0].provisional == nil)
    let before = scenario.events.filter { $0.kind == .level }.count
    scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .pm10) { _ in 60 } }), at: now(scenario))
    let target = scenario.view().targets[0]
    // Three days of 120 and one of them reviewed to 60.
    #expect(target.valueToDate == 100)
    let provisional = try #require(target.provisional)
    let final = try #require(target.reviewed)
    #expect(provisional.value == 120 && provisional.days == 3)
    #expect(final.value == 60 && final.days == 1 && final.missing == provisional.missing + 2)
    #expect(target.review == .provisional)
    #expect(scenario.events.filter { $0.kind == .level }.count == before)
    // A snapshot keeps them.
    let engine = try Engine(snapshot: scenario.engine.snapshot())
    #expect(engine.snapshot() == scenario.engine.snapshot())
    scenario.engine = engine
    #expect(scenario.view().targets[0] == target)
  }

  @Test("a year whose every day is final is judged met after its end, without a document")
  func met() throws {
    let row = TargetRow(
      year: 2020, county: "141182", indicator: "pm10_annual_mean", target: 110, unit: "ug/m3", source: "s")
    var scenario = Scenario(start: "2021-01-05", targets: [row])
    let first = CivilDay("2020-01-01")!
    func days(_ range: Range<Int>) -> [ReviewedDay] {
      range.flatMap { place in
        ["B1", "B2"].map { Self.reviewed($0, .pm10, day: first.adding(days: Int32(place))) { _ in 90 } }
      }
    }
    scenario.apply(Self.part(days(0..<365), part: 1, parts: 2), at: now(scenario))
    #expect(scenario.view().targets[0].state == "on_course")
    scenario.apply(Self.part(days(365..<366), part: 2, parts: 2), at: now(scenario))
    let target = scenario.view().targets[0]
    #expect(target.state == "met" && target.review == .final && target.valueToDate == 90)
  }

  @Test("reviewed SO2 hours stand in place of what was counted, when every station has them")
  func sulphur() throws {
    let row = TargetRow(
      year: 2020, county: "141182", indicator: "so2_heating_season_hour_max", target: 300, unit: "ug/m3", source: "s")
    var scenario = Scenario(targets: [row])
    var configuration = scenario.configuration
    configuration.ledger.heatingSeasons = [
      HeatingSeason(county: "141182", from: CivilDay("2020-11-01")!, until: CivilDay("2021-03-31")!)
    ]
    scenario.apply(.configuration(configuration), at: Scenario.offset.start(ofHour: scenario.hour))
    for _ in 0..<73 { scenario.step(lishi: 20, fenyang: 20) }
    func county() -> Int? { scenario.view().targets[0].hours?.county }
    #expect(county() == 0)
    scenario.apply(
      Self.part([Self.reviewed("B1", .so2) { $0 < 3 ? 400 : 20 }]), at: now(scenario))
    #expect(county() == 0, "the other station is not reviewed")
    scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .so2) { $0 < 3 ? 400 : 20 } }, id: "r2"), at: now(scenario))
    #expect(county() == 3)
  }

  /// A scenario of three days whose SO2 hours of Fenyang, or of a unit given, are held to 300.
  private static func heated(_ unit: String = "141182") -> Scenario {
    let row = TargetRow(
      year: 2020, county: unit, indicator: "so2_heating_season_hour_max", target: 300, unit: "ug/m3", source: "s")
    var scenario = Scenario(targets: [row])
    var configuration = scenario.configuration
    configuration.ledger.heatingSeasons = [
      HeatingSeason(county: "141100", from: CivilDay("2020-11-01")!, until: CivilDay("2021-03-31")!)
    ]
    scenario.apply(.configuration(configuration), at: Scenario.offset.start(ofHour: scenario.hour))
    for _ in 0..<73 { scenario.step(lishi: 20, fenyang: 20) }
    return scenario
  }

  @Test("reviewed SO2 hours of one station each come together, over imports, parts and a restart")
  func sulphurByStation() throws {
    var scenario = Self.heated()
    func county() -> Int? { scenario.view().targets[0].hours?.county }
    scenario.apply(
      Self.part([Self.reviewed("B1", .so2) { $0 < 3 ? 400 : 20 }], part: 1, parts: 2), at: now(scenario))
    #expect(county() == 0)
    scenario.engine = try Engine(snapshot: scenario.engine.snapshot())
    scenario.apply(
      Self.part([Self.reviewed("B2", .so2) { $0 < 3 ? 400 : 20 }], part: 2, parts: 2), at: now(scenario))
    #expect(county() == 3)
    #expect(scenario.view().targets[0].hours?.station == 6)
    // A later correction of one station counts the day anew: (900 + 400) / 2 in two hours, (20 + 400) / 2 in the third.
    scenario.apply(Self.part([Self.reviewed("B1", .so2) { $0 < 2 ? 900 : 20 }], id: "r2"), at: now(scenario))
    #expect(county() == 2)
    #expect(scenario.view().targets[0].hours?.stationMaximum == 900)
  }

  @Test("the whole city's reviewed SO2 hours need every county, whichever import brought it")
  func sulphurOfCity() throws {
    var scenario = Self.heated("141100")
    func city() -> Int? { scenario.view().targets[0].hours?.county }
    for (index, station) in ["A1", "A2", "B1", "B2"].enumerated() {
      #expect(city() == 0, "\(station) is still to come")
      scenario.apply(
        Self.part([Self.reviewed(station, .so2) { $0 < 3 ? 400 : 20 }], id: "r\(index)"), at: now(scenario))
    }
    #expect(city() == 3)
  }

  @Test("reviewed SO2 hours of a day that is not over count for nothing")
  func sulphurOfToday() throws {
    var scenario = Self.heated()
    let today = CivilDay("2020-12-04")!
    scenario.apply(
      Self.part(["B1", "B2"].map { Self.reviewed($0, .so2, day: today) { _ in 400 } }), at: now(scenario))
    #expect(scenario.view().targets[0].hours?.county == 0)
    // When the day is over its own hours are what counts.
    for _ in 0..<27 { scenario.step(lishi: 20, fenyang: 20) }
    #expect(scenario.view().targets[0].hours?.county == 0)
  }

  @Test("days without a review keep the digest that they had before there were reviews")
  func layout() throws {
    let value = DayValue(
      unit: "141182", day: Self.day, edition: .hj633In2012,
      means: [DayValue.Mean(pollutant: .pm25, value: Concentration(1), state: .known, valid: 1, expected: 1)],
      isImported: false, aqi: 2, inputs: [DayValue.Input(source: "B1", values: [Concentration(1)])])
    #expect(value.encoded().first == 1)
    #expect(try DayValue(encoded: value.encoded()) == value)
    var reviewed = value
    reviewed.means[0].review = .final
    reviewed.means[0].provisional = Concentration(3)
    reviewed.inputs[0].reviewed = [.pm25, .co]
    #expect(reviewed.encoded().first == 2)
    #expect(try DayValue(encoded: reviewed.encoded()) == reviewed)
  }
}
