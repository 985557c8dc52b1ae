import JSONText

/// The blocks of a bulletin for programs; cells are the texts that people read.
struct JSONReport {
  let document: ReportDocument
  init(_ document: ReportDocument) { self.document = document }

  func bytes() -> [UInt8] {
    var writer = JSONWriter(capacity: 1 << 14)
    writer.object {
      $0.field("language", document.language.rawValue)
      $0.field("title", document.title)
      $0.field("subtitles", document.subtitles)
      $0.array("blocks", document.blocks.filter { if case .chart = $0 { false } else { true } }) { writer, block in
        writer.object { write(block, to: &$0) }
      }
    }
    return writer.bytes + [0x0A]
  }

  private func write(_ block: ReportDocument.Block, to writer: inout JSONWriter) {
    switch block {
    case .heading(let text): writer.field("heading", text)
    case .paragraph(let text): writer.field("paragraph", text)
    case .list(let items): writer.field("list", items)
    case .table(let table):
      writer.object("table") {
        $0.field("title", table.title)
        $0.field("header", table.header)
        $0.key("rows")
        $0.beginArray()
        for row in table.rows {
          $0.beginArray()
          for cell in row { $0.value(cell) }
          $0.endArray()
        }
        $0.endArray()
      }
    case .chart: break
    }
  }
}
