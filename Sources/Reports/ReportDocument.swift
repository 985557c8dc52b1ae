/// A bulletin as blocks of text and tables, before it is written in any format.
package struct ReportDocument: Sendable, Hashable {
  /// One block, in reading order.
  package enum Block: Sendable, Hashable {
    case heading(String)
    case paragraph(String)
    case list([String])
    case table(Table)
    case chart(Chart)
  }

  /// A table; every row has as many cells as the header.
  package struct Table: Sendable, Hashable {
    package var title: String
    package var header: [String]
    package var rows: [[String]]
    /// Columns whose cells are set to the right.
    package var numeric: Set<Int>

    /// - Parameter numeric: nil sets every column but the first to the right.
    package init(_ title: String, header: [String], rows: [[String]], numeric: Set<Int>? = nil) {
      self.title = title
      self.header = header
      self.rows = rows
      self.numeric = numeric ?? Set(header.indices.dropFirst())
    }
  }

  /// A chart for formats that have charts; its numbers stand in a table too.
  package struct Chart: Sendable, Hashable {
    /// How the numbers are drawn.
    package enum Kind: String, Sendable, Hashable {
      case bar, line
    }
    /// One line, or one bar of each group.
    package struct Series: Sendable, Hashable {
      package var name: String
      package var values: [Double?]
      package init(name: String, values: [Double?]) {
        self.name = name
        self.values = values
      }
    }
    package var title: String
    package var kind: Kind
    package var labels: [String]
    package var series: [Series]
    package init(_ title: String, kind: Kind, labels: [String], series: [Series]) {
      self.title = title
      self.kind = kind
      self.labels = labels
      self.series = series
    }
  }

  package var language: ReportLanguage
  package var title: String
  /// Whose bulletin, which period, how far reviewed: lines under the title.
  package var subtitles: [String]
  package var blocks: [Block]

  package init(language: ReportLanguage, title: String, subtitles: [String], blocks: [Block] = []) {
    self.language = language
    self.title = title
    self.subtitles = subtitles
    self.blocks = blocks
  }

  mutating func heading(_ text: String) { blocks.append(.heading(text)) }
  mutating func paragraph(_ text: String) { blocks.append(.paragraph(text)) }
  mutating func list(_ items: [String]) { if !items.isEmpty { blocks.append(.list(items)) } }
  mutating func table(_ table: Table) { blocks.append(.table(table)) }
}
