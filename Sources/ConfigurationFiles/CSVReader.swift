import Glibc

/// A table as RFC 4180 has it: quoted fields may hold commas, quotes and line breaks; CR LF or LF; no header logic.
struct CSVReader {
  struct Row {
    /// Line on which the row begins, from 1.
    var line: Int
    var fields: [String]
  }

  enum Problem: Error {
    case malformed(line: Int, reason: String)
  }

  /// The rows of `bytes`; lines without any text are left out, fields are trimmed and full-width characters narrowed.
  static func rows(_ bytes: [UInt8]) throws(Problem) -> [Row] {
    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var line = 1
    var rowLine = 1
    var index = 0
    var wasQuoted = false
    let quote = UInt8(ascii: "\"")

    func finishField() {
      let text = String(decoding: field, as: UTF8.self)
      fields.append(narrow(text))
      field.removeAll(keepingCapacity: true)
      wasQuoted = false
    }
    func finishRow() {
      finishField()
      if !(fields.count == 1 && fields[0].isEmpty) { rows.append(Row(line: rowLine, fields: fields)) }
      fields.removeAll(keepingCapacity: true)
    }

    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case quote where field.isEmpty && !wasQuoted:
        wasQuoted = true
        let opened = line
        var closed = false
        while index < bytes.count {
          let inner = bytes[index]
          index += 1
          if inner == quote {
            if index < bytes.count, bytes[index] == quote {
              field.append(quote)
              index += 1
            } else {
              closed = true
              break
            }
          } else {
            if inner == UInt8(ascii: "\n") { line += 1 }
            field.append(inner)
          }
        }
        guard closed else { throw .malformed(line: opened, reason: "a quoted field is not closed: add the missing \"") }
      case UInt8(ascii: ","): finishField()
      case UInt8(ascii: "\r") where index < bytes.count && bytes[index] == UInt8(ascii: "\n"): break
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        finishRow()
        line += 1
        rowLine = line
      default:
        if wasQuoted && byte != UInt8(ascii: " ") {
          throw .malformed(line: line, reason: "text follows a quoted field: double the quotes inside it")
        }
        if !wasQuoted { field.append(byte) }
      }
    }
    if !field.isEmpty || !fields.isEmpty || wasQuoted { finishRow() }
    return rows
  }

  /// UTF-8 of `bytes`: a BOM is dropped, anything that is not UTF-8 is taken for GB18030; nil when it is neither.
  static func utf8(_ bytes: [UInt8]) -> [UInt8]? {
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    if String(validating: body, as: UTF8.self) != nil { return body }
    return fromGB18030(body)
  }

  private static func fromGB18030(_ bytes: [UInt8]) -> [UInt8]? {
    let converter = unsafe iconv_open("UTF-8", "GB18030")
    guard unsafe converter != iconv_t(bitPattern: -1), let converter = unsafe converter else { return nil }
    defer { unsafe iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    // A GB18030 character of two bytes becomes at most three, one of four at most four.
    var output = [CChar](repeating: 0, count: bytes.count * 2 + 16)
    var inputLeft = input.count
    var outputLeft = output.count
    let result = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        var from = source.baseAddress
        var to = target.baseAddress
        return unsafe iconv(converter, &from, &inputLeft, &to, &outputLeft)
      }
    }
    guard result != -1, inputLeft == 0 else { return nil }
    return output.prefix(output.count - outputLeft).map { UInt8(bitPattern: $0) }
  }

  /// Trimmed, with full-width letters, digits and signs (U+FF01…U+FF5E, U+3000) as their ASCII forms.
  static func narrow(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xFF01...0xFF5E: result.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
      case 0x3000, 0xA0: result.append(" ")
      default: result.append(scalar)
      }
    }
    let trimmed = String(result)
    guard let first = trimmed.firstIndex(where: { !$0.isWhitespace }),
      let last = trimmed.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(trimmed[first...last])
  }
}
