/// A password, token or key in memory. Every printed form of it is redacted; only `reveal()` gives the text.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  package init(_ text: String) { self.text = text }

  /// The secret itself, to be handed to the peer and to nothing else.
  package func reveal() -> String { text }

  package var description: String { "(redacted)" }
  package var debugDescription: String { "(redacted)" }
  package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
