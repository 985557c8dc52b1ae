import Glibc

/// A port where a connection attempt hangs: a listener that never accepts and whose queue is full, so that Linux drops
/// every further SYN.
public final class UnansweringListener: Sendable {
  public let port: Int
  private let descriptors: [Int32]

  /// Opens it on loopback and fills its queue.
  public init() throws {
    let listener = try Listener.open(host: "127.0.0.1", port: 0, backlog: 0)
    var all = [listener]
    do throws(FaultServerError) {
      port = try Listener.port(of: listener)
      // A backlog of 0 holds one connection; the others stay half open and keep the queue full.
      for _ in 0..<4 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw FaultServerError(call: "socket") }
        all.append(descriptor)
        var address = try Listener.address(host: "127.0.0.1", port: port)
        _ = unsafe Listener.withAddress(&address) { unsafe connect(descriptor, $0, $1) }
      }
    } catch {
      for descriptor in all { close(descriptor) }
      throw error
    }
    descriptors = all
  }

  deinit { for descriptor in descriptors { close(descriptor) } }

  /// `http://127.0.0.1:PORT` + path.
  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }
}
