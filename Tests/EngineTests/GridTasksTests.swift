import AirQuality
import TestSupport
import Testing

@testable import Engine

/// The four steps of grid tasks as a state machine, and hot spots inside the engine.
struct GridTasksTests {
  private static let start = Instant(milliseconds: 1_600_000_000_000)

  private static func at(_ hour: Int) -> Instant { start.adding(milliseconds: Int64(hour) * 3_600_000) }

  private static func hour(_ index: Int, hot: Bool, value: Double = 200, station: String = "M1") -> GridTasks.Hour {
    GridTasks.Hour(
      station: station, county: "141182", pollutant: .pm25, at: at(index),
      evidence: GridTask.Evidence(
        value: Concentration(value), median: Concentration(50), deviation: Concentration(5), stations: 8), isHot: hot)
  }

  // MARK: Finding

  /// h: hot, c: clear, -: no value; `found` the index of the hour that makes the task.
  @Test(
    arguments: [
      ("h", nil), ("hh", 1), ("hch", nil), ("hchh", 3), ("h-h", 2), ("h---h", 4), ("h----h", nil), ("h----hh", 6),
      ("cccc", nil), ("chh", 2),
    ] as [(String, Int?)])
  func persistence(course: String, found: Int?) {
    var tasks = GridTasks()
    var made: Int?
    for (index, letter) in course.enumerated() where letter != "-" {
      if case .found? = tasks.take(Self.hour(index, hot: letter == "h"), settings: HotSpotSettings()) {
        made = made ?? index
      }
    }
    #expect(made == found)
    #expect(tasks.open.count == (found == nil ? 0 : 1))
  }

  @Test func oneTaskForOneStationAndPollutant() {
    var tasks = GridTasks()
    for index in 0..<10 {
      _ = tasks.take(Self.hour(index, hot: true, value: 200 + Double(index)), settings: HotSpotSettings())
    }
    #expect(tasks.open.count == 1 && tasks.open[0].hotHours == 10 && tasks.open[0].peak == Concentration(209))
    for index in 10..<13 { _ = tasks.take(Self.hour(index, hot: false), settings: HotSpotSettings()) }
    #expect(tasks.open[0].clearHours == 3)
    _ = tasks.take(Self.hour(13, hot: true), settings: HotSpotSettings())
    #expect(tasks.open[0].clearHours == 0 && tasks.open[0].hotHours == 11)
  }

  @Test func ownersOfStationsStandBeforeThoseOfCounties() {
    var settings = HotSpotSettings()
    settings.owners = [
      .init(county: "141182", station: nil, name: "县网格长", contact: "1"),
      .init(county: "141182", station: "M1", name: "网格员", contact: "2"),
    ]
    var tasks = GridTasks()
    for station in ["M1", "M2"] {
      for index in 0..<2 { _ = tasks.take(Self.hour(index, hot: true, station: station), settings: settings) }
    }
    #expect(tasks.open.map(\.owner) == ["网格员", "县网格长"])
  }

  // MARK: Steps

  private func task(clearHours: Int = 0) -> GridTasks {
    var tasks = GridTasks()
    for index in 0..<2 { _ = tasks.take(Self.hour(index, hot: true), settings: HotSpotSettings()) }
    tasks.name("t")
    for index in 0..<clearHours { _ = tasks.take(Self.hour(2 + index, hot: false), settings: HotSpotSettings()) }
    return tasks
  }

  /// Every order of three acts: r report, h handle, c close by another, s close by the same hand, f forced close.
  @Test func everyOrderOfSteps() {
    let letters = Array("rhcsf")
    for first in letters {
      for second in letters {
        for third in letters {
          var tasks = task(clearHours: 6)
          var model: GridTask.Step = .discovered
          for letter in [first, second, third] {
            let expected: Bool
            switch letter {
            case "r": expected = model == .discovered
            case "h": expected = model != .closed
            case "s": expected = false
            default: expected = model == .handled
            }
            let step: GridTask.Step = letter == "r" ? .reported : letter == "h" ? .handled : .closed
            let done =
              (try? tasks.advance(
                "t", to: step, by: letter == "c" || letter == "f" ? "李四" : "张三", note: "n", at: Self.at(20),
                isForced: letter == "f", settings: HotSpotSettings())) != nil
            #expect(done == expected, "\(first)\(second)\(third): \(letter) at \(model)")
            if done { model = step }
          }
          #expect((tasks.open.first ?? tasks.closed.first)?.step == model)
          #expect(tasks.open.isEmpty == (model == .closed))
        }
      }
    }
  }

  @Test func closingNeedsClearHoursOrAReason() throws {
    var tasks = task(clearHours: 5)
    let settings = HotSpotSettings()
    _ = try tasks.advance("t", to: .handled, by: "张三", note: "洒水", at: Self.at(8), isForced: false, settings: settings)
    #expect(throws: GridTasks.Refusal.notClear(hours: 5)) {
      try tasks.advance("t", to: .closed, by: "李四", note: "", at: Self.at(9), isForced: false, settings: settings)
    }
    #expect(throws: GridTasks.Refusal.sameHand) {
      try tasks.advance("t", to: .closed, by: "张三", note: "", at: Self.at(9), isForced: true, settings: settings)
    }
    let closed = try tasks.advance(
      "t", to: .closed, by: "李四", note: "仪器已拆", at: Self.at(9), isForced: true, settings: settings)
    #expect(closed.closedAt == Self.at(9) && closed.entries.map(\.step) == [.discovered, .handled, .closed])
    #expect(throws: GridTasks.Refusal.unknown) {
      try tasks.assign("t", owner: "x", contact: "", by: "y", at: Self.at(10))
    }
  }

  @Test(arguments: [(33, true), (34, false)])
  func hotAgainSoonIsTheSameTask(hour: Int, isSame: Bool) throws {
    var tasks = task(clearHours: 6)
    let settings = HotSpotSettings()
    _ = try tasks.advance("t", to: .handled, by: "张三", note: "n", at: Self.at(8), isForced: false, settings: settings)
    _ = try tasks.advance("t", to: .closed, by: "李四", note: "n", at: Self.at(9), isForced: false, settings: settings)
    _ = tasks.take(Self.hour(hour - 1, hot: true), settings: settings)
    switch tasks.take(Self.hour(hour, hot: true), settings: settings) {
    case .reopened(let again): #expect(isSame && again.id == "t" && again.step == .discovered)
    case .found(let new): #expect(!isSame && new.id.isEmpty)
    default: Issue.record("nothing was found")
    }
    #expect(tasks.closed.count == (isSame ? 0 : 1))
  }

  @Test func whatIsOverdueIsToldOnce() throws {
    var tasks = task()
    let settings = HotSpotSettings()
    #expect(tasks.takeOverdue(at: Self.at(24), settings: settings).isEmpty)
    let told = tasks.takeOverdue(at: Self.at(25), settings: settings)
    #expect(told.count == 1 && tasks.takeOverdue(at: Self.at(26), settings: settings).isEmpty)
    _ = try tasks.advance("t", to: .reported, by: "张三", note: "n", at: Self.at(30), isForced: false, settings: settings)
    #expect(tasks.takeOverdue(at: Self.at(73), settings: settings).count == 1)
    #expect(tasks.open[0].overdue == [.reported, .handled])
  }

  @Test func tasksAreBounded() {
    var tasks = GridTasks()
    for station in 0..<GridTasks.maximumOpen + 3 {
      for index in 0..<2 {
        _ = tasks.take(Self.hour(index, hot: true, station: "S\(station)"), settings: HotSpotSettings())
      }
    }
    #expect(tasks.open.count == GridTasks.maximumOpen && tasks.dropped == 3)
  }

  // MARK: Inside the engine

  private func settings() -> EngineConfiguration {
    EngineConfiguration(
      site: ScreeningEngineTests.site, feeds: ["f"], targets: [], criteria: "mee-2018", edition: "by-date",
      hooks: [HookSubscription(name: "grid", levels: ["yellow"], kinds: [.task])])
  }

  private func run(_ hours: Int, hot: ClosedRange<Int>, dust: Bool = false) -> ScreeningEngineTests.Run {
    var run = ScreeningEngineTests.Run()
    run.apply(.configuration(settings()), at: run.end)
    if dust {
      run.apply(
        .act(
          .declareDust(
            id: "d", county: "141182", from: run.end, until: run.end.adding(milliseconds: 86_400_000), by: "a",
            evidence: "b")), at: run.end)
    }
    for hour in 0..<hours {
      var values: [String: [Pollutant: Double]] = [:]
      let wave = Double(hour % 3)
      for id in 1...5 { values["M\(id)"] = [.pm25: 40 + Double(id) + wave, .pm10: 70 + Double(id) + wave] }
      let isHot = hot.contains(hour)
      values["M6"] = [.pm25: isHot ? 140 + wave : 44 + wave, .pm10: isHot ? 260 + wave : 75 + wave]
      values["B1"] = [.pm25: 45 + wave, .pm10: 80 + wave]
      run.step(values)
      run.tick(minutes: 61)
    }
    return run
  }

  @Test func aHotStationBecomesATask() throws {
    let run = run(6, hot: 2...4)
    let events = run.events.filter { $0.kind == .task }
    #expect(events.map(\.rule) == ["grid/discovered", "grid/discovered"])
    let event = try #require(events.first)
    #expect(event.id.hasPrefix("141182-task-M6-pm25-") && event.county == "141182" && event.to == "discovered")
    #expect(event.textChinese.hasPrefix("热点网格任务 汾阳市 M6 PM2.5") && event.textEnglish.contains("A lead, not a verdict."))
    #expect(event.textChinese.split(separator: "\n")[0].count <= 70)
    #expect(run.effects.contains(.deliver(hook: "grid", sequence: event.sequence)))
    // It counts though its neighbours made its hours suspect.
    #expect(run.engine.gridTasks.map(\.hotHours) == [3, 3] && run.engine.gridTasks[0].clearHours == 1)
    #expect(run.cell("M6", hoursAgo: 3)?.flag == .suspect)
  }

  @Test func sandDustMakesNoTaskOfPM10() {
    let run = run(6, hot: 2...4, dust: true)
    #expect(run.engine.gridTasks.map(\.pollutant) == [.pm25])
  }

  @Test func actsAreToldAndReplayed() throws {
    var run = run(14, hot: 2...4)
    let id = try #require(run.engine.gridTasks.first { $0.pollutant == .pm25 }).id
    func act(_ act: OperatorAct) { run.apply(.act(act), at: run.end.adding(milliseconds: 3_700_000)) }
    act(.advanceTask(id: "1", task: id, step: .reported, by: "张三", note: "烧烤", isForced: false))
    act(.advanceTask(id: "1", task: id, step: .reported, by: "张三", note: "烧烤", isForced: false))
    act(.assignTask(id: "2", task: id, owner: "王五", contact: "0358-1", by: "张三"))
    act(.advanceTask(id: "3", task: id, step: .handled, by: "王五", note: "取缔", isForced: false))
    act(.advanceTask(id: "4", task: id, step: .closed, by: "王五", note: "已恢复", isForced: false))
    act(.advanceTask(id: "5", task: id, step: .closed, by: "李四", note: "已恢复", isForced: false))
    let rules = run.events.filter { $0.id == id }.map(\.rule)
    #expect(rules == ["grid/discovered", "grid/reported", "grid/assigned", "grid/handled", "grid/closed"])
    #expect(run.events.last { $0.id == id }?.ends == true)
    var again = Engine()
    for (index, record) in run.records.enumerated() {
      _ = again.apply(record.event, at: record.at)
      if index % 17 == 16 { again = try Engine(snapshot: again.snapshot()) }
    }
    #expect(again.snapshot() == run.engine.snapshot())
  }
}
