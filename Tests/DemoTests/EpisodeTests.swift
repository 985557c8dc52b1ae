import AirQuality
import Demo
import Testing

/// The story is what the demonstration says it is.
@Suite struct EpisodeTests {
  static let hours = DemoScenario.storyDays * 24
  static let simulator = DemoSimulator()

  private func findings(_ code: String) -> NaiveFindings {
    switch code {
    case DemoCity.code: return .city(Self.simulator, hours: Self.hours)
    case DemoCity.code + "-urban":
      let stations = Self.simulator.network.reference.filter { $0.urban && !$0.background }
      return NaiveFindings(Self.simulator, stations: stations, hours: Self.hours)
    default:
      return NaiveFindings(Self.simulator, stations: NaiveFindings.assessed(Self.simulator, code), hours: Self.hours)
    }
  }

  static let units = DemoCity.counties.map(\.code) + [DemoCity.code, DemoCity.code + "-urban"]

  @Test(arguments: units)
  func everyUnitReachesItsLevel(code: String) {
    let findings = findings(code)
    let (heavy, severe) = (findings.longestRun(above: 200), findings.longestRun(above: 300))
    let first = findings.running.firstIndex { ($0 ?? 0) > 200 } ?? -1
    print("unit \(code): \(findings.peakLevel), windows above 200: \(heavy) from \(first), above 300: \(severe)")
    #expect(findings.peakLevel == DemoScenario.expectedPeakLevels[code] ?? "none", "seed \(DemoSimulator.defaultSeed)")
    // Distance from every criterion, so that a different but lawful treatment of a gap tells the same story.
    for limit in [25, 49, 73] { #expect(abs(heavy - limit) >= 4, "\(heavy) windows") }
    #expect(abs(severe - 25) >= 4, "\(severe) windows above 300")
  }

  @Test(arguments: units)
  func theFrontClearsIt(code: String) {
    let findings = findings(code)
    let clean = Self.hours - 1 - (findings.lastHeavyHour ?? 0)
    #expect(clean >= 36 + 12, "36 clean hours and half a day to act in")
    #expect(findings.running.allSatisfy { $0 ?? 0 < 500 })
  }

  @Test func levelsComeAfterTheSecondDayAndInOrder() {
    for code in ["141181", "141182"] {
      let running = findings(code).running
      let first = running.firstIndex { ($0 ?? 0) > 200 } ?? 0
      #expect((40...80).contains(first), "\(code) heavy from hour \(first)")
    }
  }

  @Test func theSameSeedGivesTheSameBytes() {
    let other = DemoSimulator()
    let moment = DemoScenario.start.adding(milliseconds: 5 * 86_400_000 + 1_234_567)
    for feed in other.feeds() {
      #expect(other.answer(feed, at: moment)?.body == Self.simulator.answer(feed, at: moment)?.body, "\(feed)")
    }
    let different = DemoSimulator(seed: 1).answer(.national, at: moment)
    #expect(different?.body != Self.simulator.answer(.national, at: moment)?.body)
  }

  @Test func theMixingLayerFallsInTheEpisode() throws {
    let county = try #require(DemoCity.counties.first { $0.code == "141181" })
    func noon(_ day: Int64) -> Double {
      Self.simulator.air.mixingHeight(
        county, at: DemoScenario.start.adding(milliseconds: day * 86_400_000 + 13 * 3_600_000))
    }
    #expect(noon(0) > 900)
    #expect(noon(5) < 550)
    #expect(noon(9) > 1_200)
  }

  @Test func fineDustIsPartOfDust() {
    let first = CivilOffset.china.hour(of: DemoScenario.start)
    for station in Self.simulator.network.reference {
      for hour in first..<(first + 288) {
        guard let fine = Self.simulator.published(station, .pm25, hour: hour),
          let coarse = Self.simulator.published(station, .pm10, hour: hour)
        else { continue }
        #expect(fine.value <= coarse.value * 1.15, "\(station.id) hour \(hour)")
      }
    }
  }
}
