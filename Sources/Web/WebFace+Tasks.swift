import AirQuality
import Engine
import JSONText

/// Grid tasks (网格任务): the list, and the steps that people take.
extension WebFace {
  /// `GET /api/v1/tasks?open=&county=`.
  func tasks(_ request: WebRequest) throws -> WebReply {
    let view = try committedView()
    let query = try Query(request.queryText)
    let county = try query.text("county")
    if let county, !view.units.contains(where: { $0.county.code == county }) {
      throw RequestError.bad("county", county, "the code of a county")
    }
    let wanted = try query.text("open")
    guard wanted == nil || wanted == "true" || wanted == "false" else {
      throw RequestError.bad("open", wanted ?? "", "true or false")
    }
    let shown = view.tasks.filter {
      (county == nil || $0.county == county) && (wanted == nil || ($0.step != .closed) == (wanted == "true"))
    }
    return list(shown, offset: view.site.offset) { $0.write($1) }
  }

  /// `POST /control/v1/tasks/report`, `…/handle`, `…/close`.
  func advanceTask(_ request: WebRequest, to step: GridTask.Step) async throws -> WebReply {
    let view = try committedView()
    let keys = ["id", "task", "by", "note"] + (step == .closed ? ["force"] : [])
    let fields = try ActFields(json: request.body, keys: keys)
    let id = try fields.required("task", atMost: 256)
    let by = try fields.required("by", atMost: 64)
    let note = try fields.required("note", atMost: 500)
    let force = try fields.optional("force", atMost: 5) ?? "false"
    guard force == "true" || force == "false" else { throw RequestError.bad("force", force, "true or false") }
    guard let task = view.tasks.first(where: { $0.id == id }) else {
      throw RequestError(status: 404, code: "unknown_task", message: "no task has the id \(id)")
    }
    if let refusal = task.refusal(of: step, by: by, isForced: force == "true", settings: view.hotSpots) {
      throw RequestError(status: 409, code: "refused", message: refusal)
    }
    return try await journal(
      .advanceTask(
        id: try fields.optional("id", atMost: 64) ?? sources.freshID(), task: id, step: step, by: by, note: note,
        isForced: force == "true"), site: view.site)
  }

  /// `POST /control/v1/tasks/assign`.
  func assignTask(_ request: WebRequest) async throws -> WebReply {
    let view = try committedView()
    let fields = try ActFields(json: request.body, keys: ["id", "task", "owner", "contact", "by"])
    let id = try fields.required("task", atMost: 256)
    guard view.tasks.contains(where: { $0.id == id && $0.step != .closed }) else {
      throw RequestError(status: 404, code: "unknown_task", message: "no open task has the id \(id)")
    }
    return try await journal(
      .assignTask(
        id: try fields.optional("id", atMost: 64) ?? sources.freshID(), task: id,
        owner: try fields.required("owner", atMost: 64), contact: try fields.optional("contact", atMost: 128) ?? "",
        by: try fields.required("by", atMost: 64)), site: view.site)
  }
}

extension JSONWriter {
  /// An element of `/api/v1/tasks`.
  mutating func write(_ task: GridTask) {
    beginObject()
    field("id", task.id)
    field("station", task.station)
    field("county", task.county)
    field("pollutant", task.pollutant.name)
    field("step", task.step.rawValue)
    field("found_at", task.foundAt)
    field("owner", task.owner)
    field("contact", task.contact)
    object("evidence") {
      $0.field("value", task.evidence.value.value)
      $0.field("median", task.evidence.median.value)
      $0.field("deviation", task.evidence.deviation.value)
      $0.field("stations", task.evidence.stations)
    }
    field("peak", task.peak.value)
    field("unit", task.pollutant.unit.rawValue)
    field("hot_hours", task.hotHours)
    field("clear_hours", task.clearHours)
    field("overdue", task.overdue.map(\.rawValue))
    array("entries", task.entries) { writer, entry in
      writer.beginObject()
      writer.field("step", entry.step.rawValue)
      writer.field("at", entry.at)
      writer.field("by", entry.by)
      writer.field("note", entry.note)
      writer.endObject()
    }
    field("closed_at", task.closedAt)
    endObject()
  }
}
