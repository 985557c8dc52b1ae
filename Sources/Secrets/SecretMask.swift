/// Stars out a feed's own secrets in foreign texts: providers repeat the key that they refuse, in answers that end in logs,
/// errors and the API.
package struct SecretMask: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Longest first, so that no part of one is left by another.
  private let secrets: [String]

  /// Shorter ones would star out half of every text.
  package static let shortest = 4
  private static let stars = "***"

  /// - Parameter secrets: as they may be repeated; what is too short is left out.
  package init(_ secrets: [String] = []) {
    self.secrets = Set(secrets.filter { $0.utf8.count >= Self.shortest }).sorted {
      ($0.utf8.count, $0) > ($1.utf8.count, $1)
    }
  }

  package var isEmpty: Bool { secrets.isEmpty }

  package var description: String { "(mask of \(secrets.count) secrets)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }

  /// The text without any of the secrets, nor the beginning of one that an ellipsis cuts off.
  package func starred(_ text: String) -> String {
    var result = text
    for secret in secrets {
      result = result.replacing(secret, with: Self.stars)
      guard result.contains("…") else { continue }
      for length in stride(from: secret.count - 1, through: Self.shortest, by: -1) {
        result = result.replacing(secret.prefix(length) + "…", with: Self.stars + "…")
      }
    }
    return result
  }
}
