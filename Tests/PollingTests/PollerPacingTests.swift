import AirQuality
import LoopbackServer
import Polling
import Synchronization
import Testing
import Timekeeping
import Transport

@Suite("The poller's pace on loopback")
struct PollerPacingTests {
  /// The addresses that a server was asked for.
  final class Asked: Sendable {
    private let paths = Mutex<[String]>([])
    func add(_ path: String) { paths.withLock { $0.append(path) } }
    var all: [String] { paths.withLock { $0 } }
  }

  static func server(_ asked: Asked, status: @escaping @Sendable (String) -> String = { _ in "200 OK" })
    -> LoopbackServer
  {
    LoopbackServer { request, connection in
      asked.add(request.path)
      connection.answer(status(request.path), body: Array("\(asked.all.count)".utf8))
      return true
    }
  }

  static let hour: Int64 = 3_600_000

  /// Reads the next answer and confirms it with a newest period.
  static func confirm(_ rig: inout PollerTests.Rig, _ newest: NewestPeriod?) async throws -> PollAnswer {
    let answer = try #require(await rig.answers.next())
    rig.poller.report(answer.id, .confirmed(readings: 1, newest: newest))
    #expect(await rig.records.next()?.outcome == .ok)
    return answer
  }

  /// Polls follow what the answers tell, late is told once, and a new poller goes on with the memory of the old.
  @Test func followsPublicationsAndRemembers() async throws {
    let asked = Asked()
    let server = Self.server(asked)
    let news = Mutex<[PublicationNews]>([])
    let (answers, answered) = AsyncStream.makeStream(of: PollAnswer.self)
    let (records, recorded) = AsyncStream.makeStream(of: PollRecord.self)
    let clock = ManualClock(civil: PollerTests.base, speed: 60)
    let poller = try Poller(
      clock: clock, zone: .china, consumer: { @Sendable in answered.yield($0) },
      observer: { @Sendable in recorded.yield($0) },
      publications: { @Sendable one in news.withLock { $0.append(one) } })
    var feed = FeedDefinition(name: "a", url: server.url("/"), every: .seconds(3_600), offset: .seconds(420))
    feed.publication = PublicationRules()
    await poller.apply(definitions: [feed])
    var answerStream = answers.makeAsyncIterator()
    var recordStream = records.makeAsyncIterator()
    // Each hour is there at twenty minutes past; the 31st never comes.
    var pollMinutes: [Int] = []
    for minute in 1...(33 * 60) {
      clock.advance(by: .seconds(1))
      let before = poller.status()[0].polls
      await poller.tick()
      guard poller.status()[0].polls > before else { continue }
      pollMinutes.append(minute)
      let answer = try #require(await answerStream.next())
      let hours = min(30, Int64((minute - 20) / 60))
      let end = PollerTests.base.adding(milliseconds: hours * Self.hour)
      let newest = NewestPeriod(end: end, spanMilliseconds: Self.hour, stations: 3)
      poller.report(answer.id, .confirmed(readings: 1, newest: newest))
      #expect(await recordStream.next()?.outcome == .ok)
    }
    #expect(pollMinutes.first == 7)
    let status = poller.status()[0]
    #expect(status.state == .late)
    #expect(status.lateReason?.hasPrefix("the period ending 2020-12-02T07:00:00+08:00 is not there") == true)
    #expect(status.lateReasonChinese?.hasPrefix("截至 2020-12-02T07:00:00+08:00 的时段尚无数据") == true)
    #expect(news.withLock { $0.map(\.isLate) } == [true])
    #expect(status.publication?.lateCount == 1)
    // Of the learned hours nearly all were found by the first poll or the second.
    let learned = pollMinutes.filter { (20 * 60..<30 * 60).contains($0) }
    #expect(learned.count < 35, "\(learned)")
    let memory = await poller.memory()
    #expect(memory.feeds.map(\.name) == ["a"])
    await poller.shutdown(deadline: .seconds(1))
    let next = try Poller(clock: clock, zone: .china, consumer: { _ in })
    await next.recall(try PollingMemory(memory.bytes))
    await next.apply(definitions: [feed])
    let recalled = next.status()[0].publication
    #expect(recalled?.usualMilliseconds == status.publication?.usualMilliseconds)
    #expect(recalled?.newestEnd == PollerTests.base.adding(milliseconds: 30 * Self.hour))
    #expect(next.status()[0].state == .ok)
    await next.shutdown(deadline: .seconds(1))
    server.stop()
  }

  /// Three feeds share two requests a real minute: the third waits its turn, and a slot that passes meanwhile is counted.
  @Test func feedsShareABudget() async throws {
    let asked = Asked()
    let server = Self.server(asked)
    var rig = try PollerTests.Rig()
    let feeds = ["a", "b", "c"].map { name in
      var feed = PollerTests.feed(name, server.url("/" + name))
      feed.budget = "shared"
      return feed
    }
    let budget = BudgetDefinition(name: "shared", requests: 2, per: .seconds(60))
    await rig.poller.apply(definitions: feeds, budgets: [budget])
    await rig.minute()
    _ = try await Self.confirm(&rig, nil)
    _ = try await Self.confirm(&rig, nil)
    #expect(rig.status("c").polls == 0 && rig.status("c").isWaiting)
    #expect(rig.poller.budgetStatus().map(\.waiting) == [1])
    // The next slot: all wait; the third has waited already and loses it.
    await rig.minute()
    let record = try #require(await rig.records.next())
    #expect(record.feed == "c" && record.outcome == .skipped && record.fault?.code == "budget")
    #expect(rig.poller.budgetStatus().map(\.waiting) == [3])
    rig.clock.advance(by: .seconds(61))
    await rig.poller.tick()
    var started: Set<String> = []
    while started.count < 2 {
      let answer = try #require(await rig.answers.next())
      started.insert(answer.feed)
      rig.poller.report(answer.id, .confirmed(readings: 1))
    }
    #expect(started == ["c", "a"])
    #expect(rig.status("b").polls == 1)
    let shared = try #require(rig.poller.budgetStatus().first)
    #expect(shared.granted == 4 && shared.refused >= 1 && shared.available == 0)
    // A reload keeps what is spent, and a restart with it.
    await rig.poller.apply(
      definitions: feeds, budgets: [BudgetDefinition(name: "shared", requests: 3, per: .seconds(60))])
    #expect(rig.poller.budgetStatus().map(\.available) == [1])
    let memory = await rig.poller.memory()
    #expect(memory.budgets.first?.spent.parts.reduce(0) { $0 + $1.count } == 2)
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  /// A feed that never gets a request is late in time, not silently in order.
  @Test func whoWaitsForeverIsLate() async throws {
    let asked = Asked()
    let server = Self.server(asked)
    var rig = try PollerTests.Rig()
    var feeds = ["a", "b"].map { PollerTests.feed($0, server.url("/" + $0)) }
    for index in feeds.indices { feeds[index].budget = "one" }
    await rig.poller.apply(
      definitions: feeds, budgets: [BudgetDefinition(name: "one", requests: 1, per: .seconds(86_400))])
    await rig.minute()
    _ = try await Self.confirm(&rig, nil)
    #expect(rig.status("b").isWaiting && rig.status("b").state == .ok)
    for _ in 0..<5 { await rig.minute() }
    #expect(rig.status("b").state == .late && rig.status("b").polls == 0)
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  /// What one feed of a provider is told holds the others too.
  @Test func aThrottledFeedHoldsItsProvider() async throws {
    let asked = Asked()
    let server = LoopbackServer { request, connection in
      asked.add(request.path)
      if request.path == "/a" {
        connection.answer("429 Slow Down", headers: ["Retry-After: 30"])
      } else {
        connection.answer(body: [1])
      }
      return true
    }
    var rig = try PollerTests.Rig()
    var a = FeedDefinition(name: "a", url: server.url("/a"), every: .seconds(3_600), offset: .seconds(60))
    var b = FeedDefinition(name: "b", url: server.url("/b"), every: .seconds(3_600), offset: .seconds(120))
    (a.budget, b.budget) = ("p", "p")
    let budget = BudgetDefinition(name: "p", requests: 100, per: .seconds(60))
    await rig.poller.apply(definitions: [a, b], budgets: [budget])
    await rig.minute()
    #expect(await rig.records.next()?.outcome == .throttled)
    await rig.minute()
    #expect(asked.all == ["/a"])
    #expect(rig.status("b").isWaiting)
    #expect(rig.poller.budgetStatus().first?.heldUntil != nil)
    rig.clock.advance(by: .seconds(30))
    await rig.poller.tick()
    let answer = try #require(await rig.answers.next())
    #expect(answer.feed == "b")
    await rig.poller.shutdown(deadline: .milliseconds(50))
    server.stop()
  }

  /// While a level is in force the interval is the shorter one, from a restart on too; lifted, it is the usual one again.
  @Test func levelsMakePollsDenser() async throws {
    let asked = Asked()
    let server = Self.server(asked)
    var rig = try PollerTests.Rig()
    var feed = FeedDefinition(name: "a", url: server.url("/"), every: .seconds(3_600), offset: .zero)
    feed.denser = DenserPolling(levels: ["orange", "red"], units: ["141102"], every: .seconds(300))
    await rig.poller.apply(definitions: [feed])
    rig.poller.use(levels: ["141102": "yellow", "141125": "red"])
    for _ in 0..<20 { await rig.minute() }
    #expect(rig.status("a").polls == 0 && !rig.status("a").isDense)
    rig.poller.use(levels: ["141102": "orange"])
    await rig.poller.tick()
    for _ in 0..<30 {
      let before = rig.status("a").polls
      await rig.minute()
      if rig.status("a").polls > before { _ = try await Self.confirm(&rig, nil) }
    }
    #expect(rig.status("a").polls == 6, "\(rig.status("a"))")
    #expect(rig.status("a").isDense)
    // A feed that a reload brings is dense at once.
    feed.headers = [TransferHeader("X-A", "1")]
    await rig.poller.apply(definitions: [feed])
    #expect(rig.status("a").isDense)
    rig.poller.use(levels: [:])
    await rig.poller.tick()
    for _ in 0..<9 { await rig.minute() }
    #expect(rig.status("a").polls == 6 && !rig.status("a").isDense)
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  /// The range of a look-back stands in the address, and the daily one reaches further.
  @Test func rangesStandInTheAddress() async throws {
    let asked = Asked()
    let server = Self.server(asked)
    var rig = try PollerTests.Rig()
    var feed = FeedDefinition(
      name: "a", url: server.url("/{from}/{until}"), every: .seconds(86_400), offset: .seconds(60))
    feed.lookBack = LookBack(
      span: .seconds(3_600), notation: .epochSeconds, daily: .init(at: .seconds(120), span: .seconds(86_400)))
    await rig.poller.apply(definitions: [feed])
    let base = PollerTests.base.milliseconds / 1_000
    await rig.minute()
    _ = try await Self.confirm(&rig, nil)
    await rig.minute()
    _ = try await Self.confirm(&rig, nil)
    #expect(asked.all == ["/\(base + 60 - 3_600)/\(base + 60)", "/\(base + 120 - 86_400)/\(base + 120)"])
    let once = try await rig.poller.pollOnce("a")
    #expect(once.status == 200)
    let memory = await rig.poller.memory()
    await rig.poller.shutdown(deadline: .seconds(1))
    // Nine hours later another process asks for all since the last success.
    var next = try PollerTests.Rig()
    next.clock.advance(by: .seconds(9 * 60))
    await next.poller.recall(try PollingMemory(memory.bytes))
    feed.offset = .seconds(9 * 3_600 + 60)
    await next.poller.apply(definitions: [feed])
    await next.minute()
    _ = try await Self.confirm(&next, nil)
    #expect(asked.all.last == "/\(base + 120)/\(base + 9 * 3_600 + 60)")
    await next.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }
}
