/// Finds the frames of a byte stream: `##`, four digits of length, the data segment, four digits of checksum, CR LF
/// (HJ 212-2017, 6.2).
///
/// The result depends on the bytes alone, never on how they were cut into reads. Between frames anything may stand; it
/// is skipped and counted. The rules, at a `##` with four digits after it:
/// - a line break before the announced end ends the frame: its length is wrong;
/// - at the announced end a checksum that agrees makes the frame good, whatever follows (CR LF, LF, or the next frame);
/// - otherwise a `##` with four digits inside begins the next frame, and this one was cut short;
/// - otherwise, when the segment ends with `&&` or the end of the frame stands right behind the checksum, the checksum is
///   wrong; else the length.
///
/// At most one frame of the largest length is held beside what was appended last.
package struct FrameScanner: Sendable {
  private var buffer: [UInt8] = []
  /// Where the unread part of `buffer` begins.
  private var head = 0
  /// Bytes of the frame at `head` in which no line break was found.
  private var searched = 0
  /// No more bytes will come.
  private var hasEnded = false
  /// Bytes outside frames, line breaks and blanks apart.
  package private(set) var skippedBytes = 0

  private static let prefixBytes = 6
  private static let checksumBytes = 4

  package init() {}

  /// Takes the next bytes of the stream.
  package mutating func append(_ bytes: some Sequence<UInt8>) {
    if head > 0 {
      buffer.removeSubrange(..<head)
      head = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Says that the stream has ended: what is unfinished is refused.
  package mutating func finish() { hasEnded = true }

  /// Bytes held that are not yet part of a result.
  package var heldBytes: Int { buffer.count - head }

  /// The next frame or refusal; nil when more bytes are needed.
  package mutating func next() -> ScannedFrame? {
    while let announced = findStart() {
      switch scan(announced) {
      case .needsMore: return nil
      case .found(let frame): return frame
      }
    }
    return nil
  }

  private enum Step {
    case needsMore
    case found(ScannedFrame)
  }

  // MARK: The beginning

  /// Moves to the next `##` with four digits and gives the number; nil when there is none yet.
  private mutating func findStart() -> Int? {
    while head < buffer.count {
      switch start(at: head) {
      case .yes(let announced): return announced
      case .undecided where !hasEnded: return nil
      default: skipByte()
      }
    }
    return nil
  }

  private mutating func skipByte() {
    switch buffer[head] {
    case 0x0D, 0x0A, 0x20, 0x09: break
    default: skippedBytes += 1
    }
    head += 1
    searched = 0
  }

  private enum Start {
    case yes(Int)
    case no
    /// The bytes so far may become one.
    case undecided
  }

  private func start(at index: Int) -> Start {
    var announced = 0
    for offset in 0..<Self.prefixBytes {
      guard index + offset < buffer.count else { return .undecided }
      let byte = buffer[index + offset]
      if offset < 2 {
        guard byte == UInt8(ascii: "#") else { return .no }
      } else {
        guard (0x30...0x39).contains(byte) else { return .no }
        announced = announced * 10 + Int(byte - 0x30)
      }
    }
    return .yes(announced)
  }

  // MARK: The end

  private mutating func scan(_ announced: Int) -> Step {
    let body = head + Self.prefixBytes
    let end = body + announced + Self.checksumBytes
    let known = min(end, buffer.count)
    for index in (body + searched)..<max(known, body + searched) where Self.isLineBreak(buffer[index]) {
      return .found(refuse(announced, body: body, found: index))
    }
    searched = max(searched, known - body)
    guard buffer.count >= end else {
      return hasEnded ? .found(refuse(announced, body: body, found: buffer.count)) : .needsMore
    }
    let segment = buffer[body..<(end - Self.checksumBytes)]
    let computed = Checksum(of: segment)
    let written = Checksum(digits: buffer[(end - Self.checksumBytes)..<end])
    if written == computed {
      let frame = ScannedFrame.frame(Array(segment))
      move(to: end)
      return .found(frame)
    }
    if let inner = innerStart(from: body, to: end) { return .found(cutShort(announced, body: body, inner: inner)) }
    if let written, segment.suffix(2).elementsEqual("&&".utf8) {
      return .found(refuse(.checksum(written: written, computed: computed), segment, movingTo: end))
    }
    return scanBeyond(announced, body: body, end: end, written: written, computed: computed)
  }

  /// Looks behind the announced end for the true one.
  private mutating func scanBeyond(
    _ announced: Int, body: Int, end: Int, written: Checksum?, computed: Checksum
  ) -> Step {
    let bound = body + HJ212Limits.segmentBytes + Self.checksumBytes
    var found: Int?
    var index = end
    search: while index < buffer.count, index <= bound {
      if Self.isLineBreak(buffer[index]) {
        found = index
        break
      }
      switch start(at: index) {
      case .yes:
        found = index
        break search
      case .undecided where !hasEnded: return .needsMore
      default: index += 1
      }
    }
    if found == nil, index <= bound {
      guard hasEnded else { return .needsMore }
      found = buffer.count
    }
    guard let found else {
      let segment = buffer[body..<(end - Self.checksumBytes)]
      return .found(refuse(.length(announced: announced, found: nil), segment, movingTo: head + 2))
    }
    if found == end, let written {
      let segment = buffer[body..<(end - Self.checksumBytes)]
      return .found(refuse(.checksum(written: written, computed: computed), segment, movingTo: end))
    }
    return .found(refuse(announced, body: body, found: found))
  }

  /// The length is wrong: the frame ends at `found`, unless another one begins before.
  private mutating func refuse(_ announced: Int, body: Int, found: Int) -> ScannedFrame {
    if let inner = innerStart(from: body, to: found) { return cutShort(announced, body: body, inner: inner) }
    let last = max(body, found - Self.checksumBytes)
    let length = RefusedFrame.Reason.length(announced: announced, found: last - body)
    return refuse(length, buffer[body..<last], movingTo: found)
  }

  private mutating func cutShort(_ announced: Int, body: Int, inner: Int) -> ScannedFrame {
    refuse(.cutShort(announced: announced, found: inner - body), buffer[body..<inner], movingTo: inner)
  }

  private mutating func refuse(
    _ reason: RefusedFrame.Reason, _ segment: ArraySlice<UInt8>, movingTo next: Int
  ) -> ScannedFrame {
    let refused = RefusedFrame(reason, segment: Array(segment.prefix(HJ212Limits.segmentBytes)))
    move(to: next)
    return .refused(refused)
  }

  private mutating func move(to index: Int) {
    head = index
    searched = 0
  }

  private func innerStart(from first: Int, to end: Int) -> Int? {
    for index in first..<max(first, end) {
      if case .yes = start(at: index) { return index }
    }
    return nil
  }

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A }
}
