/// Why the HTTP face cannot start.
package enum WebError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The address cannot be bound (exit code 69).
  case cannotListen(address: String, reason: String)
  /// `start` was called on a server that already listens there or was stopped.
  case alreadyStarted(address: String)

  package var description: String {
    switch self {
    case .cannotListen(let address, let reason):
      "cannot listen on \(address): \(reason); stop what uses the address, or change `listen` or `state`"
    case .alreadyStarted(let address):
      "cannot listen on \(address): this server was started there before"
    }
  }
}
