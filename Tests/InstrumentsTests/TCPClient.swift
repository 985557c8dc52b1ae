import Dispatch
import Glibc

/// A client on loopback; every wait ends after ten seconds. It waits on a queue of its own: tests go on meanwhile.
final class TCPClient: Sendable {
  struct Failure: Error, CustomStringConvertible { var description: String }
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "client")

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(description: "connect: errno \(errno)") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: some Collection<UInt8>) throws {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let chunk = Array(rest)
      let count = Glibc.send(descriptor, chunk, chunk.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { throw Failure(description: "send: errno \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  /// Says that nothing more will be sent.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// The next line without its end; nil when the peer has closed.
  func line() async throws -> String? {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { @Sendable [self] in continuation.resume(with: Result { try receiveLine() }) }
    }
  }

  private func receiveLine() throws -> String? {
    var bytes: [UInt8] = []
    while true {
      var byte: UInt8 = 0
      let count = recv(descriptor, &byte, 1, 0)
      if count == 0 || (count < 0 && errno == ECONNRESET) {
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
      }
      guard count == 1 else { throw Failure(description: "nothing comes: errno \(errno)") }
      if byte == 0x0A { return String(decoding: bytes.filter { $0 != 0x0D }, as: UTF8.self) }
      bytes.append(byte)
    }
  }
}
