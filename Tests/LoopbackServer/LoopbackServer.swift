import Glibc
import Synchronization

/// A small HTTP server on 127.0.0.1 with a thread per connection, for tests of the transport only.
package final class LoopbackServer: Sendable {
  /// One parsed request.
  package struct Request: Sendable {
    package var method: String
    package var path: String
    /// Lower-case names.
    package var headers: [String: String]
    package var body: [UInt8]
  }

  /// One accepted connection, used on its own thread.
  package struct Connection: Sendable {
    let descriptor: Int32

    /// Sends everything; false when the peer has gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// A plain answer with a length.
    package func answer(_ status: String = "200 OK", headers: [String] = [], body: [UInt8] = []) {
      let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
      send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Blocks until the peer closes.
    package func waitForClose() {
      var byte: UInt8 = 0
      while recv(descriptor, &byte, 1, 0) > 0 {}
    }

    /// Makes the coming close a reset.
    package func resetOnClose() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
  }

  /// What to do with a request; false closes the connection.
  package typealias Handler = @Sendable (Request, Connection) -> Bool

  package let port: UInt16
  private let listener: Int32
  private let handler: Handler
  private let accepted = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  package var connections: Int { accepted.load(ordering: .relaxed) }
  package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  package init(_ handler: @escaping Handler) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    precondition(listener >= 0, "no socket for the test server")
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(listener, $0, length) == 0 && listen(listener, 256) == 0, "cannot listen on loopback")
        precondition(getsockname(listener, $0, &length) == 0, "no port")
      }
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    self.handler = handler
    spawn { [self] in acceptAll() }
  }

  /// Ends the accepting thread; open connections end with their peers.
  package func stop() {
    // Once only: afterwards the descriptor may belong to somebody else.
    if !isStopped.exchange(true, ordering: .relaxed) { shutdown(listener, Int32(SHUT_RDWR)) }
  }

  private func acceptAll() {
    while true {
      let descriptor = accept(listener, nil, nil)
      if descriptor < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        break
      }
      accepted.add(1, ordering: .relaxed)
      spawn { [handler] in
        serve(Connection(descriptor: descriptor), handler)
        close(descriptor)
      }
    }
    close(listener)
  }
}

private func serve(_ connection: LoopbackServer.Connection, _ handler: LoopbackServer.Handler) {
  var buffer: [UInt8] = []
  while let request = readRequest(connection.descriptor, &buffer) {
    guard handler(request, connection) else { return }
  }
}

private func readRequest(_ descriptor: Int32, _ buffer: inout [UInt8]) -> LoopbackServer.Request? {
  let mark: [UInt8] = [13, 10, 13, 10]
  var end: Int?
  while true {
    end = buffer.count < 4 ? nil : (0...(buffer.count - 4)).first { Array(buffer[$0..<($0 + 4)]) == mark }
    if end != nil { break }
    guard receive(descriptor, &buffer) else { return nil }
  }
  let lines = String(decoding: buffer[..<end!], as: UTF8.self).split(separator: "\r\n")
  let words = lines[0].split(separator: " ")
  var headers: [String: String] = [:]
  for line in lines.dropFirst() {
    guard let colon = line.firstIndex(of: ":") else { continue }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    headers[line[..<colon].lowercased()] = String(value)
  }
  buffer.removeFirst(end! + 4)
  let length = headers["content-length"].flatMap { Int($0) } ?? 0
  while buffer.count < length {
    guard receive(descriptor, &buffer) else { return nil }
  }
  let body = Array(buffer[..<length])
  buffer.removeFirst(length)
  return .init(method: String(words[0]), path: String(words[1]), headers: headers, body: body)
}

func receive(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Bool {
  var piece = [UInt8](repeating: 0, count: 16_384)
  let count = recv(descriptor, &piece, piece.count, 0)
  guard count > 0 else { return false }
  buffer += piece[..<count]
  return true
}

/// Runs `work` on a detached thread.
func spawn(_ work: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(work)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().work()
      return nil
    }, box)
  precondition(code == 0, "no thread for the test server")
  pthread_detach(thread)
}
