import AirQuality
import Dispatch
import Engine
import Feeds
import HJ212
import Store
import Synchronization
import TestSupport
import Testing
import Timekeeping
import Transport

@testable import Daemon
@testable import Polling

@Suite("Answers and their verdicts")
struct FeedIntakeTests {
  /// A verdict as a word, for tables.
  private static func word(_ verdict: PollVerdict) -> String {
    switch verdict {
    case .confirmed(let readings, let fault, _, _, _): "confirmed \(readings) \(fault?.code ?? "-")"
    case .empty(let fault): "empty \(fault?.code ?? "-")"
    case .parseFailed(let fault): "parse \(fault.code)"
    case .throttled(let fault): "throttled \(fault.code)"
    case .rejected(let fault): "rejected \(fault.code)"
    }
  }

  @Test(
    arguments: [
      (.ok, "confirmed 0 -"), (.empty, "empty empty"), (.failed(DecodeFailure(.empty, "nothing")), "empty empty"),
      (.failed(DecodeFailure(.notJSON, "<html>")), "parse not_json"),
      (.failed(DecodeFailure(.errorReply, "Sorry，您这个小时内的API请求次数用完了")), "throttled error_reply"),
      (.failed(DecodeFailure(.errorReply, "rate limit exceeded")), "throttled error_reply"),
      (.failed(DecodeFailure(.errorReply, "no such city")), "parse error_reply"),
      (.failed(DecodeFailure(.noUsableRow, "quota")), "parse no_usable_row"),
    ] as [(DecodeVerdict, String)])
  func verdicts(verdict: DecodeVerdict, expected: String) {
    var decoded = DecodedBody()
    decoded.verdict = verdict
    #expect(Self.word(FeedIntake.verdict(decoded)) == expected)
  }

  @Test func aBadRowIsSaidAndTheGoodOnesCount() {
    var decoded = DecodedBody()
    decoded.verdict = .ok
    decoded.batch.readings = [
      Reading(station: 0, pollutant: .pm25, value: 1, begin: Sample.start, periodMilliseconds: 0)
    ]
    decoded.errors = [RowError(.value, path: "$[1].pm25", row: 1, message: "“x” is no number")]
    decoded.errorCount = 1
    guard case .confirmed(1, let fault, _, _, _) = FeedIntake.verdict(decoded) else {
      Issue.record("not confirmed")
      return
    }
    #expect(fault?.code == "row_value" && fault?.path == "$[1].pm25")
  }

  @Test func rowsWithoutAStampOfTheirOwnAreToldApart() {
    func isOfReception(_ period: Int32, _ shift: Int64) -> Bool? {
      var decoded = DecodedBody()
      decoded.verdict = .ok
      decoded.batch.readings = [
        Reading(
          station: 0, pollutant: .pm25, value: 1, begin: Sample.start.adding(milliseconds: shift - Int64(period)),
          periodMilliseconds: period)
      ]
      let verdict = FeedIntake.verdict(decoded, receivedAt: Sample.start)
      if case .confirmed(_, _, _, _, let isOfReception) = verdict { return isOfReception }
      return nil
    }
    #expect(isOfReception(0, 0) == true && isOfReception(60_000, 0) == true && isOfReception(0, -1) == false)
  }

  private static func answer(_ feed: String, _ text: String) -> PollAnswer {
    PollAnswer(
      id: PollID(feed: feed, number: 1), status: 200, headers: HeaderBlock(), body: Array(text.utf8),
      receivedAt: Sample.start, lastByteAt: MonotonicInstant(nanoseconds: 0), bytes: text.utf8.count, seconds: 0)
  }

  private func intake(
    limit: Int = 1 << 20, in directory: TemporaryDirectory,
    submit: @escaping @Sendable (EngineEvent, @escaping EnginePipeline.Completion) -> Void
  ) throws -> FeedIntake {
    let intake = FeedIntake(
      limitBytes: limit, bodies: BodyRing(stateDirectory: directory.path, limits: BodyRing.Limits()),
      logger: Sample.logger, submit: submit)
    let mapping = FeedMapping(
      container: .json(rows: "$[*]"), station: "$.s",
      time: Feeds.TimeMapping(path: "$.t", notation: .epochMilliseconds, meaning: .end, periodMilliseconds: 60_000),
      values: [
        ValueMapping(pollutant: "pm25", path: "$.v", unit: "ug/m3", unitPath: nil, periodMilliseconds: nil)
      ])
    intake.use(
      ["park": FeedIntake.Reader(decoder: try FeedDecoder(.mapping(mapping)), defaultStation: nil)], offset: .china)
    return intake
  }

  private static let row = #"[{"s":"A1","t":1606752000000,"v":12}]"#

  /// Instruments are many, and each has a connection of its own.
  @Test func uploadsAtOnceStayWithinTheBound() async throws {
    let directory = TemporaryDirectory()
    let waiting = Collector<EnginePipeline.Completion>()
    let answers = Collector<Bool>()
    let intake = try intake(limit: 50, in: directory) { _, completion in waiting.add(completion) }
    var batch = ReadingBatch(stations: ["A1"])
    batch.readings = [Reading(station: 0, pollutant: .pm25, value: 1, begin: Sample.start, periodMilliseconds: 0)]
    let upload = InstrumentUpload(
      id: 1, device: "A1", command: 2011, batch: batch, issues: [], ignoredFactors: 0, missingPackets: [],
      record: Array("##".utf8))
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      intake.take(upload, feed: "park", receivedAt: Sample.start) { answers.add($0) }
    }
    #expect(await answers.wait(63).allSatisfy { !$0 } && waiting.values.count == 1)
    #expect(intake.counts.waitingBytes == 2 + MemoryLayout<Reading>.stride && intake.counts.refusedBodies == 63)
    waiting.values[0](.success(AppliedRecord(position: 1, events: [])))
    #expect(await answers.wait(64).last == true && intake.counts.waitingBytes == 0)
    var empty = upload
    empty.batch = ReadingBatch()
    intake.take(empty, feed: "park", receivedAt: Sample.start) { answers.add($0) }
    #expect(await answers.wait(65).last == true && intake.counts.waitingBytes == 0)
  }

  /// Validators advance with `confirmed`: so it is said behind the commit, and not at all when the commit fails.
  @Test func anAnswerIsConfirmedByItsCommit() async throws {
    let directory = TemporaryDirectory()
    let waiting = Collector<EnginePipeline.Completion>()
    let verdicts = Collector<String>()
    let intake = try intake(in: directory) { _, completion in waiting.add(completion) }
    intake.take(Self.answer("park", Self.row)) { verdicts.add(Self.word($0)) }
    let completion = try #require(await waiting.wait(1).first)
    #expect(verdicts.values.isEmpty)
    #expect(intake.counts.waitingBytes == Self.row.utf8.count)
    completion(.success(AppliedRecord(position: 1, events: [])))
    #expect(await verdicts.wait(1) == ["confirmed 1 -"])
    #expect(intake.counts.waitingBytes == 0)
    intake.take(Self.answer("park", Self.row)) { verdicts.add(Self.word($0)) }
    await waiting.wait(2)[1](.failure(PipelineFailure(description: "disk full")))
    #expect(await verdicts.wait(2).last == "rejected not_committed")
    #expect(intake.counts.waitingBytes == 0)
  }

  @Test func theBacklogIsBoundedAndItsReasonIsTrue() async throws {
    let directory = TemporaryDirectory()
    let waiting = Collector<EnginePipeline.Completion>()
    let verdicts = Collector<String>()
    let intake = try intake(limit: 50, in: directory) { _, completion in waiting.add(completion) }
    intake.take(Self.answer("park", Self.row)) { verdicts.add(Self.word($0)) }
    intake.take(Self.answer("park", Self.row)) { verdicts.add(Self.word($0)) }
    intake.take(Self.answer("gone", Self.row)) { verdicts.add(Self.word($0)) }
    #expect(await verdicts.wait(2).sorted() == ["rejected backlog_full", "rejected not_configured"])
    #expect(intake.counts.refusedBodies == 1)
    await waiting.wait(1)[0](.success(AppliedRecord(position: 1, events: [])))
    #expect(await verdicts.wait(3).last == "confirmed 1 -")
  }
}
