import AirQuality
import Engine
import JSONText

/// Reviewed data, brought in through the control socket.
extension WebFace {
  /// `POST /control/v1/import/reviewed`.
  func review(_ request: WebRequest) async throws -> WebReply {
    let view = try committedView()
    let part = try ReviewBody.decode(request.body)
    switch await sources.performReview(part) {
    case .done(let sequence):
      return success(offset: view.site.offset) { writer in
        writer.object {
          $0.field("part", part.part)
          $0.field("parts", part.parts)
          $0.field("sequence", sequence)
        }
      }
    case .refused(let code, let message): throw RequestError(status: 409, code: code, message: message)
    case .unavailable(let message): throw RequestError(status: 503, code: "unavailable", message: message)
    }
  }
}
