import Glibc

/// A plain HTTP/1.1 client for 127.0.0.1: one request, one connection, bounded in time.
struct LoopbackClient {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Answer {
    var status: Int
    var head: String
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  var port: Int
  var timeoutSeconds = 10

  /// A socket connected to the port.
  func connected() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "socket: errno \(errno)") }
    var wait = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let code = errno
      close(descriptor)
      throw Failure(description: "cannot connect to port \(port): errno \(code)")
    }
    return descriptor
  }

  static func send(_ text: String, to descriptor: Int32) throws {
    let bytes = Array(text.utf8)
    guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw Failure(description: "send: errno \(errno)")
    }
  }

  /// - Parameter body: sent with `POST`; a peer that answers and closes before it has come whole is heard.
  func request(_ method: String, _ path: String, headers: [String] = [], body: [UInt8] = []) throws -> Answer {
    let descriptor = try connected()
    defer { close(descriptor) }
    let lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
    let length = method == "POST" ? ["Content-Length: \(body.count)"] : []
    try Self.send((lines + length).joined(separator: "\r\n") + "\r\n\r\n", to: descriptor)
    var sent = 0
    while sent < body.count {
      let count = body.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), min(body.count - sent, 1 << 20), Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { break }
      sent += count
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < 64 << 20 {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count >= 0 else { throw Failure(description: "\(path): recv: errno \(errno)") }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return try Self.parse(bytes, path)
  }

  private static func parse(_ bytes: [UInt8], _ path: String) throws -> Answer {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
      throw Failure(description: "\(path): \(bytes.count) bytes and no answer")
    }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
    guard let status = head.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure(description: "\(path): no status in \(head)")
    }
    var body = Array(bytes[end.upperBound...])
    if head.lowercased().contains("transfer-encoding: chunked") { body = try unchunked(body, path) }
    return Answer(status: status, head: head, body: body)
  }

  private static func unchunked(_ bytes: [UInt8], _ path: String) throws -> [UInt8] {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstIndex(of: 0x0A) {
      let text = String(decoding: rest[..<line], as: UTF8.self).prefix { $0.isHexDigit }
      guard let size = Int(text, radix: 16) else { break }
      if size == 0 { return body }
      let start = line + 1
      guard start + size + 2 <= rest.endIndex else { break }
      body += rest[start..<(start + size)]
      rest = rest[(start + size + 2)...]
    }
    throw Failure(description: "\(path): chunks broken off")
  }
}
