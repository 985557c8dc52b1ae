import AirQuality
import Polling
import Testing
import Transport

@Suite("Look-back requests")
struct LookBackTests {
  static let now = CivilOffset.china.start(of: CivilDay("2020-12-01")!).adding(milliseconds: 9 * 3_600_000 + 5_400)

  @Test(arguments: [
    (LookBack.Notation.rfc3339, CivilOffset.utc, "http://h/?a=2020-11-30T19%3A00%3A05Z&b=2020-12-01T01%3A00%3A05Z"),
    (.rfc3339, .china, "http://h/?a=2020-12-01T03%3A00%3A05%2B08%3A00&b=2020-12-01T09%3A00%3A05%2B08%3A00"),
    (.epochSeconds, .utc, "http://h/?a=1606762805&b=1606784405"),
    (.epochMilliseconds, .utc, "http://h/?a=1606762805400&b=1606784405400"),
    (.pattern("yyyy-MM-dd HH:mm"), .china, "http://h/?a=2020-12-01%2003%3A00&b=2020-12-01%2009%3A00"),
    (.pattern("yyyyMMddHHmmss"), .utc, "http://h/?a=20201130190005&b=20201201010005"),
  ])
  func momentsAreWritten(_ notation: LookBack.Notation, _ zone: CivilOffset, _ expected: String) {
    let lookBack = LookBack(span: .seconds(6 * 3_600), notation: notation, zone: zone)
    let from = lookBack.start(at: Self.now, isLong: false, lastSuccess: nil)
    #expect(lookBack.address("http://h/?a={from}&b={until}", from: from, until: Self.now) == expected)
  }

  /// Hours back, by the hours since the last success and whether it is the long look-back.
  @Test(
    arguments: [
      (nil, false, 6), (1, false, 6), (7, false, 7), (30, false, 30), (100, false, 72), (-5, false, 6), (1, true, 72),
    ] as [(Int64?, Bool, Int64)])
  func aSilenceIsAskedFor(_ silence: Int64?, _ isLong: Bool, _ hours: Int64) {
    let lookBack = LookBack(
      span: .seconds(6 * 3_600), daily: .init(at: .seconds(9_000), span: .seconds(72 * 3_600)))
    let start = lookBack.start(
      at: Self.now, isLong: isLong, lastSuccess: silence.map { Self.now.adding(milliseconds: -$0 * 3_600_000) })
    #expect(Self.now.milliseconds - start.milliseconds == hours * 3_600_000)
  }

  /// Once a day, beside the slots, at its time; after one that could not be made, a minute later.
  @Test func theLongOneComesDaily() {
    var feed = FeedDefinition(name: "f", url: "http://h/{from}", every: .seconds(3_600), offset: .seconds(420))
    feed.lookBack = LookBack(span: .seconds(3_600), daily: .init(at: .seconds(9_000), span: .seconds(86_400)))
    var simulation = SimulatedPublisher(feed, cadence: 3_600_000) { _ in 0 }
    simulation.run(hours: 72)
    let long = simulation.polls.filter { $0.purpose == .lookBack }
    #expect(long.map { ($0.at.milliseconds + 28_800_000) % 86_400_000 } == [9_000_000, 9_000_000, 9_000_000])
    #expect(simulation.polls.count { $0.purpose == .regular } == 72)
    simulation.pacer.postponeLookBack(at: Self.now)
    #expect(simulation.pacer.nextPoll(at: Self.now) <= Self.now.adding(milliseconds: 60_000))
  }

  /// Validators of one range are not sent with another.
  @Test func validatorsBelongToTheirAddress() throws {
    var bench = Bench()
    func due(_ bench: inout Bench, _ address: String) -> [String] {
      bench.number += 1
      let action = bench.poll.due(
        PollID(feed: "f", number: bench.number), slots: 1, at: bench.moment, address: address)
      guard case .start(let conditions, _) = action else { return ["skipped"] }
      return conditions.map(\.name)
    }
    #expect(due(&bench, "http://h/1").isEmpty)
    #expect(bench.answer(status: 200, headers: FeedPollTests.validators, body: "x") == "deliver")
    #expect(bench.judge(.confirmed(readings: 1)) == "ok")
    #expect(due(&bench, "http://h/2").isEmpty)
    // The same body under another address is read, too.
    #expect(bench.answer(status: 200, headers: FeedPollTests.validators, body: "x") == "deliver")
    #expect(bench.judge(.confirmed(readings: 1)) == "ok")
    #expect(due(&bench, "http://h/2") == ["If-None-Match", "If-Modified-Since"])
  }
}
