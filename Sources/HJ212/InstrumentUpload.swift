package import AirQuality

/// The readings of one message of an instrument, to be committed before it is answered.
package struct InstrumentUpload: Sendable, Equatable {
  /// Unique within the session.
  package var id: UInt64
  /// MN.
  package var device: String
  /// 2011, 2051, 2061 or 2031.
  package var command: Int
  package var batch: ReadingBatch
  package var issues: [MessageReadings.Issue]
  package var ignoredFactors: Int
  /// Numbers of the packets that did not come.
  package var missingPackets: [Int]
  /// The frames for audit, passwords starred out.
  package var record: [UInt8]
}
