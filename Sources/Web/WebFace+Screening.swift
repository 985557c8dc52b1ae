import AirQuality
import Engine
import HTTPTypes
import JSONText
import Screening
import Secrets

/// Flags set by people, and the cases of inspectors.
extension WebFace {
  /// `GET /api/v1/flags?station=`: verdicts of people in the order of the acts, withdrawn ones included.
  func flags(_ request: WebRequest) throws -> WebReply {
    let view = try committedView()
    let station = try Query(request.queryText).text("station")
    return list(view.overrides.filter { station == nil || $0.station == station }, offset: view.site.offset) {
      $0.write($1)
    }
  }

  /// `POST /control/v1/flags/set` and `…/withdraw`.
  func setFlag(_ request: WebRequest, isWithdrawal: Bool) async throws -> WebReply {
    let view = try committedView()
    let id = sources.freshID()
    let act =
      isWithdrawal
      ? try ActRequest.withdrawOverride(json: request.body, id: id)
      : try ActRequest.override(json: request.body, id: id, offset: view.site.offset)
    if case .overrideFlag(_, let station, _, _, _, _, _, _) = act,
      !view.stations.contains(where: { $0.id == station })
    {
      throw RequestError(status: 404, code: "unknown_station", message: "no station \(station) is known")
    }
    return try await journal(act, site: view.site)
  }

  /// `GET /api/v1/inspections?open=`, for who has the inspectors' token; through the control socket without one.
  func inspections(_ request: WebRequest) throws -> WebReply {
    try allowInspector(request)
    let view = try committedView()
    let wanted = try Query(request.queryText).text("open")
    guard wanted == nil || wanted == "true" || wanted == "false" else {
      throw RequestError.bad("open", wanted ?? "", "true or false")
    }
    let shown = view.inspections.filter { wanted == nil || ($0.conclusion == nil) == (wanted == "true") }
    return list(shown, offset: view.site.offset) { $0.write($1) }
  }

  /// `GET /api/v1/inspections/events?since=&id=`: the evidence, in the words of the events.
  func inspectionEvents(_ request: WebRequest) async throws -> WebReply {
    try allowInspector(request)
    let query = try Query(request.queryText)
    let since = try query.integer("since", in: 0...Int64.max) ?? 0
    let limit = try query.integer("limit", in: 1...limits.eventsPerRequest) ?? 1_000
    let offset = try committedView().site.offset
    return list(try await sources.inspections(since, try query.text("id"), limit), offset: offset) { $0.write($1) }
  }

  /// `POST /control/v1/inspections/conclude`.
  func concludeInspection(_ request: WebRequest) async throws -> WebReply {
    let act = try ActRequest.conclude(json: request.body, id: sources.freshID())
    return try await journal(act, site: committedView().site)
  }

  func journal(_ act: OperatorAct, site: Site) async throws -> WebReply {
    switch await sources.journal(act) {
    case .applied(let events):
      guard let event = events.last(where: { Self.tells($0, of: act) }) else {
        throw RequestError(
          status: 409, code: "nothing_done",
          message: "the act was done before, or there is nothing that it could change; look at the list")
      }
      return success(offset: site.offset) {
        $0.beginObject()
        $0.field("id", act.id)
        $0.field("event", event.id)
        $0.field("sequence", event.sequence)
        $0.field("text", event.textEnglish)
        $0.endObject()
      }
    case .unavailable(let message): throw RequestError(status: 503, code: "unavailable", message: message)
    }
  }

  /// Whether an event is the one that the act made: its record may bring others.
  private static func tells(_ event: EventRecord, of act: OperatorAct) -> Bool {
    switch act {
    case .overrideFlag(let id, _, _, _, _, _, _, _): event.inputs.contains(.init("override", .text(id)))
    case .withdrawOverride(_, let override, _, _): event.inputs.contains(.init("override", .text(override)))
    case .concludeInspection(_, let inspection, _, _, _): event.id == inspection
    case .advanceTask(_, let task, _, _, _, _), .assignTask(_, let task, _, _, _):
      event.id == task && event.kind == .task
    case .lift, .declareDust, .confirmDust, .withdrawDust: false
    }
  }

  /// Nobody but inspectors learns of a case, and who lacks the token does not learn whether there are any.
  private func allowInspector(_ request: WebRequest) throws {
    if listener == .control { return }
    guard let token = sources.inspectorToken() else {
      throw RequestError(
        status: 404, code: "not_found", message: "nothing is served here; /api/v1/openapi.json lists what is")
    }
    let given = request.headers[.authorization] ?? ""
    guard given.lowercased().hasPrefix("bearer "), token.isEqual(Array(given.dropFirst(7).utf8)) else {
      throw RequestError(
        status: 401, code: "unauthorized", message: "send the inspectors' token as `Authorization: Bearer …`")
    }
  }
}

extension JSONWriter {
  /// An element of `/api/v1/flags`.
  mutating func write(_ verdict: ScreeningOverride) {
    beginObject()
    field("id", verdict.id)
    field("station", verdict.station)
    field("pollutant", verdict.pollutant?.name)
    field("from", verdict.from)
    field("until", verdict.until)
    field("flag", Int(verdict.flag.rawValue))
    field("by", verdict.by)
    field("reason", verdict.reason)
    field("at", verdict.at)
    if let withdrawal = verdict.withdrawal {
      object("withdrawn") {
        $0.field("by", withdrawal.by)
        $0.field("reason", withdrawal.reason)
        $0.field("at", withdrawal.at)
      }
    } else {
      key("withdrawn")
      null()
    }
    endObject()
  }

  /// An element of `/api/v1/inspections`.
  mutating func write(_ inspection: Inspection) {
    beginObject()
    field("id", inspection.id)
    field("station", inspection.station)
    field("county", inspection.county)
    field("pollutant", inspection.pollutant.name)
    field("sign", inspection.sign)
    field("at", inspection.at)
    if let conclusion = inspection.conclusion {
      object("conclusion") {
        $0.field("finding", conclusion.finding.rawValue)
        $0.field("by", conclusion.by)
        $0.field("reason", conclusion.reason)
        $0.field("at", conclusion.at)
      }
    } else {
      key("conclusion")
      null()
    }
    endObject()
  }
}
