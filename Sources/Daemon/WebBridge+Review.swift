import Engine
import Web

/// Reviewed data.
extension WebBridge {
  func performReview(_ part: ReviewedImport) async -> ActResult {
    do {
      let applied = try await pipeline.perform(.reviewed(part))
      // A part that came before does nothing: it was answered before.
      return .done(sequence: applied.events.last { $0.rule == "review/imported" }?.sequence)
    } catch {
      return .unavailable(message: "\(error)")
    }
  }
}
