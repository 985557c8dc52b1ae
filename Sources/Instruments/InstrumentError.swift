import NIOCore

/// Why instruments cannot be listened for.
package enum InstrumentError: Error, Sendable, Hashable, CustomStringConvertible {
  case cannotListen(feed: String, address: String, reason: String)

  package var description: String {
    switch self {
    case .cannotListen(let feed, let address, let reason): "feed \(feed): cannot listen on \(address): \(reason)"
    }
  }

  /// What the system says, for people.
  static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return error.description
  }
}
