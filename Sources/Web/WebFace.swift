import AirQuality
import Engine
import HTTPTypes
import JSONText

/// Answers requests from the sources; knows nothing of sockets.
struct WebFace: Sendable {
  /// Which listener a request came through.
  enum Listener: Sendable {
    /// TCP: the API and the console.
    case network
    /// The control socket: the same, and the acts of operators.
    case control
  }

  static let jsonType = "application/json; charset=utf-8"

  let sources: WebSources
  let limits: WebLimits
  let listener: Listener
  /// Bytes that the body of a request may have.
  var bodyBytes: Int { listener == .control ? limits.controlBodyBytes : limits.requestBodyBytes }
  /// Shared by the listeners.
  let statistics: WebStatistics

  /// Answers a request; every failure becomes an error reply.
  func answer(_ request: WebRequest) async -> WebReply {
    var reply: WebReply
    do {
      reply = try await route(request)
    } catch let error as RequestError {
      reply = failure(error)
    } catch {
      reply = failure(
        RequestError(status: 500, code: "internal", message: "the store could not answer: \(error); see the log"))
    }
    harden(&reply)
    statistics.count(status: reply.status)
    return reply
  }

  /// A hardened and counted error reply for what fails outside the routes.
  func refusal(_ error: RequestError) -> WebReply {
    var reply = failure(error)
    harden(&reply)
    statistics.count(status: reply.status)
    return reply
  }

  // MARK: Routes

  private func route(_ request: WebRequest) async throws -> WebReply {
    guard request.target.utf8.count <= limits.targetBytes else {
      throw RequestError(
        status: 414, code: "target_too_long", message: "path and query are above \(limits.targetBytes) bytes")
    }
    let path = String(request.path)
    switch path {
    case "/", "/console.css", "/console.js": return try get(request) { try console(path, request) }
    case "/-/healthy": return try get(request) { text("ok\n") }
    case "/-/ready": return try get(request) { readiness() }
    case "/metrics": return try get(request) { metrics() }
    case "/api/v1/status": return try get(request) { status() }
    case "/api/v1/feeds": return try get(request) { feeds() }
    case "/api/v1/stations": return try get(request) { try stations(request) }
    case "/api/v1/counties": return try get(request) { try counties() }
    case "/api/v1/targets": return try get(request) { try targets(request) }
    case "/api/v1/dust": return try get(request) { try dust(request) }
    case "/api/v1/flags": return try get(request) { try flags(request) }
    case "/api/v1/lidar": return try get(request) { try lidars() }
    case "/api/v1/tasks": return try get(request) { try tasks(request) }
    case "/api/v1/inspections": return try get(request) { try inspections(request) }
    case "/api/v1/openapi.json": return try get(request) { resource(.openAPI, request) }
    case "/api/v1/stream": return try get(request) { try stream(request) }
    case "/api/v1/events":
      try allow(request, [.get, .head])
      return try await events(request)
    case "/api/v1/inspections/events":
      try allow(request, [.get, .head])
      return try await inspectionEvents(request)
    case "/-/reload":
      try allow(request, [.post])
      return try await reload(request)
    case _ where listener == .control && path.hasPrefix(Self.controlPrefix):
      if let reply = try await control(String(path.dropFirst(Self.controlPrefix.count)), request) { return reply }
    default: break
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 6, parts[1] == "api", parts[2] == "v1", parts[3] == "stations",
      ["series", "track"].contains(parts[5])
    {
      try allow(request, [.get, .head])
      if parts[5] == "track" { return try await track(request, station: parts[4]) }
      return try await series(request, station: parts[4])
    }
    if let feed = pushedFeed(request.path) {
      try allow(request, [.post])
      return await push(feed, request)
    }
    throw RequestError(
      status: 404, code: "not_found", message: "nothing is served here; /api/v1/openapi.json lists what is")
  }

  private func get(_ request: WebRequest, _ body: () throws -> WebReply) throws -> WebReply {
    try allow(request, [.get, .head])
    return try body()
  }

  func allow(_ request: WebRequest, _ methods: [HTTPRequest.Method]) throws {
    guard !methods.contains(request.method) else { return }
    let names = methods.map(\.rawValue).joined(separator: ", ")
    throw RequestError(status: 405, code: "method_not_allowed", message: "allowed here: \(names)")
  }

  // MARK: Probes and pages

  private func readiness() -> WebReply {
    let daemon = sources.daemon()
    guard daemon.ready else { return text("not ready: \(daemon.notReadyReason ?? "starting")\n", status: 503) }
    return text("ready\n")
  }

  private func metrics() -> WebReply {
    let page = MetricsPage(
      view: sources.view(), feeds: sources.feeds(), hooks: sources.hooks(), daemon: sources.daemon(),
      transitions: sources.broadcaster.transitions, streams: sources.broadcaster.clientCount,
      droppedStreams: sources.broadcaster.droppedCount, statistics: statistics, forwards: sources.forwards())
    return WebReply(
      status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: page.render(),
      headers: [.cacheControl: "no-store"])
  }

  private func console(_ path: String, _ request: WebRequest) throws -> WebReply {
    switch path {
    case "/console.css": resource(.style, request)
    case "/console.js": resource(.script, request)
    default: resource(.page, request)
    }
  }

  private func resource(_ resource: EmbeddedResource, _ request: WebRequest) -> WebReply {
    var headers: HTTPFields = [.cacheControl: "no-cache", .eTag: resource.entityTag]
    headers[.contentSecurityPolicy] = resource.contentSecurityPolicy
    let known = (request.headers[.ifNoneMatch] ?? "").split(separator: ",").map { candidate in
      let trimmed = candidate.drop { $0 == " " }.prefix { $0 != " " }
      return trimmed.hasPrefix("W/") ? trimmed.dropFirst(2) : trimmed
    }
    if known.contains(where: { $0 == "*" || $0 == resource.entityTag }) {
      return WebReply(status: 304, contentType: resource.contentType, body: [], headers: headers)
    }
    return WebReply(status: 200, contentType: resource.contentType, body: resource.bytes, headers: headers)
  }

  // MARK: API

  func committedView() throws -> SiteView {
    guard let view = sources.view() else {
      throw RequestError(status: 503, code: "recovering", message: "the state is still being read; try again soon")
    }
    return view
  }

  private func status() -> WebReply {
    let view = sources.view()
    return success(offset: view?.site.offset ?? .china) {
      $0.write(sources.daemon(), view: view, hooks: sources.hooks())
    }
  }

  private func feeds() -> WebReply {
    list(sources.feeds(), offset: sources.view()?.site.offset ?? .china) { $0.write($1) }
  }

  private func stations(_ request: WebRequest) throws -> WebReply {
    let view = try committedView()
    let county = try Query(request.queryText).text("county")
    if let county, !view.units.contains(where: { $0.county.code == county }) {
      throw RequestError.bad("county", county, "the code of a county")
    }
    let shown = county.map { code in view.stations.filter { $0.registered?.county == code } } ?? view.stations
    return list(shown, offset: view.site.offset) { $0.write($1) }
  }

  private func counties() throws -> WebReply {
    let view = try committedView()
    return list(view.units, offset: view.site.offset) { $0.write($1) }
  }

  private func targets(_ request: WebRequest) throws -> WebReply {
    let view = try committedView()
    let query = try Query(request.queryText)
    let asked = try query.integer("year", in: 1_970...9_999)
    let county = try query.text("county")
    if let county, !view.units.contains(where: { $0.county.code == county }) {
      throw RequestError.bad("county", county, "the code of a county, the city or the urban district")
    }
    let years = Set(view.targets.map(\.year))
    let running = view.site.offset.day(of: view.at).year
    // Without a table for the running year the newest one that is over, whose judgement is still due.
    let year = asked ?? (years.contains(running) ? running : years.filter { $0 < running }.max() ?? running)
    let shown = view.targets.filter { $0.year == year && (county == nil || $0.county == county) }
    return list(shown, offset: view.site.offset) { $0.write($1) }
  }

  private func events(_ request: WebRequest) async throws -> WebReply {
    let query = try Query(request.queryText)
    let since = try query.integer("since", in: 0...Int64.max) ?? 0
    let limit = try query.integer("limit", in: 1...limits.eventsPerRequest) ?? 1_000
    let offset = try committedView().site.offset
    return list(try await sources.events(since, limit), offset: offset) { $0.write($1) }
  }

  private func series(_ request: WebRequest, station escaped: Substring) async throws -> WebReply {
    let view = try committedView()
    guard let station = Query.percentDecoded(escaped), view.stations.contains(where: { $0.id == station }) else {
      throw RequestError(status: 404, code: "unknown_station", message: "no station \(escaped.prefix(64))")
    }
    let query = try Query(request.queryText)
    guard let name = try query.text("pollutant") else {
      throw RequestError(status: 400, code: "bad_pollutant", message: "parameter pollutant is missing")
    }
    guard let pollutant = Pollutant(name: name) else {
      throw RequestError.bad("pollutant", name, "one of " + Pollutant.allCases.map(\.name).joined(separator: " "))
    }
    let windowText = try query.text("window") ?? SeriesWindow.hour.rawValue
    guard let window = SeriesWindow(rawValue: windowText) else {
      throw RequestError.bad("window", windowText, "1m, 1h or 1d")
    }
    let to = try query.instant("to", offset: view.site.offset) ?? view.at
    let from =
      try query.instant("from", offset: view.site.offset) ?? to.adding(milliseconds: -window.defaultSpanMilliseconds)
    guard from < to else {
      throw RequestError(status: 400, code: "bad_from", message: "parameter from is not before parameter to")
    }
    guard (to.milliseconds - from.milliseconds) / window.milliseconds <= limits.seriesPoints else {
      throw RequestError(
        status: 400, code: "range_too_large", message: "from and to span more than \(limits.seriesPoints) windows")
    }
    let points = try await sources.series(
      SeriesRequest(station: station, pollutant: pollutant, window: window, from: from, to: to))
    return success(offset: view.site.offset) { writer in
      writer.beginObject()
      writer.field("station", station)
      writer.field("pollutant", pollutant.name)
      writer.field("unit", pollutant.unit.rawValue)
      writer.field("window", window.rawValue)
      writer.field("from", from)
      writer.field("to", to)
      writer.array("points", points) { $0.write($1) }
      writer.endObject()
    }
  }

  private func stream(_ request: WebRequest) throws -> WebReply {
    let query = try Query(request.queryText)
    var topics: Set<StreamRequest.Topic> = [.counties, .stations, .targets, .feeds, .status]
    if let include = try query.text("include") {
      topics = []
      for word in include.split(separator: ",") {
        guard let topic = StreamRequest.Topic(rawValue: String(word)) else {
          let names = StreamRequest.Topic.allCases.map(\.rawValue).joined(separator: ",")
          throw RequestError.bad("include", include, "a list of \(names)")
        }
        topics.insert(topic)
      }
    }
    // The browser sends the header when it reconnects by itself; the parameter serves a page that opens a new stream.
    let text = try request.headers[.lastEventID] ?? query.text("lastEventId")
    var last: Int64?
    if let text, !text.isEmpty {
      guard let number = Int64(text), number >= 0 else {
        throw RequestError.bad("lastEventId", text, "the sequence of an event")
      }
      last = number
    }
    _ = try committedView()
    var reply = WebReply(
      status: 200, contentType: "text/event-stream; charset=utf-8", body: [],
      headers: [.cacheControl: "no-store", .accelBuffering: "no"])
    if request.method == .get { reply.stream = StreamRequest(topics: topics, lastEventID: last) }
    return reply
  }

  // MARK: Acts

  func reload(_ request: WebRequest) async throws -> WebReply {
    try refuseCrossSite(request)
    switch await sources.reload() {
    case .reloaded(let generation):
      return success(offset: .china) {
        $0.beginObject()
        $0.field("generation", generation)
        $0.endObject()
      }
    case .refused(let message):
      throw RequestError(status: 422, code: "configuration_refused", message: message)
    }
  }

  /// A page of another site must not be able to act with the reach of the browser of somebody in the bureau.
  private func refuseCrossSite(_ request: WebRequest) throws {
    let refusal = RequestError(
      status: 403, code: "cross_site", message: "a page of another site may not do this; use the command line")
    if let site = request.headers[.fetchSite], site != "same-origin", site != "none" { throw refusal }
    guard let origin = request.headers[.origin] else { return }
    let bare =
      origin.hasPrefix("http://") ? origin.dropFirst(7) : origin.hasPrefix("https://") ? origin.dropFirst(8) : ""
    guard !bare.isEmpty, let authority = request.authority, bare.lowercased() == authority.lowercased() else {
      throw refusal
    }
  }

  func lift(_ request: WebRequest) async throws -> WebReply {
    let view = try committedView()
    let act = try LiftRequest(json: request.body)
    guard view.units.contains(where: { $0.county.code == act.county }) else {
      throw RequestError(status: 404, code: "unknown_county", message: "no county with the code \(act.county)")
    }
    switch await sources.performAct(act) {
    case .done(let sequence):
      return success(offset: view.site.offset) {
        $0.beginObject()
        $0.field("county", act.county)
        $0.field("sequence", sequence)
        $0.endObject()
      }
    case .refused(let code, let message): throw RequestError(status: 409, code: code, message: message)
    case .unavailable(let message): throw RequestError(status: 503, code: "unavailable", message: message)
    }
  }

  // MARK: Replies

  private func text(_ text: String, status: Int = 200) -> WebReply {
    WebReply(
      status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8),
      headers: [.cacheControl: "no-store"])
  }

  func success(offset: CivilOffset, capacity: Int = 1_024, _ data: (inout JSONWriter) -> Void) -> WebReply {
    var writer = JSONWriter(offset: offset, capacity: capacity)
    writer.beginObject()
    writer.field("status", "success")
    writer.key("data")
    data(&writer)
    writer.endObject()
    return WebReply(
      status: 200, contentType: Self.jsonType, body: writer.bytes, headers: [.cacheControl: "no-store"])
  }

  func list<Element>(
    _ elements: [Element], offset: CivilOffset, _ element: (inout JSONWriter, Element) -> Void
  ) -> WebReply {
    success(offset: offset, capacity: 256 + elements.count * 512) { writer in
      writer.beginArray()
      for one in elements { element(&writer, one) }
      writer.endArray()
    }
  }

  /// An error in the envelope.
  func failure(_ error: RequestError) -> WebReply {
    var writer = JSONWriter(offset: .utc)
    writer.beginObject()
    writer.field("status", "error")
    writer.object("error") {
      $0.field("code", error.code)
      $0.field("message", error.message)
    }
    writer.endObject()
    var reply = WebReply(
      status: error.status, contentType: Self.jsonType, body: writer.bytes, headers: [.cacheControl: "no-store"])
    switch error.status {
    case 405: reply.headers[.allow] = String(error.message.drop { $0 != ":" }.dropFirst(2))
    case 503: reply.headers[.retryAfter] = "2"
    default: break
    }
    return reply
  }

  /// The header fields that every reply carries.
  func harden(_ reply: inout WebReply) {
    reply.headers[.xContentTypeOptions] = "nosniff"
    reply.headers[.frameOptions] = "DENY"
    reply.headers[.referrerPolicy] = "no-referrer"
    reply.headers[.resourcePolicy] = "same-origin"
    if reply.headers[.contentSecurityPolicy] == nil {
      reply.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
    }
  }
}
