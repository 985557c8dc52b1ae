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

  package init(
    id: UInt64, device: String, command: Int, batch: ReadingBatch, issues: [MessageReadings.Issue],
    ignoredFactors: Int, missingPackets: [Int], record: [UInt8]
  ) {
    self.id = id
    self.device = device
    self.command = command
    self.batch = batch
    self.issues = issues
    self.ignoredFactors = ignoredFactors
    self.missingPackets = missingPackets
    self.record = record
  }
}
