/// A table for a terminal: columns as wide as their widest cell, Chinese characters counted as two.
struct TextTable {
  var header: [String]
  var rows: [[String]] = []

  /// The lines, header first, without trailing blanks.
  func lines() -> [String] {
    var widths = header.map(Self.width)
    for row in rows {
      for (column, cell) in row.enumerated() where column < widths.count {
        widths[column] = max(widths[column], Self.width(cell))
      }
    }
    return ([header] + rows).map { row in
      var line = ""
      for (column, cell) in row.enumerated() where column < widths.count {
        line += cell
        if column + 1 < min(row.count, widths.count) {
          line += String(repeating: " ", count: widths[column] - Self.width(cell) + 2)
        }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Terminal cells: 2 for East Asian wide and full-width characters (UAX #11), 0 for combining marks.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar.value {
      case 0x300...0x36F, 0x200B...0x200F: sum
      case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
        sum + 2
      default: sum + 1
      }
    }
  }
}
