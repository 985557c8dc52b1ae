import AirQuality
import Testing

@testable import Receiving

@Suite("Messages that a broker had kept, and what they say of a feed")
struct RetainedMessageTests {
  static let now = Instant(milliseconds: 1_606_752_000_000)

  static func status(isGood: Bool, _ verdict: ArrivalVerdict, isRetained: Bool) -> ArrivalStatus {
    var status = ArrivalStatus(name: "mqtt", way: .mqtt, lateMilliseconds: 60_000)
    status.isGood = isGood
    MQTTSubscriber.note(verdict, isRetained: isRetained, bytes: 12, at: now, in: &status)
    return status
  }

  @Test("without a row it is no sign of life", arguments: [true, false])
  func noRow(wasGood: Bool) {
    let error = ArrivalRowError(row: 0, code: "time", message: "no stamp", path: "station A")
    let verdict = ArrivalVerdict.committed(ArrivalReport(readings: 0, rows: 1, errorCount: 1, errors: [error]))
    let kept = Self.status(isGood: wasGood, verdict, isRetained: true)
    #expect(kept.isGood == wasGood && kept.lastCommit == nil && kept.count(of: .empty) == 1 && kept.bytes == 12)
    #expect(kept.lastFailure?.fault.code == "row_time")
    #expect(Self.status(isGood: wasGood, verdict, isRetained: false).isGood)
  }

  @Test("with a row it counts as any other; one that cannot be read is a fault")
  func row() {
    let good = Self.status(isGood: false, .committed(ArrivalReport(readings: 1, rows: 1)), isRetained: true)
    #expect(good.isGood && good.lastCommit == Self.now && good.count(of: .ok) == 1)
    let fault = ArrivalFault(code: "not_json", message: "m")
    #expect(!Self.status(isGood: true, .unreadable(fault, errors: []), isRetained: true).isGood)
  }
}
