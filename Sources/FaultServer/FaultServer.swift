import Glibc
import Synchronization

/// An HTTP/1.1 server on loopback that behaves as a test says: well, badly, or not at all.
///
/// Routes map a path (without query) to a `Behaviour` and may be changed at any time from any thread; unknown paths
/// answer 404. Every request is recorded. Each connection has a thread of its own. `start` sets SIGPIPE to ignored,
/// because libssl writes to sockets that the client has left.
public final class FaultServer: Sendable {
  /// What happens to a connection before any request on it.
  public enum ConnectionBehaviour: Sendable {
    case serve
    /// Accepted, then never read.
    case neverRead
    /// RST as soon as it is accepted.
    case resetOnAccept
    /// Closed as soon as it is accepted.
    case closeOnAccept
  }

  struct Route {
    var behaviour: Behaviour
    /// Requests answered since the behaviour was set.
    var served = 0
  }

  struct State {
    var routes: [String: Route] = [:]
    var fallback: Behaviour = .status(404)
    var connectionBehaviour = ConnectionBehaviour.serve
    var keepAlive = true
    var requests: [RecordedRequest] = []
    var accepted = 0
    var open: Set<Int32> = []
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
    var stopped = false
  }

  struct Waiter {
    var path: String?
    var count: Int
    var resume: @Sendable (Bool) -> Void
  }

  /// Requests kept in the log; the oldest go first.
  public static let requestLimit = 200_000

  /// The port it listens on.
  public let port: Int
  /// The loopback address it is bound to.
  public let host: String
  let isTLS: Bool
  let stopSignal: StopSignal
  let state = Mutex(State())

  private init(port: Int, host: String, isTLS: Bool, stopSignal: StopSignal) {
    self.port = port
    self.host = host
    self.isTLS = isTLS
    self.stopSignal = stopSignal
  }

  deinit { stop() }

  /// Starts on a free port of `host`, an IPv4 loopback address.
  public static func start(tls: TLSIdentity? = nil, host: String = "127.0.0.1", port: Int = 0) throws -> FaultServer {
    signal(SIGPIPE, SIG_IGN)
    let context: TLSContext? = if let tls { try TLSContext(tls) } else { nil }
    let listener = try Listener.open(host: host, port: port, backlog: 1_024)
    let server: FaultServer
    do {
      server = FaultServer(
        port: try Listener.port(of: listener), host: host, isTLS: tls != nil, stopSignal: try StopSignal())
      let signal = server.stopSignal
      // The thread holds the server weakly: a forgotten server still stops when it is released.
      let owner = Owner(server: server)
      try startThread { acceptLoop(listener: listener, signal: signal, context: context, owner: owner) }
    } catch {
      close(listener)
      throw error
    }
    return server
  }

  /// `http://127.0.0.1:PORT` + path; TLS servers are named `localhost`.
  public func url(_ path: String) -> String {
    (isTLS ? "https://localhost" : "http://\(host)") + ":\(port)" + path
  }

  /// Sets what a path answers; a sequence begins anew.
  public func route(_ path: String, _ behaviour: Behaviour) {
    state.withLock { $0.routes[path] = Route(behaviour: behaviour) }
  }

  /// Sets what all other paths answer.
  public func fallback(_ behaviour: Behaviour) { state.withLock { $0.fallback = behaviour } }

  /// Sets what happens to connections accepted from now on.
  public func connections(_ behaviour: ConnectionBehaviour) { state.withLock { $0.connectionBehaviour = behaviour } }

  /// Whether connections stay open after an answer; when not, answers say `Connection: close`.
  public func keepAlive(_ keep: Bool) { state.withLock { $0.keepAlive = keep } }

  /// All requests so far, or those of one path.
  public func requests(path: String? = nil) -> [RecordedRequest] {
    state.withLock { state in state.requests.filter { path == nil || $0.path == path } }
  }

  /// Forgets the recorded requests.
  public func clearRequests() { state.withLock { $0.requests = [] } }

  /// How many connections were accepted so far.
  public var acceptedConnections: Int { state.withLock { $0.accepted } }

  /// How many connections are open now.
  public var openConnections: Int { state.withLock { $0.open.count } }

  /// Waits until `count` requests (of `path`, or of all) were recorded; false when `seconds` pass before.
  public func waitForRequests(_ count: Int, path: String? = nil, seconds: Double = 10) async -> Bool {
    await withCheckedContinuation { continuation in
      let ticket: Int? = state.withLock { state in
        let present = state.requests.count { path == nil || $0.path == path }
        if present >= count || state.stopped {
          continuation.resume(returning: present >= count)
          return nil
        }
        state.nextWaiter += 1
        state.waiters[state.nextWaiter] = Waiter(path: path, count: count) { continuation.resume(returning: $0) }
        return state.nextWaiter
      }
      guard let ticket else { return }
      Task { [weak self] in
        try? await Task.sleep(for: .seconds(seconds))
        let waiter = self?.state.withLock { $0.waiters.removeValue(forKey: ticket) }
        waiter?.resume(false)
      }
    }
  }

  /// Closes the listener and every connection; waits end with what they have.
  public func stop() {
    let waiters: [Waiter] = state.withLock { state in
      guard !state.stopped else { return [] }
      state.stopped = true
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    stopSignal.raise()
    for waiter in waiters { waiter.resume(false) }
  }

  func record(_ request: RecordedRequest) {
    let ready: [Waiter] = state.withLock { state in
      if state.requests.count >= Self.requestLimit { state.requests.removeFirst(Self.requestLimit / 10) }
      state.requests.append(request)
      let due = state.waiters.filter { _, waiter in
        state.requests.count { waiter.path == nil || $0.path == waiter.path } >= waiter.count
      }
      for key in due.keys { state.waiters[key] = nil }
      return Array(due.values)
    }
    for waiter in ready { waiter.resume(true) }
  }
}
