import AirQuality
import Testing
import Timekeeping
import Transport

@testable import Polling

/// One feed's machine with its clocks, driven a step at a time.
struct Bench {
  var poll: FeedPoll
  var civil = Instant(milliseconds: 1_606_780_800_000)
  var monotonic = MonotonicInstant(nanoseconds: 1_000_000_000)
  var generator = JitterGenerator(seed: 7)
  var number: UInt64 = 0

  init(limits: PollingLimits = PollingLimits()) {
    poll = FeedPoll(FeedDefinition(name: "f", url: "http://h/", every: .seconds(60)), limits: limits)
  }

  var moment: FeedPoll.Moment {
    FeedPoll.Moment(civil: civil, monotonic: monotonic, wallSeconds: 784_111_740)
  }

  mutating func advance(seconds: Int64) {
    civil = civil.adding(milliseconds: seconds * 1_000)
    monotonic = monotonic.adding(nanoseconds: seconds * 1_000_000_000)
  }

  /// The conditional headers of a started poll; nil when it was skipped (see `skipped`).
  mutating func due(slots: Int = 1) -> [TransferHeader]? {
    number += 1
    switch poll.due(PollID(feed: "f", number: number), slots: slots, at: moment) {
    case .start(let conditions, _): return conditions
    case .skip(let record):
      skipped = record
      return nil
    }
  }
  var skipped: PollRecord?

  /// `deliver`, `ignore`, or the outcome's label.
  mutating func answer(
    status: Int, headers: String = "", body: String = "", number: UInt64? = nil
  ) -> String {
    let response = TransferResponse(
      status: status, headers: HeaderBlock(bytes: Array(headers.utf8)), body: Array(body.utf8))
    return finish(.response(response), number)
  }

  mutating func fail(_ kind: TransportError.Kind) -> String {
    finish(.failure(TransportError(kind: kind, message: "told")), nil)
  }

  private mutating func finish(_ outcome: TransferResult.Outcome, _ number: UInt64?) -> String {
    let result = TransferResult(outcome: outcome, bytesReceived: 10, totalSeconds: 0.02, lastByteAt: monotonic)
    let id = PollID(feed: "f", number: number ?? self.number)
    switch poll.answered(id, result, at: moment, using: &generator) {
    case .deliver: return "deliver"
    case .ignore: return "ignore"
    case .finish(let record): return record.outcome.label
    }
  }

  mutating func judge(_ verdict: PollVerdict) -> String? {
    poll.judged(PollID(feed: "f", number: number), verdict, at: moment, using: &generator)?.outcome.label
  }

  /// Seconds until the feed may start again.
  var heldSeconds: Double? { poll.heldUntil.map { $0.seconds(since: monotonic) } }
}

@Suite("One feed's polls")
struct FeedPollTests {
  static let validators = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nLast-Modified: Tue, 01 Dec 2020 00:00:00 GMT\r\n\r\n"

  /// HTTP status, headers, body: what becomes of a first poll.
  @Test(arguments: [
    (200, "", "x", "deliver"), (206, "", "x", "deliver"), (200, "", "", "empty"), (204, "", "", "empty"),
    (304, "", "", "http_error"), (301, "", "", "http_error"), (401, "", "x", "http_error"),
    (403, "", "x", "http_error"), (404, "", "x", "http_error"), (500, "", "x", "http_error"),
    (503, "", "", "http_error"), (503, "Retry-After: 9\r\n", "", "throttled"), (429, "", "", "throttled"),
    (429, "Retry-After: 9\r\n", "", "throttled"), (503, "Retry-After: never\r\n", "", "http_error"),
  ])
  func statuses(status: Int, headers: String, body: String, expected: String) {
    var bench = Bench()
    #expect(bench.due() == [])
    #expect(bench.answer(status: status, headers: headers, body: body) == expected)
    #expect(bench.poll.status.polls == 1)
    #expect(bench.poll.status.bytes == 10)
    if expected != "deliver" {
      let outcome = PollOutcome.allCases.first { $0.label == expected }!
      #expect(bench.poll.status.count(of: outcome) == 1)
      #expect(!bench.poll.isBusy)
    }
  }

  @Test(arguments: [
    (TransportError.Kind.timeout, "timeout"), (.connect, "connect"), (.dns, "connect"), (.reset, "connect"),
    (.tls, "tls"), (.tooLarge, "too_large"), (.redirects, "http_error"), (.protocol, "http_error"),
    (.cancelled, "skipped"), (.overloaded, "skipped"),
  ])
  func transportFailures(kind: TransportError.Kind, expected: String) {
    var bench = Bench()
    #expect(bench.due() != nil)
    #expect(bench.fail(kind) == expected)
    #expect((bench.heldSeconds == nil) == (kind == .cancelled))
    #expect(bench.poll.status.failures == (expected == "skipped" ? 0 : 1))
    #expect(bench.poll.status.lastError?.fault.code == kind.rawValue)
  }

  /// A newest-hour feed has nothing of the hour any more at the next slot.
  @Test func whatWeLoseIsFetchedAgainSoon() throws {
    var bench = Bench()
    for drops in 1...12 {
      #expect(bench.due(slots: 0) != nil)
      #expect(bench.answer(status: 200, body: "x") == "deliver")
      #expect(bench.judge(.rejected(FeedFault(code: "backlog_full", message: "m"))) == "skipped")
      let held = try #require(bench.heldSeconds)
      #expect(held >= 1 && held <= min(60, 5 * Double(1 << (drops - 1))), "\(drops)")
      #expect(bench.due() == nil && bench.skipped?.fault?.code == "back_off")
      bench.advance(seconds: 61)
    }
    #expect(bench.poll.status.failures == 0 && !bench.poll.status.isOpen)
    _ = bench.due()
    #expect(bench.answer(status: 200, body: "x") == "deliver")
    #expect(bench.judge(.confirmed(readings: 1)) == "ok")
    #expect(bench.heldSeconds == nil && bench.poll.dropsInARow == 0)
  }

  @Test func validatorsAdvanceOnlyWhenConfirmed() {
    var bench = Bench()
    #expect(bench.due() == [])
    #expect(bench.answer(status: 200, headers: FeedPollTests.validators, body: "one") == "deliver")
    #expect(bench.judge(.rejected(FeedFault(code: "commit", message: "disk full"))) == "skipped")
    // The commit failed: the next poll asks unconditionally and the same body is delivered again.
    bench.advance(seconds: 60)
    #expect(bench.due() == [])
    #expect(bench.answer(status: 200, headers: FeedPollTests.validators, body: "one") == "deliver")
    #expect(bench.judge(.confirmed(readings: 6)) == "ok")
    bench.advance(seconds: 60)
    let conditions = [
      TransferHeader("If-None-Match", "\"a\""),
      TransferHeader("If-Modified-Since", "Tue, 01 Dec 2020 00:00:00 GMT"),
    ]
    #expect(bench.due() == conditions)
    #expect(bench.answer(status: 304) == "not_modified")
    // A body that cannot be read does not move them either.
    bench.advance(seconds: 60)
    #expect(bench.due() == conditions)
    #expect(bench.answer(status: 200, headers: "ETag: \"b\"\r\n", body: "<html>") == "deliver")
    #expect(bench.judge(.parseFailed(FeedFault(code: "html", message: "HTML", path: "line 1"))) == "parse")
    bench.advance(seconds: 3_600)
    #expect(bench.due() == conditions)
    #expect(bench.poll.status.readings == 6)
    #expect(bench.poll.status.lastError?.fault.path == "line 1")
  }

  @Test func theSameBodyIsNotModified() {
    var bench = Bench()
    _ = bench.due()
    #expect(bench.answer(status: 200, body: "same") == "deliver")
    #expect(bench.judge(.confirmed(readings: 1)) == "ok")
    bench.advance(seconds: 60)
    #expect(bench.due() == [])
    #expect(bench.answer(status: 200, body: "same") == "not_modified")
    bench.advance(seconds: 60)
    _ = bench.due()
    #expect(bench.answer(status: 200, body: "sane") == "deliver")
  }

  @Test func rowsOfTheMomentOfReceptionAreNewEachTime() {
    var bench = Bench()
    for _ in 0..<3 {
      #expect(bench.due() == [])
      #expect(bench.answer(status: 200, headers: "ETag: \"a\"\r\n", body: "same") == "deliver")
      #expect(bench.judge(.confirmed(readings: 1, isOfReception: true)) == "ok")
      bench.advance(seconds: 60)
    }
  }

  /// A list that stays empty is no success, however often the peer says that nothing changed.
  @Test func anEmptyAnswerThatStaysIsNoSuccess() {
    var bench = Bench()
    _ = bench.due()
    #expect(bench.answer(status: 200, headers: FeedPollTests.validators, body: "[]") == "deliver")
    #expect(bench.judge(.empty()) == "empty")
    bench.advance(seconds: 60)
    _ = bench.due()
    #expect(bench.answer(status: 200, headers: FeedPollTests.validators, body: "[]") == "empty")
    bench.advance(seconds: 60)
    #expect(bench.due()?.isEmpty == false)
    #expect(bench.answer(status: 304) == "empty")
    #expect(bench.poll.status.lastSuccess == nil)
    bench.advance(seconds: 60)
    _ = bench.due()
    #expect(bench.answer(status: 200, body: "[1]") == "deliver")
    #expect(bench.judge(.confirmed(readings: 1)) == "ok")
    bench.advance(seconds: 60)
    _ = bench.due()
    #expect(bench.answer(status: 200, body: "[1]") == "not_modified")
    #expect(bench.poll.status.lastSuccess == bench.civil)
  }

  @Test func neverOverlapsWithItself() {
    var bench = Bench()
    #expect(bench.due() != nil)
    bench.advance(seconds: 60)
    #expect(bench.due() == nil)
    #expect(bench.skipped?.fault?.code == "overrun")
    // The answer to the poll that never started changes nothing; the first one's counts.
    #expect(bench.answer(status: 200, body: "x", number: 2) == "ignore")
    #expect(bench.answer(status: 200, body: "x", number: 1) == "deliver")
    // Still busy until the verdict, but not for ever.
    bench.advance(seconds: 30)
    #expect(bench.due(slots: 3) == nil)
    #expect(bench.poll.status.overruns == 4)
    bench.advance(seconds: 31)
    #expect(bench.due() != nil)
    #expect(bench.poll.status.lastError?.fault.code == "no_verdict")
    #expect(bench.judge(.confirmed(readings: 1)) == nil)
  }

  @Test func missedSlotsAreCountedOnce() {
    var bench = Bench()
    #expect(bench.due(slots: 60) != nil)
    #expect(bench.poll.status.count(of: .skipped) == 59)
    #expect(bench.poll.status.polls == 1)
  }

  @Test func retryAfterIsObeyedAndNonsenseCounted() {
    var bench = Bench()
    _ = bench.due()
    #expect(bench.answer(status: 429, headers: "Retry-After: 120\r\n") == "throttled")
    #expect(bench.heldSeconds == 120)
    bench.advance(seconds: 60)
    #expect(bench.due() == nil)
    #expect(bench.skipped?.outcome == .skipped)
    #expect(bench.skipped?.fault?.code == "retry_after")
    bench.advance(seconds: 60)
    #expect(bench.due() != nil)
    #expect(bench.answer(status: 503, headers: "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n") == "throttled")
    #expect(bench.heldSeconds == 37)
    bench.advance(seconds: 37)
    _ = bench.due()
    #expect(bench.answer(status: 429, headers: "Retry-After: banana\r\n") == "throttled")
    #expect(bench.poll.status.badRetryAfters == 1)
    #expect(bench.heldSeconds! >= 1)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func backOffGrowsWithFullJitterAndAFloor(seed: UInt64) {
    var limits = PollingLimits()
    limits.breakerFailures = 100
    var bench = Bench(limits: limits)
    bench.generator = JitterGenerator(seed: seed)
    var ceiling = 5.0
    for _ in 0..<12 {
      #expect(bench.due() != nil)
      #expect(bench.fail(.connect) == "connect")
      let held = bench.heldSeconds!
      #expect(held >= 1 && held <= max(1, ceiling), "seed \(seed)")
      ceiling = min(ceiling * 2, 600)
      bench.advance(seconds: 601)
    }
    #expect(bench.due() != nil)
    _ = bench.answer(status: 200, body: "x")
    _ = bench.judge(.confirmed(readings: 1))
    #expect(bench.heldSeconds == nil)
    #expect(bench.due() != nil)
    _ = bench.fail(.timeout)
    #expect(bench.heldSeconds! <= 5, "seed \(seed)")
  }

  @Test func breakerOpensProbesOnceAndCloses() {
    var again = Bench()
    for step in 0..<5 {
      _ = again.due()
      _ = again.answer(status: 500)
      if step < 4 { again.advance(seconds: 601) }
    }
    // The fifth failure in a row opened it.
    #expect(again.heldSeconds! >= 30 && again.heldSeconds! <= 60)
    again.advance(seconds: 10)
    #expect(again.due() == nil)
    #expect(again.skipped?.outcome == .breakerOpen)
    again.advance(seconds: 60)
    // One probe; while it runs nothing else starts. It fails: open again, for longer.
    #expect(again.due() != nil)
    #expect(again.due() == nil)
    #expect(again.skipped?.fault?.code == "overrun")
    again.number -= 1
    #expect(again.fail(.timeout) == "timeout")
    #expect(again.heldSeconds! >= 60 && again.heldSeconds! <= 120)
    again.advance(seconds: 121)
    #expect(again.due() != nil)
    #expect(again.answer(status: 200, body: "x") == "deliver")
    #expect(again.judge(.confirmed(readings: 1)) == "ok")
    #expect(again.heldSeconds == nil)
    again.advance(seconds: 60)
    #expect(again.due() != nil)
    #expect(again.fail(.timeout) == "timeout")
    #expect(again.heldSeconds! <= 5)
    #expect(again.poll.status.count(of: .breakerOpen) == 1)
  }

  @Test func rowFaultsAreKeptAfterSuccess() {
    var bench = Bench()
    _ = bench.due()
    _ = bench.answer(status: 200, body: "x")
    let fault = FeedFault(code: "bad_row", message: "pm10 is no number", path: "$.data[3].pm10")
    #expect(bench.judge(.confirmed(readings: 5, fault: fault)) == "ok")
    #expect(bench.poll.status.lastError?.fault == fault)
    #expect(bench.poll.status.lastSuccess == bench.civil)
    bench.advance(seconds: 60)
    _ = bench.due()
    _ = bench.answer(status: 200, body: "y")
    _ = bench.judge(.confirmed(readings: 6))
    #expect(bench.poll.status.lastError?.fault == fault)
  }
}
