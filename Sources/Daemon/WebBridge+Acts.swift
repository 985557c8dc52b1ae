import Engine
import Store
import Web

/// Acts of people that the face has made of a request, and the log of inspectors.
extension WebBridge {
  func journal(_ act: OperatorAct) async -> JournalledAct {
    do {
      let applied = try await pipeline.perform(.act(act))
      return .applied(events: applied.events + applied.inspections)
    } catch {
      return .unavailable(message: "\(error)")
    }
  }

  func inspections(since: Int64, id: String?, limit: Int) async throws -> [EventRecord] {
    let store = holder.store
    return try await Self.read { try store.inspections(since: since, id: id, limit: limit) }
  }
}
