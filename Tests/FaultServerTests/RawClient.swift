import Glibc

@testable import FaultServer

/// A client that sees bytes and ends of connections as they are.
struct RawClient {
  enum End: Equatable {
    case closed
    case reset
    /// Neither a byte nor an end within the time.
    case silent
  }

  let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = try Listener.address(host: "127.0.0.1", port: port)
    let descriptor = descriptor
    guard unsafe Listener.withAddress(&address, { unsafe connect(descriptor, $0, $1) }) == 0 else {
      throw FaultServerError(call: "connect")
    }
  }

  func finish() { close(descriptor) }

  func get(_ path: String, headers: [String] = []) {
    send("GET \(path) HTTP/1.1\r\nHost: x\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n")
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Whatever comes until the connection ends, is silent for `quietMilliseconds`, or `stopAfter` bytes came.
  func receive(quietMilliseconds: Int32 = 300, stopAfter: Int = .max) -> (bytes: [UInt8], end: End) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < stopAfter {
      var set = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      if unsafe poll(&set, 1, quietMilliseconds) <= 0 { return (bytes, .silent) }
      let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
      if count < 0 { return (bytes, errno == ECONNRESET ? .reset : .closed) }
      if count == 0 { return (bytes, .closed) }
      bytes += chunk[..<count]
    }
    return (bytes, .silent)
  }

  /// One whole answer by its Content-Length.
  func answer() -> (status: Int, head: String, body: [UInt8])? {
    var bytes: [UInt8] = []
    while bytes.count < 64 << 20 {
      if let end = Self.split(bytes) {
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let length =
          lines.first { $0.lowercased().hasPrefix("content-length:") }
          .flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        if bytes.count - end >= length {
          return (Int(lines[0].split(separator: " ")[1]) ?? 0, head, Array(bytes[end..<(end + length)]))
        }
      }
      let (more, end) = receive(quietMilliseconds: 5_000, stopAfter: 1)
      bytes += more
      if more.isEmpty || end != .silent { return nil }
    }
    return nil
  }

  private static func split(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (4...bytes.count).first { Array(bytes[($0 - 4)..<$0]) == [13, 10, 13, 10] }
  }
}

/// A folder under the system's temporary directory, removed by `remove`.
struct TemporaryFolder {
  let path: String
  init() throws {
    var template = Array("/tmp/lantian-fault-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw FaultServerError(call: "mkdtemp") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
  func remove() { try? Command.run(["rm", "-rf", path]) }
}
