/// A stretch of bytes inside the body that is being decoded, or inside the decoder's own buffers.
///
/// Every access is checked against its length. It must not outlive the call that made it: it is handed down, never
/// stored beyond the row.
@safe
struct ByteText {
  private let base: UnsafePointer<UInt8>?
  let count: Int

  init(_ base: UnsafePointer<UInt8>?, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  init(_ buffer: UnsafeBufferPointer<UInt8>) {
    unsafe self.init(buffer.baseAddress, count: buffer.count)
  }

  var isEmpty: Bool { count == 0 }

  @inline(__always)
  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return unsafe base.unsafelyUnwrapped[index]
  }

  subscript(range: Range<Int>) -> ByteText {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe ByteText(base.map { unsafe $0 + range.lowerBound }, count: range.count)
  }

  var buffer: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: base, count: count) }

  /// The bytes as a string; what is not UTF-8 becomes U+FFFD.
  var string: String { unsafe String(decoding: buffer, as: UTF8.self) }

  var bytes: [UInt8] { unsafe Array(buffer) }

  static func == (a: ByteText, b: ByteText) -> Bool {
    guard a.count == b.count else { return false }
    for index in 0..<a.count where a[index] != b[index] { return false }
    return true
  }

  func equals(_ other: [UInt8]) -> Bool {
    guard count == other.count else { return false }
    for index in 0..<count where self[index] != other[index] { return false }
    return true
  }

  /// Whether the bytes are those of an array from one index until before another.
  @inline(__always)
  func equals(_ other: [UInt8], from start: Int, until end: Int) -> Bool {
    guard count == end - start else { return false }
    for index in 0..<count where self[index] != other[start + index] { return false }
    return true
  }

  /// A hash of the bytes, eight at a time.
  func hash(seed: UInt64) -> UInt64 {
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = seed ^ UInt64(truncatingIfNeeded: count) &* factor
    var index = 0
    while index + 8 <= count {
      let word = unsafe UnsafeRawPointer(base.unsafelyUnwrapped).loadUnaligned(fromByteOffset: index, as: UInt64.self)
      hash = (hash ^ word) &* factor
      hash ^= hash >> 32
      index += 8
    }
    var tail: UInt64 = 0
    while index < count {
      tail = tail << 8 | UInt64(self[index])
      index += 1
    }
    hash = (hash ^ tail) &* factor
    hash ^= hash >> 29
    hash = hash &* 0xBF58_476D_1CE4_E5B9
    return hash ^ hash >> 32
  }

  func firstIndex(of byte: UInt8) -> Int? { index(of: byte, from: 0) }

  func index(of byte: UInt8, from start: Int) -> Int? {
    var index = start
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// Without white space at both ends: ASCII, no-break and ideographic (U+3000) spaces.
  var trimmed: ByteText {
    var start = 0
    var end = count
    while start < end, let width = spaceWidth(at: start, limit: end) { start += width }
    while end > start, let width = spaceWidth(before: end, start: start) { end -= width }
    return start == 0 && end == count ? self : self[start..<end]
  }

  private func spaceWidth(at index: Int, limit: Int) -> Int? {
    switch self[index] {
    case 0x20, 0x09, 0x0A, 0x0D: return 1
    case 0xC2: return limit - index >= 2 && self[index + 1] == 0xA0 ? 2 : nil
    case 0xE3: return limit - index >= 3 && self[index + 1] == 0x80 && self[index + 2] == 0x80 ? 3 : nil
    default: return nil
    }
  }

  private func spaceWidth(before end: Int, start: Int) -> Int? {
    switch self[end - 1] {
    case 0x20, 0x09, 0x0A, 0x0D: return 1
    case 0xA0: return end - start >= 2 && self[end - 2] == 0xC2 ? 2 : nil
    case 0x80: return end - start >= 3 && self[end - 2] == 0x80 && self[end - 3] == 0xE3 ? 3 : nil
    default: return nil
    }
  }

  /// ASCII digits, signs, points and colons for their full-width forms; nil when there is nothing to fold.
  var foldedWidth: [UInt8]? {
    // Hardly any text has one: no bytes are copied to find that out.
    guard index(of: 0xEF, from: 0) != nil else { return nil }
    var folded: [UInt8] = []
    var index = 0
    var changed = false
    while index < count {
      let byte = self[index]
      if byte == 0xEF, count - index >= 3, self[index + 1] == 0xBC, (0x81...0xBF).contains(self[index + 2]) {
        // U+FF01…U+FF3F are U+0021…U+005F shifted.
        folded.append(self[index + 2] - 0x60)
        index += 3
        changed = true
      } else {
        folded.append(byte)
        index += 1
      }
    }
    return changed ? folded : nil
  }
}

extension Array where Element == UInt8 {
  /// Runs `body` on a view of the bytes.
  func withText<R>(_ body: (ByteText) -> R) -> R {
    unsafe withUnsafeBufferPointer { unsafe body(ByteText($0)) }
  }
}
