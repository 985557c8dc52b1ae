import Glibc

/// The manager's end of sd_notify(3).
final class NotifySocket: Sendable {
  let path: String
  private let descriptor: Int32

  init(path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw Child.Failure(description: "bind \(path): errno \(errno)") }
  }

  deinit { close(descriptor) }

  /// Messages that have come and were not taken yet.
  func messages() -> [String] {
    var messages: [String] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while messages.count < 1_000 {
      let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { break }
      messages.append(String(decoding: chunk[..<count], as: UTF8.self))
    }
    return messages
  }
}
