import AirQuality
import Dispatch
import LoopbackServer
import Polling
import Synchronization
import Testing
import Timekeeping
import Transport

@Suite("The poller on loopback")
struct PollerTests {
  static let base = CivilOffset.china.start(of: CivilDay("2020-12-01")!)

  /// A poller whose clock is moved by hand, with its answers and records as streams.
  struct Rig {
    let clock = ManualClock(civil: PollerTests.base, speed: 60)
    let poller: Poller
    var answers: AsyncStream<PollAnswer>.Iterator
    var records: AsyncStream<PollRecord>.Iterator

    init(limits: PollingLimits = PollingLimits()) throws {
      let (answers, answered) = AsyncStream.makeStream(of: PollAnswer.self)
      let (records, recorded) = AsyncStream.makeStream(of: PollRecord.self)
      poller = try Poller(
        clock: clock, zone: .china, limits: limits, consumer: { @Sendable in answered.yield($0) },
        observer: { @Sendable in recorded.yield($0) })
      self.answers = answers.makeAsyncIterator()
      self.records = records.makeAsyncIterator()
    }

    /// One civil minute later, everything due is started.
    func minute() async {
      clock.advance(by: .seconds(1))
      await poller.tick()
    }

    func status(_ name: String) -> FeedStatus { poller.status().first { $0.name == name }! }
  }

  static func feed(_ name: String, _ url: String) -> FeedDefinition {
    FeedDefinition(name: name, url: url, every: .seconds(60), offset: .zero)
  }

  @Test func pollsConfirmsAndAsksConditionally() async throws {
    let server = LoopbackServer { request, connection in
      if request.headers["if-none-match"] == "\"1\"" {
        connection.send("HTTP/1.1 304 Not Modified\r\n\r\n")
      } else {
        connection.answer(headers: ["ETag: \"1\""], body: Array("body".utf8))
      }
      return true
    }
    var rig = try Rig()
    await rig.poller.apply(definitions: [PollerTests.feed("a", server.url("/"))])
    await rig.poller.tick()
    #expect(rig.status("a").polls == 0)
    #expect(rig.status("a").nextPoll == PollerTests.base.adding(milliseconds: 60_000))
    await rig.minute()
    let answer = try #require(await rig.answers.next())
    #expect(answer.feed == "a" && answer.body == Array("body".utf8) && answer.status == 200)
    #expect(answer.receivedAt == PollerTests.base.adding(milliseconds: 60_000))
    rig.poller.report(answer.id, .confirmed(readings: 6))
    #expect(await rig.records.next()?.outcome == .ok)
    await rig.minute()
    #expect(await rig.records.next()?.outcome == .notModified)
    let status = rig.status("a")
    #expect(status.polls == 2 && status.notModified == 1 && status.readings == 6 && status.bytes == 4)
    #expect(status.state == .ok && status.duration.count == 2)
    // Six civil minutes of the same body: frozen; then silence: late.
    for _ in 0..<7 {
      await rig.minute()
      #expect(await rig.records.next()?.outcome == .notModified)
    }
    #expect(rig.status("a").state == .frozen)
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  @Test func aBadFeedHurtsOnlyItself() async throws {
    let server = LoopbackServer { request, connection in
      if request.path == "/bad" { connection.answer("500 Oops") } else { connection.answer(body: [1, 2, 3]) }
      return true
    }
    var rig = try Rig()
    await rig.poller.apply(definitions: [
      PollerTests.feed("good", server.url("/good")), PollerTests.feed("bad", server.url("/bad")),
    ])
    await rig.minute()
    let answer = try #require(await rig.answers.next())
    #expect(answer.feed == "good")
    let bad = try #require(await rig.records.next())
    #expect(bad.feed == "bad" && bad.outcome == .httpError && bad.status == 500)
    rig.poller.report(answer.id, .confirmed(readings: 1))
    #expect(await rig.records.next()?.feed == "good")
    #expect(rig.status("bad").state == .failing)
    #expect(rig.status("bad").lastError?.fault.code == "http_500")
    #expect(rig.status("good").state == .ok)
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  @Test func reloadTouchesOnlyWhatChanged() async throws {
    let server = LoopbackServer { request, connection in
      if request.path.hasPrefix("/hang") {
        connection.waitForClose()
        return false
      }
      connection.answer(body: Array(request.path.utf8))
      return true
    }
    var rig = try Rig()
    let kept = PollerTests.feed("kept", server.url("/hang-kept"))
    await rig.poller.apply(definitions: [
      kept, PollerTests.feed("changed", server.url("/hang")), PollerTests.feed("gone", server.url("/hang")),
    ])
    await rig.minute()
    while await rig.poller.transportCounters().running < 3 {}
    await rig.poller.apply(definitions: [PollerTests.feed("changed", server.url("/new")), kept])
    #expect(rig.poller.status().map(\.name) == ["changed", "kept"])
    // The kept feed's transfer goes on; those of the others are gone.
    #expect(await rig.poller.transportCounters().running == 1)
    await rig.minute()
    let answer = try #require(await rig.answers.next())
    #expect(answer.feed == "changed" && answer.body == Array("/new".utf8))
    #expect(rig.status("changed").polls == 2)
    #expect(rig.status("kept").overruns == 1)
    await rig.poller.shutdown(deadline: .milliseconds(50))
    #expect(rig.status("kept").polls == 1)
    server.stop()
  }

  @Test func clockStepsNeitherStallNorBurst() async throws {
    let server = LoopbackServer { request, connection in
      connection.answer(body: Array(request.path.utf8))
      return true
    }
    var rig = try Rig()
    await rig.poller.apply(definitions: [PollerTests.feed("a", server.url("/a"))])
    await rig.poller.tick()
    await rig.minute()
    let first = try #require(await rig.answers.next())
    rig.poller.report(first.id, .confirmed(readings: 1))
    _ = await rig.records.next()
    // An hour back: the next slot is the next minute of the new clock.
    rig.clock.jump(milliseconds: -3_600_000)
    await rig.poller.tick()
    #expect(rig.status("a").polls == 1)
    await rig.minute()
    #expect(await rig.records.next()?.outcome == .notModified)
    // An hour forward: one poll at the next slot, not sixty.
    rig.clock.jump(milliseconds: 3_600_000)
    await rig.poller.tick()
    await rig.minute()
    #expect(await rig.records.next()?.outcome == .notModified)
    #expect(rig.status("a").polls == 3)
    #expect(rig.status("a").count(of: .skipped) == 0)
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  @Test func pollOnceLeavesTheFeedAlone() async throws {
    let server = LoopbackServer { request, connection in
      if request.path == "/no" { connection.answer("403 Forbidden") } else { connection.answer(body: [7]) }
      return true
    }
    let rig = try Rig()
    await rig.poller.apply(definitions: [
      PollerTests.feed("a", server.url("/a")), PollerTests.feed("no", server.url("/no")),
    ])
    let answer = try await rig.poller.pollOnce("a")
    #expect(answer.body == [7])
    #expect(rig.status("a").polls == 0)
    await #expect(
      throws: FeedFault(code: "http_403", message: "HTTP 403: the credentials have no right to this address")
    ) {
      try await rig.poller.pollOnce("no")
    }
    await #expect(throws: FeedFault(code: "unknown_feed", message: "no feed is called b")) {
      try await rig.poller.pollOnce("b")
    }
    await rig.poller.shutdown(deadline: .seconds(1))
    server.stop()
  }

  /// The timer drives it by itself, and a drain waits for the verdict of what is under way.
  @Test func runsByItselfAndDrains() async throws {
    let server = LoopbackServer { request, connection in
      connection.answer(body: Array(request.path.utf8))
      return true
    }
    let (answers, answered) = AsyncStream.makeStream(of: PollAnswer.self)
    var limits = PollingLimits()
    limits.tick = 10_000_000
    let clock = ScaledClock(base: PollerTests.base, speed: 600)
    let poller = try Poller(
      clock: clock, zone: .china, limits: limits, consumer: { @Sendable in answered.yield($0) })
    await poller.apply(definitions: (0..<20).map { PollerTests.feed("f\($0)", server.url("/\($0)")) })
    await poller.start()
    var iterator = answers.makeAsyncIterator()
    var seen: Set<String> = []
    var last: PollAnswer?
    while seen.count < 20, let answer = await iterator.next() {
      seen.insert(answer.feed)
      if let last { poller.report(last.id, .confirmed(readings: 1)) }
      last = answer
    }
    let waiting = try #require(last)
    async let drained: Void = poller.shutdown(deadline: .seconds(20))
    poller.report(waiting.id, .confirmed(readings: 1))
    await drained
    #expect(poller.status().reduce(0) { $0 + $1.readings } >= 20)
    server.stop()
  }
}
