package import Dispatch

/// How a program ended.
package struct ExecResult: Sendable, Hashable {
  /// The exit status, the signal, or why there is neither.
  package enum End: Sendable, Hashable {
    case exited(Int)
    case signalled(Int)
    /// Killed at its deadline.
    case timedOut
    case notStarted(String)
  }
  package var end: End
  /// The last of what it printed (both streams), at most `ExecRunner.outputBytes`.
  package var output: String
  package init(end: End, output: String = "") {
    self.end = end
    self.output = output
  }
}

/// Runs the programs of exec hooks: without a shell, in a process group of their own, with the event on standard input.
///
/// The event is a memory file, so a program that does not read it blocks nobody. A pidfd tells the end, so nothing
/// waits and no child stays a zombie. No descriptor of lantian reaches the program.
package enum ExecRunner {
  /// Kept of a program's output, bytes.
  package static let outputBytes = 4_096

  /// Starts `command` and calls `completion` once on `queue`, which must be serial. `environment` holds the facts of
  /// the event; `PATH` and `LANG` are added. The returned closure sends SIGTERM and, after the grace, SIGKILL; the
  /// completion still comes.
  package static func run(
    _ command: HookConfiguration.Command, environment: [String: String], input: [UInt8], queue: DispatchQueue,
    completion: @escaping @Sendable (ExecResult) -> Void
  ) -> @Sendable () -> Void {
    let process: ExecProcess
    do {
      process = try ExecProcess(command, environment: environment, input: input, queue: queue, completion: completion)
    } catch {
      let text = error.message
      queue.async { @Sendable in completion(ExecResult(end: .notStarted(text))) }
      return {}
    }
    process.resume()
    return { @Sendable in process.stop(timedOut: false) }
  }
}
