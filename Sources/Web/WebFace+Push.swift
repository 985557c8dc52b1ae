import AirQuality
import Engine
import HTTPTypes
import JSONText

/// Feeds that others push to.
extension WebFace {
  /// What is done with the body of a request, decided by its head.
  enum BodyPlan {
    /// It is read up to this size and then answered; of a push with what was accepted.
    case read(limitBytes: Int, push: PushAdmission?)
    /// It is not read.
    case refuse(WebReply)
  }

  /// Decides from the head of a request. A push is judged before its body is read.
  func bodyPlan(_ request: WebRequest) -> BodyPlan {
    guard request.method == .post, let feed = pushedFeed(request.path) else {
      return .read(limitBytes: bodyBytes, push: nil)
    }
    do {
      let admission = try admit(feed, request)
      return .read(limitBytes: admission.limitBytes, push: admission)
    } catch {
      return .refuse(hardened(pushFailure(error)))
    }
  }

  /// The feed of `/api/v1/push/{feed}`; nil for any other path.
  func pushedFeed(_ path: Substring) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[1] == "api", parts[2] == "v1", parts[3] == "push", !parts[4].isEmpty else {
      return nil
    }
    return Query.percentDecoded(parts[4])
  }

  /// `POST /api/v1/push/{feed}`: answered when the rows are on disk.
  func push(_ feed: String, _ request: WebRequest) async -> WebReply {
    do throws(PushFailure) {
      let admission: PushAdmission
      if let given = request.push { admission = given } else { admission = try admit(feed, request) }
      let report = try await admission.take(request.body)
      return success(offset: sources.view()?.site.offset ?? .china) { $0.write(report) }
    } catch {
      return pushFailure(error)
    }
  }

  private func admit(_ feed: String, _ request: WebRequest) throws(PushFailure) -> PushAdmission {
    var fields = PushFields()
    fields.authorization = request.headers[.authorization]
    fields.timestamp = request.headers[.lantianTimestamp]
    fields.signature = request.headers[.lantianSignature]
    fields.idempotencyKey = request.headers[.idempotencyKey]
    fields.contentEncoding = request.headers[.contentEncoding]
    fields.contentType = request.headers[.contentType]
    fields.contentLength = request.headers[.contentLength].flatMap { Int($0) }
    return try sources.admitPush(feed, fields)
  }

  private func hardened(_ reply: WebReply) -> WebReply {
    var reply = reply
    harden(&reply)
    statistics.count(status: reply.status)
    return reply
  }

  private func pushFailure(_ failure: PushFailure) -> WebReply {
    var writer = JSONWriter(offset: .utc)
    writer.object {
      $0.field("status", "error")
      $0.object("error") {
        $0.field("code", failure.code)
        $0.field("message", failure.message)
        if let path = failure.path { $0.field("path", path) }
        if !failure.errors.isEmpty { $0.array("errors", failure.errors) { $0.write($1) } }
      }
    }
    var reply = WebReply(
      status: failure.status, contentType: Self.jsonType, body: writer.bytes, headers: [.cacheControl: "no-store"])
    if let seconds = failure.retryAfterSeconds { reply.headers[.retryAfter] = String(seconds) }
    if failure.status == 401 { reply.headers[.wwwAuthenticate] = "Bearer realm=\"lantian\"" }
    return reply
  }
}

extension JSONWriter {
  /// The answer to a push.
  mutating func write(_ report: PushReport) {
    object {
      $0.field("feed", report.feed)
      $0.field("readings", report.readings)
      $0.field("rows", report.rows)
      $0.field("error_count", report.errorCount)
      $0.array("errors", report.errors) { $0.write($1) }
      $0.field("repeated", report.isRepeated)
    }
  }

  fileprivate mutating func write(_ error: PushRowError) {
    object {
      $0.field("row", error.row)
      $0.field("code", error.code)
      $0.field("message", error.message)
      $0.field("path", error.path)
    }
  }
}

extension HTTPField.Name {
  static let lantianTimestamp = HTTPField.Name("X-Lantian-Timestamp")!
  static let lantianSignature = HTTPField.Name("X-Lantian-Signature")!
  static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}
