package import Dispatch

/// Runs an actor on a serial `DispatchQueue`, so that Dispatch handlers on that queue are inside the actor.
///
/// `checkIsolated` lets `assumeIsolated` succeed in a plain block of the queue (Linux has no `DispatchSerialQueue`).
package final class QueueExecutor: SerialExecutor {
  /// The serial queue that owns the actor's state.
  package let queue: DispatchQueue

  package init(label: String) { queue = DispatchQueue(label: label) }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { @Sendable [self] in
      unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    }
  }

  package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
