internal import AirQuality

/// A stored record that cannot be read, or an event that cannot be written.
package struct JournalCodecError: ByteReadingFailure, Hashable, CustomStringConvertible {
  /// Journal position, or sequence of an event.
  package var position: Int64
  /// Byte within the record.
  package var offset: Int
  package var reason: String

  package init(position: Int64, offset: Int, reason: String) {
    self.position = position
    self.offset = offset
    self.reason = reason
  }

  package init(subject: Int64, offset: Int, reason: String) {
    self.init(position: subject, offset: offset, reason: reason)
  }

  package var description: String { "record \(position), byte \(offset): \(reason)" }
}

/// Reads a stored record; the subject is its position.
typealias JournalByteReader = ByteReader<JournalCodecError>
