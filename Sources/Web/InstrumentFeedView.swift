/// What a feed of instruments that dial in has beside other feeds.
package struct InstrumentFeedView: Sendable, Hashable {
  /// Open now, and taken since the start.
  package var connections: Int
  package var accepted: UInt64
  /// Frames by verdict, each label once.
  package var frames: [LabelledCount]
  /// Connections that this side ended, by reason, each label once.
  package var closes: [LabelledCount]
  package var answers: UInt64
  /// Bytes that are no part of any frame.
  package var skippedBytes: UInt64

  package init(
    connections: Int, accepted: UInt64, frames: [LabelledCount], closes: [LabelledCount], answers: UInt64,
    skippedBytes: UInt64
  ) {
    self.connections = connections
    self.accepted = accepted
    self.frames = frames
    self.closes = closes
    self.answers = answers
    self.skippedBytes = skippedBytes
  }
}
