import Foundation
import HTTPTypes

@testable import Web

/// A face over the sample.
func face(_ sources: WebSources = SampleSite.sources(), _ listener: WebFace.Listener = .network) -> WebFace {
  WebFace(sources: sources, limits: WebLimits(), listener: listener, statistics: WebStatistics())
}

extension WebReply {
  var text: String { String(decoding: body, as: UTF8.self) }
  /// `data` of a success, read by another JSON reader than ours.
  func data() throws -> Any {
    let whole = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    guard let whole, whole["status"] as? String == "success", let data = whole["data"] else {
      throw Unexpected(text: text)
    }
    return data
  }
  func list() throws -> [[String: Any]] {
    guard let list = try data() as? [[String: Any]] else { throw Unexpected(text: text) }
    return list
  }
  /// `error.code` of a failure.
  func errorCode() throws -> String {
    let whole = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    guard let error = whole?["error"] as? [String: String], whole?["status"] as? String == "error",
      let code = error["code"], error["message"]?.isEmpty == false
    else { throw Unexpected(text: text) }
    return code
  }
}

struct Unexpected: Error {
  var text: String
}
