internal import Dispatch

/// The hooks queue as an executor: what the deliverer owns is touched on it alone.
final class HookExecutor: SerialExecutor {
  let queue = DispatchQueue(label: "lantian.hooks")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { @Sendable [self] in unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { unsafe UnownedSerialExecutor(ordinary: self) }

  func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
