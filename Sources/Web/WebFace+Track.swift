import AirQuality
import Engine
import JSONText

/// Where mobile stations drove, and what they measured there (走航).
extension WebFace {
  /// `GET /api/v1/stations/{id}/track?from=&to=&pollutant=`: the newest points, at most as many as a series may have, and
  /// their means by county and hour.
  func track(_ request: WebRequest, station escaped: Substring) async throws -> WebReply {
    let view = try committedView()
    guard let station = Query.percentDecoded(escaped), let known = view.stations.first(where: { $0.id == station })
    else { throw RequestError(status: 404, code: "unknown_station", message: "no station \(escaped.prefix(64))") }
    guard known.registered?.stationClass == .mobile else {
      throw RequestError(
        status: 404, code: "not_mobile", message: "station \(escaped.prefix(64)) is not of class mobile")
    }
    let query = try Query(request.queryText)
    var pollutant: Pollutant?
    if let name = try query.text("pollutant") {
      guard let named = Pollutant(name: name) else {
        throw RequestError.bad("pollutant", name, "one of " + Pollutant.allCases.map(\.name).joined(separator: " "))
      }
      pollutant = named
    }
    let offset = view.site.offset
    let to = try query.instant("to", offset: offset) ?? view.at
    let from = try query.instant("from", offset: offset) ?? to.adding(milliseconds: -86_400_000)
    guard from < to else {
      throw RequestError(status: 400, code: "bad_from", message: "parameter from is not before parameter to")
    }
    var points = Array(try await sources.track(station, from, to).suffix(Int(limits.seriesPoints)))
    if let pollutant {
      points = points.compactMap { point in
        var one = point
        one.values = point.values.filter { $0.pollutant == pollutant }
        return one.values.isEmpty ? nil : one
      }
    }
    return success(offset: offset, capacity: 4_096) { writer in
      writer.beginObject()
      writer.field("station", station)
      writer.field("from", from)
      writer.field("to", to)
      writer.array("points", points) { $0.write($1) }
      writer.array("county_hours", TrackMean.means(of: points, offset: offset)) { writer, mean in
        writer.beginObject()
        writer.field("county", mean.county)
        writer.field("begin", offset.start(ofHour: mean.hour))
        writer.field("end", offset.start(ofHour: mean.hour + 1))
        writer.field("pollutant", mean.pollutant.name)
        writer.field("mean", mean.mean.isMissing ? nil : mean.mean.value)
        writer.field("unit", mean.pollutant.unit.rawValue)
        writer.field("count", mean.count)
        writer.endObject()
      }
      writer.endObject()
    }
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ point: TrackPoint) {
    beginObject()
    field("begin", point.begin)
    field("end", point.end)
    field("lat", degrees: point.position.latitude)
    field("lon", degrees: point.position.longitude)
    field("county", point.county)
    object("values") { writer in
      for value in point.values {
        writer.object(value.pollutant.name) {
          $0.field("value", value.value.isMissing ? nil : value.value.value)
          $0.field("unit", value.pollutant.unit.rawValue)
          $0.field("flag", Int(value.flag.rawValue))
          $0.field("reasons", value.reasons.list)
        }
      }
    }
    endObject()
  }
}
