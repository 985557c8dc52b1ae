import Dispatch
import Store
import Synchronization

/// For tools without queues of their own: calls that wait for the store queue. Never called on a room's queue.
extension Store {
  func commitAndWait(_ items: [CommitItem]) throws(StoreError) {
    guard !items.isEmpty else { return }
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<CommittedThrough, StoreError>?>(nil)
    commit(group: items) { @Sendable result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    _ = try outcome.withLock { $0 }?.get()
  }

  /// Closes the store and returns when its lock is given back.
  package func closeAndWait() {
    let done = DispatchSemaphore(value: 0)
    close { @Sendable in done.signal() }
    done.wait()
  }
}
