/// How a bulletin is written.
package enum ReportFormat: String, CaseIterable, Sendable, Hashable {
  /// For a terminal.
  case text
  /// One page that needs no other file, set for printing too.
  case html
  /// Tables one after another, UTF-8 with a byte order mark, as spreadsheets expect it.
  case csv
  /// OpenDocument text in one XML file, which office suites open and print.
  case fodt
  /// The blocks for programs.
  case json

  /// The whole file.
  ///
  /// - Parameter chartLibrary: the text of Chart.js 3 for HTML; nil leaves charts out.
  package func render(_ document: ReportDocument, chartLibrary: String? = nil) -> [UInt8] {
    switch self {
    case .text: TextReport(document).bytes()
    case .html: HTMLReport(document, chartLibrary: chartLibrary).bytes()
    case .csv: CSVReport(document).bytes()
    case .fodt: OpenDocumentReport(document).bytes()
    case .json: JSONReport(document).bytes()
    }
  }
}

/// Text as it may stand in XML and HTML; control characters, which neither knows, are left out.
func escapedMarkup(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": continue
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
