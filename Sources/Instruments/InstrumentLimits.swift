/// The bounds of one listener for instruments. What they cut off is counted.
package struct InstrumentLimits: Sendable, Hashable {
  /// Open connections; a further one is closed at once.
  package var connections = 256
  /// A connection from which nothing came for so long is closed. Real-time intervals go up to an hour (RtdInterval,
  /// HJ 212-2017), so that shorter values cut quiet instruments off.
  package var idleMilliseconds: Int64 = 7_200_000
  /// A connection must have brought a good frame of a known device by then.
  package var firstFrameMilliseconds: Int64 = 60_000
  /// Packets of a split message wait so long for the others.
  package var packetWaitMilliseconds: Int64 = 10_000
  /// Bytes of answers that a device does not read; its connection is closed beyond.
  package var unsentBytes = 65_536

  package init() {}
}
