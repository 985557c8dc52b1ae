import Dispatch
import Glibc
import Logging
import Polling
import Synchronization

/// Keeps what the poller has to know after a restart: the file `polling.memory` of the state directory.
///
/// It is no part of the journal: without it publication lags are learned again. Spent requests of budgets are counted a
/// little too high in it while the daemon runs, so that a restart at any moment grants none twice.
final class PollingMemoryFile: Sendable {
  static let soonMilliseconds = 1_000
  static let lazyMilliseconds = 300_000

  private struct State {
    /// What is scheduled; `soon` overtakes `lazy`.
    var scheduled: MemoryUrgency?
    var isClosed = false
  }

  private let path: String
  private let logger: Logger
  private let queue = DispatchQueue(label: "lantian.polling-memory")
  private let state = Mutex(State())

  init(stateDirectory: String, logger: Logger) {
    path = stateDirectory + "/polling.memory"
    self.logger = logger
  }

  /// What an earlier process left; nil when there is nothing, or nothing whole.
  func read() -> PollingMemory? {
    guard let file = unsafe fopen(path, "re") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= PollingMemory.limitBytes {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    do {
      return try PollingMemory(bytes)
    } catch {
      logger.warning(
        "what was learned of the feeds cannot be read and is learned again",
        metadata: ["file": "\(path)", "error": "\(error)"])
      return nil
    }
  }

  /// Has the memory written within the time that the urgency allows; from any thread.
  func schedule(_ urgency: MemoryUrgency, _ memory: @escaping @Sendable () async -> PollingMemory?) {
    let isNew = state.withLock { state in
      guard !state.isClosed, state.scheduled == nil || state.scheduled == .lazy && urgency == .soon else {
        return false
      }
      state.scheduled = urgency
      return true
    }
    guard isNew else { return }
    let milliseconds = urgency == .soon ? Self.soonMilliseconds : Self.lazyMilliseconds
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { @Sendable [self] in
      // The lazy one was overtaken.
      let isWanted = state.withLock { state in
        guard !state.isClosed, state.scheduled == urgency else { return false }
        state.scheduled = nil
        return true
      }
      guard isWanted else { return }
      Task {
        guard let memory = await memory() else { return }
        queue.async { @Sendable [self] in
          if !state.withLock({ $0.isClosed }) { write(memory) }
        }
      }
    }
  }

  /// Writes the last memory of this process and nothing after it.
  func close(_ memory: PollingMemory?) async {
    state.withLock { $0.isClosed = true }
    await withCheckedContinuation { continuation in
      queue.async { @Sendable [self] in
        if let memory { write(memory) }
        continuation.resume()
      }
    }
  }

  /// Into a new file that takes the old one's place when it is on disk.
  private func write(_ memory: PollingMemory) {
    let draft = path + ".new"
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { return complain() }
    let bytes = memory.bytes
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    let isDurable = written == bytes.count && fsync(descriptor) == 0
    let isClosed = Glibc.close(descriptor) == 0
    guard isDurable, isClosed, unsafe rename(draft, path) == 0 else { return complain() }
  }

  private func complain() {
    logger.warning(
      "what was learned of the feeds cannot be kept",
      metadata: ["file": "\(path)", "error": "\(unsafe String(cString: strerror(errno)))"])
  }
}
