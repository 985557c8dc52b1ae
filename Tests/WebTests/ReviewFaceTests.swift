import AirQuality
import Engine
import HTTPTypes
import Synchronization
import Testing

@testable import Web

/// Parts of a reviewed set through the control socket.
@Suite struct ReviewFaceTests {
  static let part = ReviewedImport(
    id: "q4", part: 2, parts: 3, source: "十二月,审核\".csv", digest: "00ff", by: "王五",
    days: [
      ReviewedDay(
        station: "A,1", day: CivilDay("2020-12-02")!, pollutant: .co,
        hours: (0..<24).map { $0 == 7 ? .missing : Concentration(thousandths: Int32($0) * 1_001) }),
      ReviewedDay(
        station: "B1", day: CivilDay("2020-12-03")!, pollutant: .pm10,
        hours: Array(repeating: Concentration(90), count: 24)),
    ])

  private func post(_ body: [UInt8], _ sources: WebSources = SampleSite.sources()) async -> WebReply {
    await face(sources, .control).answer(WebRequest(.post, "/control/v1/import/reviewed", body: body))
  }

  @Test func aPartComesBackAsItWasSent() async throws {
    let seen = Mutex<[ReviewedImport]>([])
    let reply = await post(
      ReviewBody.encode(Self.part),
      SampleSite.sources(review: { part in
        seen.withLock { $0.append(part) }
        return .done(sequence: 15)
      }))
    #expect(reply.text == #"{"status":"success","data":{"part":2,"parts":3,"sequence":15}}"#)
    #expect(seen.withLock { $0 } == [Self.part])
  }

  static let head = #"{"id":"a","part":"1","parts":"1","source":"s","digest":"d","by":"b"}"#
  private static func rows(_ rows: String...) -> String { ([head] + rows).joined(separator: "\n") }
  private static func row(_ start: String, last: String = "1") -> String {
    start + String(repeating: ",1", count: 23) + "," + last
  }

  /// A body and what the refusal names.
  static let bad: [(String, String)] = [
    ("", "line 1"), (head, "line 2"), (rows("A,2020-12-02,pm25,1"), "line 2"),
    (rows(row("A,2020-12-02,pm25"), row("A,2020-13-02,pm25")), "line 3"), (rows(row("A,2020-12-02,tsp")), "tsp"),
    (rows(row(",2020-12-02,pm25")), "no station"), (rows(row("A,2020-12-02,pm25", last: "1x")), "1x"),
    (rows(row("A,2020-12-02,pm25", last: "-1")), "-1"),
    (#"{"id":"a","part":"2","parts":"1","source":"s","digest":"d","by":"b"}"# + "\nA", "part 2 of 1"),
    (#"{"id":"a","part":"1","parts":"1","source":"s","digest":"d"}"# + "\n" + row("A,2020-12-02,pm25"), "by"),
  ]

  @Test("what is no part is refused by line", arguments: bad)
  func refused(body: String, named: String) async {
    let reply = await post(Array(body.utf8))
    #expect(reply.status == 400 && reply.text.contains(named), "\(reply.text)")
  }

  @Test func onlyTheControlSocketServesIt() async {
    let reply = await face().answer(
      WebRequest(.post, "/control/v1/import/reviewed", body: ReviewBody.encode(Self.part)))
    #expect(reply.status == 404)
  }
}
