import AirQuality
import Engine
import TestSupport
import Testing

@testable import Delivery

@Suite struct WebhookBodyTests {
  static let cases: [(String, EventRecord)] = [
    ("level-open", Sample.event(7)),
    ("level-end", Sample.event(9, from: "orange", to: "none", ends: true, value: nil)),
    (
      "data-drill",
      Sample.event(
        12, id: "data-141100-urban-3", kind: .data, county: "141100-urban", from: "ok", to: "indeterminate",
        drill: true,
        value: 0.1)
    ),
  ]

  static var folder: String { #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Golden" }

  @Test(arguments: ["level-open", "level-end", "data-drill"])
  func theBodyIsTheGoldenFile(name: String) throws {
    let event = try #require(Self.cases.first { $0.0 == name }?.1)
    let body = WebhookBody.render(
      event: event, hook: "duty-room", externalURL: "https://lantian.example/", site: Sample.site)
    let path = Self.folder + "/" + name + ".json"
    let golden = try #require(contents(of: path), "no golden file \(path)")
    #expect(String(decoding: body, as: UTF8.self) + "\n" == String(decoding: golden, as: UTF8.self))
  }

  @Test func theFingerprintIsOfTheIDAlone() {
    let first = WebhookBody.fingerprint("level-141102-1")
    #expect(first.count == 16)
    #expect(first != WebhookBody.fingerprint("level-141102-2"))
    for event in [Sample.event(7), Sample.event(8, from: "orange", to: "red")] {
      let text = String(
        decoding: WebhookBody.render(event: event, hook: "h", externalURL: "", site: Sample.site), as: UTF8.self)
      #expect(text.contains("\"fingerprint\":\"\(first)\""))
    }
  }
}
