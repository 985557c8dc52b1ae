package import AirQuality
internal import Dispatch
internal import Glibc
internal import Synchronization

/// What the body ring did so far.
package struct BodyRingCounts: Sendable, Hashable {
  package var kept = 0
  /// Removed to make room.
  package var removed = 0
  /// Not taken: larger than the ring, or too many waiting for the disk.
  package var dropped = 0
  package var errors = 0
  package var lastError = ""
  /// On disk now.
  package var files = 0
  package var bytes = 0
}

/// A bounded ring of raw feed answers on disk, for audit. It never fails or delays the pipeline: what cannot be kept is
/// counted. Files are named `<milliseconds>-<number>-<feed>.body`, mode 0640; the oldest go first.
package final class BodyRing: Sendable {
  /// Bounds of the ring; what exceeds them is removed or dropped, and counted.
  package struct Limits: Sendable, Hashable {
    package var bytes = 256 << 20
    package var files = 100_000
    /// Bodies waiting for the disk, bytes.
    package var pendingBytes = 32 << 20
    package init() {}
  }

  private struct Entry {
    var name: String
    var bytes: Int
  }

  private struct State {
    var entries: [Entry] = []
    /// Entries before this one are gone; the array is cut now and then.
    var first = 0
    var number = 0
    var counts = BodyRingCounts()
    var pending = 0
  }

  private static let suffix = ".body"
  private let directory: String
  private let limits: Limits
  private let queue = DispatchQueue(label: "lantian.bodies")
  private let state: Mutex<State>

  /// Where the ring of a state directory lies.
  static func directory(in stateDirectory: String) -> String { stateDirectory + "/bodies" }

  /// A ring in `<state directory>/bodies`; files of an earlier run belong to it. An unusable directory is counted as an
  /// error, not thrown.
  package init(stateDirectory: String, limits: Limits = Limits()) {
    self.directory = BodyRing.directory(in: stateDirectory)
    self.limits = limits
    var state = State()
    if unsafe mkdir(directory, 0o750) != 0 && errno != EEXIST {
      note(&state.counts, "\(directory): \(errorText(errno))")
    }
    for name in fileNames(directory) {
      let path = directory + "/" + name
      if name.hasSuffix(BodyRing.suffix + ".part") {
        _ = unsafe unlink(path)
      } else if name.hasSuffix(BodyRing.suffix), let size = fileSize(path) {
        state.entries.append(Entry(name: name, bytes: size))
        state.counts.bytes += size
      }
    }
    // Thirteen digits of milliseconds sort by time until the year 2286.
    state.entries.sort { $0.name < $1.name }
    state.counts.files = state.entries.count
    self.state = Mutex(state)
    queue.async { @Sendable [self] in makeRoom(for: 0) }
  }

  /// What the ring did so far; any thread.
  package var counts: BodyRingCounts { state.withLock { $0.counts } }

  /// Keeps a copy of the answer, in the background.
  package func keep(feed: String, receivedAt: Instant, bytes: [UInt8]) {
    let number: Int? = state.withLock { state in
      guard bytes.count <= limits.bytes, state.pending + bytes.count <= limits.pendingBytes else {
        state.counts.dropped += 1
        return nil
      }
      state.pending += bytes.count
      state.number += 1
      return state.number
    }
    guard let number else { return }
    queue.async { @Sendable [self] in
      write(name: BodyRing.name(feed: feed, receivedAt: receivedAt, number: number), bytes: bytes)
      state.withLock { $0.pending -= bytes.count }
    }
  }

  /// Calls back once everything kept before is on disk or counted as an error.
  package func flush(completion: @escaping @Sendable () -> Void) { queue.async(execute: completion) }

  /// A name safe for any file system: ASCII letters, digits and `_` of the feed, `-` for the rest.
  static func name(feed: String, receivedAt: Instant, number: Int) -> String {
    var safe = ""
    for scalar in feed.unicodeScalars.prefix(64) {
      let keep = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_")
      safe.unicodeScalars.append(keep ? scalar : "-")
    }
    return pad(max(0, receivedAt.milliseconds), 13) + "-" + pad(Int64(number % 1_000_000), 6) + "-" + safe + suffix
  }

  private static func pad(_ value: Int64, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  private func write(name: String, bytes: [UInt8]) {
    makeRoom(for: bytes.count)
    let path = directory + "/" + name
    let part = path + ".part"
    let descriptor = unsafe open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { return count(errorOf: part) }
    var done = 0
    while done < bytes.count {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        count(errorOf: part)
        close(descriptor)
        _ = unsafe unlink(part)
        return
      }
      done += written
    }
    close(descriptor)
    guard unsafe rename(part, path) == 0 else { return count(errorOf: path) }
    state.withLock { state in
      state.entries.append(Entry(name: name, bytes: bytes.count))
      state.counts.kept += 1
      state.counts.files += 1
      state.counts.bytes += bytes.count
    }
  }

  /// Removes the oldest files until `incoming` bytes and one more file fit.
  private func makeRoom(for incoming: Int) {
    while true {
      let oldest: Entry? = state.withLock { state in
        let full =
          state.counts.bytes + incoming > limits.bytes || state.counts.files + (incoming > 0 ? 1 : 0) > limits.files
        guard full, state.first < state.entries.count else { return nil }
        let entry = state.entries[state.first]
        state.first += 1
        if state.first > 1_024 && state.first * 2 > state.entries.count {
          state.entries.removeFirst(state.first)
          state.first = 0
        }
        state.counts.bytes -= entry.bytes
        state.counts.files -= 1
        state.counts.removed += 1
        return entry
      }
      guard let oldest else { return }
      let path = directory + "/" + oldest.name
      if unsafe unlink(path) != 0 && errno != ENOENT { count(errorOf: path) }
    }
  }

  private func count(errorOf path: String) {
    let text = "\(path): \(errorText(errno))"
    state.withLock { note(&$0.counts, text) }
  }
}

private func note(_ counts: inout BodyRingCounts, _ text: String) {
  counts.errors += 1
  counts.lastError = text
}

/// Names in a directory; empty when it cannot be read.
private func fileNames(_ directory: String) -> [String] {
  guard let stream = unsafe opendir(directory) else { return [] }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names
}

private func fileSize(_ path: String) -> Int? {
  var information = stat()
  guard unsafe lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
  return Int(information.st_size)
}
