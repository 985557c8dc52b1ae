/// A stored record that cannot be read, or an event that cannot be written.
package struct JournalCodecError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Journal position, or sequence of an event.
  package var position: Int64
  /// Byte within the record.
  package var offset: Int
  package var reason: String

  package var description: String { "record \(position), byte \(offset): \(reason)" }
}
