/// A password, token or key in memory. It never shows itself: not in descriptions, dumps, errors or logs; only the
/// `reveal` calls give it.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package init(_ text: String) { self.bytes = Array(text.utf8) }

  /// The bytes themselves, for the one place that signs or sends them.
  package func reveal() -> [UInt8] { bytes }

  /// The bytes as text, invalid UTF-8 repaired.
  package func revealText() -> String { String(decoding: bytes, as: UTF8.self) }

  /// Whether other bytes are the same, in a time that tells nothing but their number.
  package func isEqual(_ other: [UInt8]) -> Bool {
    var difference: UInt8 = bytes.count == other.count ? 0 : 1
    for (index, byte) in other.enumerated() {
      difference |= byte ^ (bytes.isEmpty ? 0xFF : bytes[index % bytes.count])
    }
    return difference == 0 && !bytes.isEmpty
  }

  package var description: String { "(secret)" }
  package var debugDescription: String { "(secret)" }
  package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
