import Dispatch
import Glibc
import Transport

/// Talks to the running daemon over the control socket in its state directory: the command line's way in. Who may use
/// the file may act.
package struct ControlClient: Sendable {
  package let socket: String

  /// An answer of the daemon.
  package struct Answer: Sendable {
    package var status: Int
    package var body: [UInt8]
  }

  /// No daemon answers.
  package struct Unreachable: Error, CustomStringConvertible {
    package var description: String
  }

  package init(stateDirectory: String) { socket = stateDirectory + "/control.sock" }

  /// GET of a path through the control socket.
  package func get(_ path: String) async throws(Unreachable) -> Answer { try await exchange(path, body: nil, type: "") }

  /// POST of JSON to a path through the control socket.
  package func post(_ path: String, json: [UInt8]) async throws(Unreachable) -> Answer {
    try await exchange(path, body: json, type: "application/json")
  }

  /// POST of other content to a path through the control socket.
  package func post(_ path: String, _ body: [UInt8], type: String) async throws(Unreachable) -> Answer {
    try await exchange(path, body: body, type: type)
  }

  private func exchange(_ path: String, body: [UInt8]?, type: String) async throws(Unreachable) -> Answer {
    let queue = DispatchQueue(label: "lantian.control.client")
    var options = TransferOptions()
    options.unixSocketPath = socket
    options.timeout = .seconds(30)
    options.maxRedirects = 0
    options.maxBodyBytes = 256 << 20
    var request = TransferRequest(url: "http://localhost\(path)", options: options)
    if let body {
      request.method = .post
      request.body = body
      request.headers = [TransferHeader("Content-Type", type)]
    }
    let result: TransferResult
    do {
      let transport = try queue.sync { try Transport(queue: queue) }
      result = await withCheckedContinuation { continuation in
        queue.async { @Sendable [request] in
          transport.submit(request) { result in
            continuation.resume(returning: result)
            // libcurl must be closed before the process exits, and not inside its own callback.
            queue.async { @Sendable in transport.shutdown() }
          }
        }
      }
    } catch {
      throw Unreachable(description: "\(error)")
    }
    queue.sync {}
    switch result.outcome {
    case .response(let response): return Answer(status: response.status, body: response.body)
    case .failure(let error):
      throw Unreachable(
        description:
          "nobody answers at \(socket) (\(error.kind.rawValue)); is the daemon running, and may you use the file?")
    }
  }
}
