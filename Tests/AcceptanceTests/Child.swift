import Glibc
import Synchronization

/// A started program with its output in files; ended by its own id, never by a name.
final class Child: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// How a program ended.
  enum End: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
  }

  let pid: pid_t
  private let end = Mutex<End?>(nil)

  /// Starts `arguments[0]`; the environment is exactly `environment`.
  init(
    _ arguments: [String], environment: [String: String], input: String = "/dev/null", output: String, error: String,
    folder: String? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, error, flags, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // env(1) changes the folder and becomes the program: the process id stays.
    let all = (folder.map { ["/usr/bin/env", "-C", $0] } ?? []) + arguments
    let words: [UnsafeMutablePointer<CChar>?] = all.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, all[0], &actions, &attributes, words, variables)
    guard result == 0 else { throw Failure(description: "cannot start \(arguments[0]): errno \(result)") }
    pid = child
  }

  deinit { if poll() == nil { kill(SIGKILL) } }

  /// How it ended; nil while it runs.
  func poll() -> End? {
    end.withLock { end in
      if let end { return end }
      var status: Int32 = 0
      guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
      let signal = status & 0x7F
      end = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
      return end
    }
  }

  /// Sends a signal unless it has ended (its id may then belong to another process).
  func signal(_ number: Int32) {
    end.withLock { end in if end == nil { _ = Glibc.kill(pid, number) } }
  }

  /// Ends it at once, and takes its status.
  func kill(_ number: Int32) {
    signal(number)
    end.withLock { end in
      guard end == nil else { return }
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7F
      end = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    }
  }

  func waitForEnd(within seconds: Double = 30) async throws -> End {
    try await eventually(within: seconds, "the end of process \(pid)") { poll() }
  }
}
