package import AirQuality
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// The HTTP server of the simulated feeds, with the manners of real ones: ETag and Last-Modified, 304, gzip, and one
/// feed that is sometimes slow or fails.
package final class DemoFeedServer: Sendable {
  /// The port it listens on.
  package let port: Int
  private let task: Task<Void, any Error>

  private init(port: Int, task: Task<Void, any Error>) {
    self.port = port
    self.task = task
  }

  /// Starts on `host`; port 0 lets the system choose. `clock` tells civil time as often as a request comes.
  package static func start(
    host: String = "127.0.0.1", port: Int = 0, simulator: DemoSimulator = DemoSimulator(),
    clock: @escaping @Sendable () -> Instant
  ) async throws -> DemoFeedServer {
    let responder = DemoFeedResponder(simulator: simulator, clock: clock)
    let router = Router()
    router.get("/") { _, _ in try await responder.index() }
    router.get("**") { request, _ in try await responder.respond(to: request) }
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      router: router,
      configuration: .init(address: .hostname(host, port: port), serverName: "lantian-demo"),
      onServerRunning: { channel in
        continuation.yield(channel.localAddress?.port ?? 0)
        continuation.finish()
      },
      logger: Logger(label: "lantian.demo") { _ in SwiftLogNoOpLogHandler() })
    let task = Task {
      defer { continuation.finish() }
      try await application.run()
    }
    for await port in ports { return DemoFeedServer(port: port, task: task) }
    // The server ended before it listened: its error says why.
    try await task.value
    throw CancellationError()
  }

  /// Stops serving and returns when the server is gone.
  package func stop() async {
    task.cancel()
    _ = await task.result
  }
}
