/// A receiver of webhooks: records every POST and answers by a script.
public final class Collector: Sendable {
  /// How the collector answers deliveries.
  public enum Script: Sendable {
    case accept
    /// 500 so many times, then 200.
    case failing(times: Int)
    case always(Int)
    /// 200 after a while.
    case slow(milliseconds: Int)
    case hang
    case custom(Behaviour)

    var behaviour: Behaviour {
      switch self {
      case .accept: .status(200)
      case .failing(let times):
        .sequence(Array(repeating: Behaviour.status(500), count: max(0, times)) + [.status(200)])
      case .always(let status): .status(status)
      case .slow(let milliseconds): .delayed(milliseconds: milliseconds, .status(200))
      case .hang: .hang
      case .custom(let behaviour): behaviour
      }
    }
  }

  /// The server behind it, for further routes and faults.
  public let server: FaultServer
  private let path: String

  /// Starts one that receives at `path`.
  public static func start(
    path: String = "/hook", script: Script = .accept, tls: TLSIdentity? = nil
  ) throws -> Collector {
    let collector = Collector(server: try FaultServer.start(tls: tls), path: path)
    collector.answer(script)
    return collector
  }

  private init(server: FaultServer, path: String) {
    self.server = server
    self.path = path
  }

  public var url: String { server.url(path) }

  /// Changes the script from the next delivery on.
  public func answer(_ script: Script) { server.route(path, script.behaviour) }

  /// Everything received so far, refused deliveries included.
  public var deliveries: [RecordedRequest] { server.requests(path: path).filter { $0.method == "POST" } }

  /// Waits for `count` deliveries; false when `seconds` pass before.
  public func waitForDeliveries(_ count: Int, seconds: Double = 10) async -> Bool {
    await server.waitForRequests(count, path: path, seconds: seconds)
  }

  /// Ends the server and every connection.
  public func stop() { server.stop() }
}
