/// Writes frames.
package enum FrameEncoder {
  /// `##`, length, segment, checksum, CR LF. Nil when the segment is longer than four digits can say.
  package static func frame(_ segment: [UInt8]) -> [UInt8]? {
    guard segment.count <= HJ212Limits.segmentBytes else { return nil }
    let length = String(segment.count)
    var bytes = Array("##".utf8)
    bytes += [UInt8](repeating: 0x30, count: 4 - length.utf8.count) + Array(length.utf8)
    bytes += segment
    bytes += Array(Checksum(of: segment).description.utf8)
    bytes += [0x0D, 0x0A]
    return bytes
  }

  /// The frame of a segment as it is kept for audit: what stands behind each PW starred out, wherever `Segment` would
  /// find one and in the content too, the checksum made anew.
  package static func record(of segment: [UInt8]) -> [UInt8] {
    var masked = segment
    let layout = Segment.Layout(of: segment)
    maskPasswords(&masked, in: layout.head) { $0 == UInt8(ascii: ";") }
    maskPasswords(&masked, in: layout.content) { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }
    maskPasswords(&masked, in: layout.tail) { $0 == UInt8(ascii: ";") }
    return frame(masked) ?? []
  }

  private static func maskPasswords(
    _ bytes: inout [UInt8], in range: Range<Int>, endsField: (UInt8) -> Bool
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = bytes[start..<range.upperBound].firstIndex(where: endsField) ?? range.upperBound
      if let equals = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")),
        Segment.trimmed(bytes[start..<equals]).map({ $0 & 0xDF }).elementsEqual("PW".utf8)
      {
        for index in (equals + 1)..<end { bytes[index] = UInt8(ascii: "*") }
      }
      start = end + 1
    }
  }
}
