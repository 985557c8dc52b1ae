/// Why a snapshot could not be read back.
public struct SnapshotReadingError: ByteReadingFailure, Hashable, CustomStringConvertible {
  /// Byte at which reading stopped.
  public var offset: Int
  /// What is wrong there.
  public var reason: String

  public init(subject: String, offset: Int, reason: String) {
    self.offset = offset
    self.reason = "\(subject): \(reason)"
  }

  public var description: String { "byte \(offset): \(reason)" }
}

/// Reads an engine's snapshot.
public typealias SnapshotReader = ByteReader<SnapshotReadingError>
