import AirQuality
import Engine
import HTTPTypes

/// What is served on the control socket alone: the acts of people.
extension WebFace {
  static let controlPrefix = "/control/v1/"

  /// The answer to a `POST` behind the prefix; nil for a path that is none.
  func control(_ path: String, _ request: WebRequest) async throws -> WebReply? {
    guard Self.controlPaths.contains(path) else { return nil }
    try allow(request, [.post])
    switch path {
    case "reload": return try await reload(request)
    case "lift": return try await lift(request)
    case "dust/declare": return try await state(.declared, request)
    case "dust/confirm": return try await state(.confirmed, request)
    case "dust/withdraw":
      return try await performDust(DustRequest(withdrawing: request.body), site: committedView().site)
    case "flags/set": return try await setFlag(request, isWithdrawal: false)
    case "flags/withdraw": return try await setFlag(request, isWithdrawal: true)
    case "tasks/report": return try await advanceTask(request, to: .reported)
    case "tasks/handle": return try await advanceTask(request, to: .handled)
    case "tasks/close": return try await advanceTask(request, to: .closed)
    case "tasks/assign": return try await assignTask(request)
    case "inspections/conclude": return try await concludeInspection(request)
    case "import/reviewed": return try await review(request)
    default: return nil
    }
  }

  private static let controlPaths: Set<String> = [
    "reload",
    "lift",
    "dust/declare",
    "dust/confirm",
    "dust/withdraw",
    "flags/set",
    "flags/withdraw",
    "tasks/report",
    "tasks/handle",
    "tasks/close",
    "tasks/assign",
    "inspections/conclude",
    "import/reviewed",
  ]
}
