package import Polling

/// A folder that others put files into.
package struct SpoolDefinition: Sendable, Hashable {
  /// What happens with a file whose rows are committed.
  package enum Ending: String, Sendable {
    case delete
    case move
    case keep
  }

  package var name: String
  /// Absolute.
  package var path: String
  package var pattern: FileNamePattern
  package var ending: Ending
  /// Between two looks.
  package var everyMilliseconds: Int64
  /// Bytes of a file, packed and unpacked.
  package var maxBodyBytes: Int
  package var lateMilliseconds: Int64

  package init(
    name: String, path: String, pattern: FileNamePattern, ending: Ending, everyMilliseconds: Int64,
    maxBodyBytes: Int, lateMilliseconds: Int64
  ) {
    self.name = name
    self.path = path
    self.pattern = pattern
    self.ending = ending
    self.everyMilliseconds = everyMilliseconds
    self.maxBodyBytes = maxBodyBytes
    self.lateMilliseconds = lateMilliseconds
  }
}
