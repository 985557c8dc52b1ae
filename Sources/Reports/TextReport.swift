import AirQuality

/// A bulletin for a terminal: columns as wide as their widest cell, Chinese characters counted as two.
struct TextReport {
  let document: ReportDocument
  init(_ document: ReportDocument) { self.document = document }

  func bytes() -> [UInt8] {
    var lines = [document.title, String(repeating: "=", count: TextColumns.width(document.title))] + document.subtitles
    for block in document.blocks {
      switch block {
      case .heading(let text): lines += ["", text, String(repeating: "-", count: TextColumns.width(text))]
      case .paragraph(let text): lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      case .list(let items): lines += items.map { "- " + $0 }
      case .table(let table):
        if !table.title.isEmpty { lines += ["", table.title] }
        lines += TextColumns.lines([table.header] + table.rows, numeric: table.numeric)
      case .chart: break
      }
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }
}

/// Cells set in columns.
package enum TextColumns {
  /// Lines without trailing blanks; `numeric` columns are set to the right.
  package static func lines(_ rows: [[String]], numeric: Set<Int> = []) -> [String] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], width(cell))
      }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - width(cell))
        line += numeric.contains(column) ? blanks + cell : cell + blanks
        if column + 1 < row.count { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Terminal cells: 2 for East Asian wide and full-width characters (UAX #11), 0 for combining marks.
  package static func width(_ text: String) -> Int {
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
