import AirQuality

/// The tables of a bulletin, each under a line with its title, with an empty line between; RFC 4180 with CRLF.
struct CSVReport {
  let document: ReportDocument
  init(_ document: ReportDocument) { self.document = document }

  func bytes() -> [UInt8] {
    var lines = [row([document.title])] + document.subtitles.map { row([$0]) }
    var heading = ""
    for block in document.blocks {
      switch block {
      case .heading(let text): heading = text
      case .paragraph(let text): lines.append(row([text]))
      case .list(let items): lines += items.map { row([$0]) }
      case .table(let table):
        lines.append("")
        lines.append(row([table.title.isEmpty ? heading : table.title]))
        lines += ([table.header] + table.rows).map(row)
      case .chart: break
      }
    }
    return CSVLine.byteOrderMark + Array(lines.map { $0 + "\r\n" }.joined().utf8)
  }

  /// A cell that a spreadsheet would take for a formula is written as text.
  private func row(_ cells: [String]) -> String {
    cells.map { cell in
      let isNumber = cell.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x25 }
      let isFormula = ["=", "+", "-", "@", "\t"].contains { cell.hasPrefix($0) } && !(isNumber && cell.utf8.count > 1)
      return CSVLine.field(isFormula && cell != "-" ? "'" + cell : cell)
    }.joined(separator: ",")
  }
}
