internal import Glibc

/// The lock of a state directory (`<state>/lock`, flock): one daemon at a time. It ends with the process, however that
/// ends.
final class StateLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock and writes the process id into the file; the error names the process that has it.
  init(directory: String) throws(StoreError) {
    let path = directory + "/lock"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw StoreError(.io, path: path, "cannot open the lock file: \(errorText(errno)); check owner and permissions")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = errno
      let holder = StateLock.holder(descriptor)
      close(descriptor)
      guard error == EWOULDBLOCK else {
        throw StoreError(
          .io, path: path, "cannot lock: \(errorText(error)); the state directory must be on a local disk")
      }
      throw StoreError(
        .locked, path: path,
        "the state directory is in use by \(holder.map { "process \($0)" } ?? "another process"); "
          + "stop that lantian or choose another state directory")
    }
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func holder(_ descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return nil }
    return Int(String(decoding: bytes[..<count].prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
  }
}

/// The system's text for an errno.
func errorText(_ number: Int32) -> String {
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}
