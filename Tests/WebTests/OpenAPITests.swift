import Foundation
import HTTPTypes
import Testing

@testable import Web

/// The document and the answers describe each other: every field of an answer is described, every described field is
/// met, required ones always are, and types fit.
@Suite struct OpenAPITests {
  private static let samples: [(path: String, target: String)] = [
    ("/api/v1/status", "/api/v1/status"), ("/api/v1/feeds", "/api/v1/feeds"), ("/api/v1/stations", "/api/v1/stations"),
    ("/api/v1/stations/{id}/series", "/api/v1/stations/2183A/series?pollutant=pm25"),
    ("/api/v1/counties", "/api/v1/counties"), ("/api/v1/targets", "/api/v1/targets"),
    ("/api/v1/events", "/api/v1/events"), ("/api/v1/dust", "/api/v1/dust"),
    ("/api/v1/flags", "/api/v1/flags"), ("/api/v1/tasks", "/api/v1/tasks"), ("/api/v1/lidar", "/api/v1/lidar"),
  ]

  private static func document() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(EmbeddedResource.openAPI.bytes))
    return try #require(value as? [String: Any])
  }

  /// Walks a value along its schema, noting the fields it meets and what does not fit.
  private struct Walker {
    let schemas: [String: [String: Any]]
    var met: Set<String> = []
    var faults: [String] = []

    mutating func walk(_ value: Any, _ schema: [String: Any], _ name: String) {
      if value is NSNull {
        if schema["nullable"] as? Bool != true { faults.append("\(name) is null") }
        return
      }
      let reference = schema["$ref"] ?? (schema["allOf"] as? [[String: Any]])?.first?["$ref"]
      if let reference = reference as? String {
        let target = String(reference.dropFirst("#/components/schemas/".count))
        guard let found = schemas[target] else { return faults.append("\(reference) does not exist") }
        return walk(value, found, target)
      }
      if let allowed = schema["enum"] as? [Any], let text = value as? String,
        !allowed.contains(where: { $0 as? String == text })
      {
        faults.append("\(name) is \(text)")
      }
      switch (schema["type"] as? String, value) {
      case ("object", let object as [String: Any]): walkObject(object, schema, name)
      case ("array", let array as [Any]):
        guard let items = schema["items"] as? [String: Any] else { return faults.append("\(name) has no items") }
        for element in array { walk(element, items, name + "[]") }
      case ("string", is String), ("number", is NSNumber), ("boolean", is Bool): break
      case ("integer", let number as NSNumber):
        if number.doubleValue != number.doubleValue.rounded() { faults.append("\(name) is \(number)") }
      default: faults.append("\(name) is no \(schema["type"] ?? "known type")")
      }
    }

    private mutating func walkObject(_ object: [String: Any], _ schema: [String: Any], _ name: String) {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for required in schema["required"] as? [String] ?? [] where object[required] == nil {
        faults.append("\(name).\(required) is not there")
      }
      for (key, value) in object {
        if let described = properties[key] {
          met.insert("\(name).\(key)")
          walk(value, described, "\(name).\(key)")
        } else if schema["additionalProperties"] as? [String: Any] == nil {
          faults.append("\(name).\(key) is not described")
        }
      }
    }
  }

  private static func described(_ schema: [String: Any], _ name: String) -> Set<String> {
    var names: Set<String> = []
    if let items = schema["items"] as? [String: Any] { names.formUnion(described(items, name + "[]")) }
    for (key, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      names.insert("\(name).\(key)")
      names.formUnion(described(property, "\(name).\(key)"))
    }
    return names
  }

  @Test func documentAndAnswersDescribeEachOther() async throws {
    let document = try Self.document()
    let components = try #require(document["components"] as? [String: [String: [String: Any]]])
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    var walker = Walker(schemas: components["schemas"] ?? [:])
    func schema(_ path: String, _ method: String, _ status: String) throws -> [String: Any] {
      let responses = try #require(paths[path]?[method]?["responses"] as? [String: [String: Any]])
      let content = try #require(responses[status]?["content"] as? [String: [String: [String: Any]]])
      return try #require(content["application/json"]?["schema"])
    }
    func json(_ reply: WebReply) throws -> Any { try JSONSerialization.jsonObject(with: Data(reply.body)) }
    for sample in Self.samples {
      let reply = await face().answer(WebRequest(.get, sample.target))
      walker.walk(try json(reply), try schema(sample.path, "get", "200"), sample.path)
    }
    for (path, target) in [
      ("/api/v1/stations", "/api/v1/stations"),
      ("/api/v1/stations/{id}/track", "/api/v1/stations/van-1/track?pollutant=pm25"),
    ] {
      walker.walk(
        try json(await face(SampleSite.moving).answer(WebRequest(.get, target))), try schema(path, "get", "200"), path)
    }
    let reload = await face().answer(WebRequest(.post, "/-/reload"))
    walker.walk(try json(reload), try schema("/-/reload", "post", "200"), "/-/reload")
    let missing = await face().answer(WebRequest(.get, "/api/v1/events?since=x"))
    walker.walk(try json(missing), try schema("/api/v1/events", "get", "400"), "error")
    let body = #"{"id":"a","county":"141129","by":"b","reason":"c"}"#
    walker.walk(
      try JSONSerialization.jsonObject(with: Data(body.utf8)), ["$ref": "#/components/schemas/LiftRequest"], "lift")
    let lift = await face(SampleSite.sources(), .control).answer(
      WebRequest(.post, "/control/v1/lift", body: Array(body.utf8)))
    walker.walk(try json(lift), try schema("/control/v1/lift", "post", "200"), "lifted")
    for (verb, type, body) in DustFaceTests.bodies {
      walker.walk(
        try JSONSerialization.jsonObject(with: Data(body.utf8)), ["$ref": "#/components/schemas/\(type)"], type)
      let path = "/control/v1/dust/\(verb)"
      let reply = await face(SampleSite.sources(), .control).answer(WebRequest(.post, path, body: Array(body.utf8)))
      walker.walk(try json(reply), try schema(path, "post", "200"), verb)
    }
    for path in ["/api/v1/inspections", "/api/v1/inspections/events"] {
      let reply = await face(SampleSite.sources(), .control).answer(WebRequest(.get, path))
      walker.walk(try json(reply), try schema(path, "get", "200"), path)
    }
    for (path, body) in ScreeningFaceTests.bodies {
      let described = try #require(
        (paths[path]?["post"]?["requestBody"] as? [String: Any])?["content"] as? [String: [String: [String: Any]]])
      walker.walk(
        try JSONSerialization.jsonObject(with: Data(body.utf8)), try #require(described["application/json"]?["schema"]),
        path)
      let reply = await face(SampleSite.sources(), .control).answer(WebRequest(.post, path, body: Array(body.utf8)))
      walker.walk(try json(reply), try schema(path, "post", "200"), path)
    }
    let review = await face(SampleSite.sources(), .control).answer(
      WebRequest(.post, "/control/v1/import/reviewed", body: ReviewBody.encode(ReviewFaceTests.part)))
    walker.walk(try json(review), try schema("/control/v1/import/reviewed", "post", "200"), "reviewed")
    var arriving = SampleSite.sources()
    arriving.feeds = { SampleSite.arrived }
    walker.walk(
      try json(await face(arriving).answer(WebRequest(.get, "/api/v1/feeds"))),
      try schema("/api/v1/feeds", "get", "200"), "/api/v1/feeds")
    for (body, status) in [("ok", "200"), ("bad", "422")] {
      walker.walk(
        try json(await PushFaceTests.reply("/api/v1/push/x", body)),
        try schema("/api/v1/push/{feed}", "post", status), "push")
    }
    for (name, data) in try await StreamTests.sampleMessages() where name != "event" {
      let type = name == "snapshot" ? "Snapshot" : "Changes"
      walker.walk(
        try JSONSerialization.jsonObject(with: Data(data.utf8)), ["$ref": "#/components/schemas/\(type)"], type)
    }
    #expect(walker.faults.isEmpty, "\(walker.faults.sorted())")
    var all: Set<String> = []
    for (name, schema) in walker.schemas { all.formUnion(Self.described(schema, name)) }
    // Alerts cannot be declared yet, and no sample has every pollutant.
    let unmet = all.subtracting(walker.met).filter { !$0.hasPrefix("Alert.") && !$0.hasPrefix("Values.") }
    #expect(unmet.isEmpty, "\(unmet.sorted())")
  }

  @Test func everyDescribedPathIsServedAndTheOtherWayRound() async throws {
    let paths = try #require(try Self.document()["paths"] as? [String: [String: Any]])
    for (path, operations) in paths {
      for method in operations.keys {
        // A track is of a mobile station alone.
        let station = path.hasSuffix("/track") ? "van-1" : "2183A"
        let target = path.replacingOccurrences(of: "{id}", with: station)
        let listener: WebFace.Listener = path.hasPrefix("/control") ? .control : .network
        let verb: HTTPRequest.Method = method == "get" ? .get : .post
        let reply = await face(SampleSite.moving, listener).answer(WebRequest(verb, target))
        #expect(reply.status != 404 && reply.status != 405, "\(method) \(path)")
      }
    }
    for endpoint in FaceTests.endpoints {
      let path = endpoint.prefix { $0 != "?" }.replacingOccurrences(of: "2183A", with: "{id}")
      #expect(paths[path] != nil, "\(path)")
    }
  }
}
