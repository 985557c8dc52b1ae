/// Why a hook cannot be set up.
package struct DeliveryError: Error, Sendable, Hashable, CustomStringConvertible {
  package var path: String
  /// What is wrong and what to do; never the secret itself.
  package var message: String

  package init(path: String, _ message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { "\(path): \(message)" }
}
