import AirQuality
import Engine
import JSONText

/// Sand-dust: what people have stated, and their acts.
extension WebFace {
  /// `GET /api/v1/dust?county=`: periods in the order of the acts, withdrawn ones included.
  func dust(_ request: WebRequest) throws -> WebReply {
    let view = try committedView()
    let county = try Query(request.queryText).text("county")
    if let county, !view.units.contains(where: { $0.county.code == county }) {
      throw RequestError.bad("county", county, "the code of a county, the city or the urban district")
    }
    return list(view.dust.filter { county == nil || $0.county == county }, offset: view.site.offset) {
      $0.write($1, now: view.at)
    }
  }

  /// `POST /control/v1/dust/declare` and `…/confirm`.
  func state(_ step: DustPeriod.Step, _ request: WebRequest) async throws -> WebReply {
    let view = try committedView()
    let act = try DustRequest(stating: step, json: request.body, offset: view.site.offset)
    if case .state(_, let county, _, _, _) = act.act, !view.units.contains(where: { $0.county.code == county }) {
      throw RequestError(status: 404, code: "unknown_county", message: "no county with the code \(county)")
    }
    return try await performDust(act, site: view.site)
  }

  func performDust(_ act: DustRequest, site: Site) async throws -> WebReply {
    let made = await sources.performDust(act)
    switch made.result {
    case .done(let sequence):
      return success(offset: site.offset) { writer in
        writer.object {
          $0.field("period", made.period)
          $0.field("sequence", sequence)
        }
      }
    case .refused(let code, let message): throw RequestError(status: 409, code: code, message: message)
    case .unavailable(let message): throw RequestError(status: 503, code: "unavailable", message: message)
    }
  }
}
