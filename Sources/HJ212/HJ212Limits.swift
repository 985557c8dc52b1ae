/// The bounds of reading HJ 212. What they cut off is refused with its reason, and counted.
package enum HJ212Limits {
  /// The largest data segment that the four digits of the length can announce, bytes. HJ 212-2017 allows 1,024 (6.3.1);
  /// longer frames with the right length and checksum are met in the field and are read.
  package static let segmentBytes = 9_999
  /// The largest data segment that Lantian writes (HJ 212-2017, 6.3.1).
  package static let writtenSegmentBytes = 1_024
  /// The largest content of CP that Lantian writes (HJ 212-2017, 6.3.2).
  package static let writtenContentBytes = 950
  /// Fields of one segment outside CP.
  package static let fields = 64
  /// Bytes of the name of a field or factor.
  package static let nameBytes = 64
  /// Packets of one split message (PNUM).
  package static let packets = 64
  /// Split messages of one connection that wait for packets; the oldest is then taken as it is.
  package static let unfinishedMessages = 8
  /// Messages of one connection that wait for their commit; nothing is read from it meanwhile.
  package static let waitingUploads = 32
  /// Refused frames in a row after which a connection is closed.
  package static let refusalsInARow = 32
  /// Bytes between frames, since the last good one, after which a connection is closed.
  package static let skippedBytes = 65_536
  /// Bytes of a foreign value shown in a message.
  package static let excerptBytes = 48
}
