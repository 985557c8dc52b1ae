import AirQuality
import Demo
import Engine
import Testing

@Suite struct ScenarioTests {
  static let files = DemoScenario.configurationFiles(
    feedPort: 4_711, statePath: "/tmp/a \"b\"", listen: "127.0.0.1:0", targetsCSV: "x\n")

  private func rows(_ name: String) throws -> [[String]] {
    try #require(Self.files[name]).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func theFolderIsComplete() throws {
    #expect(
      Set(Self.files.keys) == ["lantian.yaml", "counties.csv", "stations.csv", "targets/2020.csv", "daily-2020.csv"])
    let yaml = try #require(Self.files["lantian.yaml"])
    #expect(yaml.hasPrefix("version: 1\n"))
    #expect(yaml.contains(#"state: "/tmp/a \"b\"""#))
    for feed in DemoSimulator().feeds(microMinutes: DemoScenario.microAnswerMinutes(speed: 3_600)) {
      #expect(yaml.contains("  - name: \(feed.name)\n    url: \"http://127.0.0.1:4711\(feed.path)\"\n"), "\(feed)")
    }
    #expect(!yaml.contains("\t"))
  }

  @Test func stationsAreThoseOfThePlan() throws {
    let network = DemoNetwork()
    #expect(network.reference.count == 33 && network.micro.count == 167 && network.lidars.count == 7)
    #expect(Set(network.all.map(\.id)).count == 207)
    #expect(network.reference.allSatisfy { $0.assessed })
    #expect(network.micro.allSatisfy { !$0.assessed })
    for county in DemoCity.counties {
      #expect(network.reference.count { $0.county == county.code } >= 2, "\(county.code)")
      #expect(network.micro.count { $0.county == county.code } >= 12)
    }
    let urban = network.reference.filter(\.urban)
    #expect(urban.count == 5 && urban.allSatisfy { $0.county == "141102" && $0.stationClass == .national })
    #expect(urban.count { $0.background } == 1)
    let lidarCounties = Set(network.lidars.map(\.county))
    #expect(lidarCounties == ["141129", "141128", "141125", "141122", "141121", "141182", "141181"])
    let table = try rows("stations.csv")
    #expect(table.count == 208 && table.allSatisfy { $0.count == 10 })
    #expect(try rows("counties.csv").count == 14)
  }

  /// The year that the simulator's archive tells: one target lost, some in danger, the rest in reach.
  @Test func historyStandsWhereItShould() throws {
    let table = try rows("daily-2020.csv")
    #expect(table[0] == ["date", "county", "pm25", "pm10", "so2", "no2", "o3", "co"])
    #expect(table.count == 1 + 335 * 13)
    #expect(table.allSatisfy { $0.count == 8 })
    #expect(table[1][0] == "2020-01-01" && table.last?[0] == "2020-11-30")
    let plan: [String: Double] = [
      "141102": 84, "141128": 104, "141129": 80, "141125": 109, "141122": 108, "141121": 109, "141182": 109,
      "141181": 109, "141130": 76, "141126": 95, "141124": 103, "141123": 104, "141127": 96,
    ]
    var (lost, close, well) = (0, 0, 0)
    for (county, target) in plan {
      let days = table.dropFirst().filter { $0[1] == county }.compactMap { Double($0[3]) }
      #expect(days.count >= 327, "\(county): a year needs 324 days")
      let mean = days.reduce(0, +) / Double(days.count)
      // Past this even a December without any dust cannot bring the mean below the target.
      if days.reduce(0, +) > (target + 0.5) * Double(days.count + 31) {
        lost += 1
      } else if mean > target * 0.96 {
        close += 1
      } else {
        well += 1
      }
    }
    #expect(lost == 1 && close >= 3 && well >= 6, "\(lost) lost, \(close) close, \(well) well")
  }

  @Test func everyMonthIsValid() throws {
    var counts: [String: Int] = [:]
    for row in try rows("daily-2020.csv").dropFirst() where !row[3].isEmpty {
      counts[row[1] + row[0].prefix(7), default: 0] += 1
    }
    #expect(counts.count == 13 * 11)
    #expect(counts.values.allSatisfy { $0 >= 27 })
  }

  @Test(arguments: [1.0, 60, 600, 3_600, 36_000])
  func pollsStaySaneAtEverySpeed(speed: Double) {
    let micro = speed / 60 / Double(DemoScenario.microPollMinutes(speed: speed)) * 13
    let lidar = speed / 60 / Double(DemoScenario.lidarPollMinutes(speed: speed)) * 7
    if speed <= 3_600 { #expect(micro <= 55 && lidar <= 20, "\(micro) and \(lidar) a second") }
    let answer = DemoScenario.microAnswerMinutes(speed: speed)
    #expect(answer >= 10 && answer <= DemoFeed.microMinutesLimit)
    #expect(answer >= DemoScenario.microPollMinutes(speed: speed))
  }

  @Test func theApproverLiftsOnlyWhatIsProposed() {
    func unit(_ code: String, _ level: String, _ since: Instant?) -> UnitView {
      UnitView(
        county: County(code: code, nameChinese: code, nameEnglish: code), aqi: .none,
        level: LevelView(
          name: level, state: .known, basis: "observed", since: Instant(milliseconds: 1), liftProposedSince: since,
          runningAQI: 80),
        values: [], completeness: 1, microValues: [])
    }
    let proposed = Instant(milliseconds: 42)
    let units = [
      unit("141181", "red", proposed), unit("141182", "red", nil), unit("141100", "yellow", proposed),
      unit("141123", "none", proposed),
    ]
    let acts = DemoApprover.decide(units: units)
    #expect(acts == DemoApprover.decide(units: units), "the same proposal, the same act")
    let lifted = acts.map { act -> String in
      guard case .lift(let id, let county, let by, let reason) = act else { return "" }
      #expect(id == "demo-lift-\(county)-42" && by == DemoApprover.name && reason.contains("解除"))
      return county
    }
    #expect(lifted == ["141181", "141100"])
  }
}
