import AirQuality

/// The reader of snapshots of rings and of chunks.
typealias ByteReader = AirQuality.ByteReader<RollupError>

extension RollupError: ByteReadingFailure {
  /// Bytes that cannot be what they should be.
  package init(subject: String, offset: Int, reason: String) { self = .damaged(what: subject, offset: offset) }
}

extension ByteReader {
  /// An error at this byte.
  func damaged() -> RollupError { fail("damaged") }
}
