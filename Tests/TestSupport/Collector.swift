import Synchronization

/// Collects values from any queue; `wait` returns once there are `count` of them.
package final class Collector<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value] = []
    var waiting: [(Int, CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  package init() {}

  /// One more.
  package func add(_ value: Value) {
    let ready = state.withLock { state in
      state.values.append(value)
      let count = state.values.count
      let ready = state.waiting.filter { $0.0 <= count }.map(\.1)
      state.waiting.removeAll { $0.0 <= count }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  /// So far.
  package var values: [Value] { state.withLock { $0.values } }

  /// The values once there are `count` of them.
  package func wait(_ count: Int) async -> [Value] {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state in
        if state.values.count >= count { return true }
        state.waiting.append((count, continuation))
        return false
      }
      if ready { continuation.resume() }
    }
    return values
  }
}
