import Glibc

/// Reads whole files with a bound; the only file of this target that opens anything.
enum FileReader {
  struct Contents {
    var bytes: [UInt8]
    /// Permission bits, `0o644`.
    var mode: UInt32
  }

  enum Problem: Error {
    case unreadable(String)
    case tooLarge
  }

  static func read(_ path: String, limitBytes: Int) throws(Problem) -> Contents {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(reason(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(reason(errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(status.st_mode & S_IFMT == S_IFDIR ? "it is a directory" : "it is not a regular file")
    }
    guard status.st_size <= limitBytes else { throw .tooLarge }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(reason(errno))
      }
      bytes += chunk[..<count]
      // A file may grow while it is read.
      guard bytes.count <= limitBytes else { throw .tooLarge }
    }
    return Contents(bytes: bytes, mode: status.st_mode & 0o7777)
  }

  /// Names ending in `suffix` within a directory, in byte order; empty when there is no such directory.
  static func list(_ directory: String, suffix: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(suffix) && !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Nil when `path` can be executed by this process, otherwise why not.
  static func whyNotExecutable(_ path: String) -> String? {
    unsafe access(path, X_OK) == 0 ? nil : reason(errno)
  }

  /// Nil when `path` is a folder that this process can list (and put files into), otherwise why not.
  static func whyNotFolder(_ path: String, isWritten: Bool) -> String? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return reason(errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { return "it is not a folder" }
    return unsafe access(path, R_OK | X_OK | (isWritten ? W_OK : 0)) == 0 ? nil : reason(errno)
  }

  /// The working directory, `/` when it is gone.
  static func workingDirectory() -> String {
    guard let pointer = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(pointer) }
    return unsafe String(cString: pointer)
  }

  static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file"
    case EACCES: "permission denied"
    default: unsafe String(cString: strerror(code)).lowercased()
    }
  }
}
