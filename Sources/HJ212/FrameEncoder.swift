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

  /// The frame of a segment as it is kept for audit: the password starred out, the checksum made anew.
  package static func record(of segment: [UInt8]) -> [UInt8] {
    var masked = segment
    var start = 0
    while start < masked.count {
      let end = masked[start...].firstIndex(of: UInt8(ascii: ";")) ?? masked.count
      let field = masked[start..<end]
      if field.count >= 3, field.prefix(2).map({ $0 & 0xDF }).elementsEqual("PW".utf8),
        field[start + 2] == UInt8(ascii: "=")
      {
        for index in (start + 3)..<end { masked[index] = UInt8(ascii: "*") }
      }
      start = end + 1
    }
    return frame(masked) ?? []
  }
}
