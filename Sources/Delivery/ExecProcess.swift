internal import CSpawn
internal import Dispatch
internal import Glibc
internal import Synchronization

/// One running program. Its sources keep it alive until the program has ended.
final class ExecProcess: Sendable {
  private struct State {
    var output: [UInt8] = []
    var timedOut = false
    var stopping = false
    var ended = false
  }

  private let pid: pid_t
  private let pidfd: Int32
  private let pipe: Int32
  private let grace: Int
  private let timeout: Int
  private let queue: DispatchQueue
  private let completion: @Sendable (ExecResult) -> Void
  private let state = Mutex(State())
  // Dispatch sources are safe to use from any thread; their protocols do not say so.
  nonisolated(unsafe) private let endSource: any DispatchSourceRead
  nonisolated(unsafe) private let outputSource: any DispatchSourceRead
  nonisolated(unsafe) private let deadline: any DispatchSourceTimer

  init(
    _ command: HookConfiguration.Command, environment: [String: String], input: [UInt8], queue: DispatchQueue,
    completion: @escaping @Sendable (ExecResult) -> Void
  ) throws(DeliveryError) {
    guard let program = command.command.first, !program.isEmpty else {
      throw DeliveryError(path: "exec", "the command is empty")
    }
    func failure(_ what: String, _ number: Int32) -> DeliveryError {
      DeliveryError(path: program, "\(program): \(what): \(ExecProcess.text(number))")
    }
    let memory = unsafe input.withUnsafeBufferPointer { unsafe lantian_memory_file($0.baseAddress, $0.count) }
    guard memory >= 0 else { throw failure("cannot hold the event", errno) }
    defer { close(memory) }
    var ends: [Int32] = [-1, -1]
    guard unsafe lantian_pipe(&ends) == 0 else { throw failure("cannot make a pipe", errno) }
    defer { close(ends[1]) }
    var pid: pid_t = 0
    var pidfd: Int32 = -1
    let error = unsafe ExecProcess.withStrings(command.command) { arguments in
      unsafe ExecProcess.withStrings(ExecProcess.environment(environment)) { variables in
        unsafe lantian_spawn(program, arguments, variables, memory, ends[1], &pid, &pidfd)
      }
    }
    guard error == 0 else {
      close(ends[0])
      throw failure("cannot start", error)
    }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    self.pid = pid
    self.pidfd = pidfd
    self.pipe = ends[0]
    self.grace = command.graceMilliseconds
    self.timeout = command.timeoutMilliseconds
    self.queue = queue
    self.completion = completion
    unsafe self.endSource = DispatchSource.makeReadSource(fileDescriptor: pidfd, queue: queue)
    unsafe self.outputSource = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: queue)
    unsafe self.deadline = DispatchSource.makeTimerSource(queue: queue)
  }

  /// Starts watching; called once, right after `init`.
  func resume() {
    let pidfd = pidfd
    let pipe = pipe
    unsafe endSource.setEventHandler { @Sendable [self] in end() }
    unsafe endSource.setCancelHandler { @Sendable in close(pidfd) }
    unsafe outputSource.setEventHandler { @Sendable [self] in read() }
    unsafe outputSource.setCancelHandler { @Sendable in close(pipe) }
    unsafe deadline.setEventHandler { @Sendable [self] in stop(timedOut: true) }
    unsafe deadline.schedule(deadline: .now() + .milliseconds(timeout))
    unsafe endSource.resume()
    unsafe outputSource.resume()
    unsafe deadline.resume()
  }

  /// SIGTERM to the group, SIGKILL after the grace. Any queue.
  func stop(timedOut: Bool) {
    let first = state.withLock { state in
      guard !state.ended, !state.stopping else { return false }
      state.stopping = true
      state.timedOut = timedOut
      // Under the lock: the process is not reaped yet, so the group is still its own.
      kill(-pid, SIGTERM)
      return true
    }
    guard first else { return }
    queue.asyncAfter(deadline: .now() + .milliseconds(grace)) { @Sendable [self] in
      state.withLock { state in
        if !state.ended { kill(-pid, SIGKILL) }
      }
    }
  }

  private func read() {
    var part = [UInt8](repeating: 0, count: 4_096)
    // At most 64 KiB a turn: a program that prints without end must not hold the queue.
    for _ in 0..<16 {
      let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(pipe, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count == 0 { unsafe outputSource.cancel() }
      guard count > 0 else { return }
      state.withLock { state in
        state.output.append(contentsOf: part[..<count])
        if state.output.count > ExecRunner.outputBytes {
          state.output.removeFirst(state.output.count - ExecRunner.outputBytes)
        }
      }
    }
  }

  private func end() {
    var code: Int32 = 0
    var signal: Int32 = 0
    let (reaped, timedOut) = state.withLock { state -> (Int32, Bool) in
      guard !state.ended else { return (0, false) }
      // What a killed program left running goes with it; the group is its own until the reaping below.
      if state.stopping { kill(-pid, SIGKILL) }
      let reaped = unsafe lantian_reap(pid, &code, &signal)
      if reaped != 0 { state.ended = true }
      return (reaped, state.timedOut)
    }
    guard reaped != 0 else { return }
    if unsafe !outputSource.isCancelled { read() }
    unsafe endSource.cancel()
    unsafe outputSource.cancel()
    unsafe deadline.cancel()
    let end: ExecResult.End
    if timedOut {
      end = .timedOut
    } else if reaped < 0 {
      end = .notStarted("its end was taken by somebody else")
    } else {
      end = signal != 0 ? .signalled(Int(signal)) : .exited(Int(code))
    }
    let output = state.withLock { String(decoding: $0.output, as: UTF8.self) }
    completion(ExecResult(end: end, output: output))
  }

  private static func environment(_ facts: [String: String]) -> [String] {
    let inherited = unsafe getenv("PATH").map { unsafe String(cString: $0) }
    var all = facts
    all["PATH"] = inherited ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    all["LANG"] = "C.UTF-8"
    // A NUL would cut the variable: it cannot be part of one.
    return all.sorted { $0.key < $1.key }.map { name, value in
      "\(name)=\(String(value.unicodeScalars.filter { $0 != "\0" }.map(Character.init)))"
    }
  }

  private static func withStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
  }

  private static func text(_ number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
  }
}
