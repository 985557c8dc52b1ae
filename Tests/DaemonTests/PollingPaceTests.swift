import AirQuality
import CZlib
import ConfigurationFiles
import Engine
import Feeds
import Glibc
import Logging
import Polling
import TestSupport
import Testing

@testable import Daemon

@Suite("When feeds are polled, as the daemon has it")
struct PollingPaceTests {
  /// `../shared/data/feeds/cnemc` beside the checkout.
  private static let recorded: String = {
    let parts = #filePath.split(separator: "/").dropLast(4).map(String.init)
    return "/" + (parts + ["shared", "data", "feeds", "cnemc"]).joined(separator: "/")
  }()

  private static func load(_ name: String) -> [UInt8] {
    guard let file = unsafe gzopen(recorded + "/" + name, "rb") else { return [] }
    defer { unsafe _ = gzclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe gzread(file, &chunk, UInt32(chunk.count))
      guard count > 0 else { return bytes }
      bytes += chunk[..<Int(count)]
    }
  }

  /// Two polls of the national feed, 24 minutes apart: the first met an hour with 38 of its stations.
  @Test(.enabled(if: unsafe access(recorded, R_OK) == 0, "the recorded answers (../shared/data) are not here"))
  func theRecordedHalfHourIsNoHour() throws {
    let decoder = try FeedDecoder(.preset(.cnemc))
    let end = CivilOffset.china.start(of: try #require(CivilDay("2019-07-18"))).adding(milliseconds: 14 * 3_600_000)
    func newest(_ name: String, minute: Int64) -> (period: NewestPeriod?, at: Instant) {
      let at = end.adding(milliseconds: minute * 60_000)
      return (decoder.decode(Self.load(name), context: DecodeContext(receivedAt: at)).newestPeriod(at: at), at)
    }
    let half = newest("201907181226_data.xml.gz", minute: 26)
    let expected = NewestPeriod(end: end, spanMilliseconds: 3_600_000, stations: 38, recentStations: 1_448)
    #expect(half.period == expected)
    let whole = newest("201907181250_data.xml.gz", minute: 50)
    #expect(whole.period?.stations == 1_459)
    var lag = PublicationLag(rules: PublicationRules(), name: "national")
    let first = lag.answered(half.period, at: half.at)
    #expect(!first)
    #expect(lag.expectedEnd == end && lag.partial?.stations == 38)
    let second = lag.answered(whole.period, at: whole.at)
    #expect(second)
    #expect(lag.newestEnd == end)
    let sample = LagSamples.Sample(lower: 26 * 60_000, upper: 50 * 60_000)
    #expect(lag.samples.samples == [sample])
  }

  @Test func theConfigurationReachesThePoller() throws {
    let directory = TemporaryDirectory()
    let loaded = try loadedConfiguration(
      """
      feeds:
        - name: a
          url: https://example.org/?f={from}&u={until}
          format: influx-line
          every: 10m
          publication: {quantile: 0.8, margin: 5s, alarm_floor: 4m, step: 7s, attempts: 3, completeness: 0.4}
          denser: {levels: [red], every: 1m}
          look_back: {span: 2h, as: epoch-s, daily: {at: "02:30", span: 2d}}
          budget: b
        - {name: c, url: "https://example.org/", format: influx-line, every: 1m}
      budgets:
        - {name: b, requests: 9, resets: midnight}

      """, in: directory)
    let runtime = try RuntimeConfiguration(loaded)
    let feed = try #require(runtime.definitions.first)
    var rules = PublicationRules()
    rules.quantile = 0.8
    rules.margin = .seconds(5)
    rules.alarmFloor = .seconds(240)
    rules.step = .seconds(7)
    rules.attempts = 3
    rules.completeness = 0.4
    #expect(feed.publication == rules)
    let denser = DenserPolling(levels: ["red"], every: .seconds(60))
    #expect(feed.denser == denser)
    let daily = LookBack.Daily(at: .seconds(9_000), span: .seconds(172_800))
    let lookBack = LookBack(span: .seconds(7_200), notation: .epochSeconds, daily: daily)
    #expect(feed.lookBack == lookBack)
    #expect(feed.budget == "b")
    let follows = ["a", "c"].map { runtime.readers[$0]?.followsPublications ?? false }
    #expect(follows == [true, false])
    let budget = BudgetDefinition(name: "b", requests: 9, per: .seconds(86_400), renewal: .midnight(.china))
    #expect(runtime.budgets == [budget])
  }

  /// What is written is read back; what is damaged is said and left.
  @Test func theMemoryIsKeptOnDisk() async throws {
    let directory = TemporaryDirectory()
    let messages = Collector<String>()
    let logger = Logger(label: "test") { _ in MessageLog(messages: messages) }
    var memory = PollingMemory(savedAt: 5)
    memory.budgets = [.init(name: "b", spent: .init())]
    #expect(PollingMemoryFile(stateDirectory: directory.path, logger: logger).read() == nil)
    #expect(messages.values.isEmpty)
    let file = PollingMemoryFile(stateDirectory: directory.path, logger: logger)
    await file.close(memory)
    #expect(file.read() == memory)
    // Nothing is written after the end.
    file.schedule(.soon) { PollingMemory(savedAt: 6) }
    await file.close(nil)
    #expect(file.read() == memory)
    write(Array("damaged and too short".utf8), to: directory.path + "/polling.memory")
    #expect(file.read() == nil)
    #expect(messages.values.contains { $0.hasPrefix("what was learned of the feeds cannot be read") })
    let nowhere = PollingMemoryFile(stateDirectory: directory.path + "/none", logger: logger)
    await nowhere.close(memory)
    #expect(messages.values.contains { $0.hasPrefix("what was learned of the feeds cannot be kept") })
  }

  /// Units with a level in force, by code.
  @Test func levelsInForceAreThoseOfTheView() throws {
    var engine = Engine()
    _ = engine.apply(.configuration(Sample.configuration), at: Sample.start)
    let view = engine.view(position: 1)
    var raised = try #require(view)
    let before: [String: String] = DaemonRuntime.levels(raised)
    #expect(before.isEmpty)
    raised.units[0].level.name = "orange"
    let after: [String: String] = DaemonRuntime.levels(raised)
    #expect(after == ["141102": "orange"])
  }
}
