/// What the scanner found at one place of a byte stream.
package enum ScannedFrame: Sendable, Hashable {
  /// A data segment of the announced length with the right checksum.
  case frame([UInt8])
  case refused(RefusedFrame)
}

/// A frame that must not be stored, and why.
package struct RefusedFrame: Sendable, Hashable {
  /// What is wrong with it.
  package enum Reason: Sendable, Hashable {
    /// The end stands elsewhere than the length says. `found` is nil when no end was found within the bounds.
    case length(announced: Int, found: Int?)
    /// Another frame begins before this one ends.
    case cutShort(announced: Int, found: Int)
    case checksum(written: Checksum, computed: Checksum)
    /// Length and checksum are right, and the text inside is no data segment.
    case segment(SegmentFault)
  }
  package var reason: Reason
  /// The text between length and checksum as far as it came; at most `HJ212Limits.segmentBytes`.
  package var segment: [UInt8]

  package init(_ reason: Reason, segment: [UInt8]) {
    self.reason = reason
    self.segment = segment
  }
}

extension RefusedFrame: CustomStringConvertible {
  /// English, for people: what was found and what to do. Never a part of the segment, which holds a password.
  package var description: String {
    switch reason {
    case .length(let announced, let found?):
      "the length says \(announced) bytes, the segment has \(found); the frame is damaged or its sender counts wrongly"
    case .length(let announced, nil):
      "the length says \(announced) bytes, and no end is found; the frame is damaged or its sender counts wrongly"
    case .cutShort(let announced, let found):
      "another frame begins after \(found) of \(announced) bytes; the sender or the line dropped the rest"
    case .checksum(let written, let computed):
      "the checksum is \(written), the segment gives \(computed); the frame is damaged or its sender uses another CRC"
    case .segment(let fault): fault.description
    }
  }
}
