import Engine
import Store
import Synchronization

/// The store in use: another one after it had to be reopened.
final class StoreHolder: Sendable {
  private let current: Mutex<Store>
  init(_ store: Store) { current = Mutex(store) }
  var store: Store { current.withLock { $0 } }
  func replace(_ store: Store) { current.withLock { $0 = store } }
}
