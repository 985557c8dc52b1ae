import AirQuality
import Engine
import Foundation
import HTTPTypes
import Testing

@testable import Web

@Suite struct FaceTests {
  static let endpoints = [
    "/", "/console.css", "/console.js", "/-/healthy", "/-/ready", "/metrics", "/api/v1/status", "/api/v1/feeds",
    "/api/v1/stations", "/api/v1/stations/2183A/series?pollutant=pm25", "/api/v1/counties", "/api/v1/targets",
    "/api/v1/events", "/api/v1/openapi.json",
  ]

  @Test(arguments: endpoints)
  func everyEndpointAnswers(target: String) async throws {
    let reply = await face().answer(WebRequest(.get, target))
    #expect(reply.status == 200)
    #expect(!reply.body.isEmpty)
    #expect(reply.headers[.xContentTypeOptions] == "nosniff")
    #expect(reply.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
    if target.hasPrefix("/api/") {
      #expect(reply.headers[.contentType] == "application/json; charset=utf-8")
      if !target.hasSuffix("openapi.json") { #expect(reply.headers[.cacheControl] == "no-store") }
    }
    #expect(await face().answer(WebRequest(.head, target)).status == 200)
    for method in [HTTPRequest.Method.post, .put, .delete, .options] {
      let refusal = await face().answer(WebRequest(method, target))
      #expect(refusal.status == 405)
      #expect(refusal.headers[.allow] == "GET, HEAD")
      #expect(try refusal.errorCode() == "method_not_allowed")
    }
  }

  @Test(arguments: [
    "/nothing", "/api/v1", "/api/v1/", "/api/v1/counties/", "/api/v1/stations/2183A", "/api/v1/stations//series",
    "/api/v1/stations/none/series?pollutant=pm25", "/control/v1/lift", "/control/v1/reload", "/..", "//",
  ])
  func unknownPathsAreNotFound(target: String) async throws {
    for method in [HTTPRequest.Method.get, .post] where !(method == .post && target.contains("/series")) {
      let reply = await face().answer(WebRequest(method, target))
      #expect(reply.status == 404)
      #expect(try !reply.errorCode().isEmpty)
    }
  }

  @Test(arguments: [
    ("/api/v1/events?since=-1", "bad_since"), ("/api/v1/events?since=abc", "bad_since"),
    ("/api/v1/events?since=", "bad_since"), ("/api/v1/events?since=99999999999999999999", "bad_since"),
    ("/api/v1/events?since=1&since=2", "bad_since"), ("/api/v1/events?limit=0", "bad_limit"),
    ("/api/v1/events?limit=10001", "bad_limit"), ("/api/v1/events?limit=1.5", "bad_limit"),
    ("/api/v1/targets?year=20", "bad_year"), ("/api/v1/targets?year=MMXX", "bad_year"),
    ("/api/v1/stations?county=999999", "bad_county"), ("/api/v1/stations?county=%zz", "bad_query"),
    ("/api/v1/stations?county=%ff", "bad_query"), ("/api/v1/stations/2183A/series", "bad_pollutant"),
    ("/api/v1/stations/2183A/series?pollutant=xenon", "bad_pollutant"),
    ("/api/v1/stations/2183A/series?pollutant=pm25&window=2h", "bad_window"),
    ("/api/v1/stations/2183A/series?pollutant=pm25&from=yesterday", "bad_from"),
    ("/api/v1/stations/2183A/series?pollutant=pm25&to=soon", "bad_to"),
    ("/api/v1/stations/2183A/series?pollutant=pm25&from=2020-12-02&to=2020-12-01", "bad_from"),
    ("/api/v1/stations/2183A/series?pollutant=pm25&window=1m&from=2020-01-01&to=2020-12-01", "range_too_large"),
    ("/api/v1/stream?include=counties,everything", "bad_include"), ("/api/v1/stream?lastEventId=x", "bad_lastEventId"),
  ])
  func badParametersAreNamed(target: String, code: String) async throws {
    let reply = await face().answer(WebRequest(.get, target))
    #expect(reply.status == 400)
    #expect(try reply.errorCode() == code)
  }

  @Test func eventsAreLimitedAndExclusive() async throws {
    func sequences(_ query: String) async throws -> [Int] {
      try await face().answer(WebRequest(.get, "/api/v1/events" + query)).list().compactMap { $0["sequence"] as? Int }
    }
    #expect(try await sequences("") == Array(1...12))
    #expect(try await sequences("?since=9") == [10, 11, 12])
    #expect(try await sequences("?since=2&limit=3") == [3, 4, 5])
    #expect(try await sequences("?since=9223372036854775807") == [])
  }

  @Test func targetsAreThoseOfTheYear() async throws {
    #expect(try await face().answer(WebRequest(.get, "/api/v1/targets")).list().count == 29)
    #expect(try await face().answer(WebRequest(.get, "/api/v1/targets?year=2020")).list().count == 29)
    #expect(try await face().answer(WebRequest(.get, "/api/v1/targets?year=2021")).list().isEmpty)
    let lishi = try await face().answer(WebRequest(.get, "/api/v1/targets?county=141100-urban")).list()
    #expect(lishi.count == 1)
    let unknown = await face().answer(WebRequest(.get, "/api/v1/targets?county=999999"))
    #expect(unknown.status == 400)
  }

  @Test func aStationIdMayHoldAnything() async throws {
    let target = "/api/v1/stations/micro%2F7%20%22x%22/series?pollutant=pm25&window=1m&from=2020-12-05T13:00:00+08:00"
    let reply = await face().answer(WebRequest(.get, target))
    let data = try #require(try reply.data() as? [String: Any])
    #expect(data["station"] as? String == "micro/7 \"x\"")
    #expect(data["from"] as? String == "2020-12-05T13:00:00+08:00")
    #expect(data["to"] as? String == "2020-12-05T14:00:00+08:00")
    #expect((data["points"] as? [Any])?.count == 2)
  }

  @Test func unknownStationsSayWhatIsNotKnown() async throws {
    let stations = try await face().answer(WebRequest(.get, "/api/v1/stations")).list()
    let unknown = try #require(stations.first { $0["id"] as? String == "micro/7 \"x\"" })
    #expect(unknown["county"] is NSNull)
    #expect(unknown["class"] as? String == "unknown")
    #expect(unknown["assessed"] as? Bool == false)
    let aqi = try #require(unknown["aqi"] as? [String: Any])
    #expect(aqi["realtime"] is NSNull && aqi["category"] is NSNull && (aqi["primary"] as? [Any])?.isEmpty == true)
    let some = try await face().answer(WebRequest(.get, "/api/v1/stations?county=141124")).list()
    #expect(some.compactMap { $0["id"] as? String } == ["M-001", "L-7"])
  }

  @Test func withoutAViewTheAPIAsksForPatience() async throws {
    let recovering = SampleSite.sources(
      view: { nil },
      daemon: DaemonStatusView(
        version: "1", startedAt: SampleSite.now, now: SampleSite.now, ready: false,
        notReadyReason: "reading the journal", configurationGeneration: 1, journalPosition: 0))
    for path in ["counties", "stations", "targets", "events", "stream"] {
      let reply = await face(recovering).answer(WebRequest(.get, "/api/v1/\(path)"))
      #expect(reply.status == 503)
      #expect(try reply.errorCode() == "recovering")
    }
    #expect(await face(recovering).answer(WebRequest(.get, "/-/healthy")).status == 200)
    let ready = await face(recovering).answer(WebRequest(.get, "/-/ready"))
    #expect(ready.status == 503)
    #expect(ready.text == "not ready: reading the journal\n")
    for path in ["/api/v1/status", "/api/v1/feeds", "/metrics", "/"] {
      #expect(await face(recovering).answer(WebRequest(.get, path)).status == 200)
    }
  }

  @Test func aFailingStoreIsAnError() async throws {
    struct Broken: Error {}
    var sources = SampleSite.sources()
    sources.events = { _, _ in throw Broken() }
    let reply = await face(sources).answer(WebRequest(.get, "/api/v1/events"))
    #expect(reply.status == 500)
    #expect(try reply.errorCode() == "internal")
  }

  @Test func embeddedFilesAreValidatedByTag() async throws {
    let first = await face().answer(WebRequest(.get, "/"))
    let tag = try #require(first.headers[.eTag])
    #expect(first.text.contains("模拟数据 SIMULATED"))
    let again = await face().answer(WebRequest(.get, "/", headers: [.ifNoneMatch: "\"other\", W/\(tag)"]))
    #expect(again.status == 304)
    #expect(again.body.isEmpty)
    let other = await face().answer(WebRequest(.get, "/", headers: [.ifNoneMatch: "\"other\""]))
    #expect(other.status == 200)
  }

  @Test func tooLongATargetIsRefused() async throws {
    let reply = await face().answer(WebRequest(.get, "/" + String(repeating: "a", count: 5_000)))
    #expect(reply.status == 414)
  }

  // MARK: Acts

  @Test(arguments: [
    (["Sec-Fetch-Site": "cross-site"], 403), (["Sec-Fetch-Site": "same-site"], 403),
    (["Sec-Fetch-Site": "same-origin"], 200), (["Sec-Fetch-Site": "none"], 200), ([:], 200),
    (["Origin": "http://evil.example"], 403), (["Origin": "null"], 403), (["Origin": "http://127.0.0.1:8650"], 200),
    (["Origin": "https://127.0.0.1:8650", "Sec-Fetch-Site": "same-origin"], 200),
    (["Origin": "http://127.0.0.1:8650", "Sec-Fetch-Site": "cross-site"], 403),
  ])
  func reloadRefusesPagesOfOtherSites(fields: [String: String], status: Int) async throws {
    var headers = HTTPFields()
    for (name, value) in fields { headers[try #require(HTTPField.Name(name))] = value }
    let reply = await face().answer(WebRequest(.post, "/-/reload", authority: "127.0.0.1:8650", headers: headers))
    #expect(reply.status == status)
    if status == 200 { #expect(reply.text == #"{"status":"success","data":{"generation":4}}"#) }
  }

  @Test func aRefusedReloadSaysWhy() async throws {
    let sources = SampleSite.sources(reload: .refused(message: "lantian.yaml:3: lissten: unknown key"))
    let reply = await face(sources).answer(WebRequest(.post, "/-/reload"))
    #expect(reply.status == 422)
    #expect(try reply.errorCode() == "configuration_refused")
    #expect(reply.text.contains("lantian.yaml:3"))
    #expect(await face().answer(WebRequest(.get, "/-/reload")).headers[.allow] == "POST")
  }

  private func lift(_ body: String, _ sources: WebSources = SampleSite.sources()) async -> WebReply {
    await face(sources, .control).answer(WebRequest(.post, "/control/v1/lift", body: Array(body.utf8)))
  }

  @Test func liftingReachesTheEngine() async throws {
    let (acts, seen) = AsyncStream<LiftRequest>.makeStream()
    let sources = SampleSite.sources(act: { request in
      seen.yield(request)
      seen.finish()
      return .done(sequence: 13)
    })
    let reply = await lift(#"{"county":"141129", "by":"\u5f20\u4e09 \ud83d\ude00", "reason":"连续 36 小时\n达标"}"#, sources)
    #expect(reply.text == #"{"status":"success","data":{"county":"141129","sequence":13}}"#)
    var first: LiftRequest?
    for await act in acts { first = act }
    #expect(first == LiftRequest(county: "141129", by: "张三 😀", reason: "连续 36 小时\n达标"))
  }

  @Test(arguments: [
    ("", "bad_body"), ("[]", "bad_body"), ("{", "bad_body"), (#"{"county":141129}"#, "bad_body"),
    (#"{"county":"141129","by":"a","reason":"b"} x"#, "bad_body"), (#"{"county":"141129","cuonty":"a"}"#, "bad_body"),
    (#"{"county":"1","county":"2"}"#, "bad_body"), (#"{"county":"141129","by":"a","reason":"\ud800"}"#, "bad_body"),
    (#"{"county":"141129","by":" ","reason":"b"}"#, "bad_by"), (#"{"county":"141129","by":"a"}"#, "bad_reason"),
    (#"{"by":"a","reason":"b"}"#, "bad_county"), (#"{"id":"","county":"141129","by":"a","reason":"b"}"#, "bad_id"),
  ])
  func aBadLiftIsNamed(body: String, code: String) async throws {
    let reply = await lift(body)
    #expect(reply.status == 400)
    #expect(try reply.errorCode() == code)
  }

  @Test func aLiftMayBeRefused() async throws {
    let refusal = SampleSite.sources(act: { _ in .refused(code: "not_raised", message: "no level is in force") })
    let act = #"{"county":"141129","by":"a","reason":"b"}"#
    let refused = await lift(act, refusal)
    #expect(refused.status == 409)
    #expect(try refused.errorCode() == "not_raised")
    let late = await lift(act, SampleSite.sources(act: { _ in .unavailable(message: "stopping") }))
    #expect(late.status == 503)
    #expect(await lift(act.replacingOccurrences(of: "141129", with: "000000")).status == 404)
    #expect(await face(SampleSite.sources(), .control).answer(WebRequest(.post, "/control/v1/reload")).status == 200)
  }
}
