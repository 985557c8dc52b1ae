import ConfigurationFiles
import Feeds
import Secrets
import Testing

@testable import Daemon

/// Providers repeat keys that they refuse; nobody reads them here.
@Suite("secrets in foreign texts")
struct SecretMaskTests {
  @Test(
    "whole, in either spelling, and where an ellipsis cuts them off",
    arguments: [
      ("invalid key KEYSECRET", "invalid key ***"), ("KEYSECRETKEYSECRET", "******"),
      ("\"bad KEYSE…\"", "\"bad ***…\""),
      ("bad KEY…", "bad KEY…"), ("nothing of it", "nothing of it"), ("abc", "abc"), ("KEYSECRETLONGER!", "***!"),
    ])
  func masks(_ text: String, _ expected: String) {
    #expect(SecretMask(["KEYSECRET", "KEYSECRETLONGER", "abc", ""]).starred(text) == expected)
    #expect(SecretMask().starred(text) == text && SecretMask().isEmpty)
  }

  @Test func answersKeepNone() {
    var body = FeedFormat.preset(.waqi).decode(
      Array(#"{"status":"error","data":"Invalid key s3cret-word"}"#.utf8), context: .init(receivedAt: Sample.start))
    body.notes = ["see s3cret-word"]
    body.hide(by: SecretMask(["s3cret-word"]))
    guard case .failed(let failure) = body.verdict else {
      Issue.record("\(body.verdict)")
      return
    }
    #expect(failure.message.hasSuffix("Invalid key ***") && body.notes == ["see ***"])
  }
}
