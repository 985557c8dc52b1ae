import Dispatch
import Glibc
import HJ212
import Synchronization

/// A superior platform on loopback: takes one connection after another, keeps every data segment, and answers as told.
final class PlatformServer: Sendable {
  private struct State {
    var segments: [String] = []
    var answers = true
    var refused: Set<String> = []
    var connections = 0
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  let port: Int

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        let result = bind(descriptor, generic, length)
        getsockname(descriptor, generic, &length)
        return result
      }
    }
    guard bound == 0, listen(descriptor, 8) == 0 else { throw Child.Failure(description: "listen: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    DispatchQueue(label: "platform").async { @Sendable [state = WeakServer(self), descriptor] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        DispatchQueue(label: "platform.connection").async { state.server?.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  var segments: [String] { state.withLock { $0.segments } }
  var connections: Int { state.withLock { $0.connections } }
  func answer(_ answers: Bool) { state.withLock { $0.answers = answers } }
  /// From now on messages of these MN are answered with 9011, QnRtn=4.
  func refuse(_ devices: Set<String>) { state.withLock { $0.refused = devices } }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    state.withLock { $0.connections += 1 }
    var scanner = FrameScanner()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      scanner.append(buffer[..<count])
      while case .frame(let bytes)? = scanner.next() {
        let (answers, refused) = state.withLock { state in
          state.segments.append(String(decoding: bytes, as: UTF8.self))
          return (state.answers, state.refused)
        }
        guard answers, let segment = try? Segment(bytes) else { continue }
        let answer = refused.contains(segment.device) ? Answer.refused(.device) : Answer.stored
        let reply = answer.frame(to: segment)
        _ = send(connection, reply, reply.count, Int32(MSG_NOSIGNAL))
      }
    }
  }

  /// Lets the accepting thread end with its server.
  private final class WeakServer: Sendable {
    private let reference: Mutex<WeakReference>
    private struct WeakReference { weak var server: PlatformServer? }
    init(_ server: PlatformServer) { reference = Mutex(WeakReference(server: server)) }
    var server: PlatformServer? { reference.withLock { $0.server } }
  }
}
