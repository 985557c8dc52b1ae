import Glibc

/// Runs small programs for test preparation.
enum Command {
  /// Runs `arguments` (the first is looked up in PATH) in silence; throws when it fails.
  static func run(_ arguments: [String]) throws(FaultServerError) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [0, 1, 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    var child: pid_t = 0
    let result = unsafe posix_spawnp(&child, arguments[0], &actions, nil, &pointers, environ)
    guard result == 0 else { throw FaultServerError(call: "posix_spawnp \(arguments[0])", errno: result) }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw FaultServerError(call: "waitpid") }
    }
    guard status == 0 else {
      throw FaultServerError("\(arguments.joined(separator: " ")) ended with status \(status >> 8 & 0xFF)")
    }
  }

  /// Writes a file.
  static func write(_ text: String, to path: String) throws(FaultServerError) {
    guard let file = unsafe fopen(path, "w") else { throw FaultServerError(call: "open \(path)") }
    let bytes = Array(text.utf8)
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    guard unsafe fclose(file) == 0, written == bytes.count else { throw FaultServerError(call: "write \(path)") }
  }

  /// The whole of a file.
  static func read(_ path: String) throws(FaultServerError) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw FaultServerError(call: "open \(path)") }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }
}
