import AirQuality
import Engine
import Foundation
import HTTPTypes
import Testing

@testable import Web

/// Flags, grid tasks and inspections: who may see and do what, and what a bad request is told.
@Suite struct ScreeningFaceTests {
  static let bodies: [(path: String, body: String)] = [
    (
      "/control/v1/flags/set",
      #"{"station":"2183A","pollutant":"pm25","from":"2020-12-05T09","until":"2020-12-05T12","flag":"4","by":"a","reason":"b","id":"f2"}"#
    ),
    ("/control/v1/flags/withdraw", #"{"override":"f2","by":"a","reason":"b","id":"x"}"#),
    (
      "/control/v1/inspections/conclude",
      #"{"inspection":"141182-inspection-2867A-sudden-drop-pm25-20201205T03","finding":"cleared","by":"a","reason":"b","id":"x"}"#
    ),
    ("/control/v1/tasks/report", #"{"task":"141182-task-M17-pm25-20201205T03","by":"a","note":"b","id":"x"}"#),
    ("/control/v1/tasks/handle", #"{"task":"141182-task-M17-pm25-20201205T03","by":"a","note":"b","id":"x"}"#),
    (
      "/control/v1/tasks/assign",
      #"{"task":"141182-task-M17-pm25-20201205T03","owner":"o","contact":"c","by":"a","id":"x"}"#
    ),
  ]

  private func post(_ path: String, _ body: String, _ listener: WebFace.Listener = .control) async -> WebReply {
    await face(SampleSite.sources(), listener).answer(WebRequest(.post, path, body: Array(body.utf8)))
  }

  @Test(arguments: bodies.indices)
  func actsAreTakenThroughTheControlSocketOnly(index: Int) async {
    let (path, body) = Self.bodies[index]
    #expect(await post(path, body).status == 200)
    #expect(await post(path, body, .network).status == 404)
    #expect(await post(path, "{}").status == 400)
    #expect(await post(path, body.replacingOccurrences(of: "\"by\":\"a\"", with: "\"by\":\" \"")).status == 400)
  }

  @Test(arguments: [
    ("flag", "4", "2", 400), ("flag", "4", "9", 400), ("pollutant", "pm25", "pm2.5", 400),
    ("until", "2020-12-05T12", "2020-12-05T09", 400), ("until", "2020-12-05T12", "2023-12-05T09", 400),
    ("station", "2183A", "NOPE", 404),
  ])
  func badFlags(key: String, good: String, bad: String, status: Int) async {
    let body = Self.bodies[0].body.replacingOccurrences(of: "\"\(key)\":\"\(good)\"", with: "\"\(key)\":\"\(bad)\"")
    let reply = await post("/control/v1/flags/set", body)
    #expect(reply.status == status && reply.text.contains(bad == "NOPE" ? "NOPE" : key))
  }

  @Test func tasksOutOfTurnAreRefusedWithTheReason() async {
    let id = "141182-task-M17-pm25-20201205T03"
    let close = await post("/control/v1/tasks/close", #"{"task":"\#(id)","by":"a","note":"b"}"#)
    #expect(close.status == 409 && close.text.contains("the task is discovered"))
    #expect(
      await post("/control/v1/tasks/close", #"{"task":"\#(id)","by":"a","note":"b","force":"yes"}"#).status == 400)
    #expect(await post("/control/v1/tasks/report", #"{"task":"none","by":"a","note":"b"}"#).status == 404)
  }

  @Test func tasksAreChosen() async {
    func count(_ query: String) async -> Int {
      let reply = await face().answer(WebRequest(.get, "/api/v1/tasks" + query))
      return reply.status == 200 ? reply.text.components(separatedBy: "\"found_at\"").count - 1 : -1
    }
    #expect(await count("") == 2)
    #expect(await count("?open=true") == 1)
    #expect(await count("?open=false") == 1)
    #expect(await count("?county=141182") == 2)
    #expect(await count("?county=141129") == 0)
    #expect(await count("?open=perhaps") == -1)
    #expect(await count("?county=1") == -1)
  }

  // MARK: Inspectors

  @Test func inspectionsNeedTheToken() async {
    func status(_ authorization: String?, _ sources: WebSources = SampleSite.sources()) async -> Int {
      var headers = HTTPFields()
      headers[.authorization] = authorization
      return await face(sources).answer(WebRequest(.get, "/api/v1/inspections", headers: headers)).status
    }
    #expect(await status("Bearer inspectors' token") == 200)
    #expect(await status("bearer inspectors' token") == 200)
    #expect(await status(nil) == 401)
    #expect(await status("Bearer inspectors' toke") == 401)
    #expect(await status("Bearer inspectors' tokenn") == 401)
    #expect(await status("Bearer ") == 401)
    #expect(await status("Basic inspectors' token") == 401)
    // Without a configured token they do not exist.
    var sources = SampleSite.sources()
    sources.inspectorToken = { nil }
    #expect(await status("Bearer inspectors' token", sources) == 404)
    #expect(await face(sources, .control).answer(WebRequest(.get, "/api/v1/inspections")).status == 200)
  }

  @Test func openAndConcludedCases() async {
    func text(_ query: String) async -> String {
      await face(SampleSite.sources(), .control).answer(WebRequest(.get, "/api/v1/inspections" + query)).text
    }
    #expect(await text("?open=true").contains("sudden-drop"))
    #expect(await !text("?open=true").contains("spray"))
    #expect(await text("?open=false").contains("spray"))
    let events = await text("/events?id=141182-inspection-2867A-spray-pm10-20201204T03")
    #expect(events.contains("interference/spray") && !events.contains("interference/sudden-drop"))
  }

  /// No public answer, and no metric, knows of a case.
  @Test(arguments: [
    "/api/v1/events", "/api/v1/status", "/api/v1/stations", "/api/v1/counties", "/metrics", "/api/v1/feeds",
    "/api/v1/flags", "/api/v1/tasks",
  ])
  func publicAnswersDoNotNameThem(target: String) async {
    let text = await face().answer(WebRequest(.get, target)).text
    #expect(!text.contains("inspection") && !text.contains("sudden-drop") && !text.contains("spray"))
  }
}
