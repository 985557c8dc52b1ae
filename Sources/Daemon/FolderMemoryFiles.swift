import Dispatch
import Glibc
import Logging
import Polling

/// What is remembered of folders, as files `folders/<feed>.seen` of the state directory, on a queue of its own.
final class FolderMemoryFiles: Sendable {
  /// Bytes of one file.
  static let limitBytes = 80 << 20

  private let directory: String
  private let logger: Logger
  private let queue = DispatchQueue(label: "lantian.folders")

  init(stateDirectory: String, logger: Logger) {
    directory = stateDirectory + "/folders"
    self.logger = logger
  }

  /// Reads a feed's file; calls back once, nil when there is none or it cannot be read.
  func load(_ feed: String, _ done: @escaping @Sendable ([UInt8]?) -> Void) {
    queue.async { @Sendable [self] in done(read(path(of: feed))) }
  }

  /// Writes a feed's file whole, in the background. A fault is logged: the files of the folder are then taken again
  /// after a restart, which changes nothing.
  func save(_ feed: String, _ bytes: [UInt8]) {
    queue.async { @Sendable [self] in
      let path = path(of: feed)
      if !write(bytes, to: path) {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? ""
        logger.warning(
          "what was taken of a folder cannot be remembered",
          metadata: ["feed": "\(feed)", "path": "\(path)", "error": "\(reason)"])
      }
    }
  }

  /// Bytes that are no ASCII letter or digit stand as two hexadecimal digits, so that names never meet.
  private func path(of feed: String) -> String {
    var name = ""
    let digits = Array("0123456789abcdef")
    for byte in feed.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: name.append(Character(UnicodeScalar(byte)))
      default: name += "_\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    // A file's name has 255 bytes; a longer one of a feed shares its file, and forgets more than it needs to.
    return directory + "/" + String(name.prefix(240)) + ".seen"
  }

  private func read(_ path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= Self.limitBytes {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    return nil
  }

  private func write(_ bytes: [UInt8], to path: String) -> Bool {
    if unsafe mkdir(directory, 0o750) != 0, errno != EEXIST { return false }
    let part = path + ".part"
    let descriptor = unsafe open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { return false }
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        close(descriptor)
        return false
      }
      offset += count
    }
    let isSynced = fsync(descriptor) == 0
    guard close(descriptor) == 0, isSynced else { return false }
    return unsafe rename(part, path) == 0
  }
}
