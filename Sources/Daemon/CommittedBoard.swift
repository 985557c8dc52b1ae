import AirQuality
import Engine
import Synchronization

/// The newest view whose every record is committed. A view made ahead of the disk waits here until its commit.
final class CommittedBoard: Sendable {
  private struct State {
    var through: Int64 = 0
    var waiting: (view: SiteView, verdicts: [String: FeedVerdicts])?
    var view: SiteView?
    var verdicts: [String: FeedVerdicts] = [:]
    /// Who waits until readers see a record.
    var readers: [(position: Int64, resume: CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  var view: SiteView? { state.withLock { $0.view } }
  var verdicts: [String: FeedVerdicts] { state.withLock { $0.verdicts } }

  /// A view from the engine queue; returned when it is committed already.
  func propose(_ view: SiteView, verdicts: [String: FeedVerdicts]) -> SiteView? {
    state.withLock { state in
      state.waiting = (view, verdicts)
      return Self.release(&state)
    }
  }

  /// The disk has come this far; the view that becomes visible by it, if any.
  func advance(to position: Int64) -> SiteView? {
    state.withLock { state in
      state.through = max(state.through, position)
      return Self.release(&state)
    }
  }

  /// Returns when the visible view holds the record of that position: who wrote something reads it afterwards. Returns
  /// early when the view that would have shown it is given up (`reset`).
  func shows(_ position: Int64) async {
    await withCheckedContinuation { continuation in
      let shown = state.withLock { state in
        if let view = state.view, view.position >= position { return true }
        state.readers.append((position, continuation))
        return false
      }
      if shown { continuation.resume() }
    }
  }

  /// Forgets a view that will never be committed; the last committed one stays visible.
  func reset() {
    let readers = state.withLock { state in
      state.waiting = nil
      defer { state.readers = [] }
      return state.readers
    }
    for reader in readers { reader.resume.resume() }
  }

  /// Says how far the disk was at the start.
  func begin(at position: Int64) { state.withLock { $0.through = position } }

  private static func release(_ state: inout State) -> SiteView? {
    guard let waiting = state.waiting, waiting.view.position <= state.through else { return nil }
    state.waiting = nil
    state.view = waiting.view
    state.verdicts = waiting.verdicts
    for reader in state.readers where reader.position <= waiting.view.position { reader.resume.resume() }
    state.readers.removeAll { $0.position <= waiting.view.position }
    return waiting.view
  }
}
