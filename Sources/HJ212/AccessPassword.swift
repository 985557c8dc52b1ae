/// The access password PW of a frame or a device. It never shows itself: not in descriptions, dumps, errors or logs.
package struct AccessPassword: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The bytes, for the one place that writes a frame.
  package func reveal() -> [UInt8] { bytes }

  package var isEmpty: Bool { bytes.isEmpty }

  /// Whether both are the same; takes as long for a wrong byte at the start as for one at the end.
  package func matches(_ other: AccessPassword) -> Bool {
    var difference = UInt8(bytes.count == other.bytes.count ? 0 : 1)
    for index in bytes.indices {
      difference |= bytes[index] ^ (index < other.bytes.count ? other.bytes[index] : ~bytes[index])
    }
    return difference == 0
  }

  package static func == (a: AccessPassword, b: AccessPassword) -> Bool { a.matches(b) }

  package var description: String { "(password)" }
  package var debugDescription: String { "(password)" }
  package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
