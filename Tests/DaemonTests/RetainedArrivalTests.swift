import AirQuality
import Engine
import Feeds
import Receiving
import Store
import TestSupport
import Testing

@testable import Daemon

@Suite("Rows of messages that a broker had kept")
struct RetainedArrivalTests {
  static func reading(_ station: UInt32, end shift: Int64, period: Int32 = 0) -> Reading {
    let begin = Sample.start.adding(milliseconds: shift - Int64(period))
    return Reading(
      station: station, pollutant: .pm25, value: Double(station), begin: begin, periodMilliseconds: period)
  }

  @Test func rowsOfTheMomentOfReceptionAreLeftOut() throws {
    var decoded = DecodedBody()
    decoded.verdict = .ok
    decoded.rowCount = 5
    decoded.batch = ReadingBatch(
      stations: ["A", "B", "C"],
      readings: [
        Self.reading(0, end: 0), Self.reading(1, end: -1), Self.reading(0, end: 0, period: 60_000),
        Self.reading(2, end: 60_000, period: 60_000), Self.reading(1, end: -60_000, period: 60_000),
      ])
    let places = try (0..<5).map { try #require(Position(latitude: Double($0), longitude: 0)) }
    decoded.batch.positions = ContiguousArray(places)
    let whole = decoded
    decoded.leaveOutRows(receivedAt: Sample.start)
    #expect(decoded.batch.readings == [whole.batch.readings[1], whole.batch.readings[4]])
    #expect(decoded.batch.positions == [places[1], places[4]] && decoded.batch.stations == whole.batch.stations)
    #expect(decoded.errors.map(\.path) == ["station A", "station C"] && decoded.errors.map(\.row) == [0, 2])
    #expect(decoded.errors.allSatisfy { $0.code == .time } && decoded.errorCount == 2 && decoded.verdict == .ok)
    var later = whole
    later.leaveOutRows(receivedAt: Sample.start.adding(milliseconds: 7))
    #expect(later == whole)
  }

  @Test func aMessageWithNothingElseIsEmpty() {
    var decoded = DecodedBody()
    decoded.verdict = .ok
    decoded.rowCount = 1
    decoded.batch = ReadingBatch(stations: ["A"], readings: [Self.reading(0, end: 0)])
    decoded.leaveOutRows(receivedAt: Sample.start)
    guard case .committed(let report) = FeedIntake.arrivalVerdict(decoded, nil) else {
      Issue.record("not committed")
      return
    }
    #expect(decoded.verdict == .empty && report.readings == 0 && report.errorCount == 1)
    #expect(report.errors.first?.code == "time")
  }

  @Test(
    "line protocol with and without a stamp",
    arguments: [
      ("air,station=A1 pm25=180", true, 0), ("air,station=A1 pm25=180", false, 1),
      ("air,station=A1 pm25=180 1606751940", true, 1), ("air,station=A1 pm25=180 1606751940", false, 1),
    ])
  func intake(line: String, isRetained: Bool, expected: Int) async throws {
    let directory = TemporaryDirectory()
    let batches = Collector<Int>()
    let verdicts = Collector<ArrivalVerdict>()
    let intake = FeedIntake(
      limitBytes: 1 << 20, bodies: BodyRing(stateDirectory: directory.path, limits: BodyRing.Limits()),
      logger: Sample.logger
    ) { event, completion in
      if case .batch(let batch) = event { batches.add(batch.readings.count) }
      completion(.success(AppliedRecord(position: 1, events: [])))
    }
    intake.use(
      ["mqtt": FeedIntake.Reader(decoder: try FeedDecoder(.preset(.influxLine)), defaultStation: nil)], offset: .china)
    let arrival = FeedArrival(
      feed: "mqtt", name: "air/A1", bytes: Array(line.utf8), receivedAt: Sample.start, isRetained: isRetained)
    intake.take(arrival) { verdicts.add($0) }
    guard case .committed(let report)? = await verdicts.wait(1).first else {
      Issue.record("not committed")
      return
    }
    #expect(report.readings == expected && report.rows == 1 && report.errorCount == 1 - expected)
    #expect(batches.values == (expected == 0 ? [] : [1]))
  }
}
