import Foundation
import HTTPTypes
import Testing

@testable import Web

/// `POST /api/v1/push/{feed}` as the face answers it.
@Suite struct PushFaceTests {
  static let limitBytes = 100_000

  /// Takes `ok` with the right token; answers what the body asks for otherwise.
  static func admit(_ feed: String, _ fields: PushFields) throws(PushFailure) -> PushAdmission {
    guard feed != "nobody" else { throw PushFailure(status: 404, code: "unknown_feed", message: "m") }
    guard fields.authorization == "Bearer t" else {
      throw PushFailure(status: 401, code: "unauthorized", message: "m")
    }
    return PushAdmission(limitBytes: limitBytes) { (body) async throws(PushFailure) in
      let error = PushRowError(row: 2, code: "value", message: "m", path: "$[2]")
      switch String(decoding: body.prefix(4), as: UTF8.self) {
      case "bad": throw PushFailure(status: 422, code: "no_usable_row", message: "m", path: "$", errors: [error])
      case "full": throw PushFailure(status: 429, code: "backlog_full", message: "m", retryAfterSeconds: 5)
      default: return PushReport(feed: feed, readings: body.count, rows: 3, errorCount: 1, errors: [error])
      }
    }
  }

  static func reply(_ target: String, _ body: String, token: String? = "Bearer t") async -> WebReply {
    var request = WebRequest(.post, target, body: Array(body.utf8))
    request.headers[.authorization] = token
    return await face().answer(request)
  }

  @Test func aPushIsAnsweredWithWhatWasCommitted() async throws {
    let reply = await Self.reply("/api/v1/push/a%20b", "12345")
    #expect(reply.status == 200)
    let data = try #require(try reply.data() as? [String: Any])
    #expect(data["feed"] as? String == "a b" && data["readings"] as? Int == 5 && data["error_count"] as? Int == 1)
    let errors = try #require(data["errors"] as? [[String: Any]])
    #expect(errors.first?["path"] as? String == "$[2]" && errors.first?["row"] as? Int == 2)
  }

  @Test func refusalsSayWhyAndWhenToComeAgain() async throws {
    let refused = await Self.reply("/api/v1/push/x", "ok", token: nil)
    #expect(refused.status == 401 && refused.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
    #expect(try refused.errorCode() == "unauthorized")
    let full = await Self.reply("/api/v1/push/x", "full")
    #expect(full.status == 429 && full.headers[.retryAfter] == "5")
    let bad = await Self.reply("/api/v1/push/x", "bad")
    #expect(bad.status == 422 && bad.text.contains(#""path":"$","errors":[{"row":2,"#), "\(bad.text)")
    #expect(await Self.reply("/api/v1/push/nobody", "ok").status == 404)
    for path in ["/api/v1/push", "/api/v1/push/", "/api/v1/push/x/y"] {
      #expect(await Self.reply(path, "ok").status == 404, "\(path)")
    }
    #expect(await face().answer(WebRequest(.get, "/api/v1/push/x")).status == 405)
  }

  @Test func theBodyIsJudgedByTheHead() {
    var request = WebRequest(.post, "/api/v1/push/x")
    guard case .refuse(let refusal) = face().bodyPlan(request) else {
      Issue.record("the body would be read")
      return
    }
    #expect(refusal.status == 401 && refusal.headers[.xContentTypeOptions] == "nosniff")
    request.headers[.authorization] = "Bearer t"
    guard case .read(Self.limitBytes, _?) = face().bodyPlan(request) else {
      Issue.record("the body would not be read as a push")
      return
    }
    guard case .read(WebLimits().requestBodyBytes, nil) = face().bodyPlan(WebRequest(.post, "/-/reload")) else {
      Issue.record("another request has another bound")
      return
    }
  }
}
