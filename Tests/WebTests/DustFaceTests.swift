import AirQuality
import Engine
import HTTPTypes
import Synchronization
import Testing

@testable import Web

/// Sand-dust through the control socket.
@Suite struct DustFaceTests {
  /// A good body of each act, and its schema.
  static let bodies = [
    (
      "declare", "DustDeclaration",
      #"{"id":"a","county":"141129","from":"2020-12-05T09:00","until":"2020-12-06","by":"张三","evidence":"照片"}"#
    ),
    (
      "confirm", "DustConfirmation",
      #"{"id":"a","county":"141129","from":"2020-12-05T09","until":"2020-12-05T10:00:00+08:00","by":"张三","document":"1号"}"#
    ),
    ("withdraw", "DustWithdrawal", #"{"id":"a","period":"p","by":"张三","reason":"误判"}"#),
  ]

  private func post(_ verb: String, _ body: String, _ sources: WebSources = SampleSite.sources()) async -> WebReply {
    await face(sources, .control).answer(WebRequest(.post, "/control/v1/dust/\(verb)", body: Array(body.utf8)))
  }

  @Test func actsReachTheEngine() async throws {
    let seen = Mutex<[DustRequest]>([])
    let sources = SampleSite.sources(dust: { request in
      seen.withLock { $0.append(request) }
      return DustResult(period: request.id ?? "", result: .done(sequence: 14))
    })
    for (verb, _, body) in Self.bodies {
      let reply = await post(verb, body, sources)
      #expect(reply.text == #"{"status":"success","data":{"period":"a","sequence":14}}"#)
    }
    let hour = CivilDay("2020-12-05")!.firstHour
    func at(_ hours: Int32) -> Instant { SampleSite.offset.start(ofHour: hour + hours) }
    #expect(
      seen.withLock { $0 } == [
        DustRequest(
          id: "a", by: "张三",
          act: .state(.declared, county: "141129", from: at(9), until: at(24), basis: "照片")),
        DustRequest(
          id: "a", by: "张三",
          act: .state(.confirmed, county: "141129", from: at(9), until: at(10), basis: "1号")),
        DustRequest(id: "a", by: "张三", act: .withdraw(period: "p", reason: "误判")),
      ])
  }

  @Test(
    "what is not an act is refused by name",
    arguments: [
      ("declare", "{}", 400, "bad_county"), ("withdraw", #"{"by":"a","reason":"b"}"#, 400, "bad_period"),
      (
        "declare", #"{"county":"141129","from":"x","until":"2020-12-06","by":"a","evidence":"b"}"#, 400, "bad_from"
      ),
      (
        "declare", #"{"county":"141129","from":"2020-12-06","until":"2020-12-06","by":"a","evidence":"b"}"#, 400,
        "bad_until"
      ),
      (
        "confirm", #"{"county":"141129","from":"2020-12-01","until":"2021-01-02","by":"a","document":"b"}"#, 400,
        "bad_until"
      ),
      (
        "confirm", #"{"county":"141129","from":"2020-12-01","until":"2020-12-02","by":"a","evidence":"b"}"#, 400,
        "bad_body"
      ),
      (
        "declare", #"{"county":"1","from":"2020-12-01","until":"2020-12-02","by":"a","evidence":"b"}"#, 404,
        "unknown_county"
      ),
    ] as [(String, String, Int, String)])
  func refused(verb: String, body: String, status: Int, code: String) async {
    let reply = await post(verb, body)
    #expect(reply.status == status)
    #expect(reply.text.contains("\"code\":\"\(code)\""), "\(reply.text)")
  }

  @Test func refusalsOfTheEngineArePassedOnAndTheNetworkMayNotAct() async {
    let body = Self.bodies[2].2
    let refusal = SampleSite.sources(dust: { _ in
      DustResult(period: "p", result: .refused(code: "nothing_done", message: "m"))
    })
    #expect(await post("withdraw", body, refusal).status == 409)
    for (verb, _, body) in Self.bodies {
      let reply = await face().answer(WebRequest(.post, "/control/v1/dust/\(verb)", body: Array(body.utf8)))
      #expect(reply.status == 404)
    }
    #expect(await face().answer(WebRequest(.get, "/api/v1/dust?county=1")).status == 400)
  }
}
