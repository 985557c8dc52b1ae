import AirQuality
import ConfigurationFiles
import Testing

@Suite("when feeds are polled, as configured")
struct PacingTests {
  private func pacing() throws -> LoadedConfiguration {
    try ConfigurationLoader.load(CaseFolder.sources(CaseFolder.root + "/cases/good-pacing.yaml"))
  }

  @Test func feedsKeepWhatTheFileSays() throws {
    let feeds = try pacing().feeds.map(\.pacing)
    #expect(feeds[0].publication == FeedPacing.Publication())
    #expect(
      feeds[0].denser
        == FeedPacing.Denser(levels: ["yellow", "orange", "red"], units: nil, everyMilliseconds: 300_000))
    var publication = FeedPacing.Publication()
    publication.quantile = 0.8
    publication.marginMilliseconds = 10_000
    publication.alarmQuantile = 0.95
    publication.alarmFloorMilliseconds = 300_000
    publication.completeness = 0.5
    publication.stepMilliseconds = 20_000
    publication.attempts = 4
    #expect(feeds[1].publication == publication)
    #expect(feeds[1].denser?.units == ["141102", "141100-urban"])
    #expect(
      feeds[1].lookBack
        == FeedPacing.LookBack(
          spanMilliseconds: 21_600_000, notation: .pattern("yyyy-MM-dd HH:mm:ss"), zone: .china,
          daily: .init(atMilliseconds: 9_000_000, spanMilliseconds: 259_200_000)))
    #expect(feeds[2].publication == nil)
    #expect(feeds[2].lookBack == FeedPacing.LookBack(spanMilliseconds: 7_200_000, notation: .rfc3339, zone: .utc))
    #expect(feeds.map(\.budget) == ["cnemc", "openaq", "openaq"])
  }

  @Test func budgetsKeepWhatTheFileSays() throws {
    #expect(
      try pacing().budgets == [
        BudgetConfiguration(name: "cnemc", requests: 1_000, perMilliseconds: 86_400_000, renewal: .midnight),
        BudgetConfiguration(name: "openaq", requests: 60, perMilliseconds: 60_000, renewal: .rolling),
      ])
  }

  @Test func theExplanationSaysIt() throws {
    let lines = try pacing().explanationLines.joined(separator: "\n")
    #expect(
      lines.contains(
        "publication poll up to 30s after 90% have come, 12 repeats, late beyond 99% and at least 10m or a period more")
    )
    #expect(lines.contains("denser 1m at red in 141102 141100-urban, look_back 6h, daily 3d at 02:30, budget openaq"))
    #expect(lines.contains("budgets: 2\n  name cnemc, requests 1000, per 1d, resets midnight, feeds 1\n"))
  }
}
