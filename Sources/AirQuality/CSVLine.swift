/// One line of comma-separated values (RFC 4180, without line breaks inside quotes), as bytes.
///
/// Works on UTF-8 and on GB18030 alike: no byte of a multi-byte character of either is a comma or a quote.
package enum CSVLine {
  /// A quote that does not close, or text after a closing quote.
  package struct Malformed: Error, Equatable {
    /// Counted from 1.
    package var field: Int
  }

  /// UTF-8's byte order mark, which spreadsheets write at the head of a file.
  package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// A field as it is written: quoted where it holds a comma, a quote or a line break.
  package static func field(_ text: String) -> String {
    text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
      ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
  }

  /// The fields without quotes and without surrounding blanks; a trailing CR is not part of the line.
  package static func fields(of line: ArraySlice<UInt8>) throws(Malformed) -> [[UInt8]] {
    let line = line.last == 0x0D ? line.dropLast() : line
    var fields: [[UInt8]] = []
    var index = line.startIndex
    while true {
      var field: [UInt8] = []
      while index < line.endIndex, isBlank(line[index]) { index += 1 }
      if index < line.endIndex, line[index] == 0x22 {
        index = try quoted(line, from: index + 1, into: &field, number: fields.count + 1)
      } else {
        while index < line.endIndex, line[index] != 0x2C {
          field.append(line[index])
          index += 1
        }
        while let last = field.last, isBlank(last) { field.removeLast() }
      }
      fields.append(field)
      if index == line.endIndex { return fields }
      index += 1
    }
  }

  /// Reads up to the comma or end after a quoted field; returns its place.
  private static func quoted(
    _ line: ArraySlice<UInt8>, from start: Int, into field: inout [UInt8], number: Int
  ) throws(Malformed) -> Int {
    var index = start
    while true {
      guard index < line.endIndex else { throw Malformed(field: number) }
      if line[index] != 0x22 {
        field.append(line[index])
        index += 1
      } else if index + 1 < line.endIndex, line[index + 1] == 0x22 {
        field.append(0x22)
        index += 2
      } else {
        index += 1
        break
      }
    }
    while index < line.endIndex, isBlank(line[index]) { index += 1 }
    guard index == line.endIndex || line[index] == 0x2C else { throw Malformed(field: number) }
    return index
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// The bytes with full-width digits, signs and points (`０`-`９` `－` `．`) made half-width.
  /// Nil when something else than ASCII is left.
  package static func halfWidth(_ text: some Sequence<UInt8>) -> [UInt8]? {
    let bytes = Array(text)
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
    guard let string = String(validating: bytes, as: UTF8.self) else { return nil }
    var folded: [UInt8] = []
    for scalar in string.unicodeScalars {
      switch scalar.value {
      case ..<0x80: folded.append(UInt8(scalar.value))
      // The full-width forms stand 0xFEE0 above ASCII.
      case 0xFF01...0xFF5E: folded.append(UInt8(scalar.value - 0xFEE0))
      case 0x2212: folded.append(0x2D)
      default: return nil
      }
    }
    return folded
  }

  /// The bytes as text for a message: cut at `limit` bytes, what is not UTF-8 replaced.
  package static func excerpt(_ bytes: some Collection<UInt8>, limit: Int = 40) -> String {
    let text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    return bytes.count > limit ? text + "…" : text
  }
}
