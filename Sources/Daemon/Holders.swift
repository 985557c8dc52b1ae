import Delivery
import Polling
import Synchronization

/// The poller, which is made after those who report to it.
final class PollerHolder: Sendable {
  private let current = Mutex<Poller?>(nil)
  var poller: Poller? { current.withLock { $0 } }
  func set(_ poller: Poller) { current.withLock { $0 = poller } }
}

/// The deliverer in use: another one after the store had to be reopened.
final class DelivererHolder: Sendable {
  private let current = Mutex<Deliverer?>(nil)
  var deliverer: Deliverer? { current.withLock { $0 } }
  func set(_ deliverer: Deliverer) { current.withLock { $0 = deliverer } }
}

/// The pipeline, which is made after those it tells.
final class PipelineHolder: Sendable {
  private let current = Mutex<EnginePipeline?>(nil)
  var pipeline: EnginePipeline? { current.withLock { $0 } }
  func set(_ pipeline: EnginePipeline) { current.withLock { $0 = pipeline } }
}
