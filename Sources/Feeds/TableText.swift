/// Tables of bureaus as text: they are saved as UTF-8 or, by older programs, as GB18030.
package enum TableText {
  /// The bytes as UTF-8; nil when they are neither.
  package static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
    bytes.withText { text -> [UInt8]? in
      if TextDecoding.firstInvalidUTF8(text) == text.count { return bytes }
      return try? TextDecoding.utf8(fromGB18030: text)
    }
  }
}
