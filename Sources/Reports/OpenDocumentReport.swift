/// A bulletin as flat OpenDocument text (ODF 1.2, part 1): one XML file that LibreOffice, WPS and Word-with-converter open.
struct OpenDocumentReport {
  let document: ReportDocument
  init(_ document: ReportDocument) { self.document = document }

  func bytes() -> [UInt8] {
    var body = paragraph("Title", document.title)
    for line in document.subtitles { body += paragraph("Subtitle", line) }
    var tables = 0
    for block in document.blocks {
      switch block {
      case .heading(let text):
        body += "<text:h text:style-name=\"Heading\" text:outline-level=\"1\">\(escapedMarkup(text))</text:h>\n"
      case .paragraph(let text):
        for line in text.split(separator: "\n") { body += paragraph("Body", String(line)) }
      case .list(let items): for item in items { body += paragraph("Item", "• " + item) }
      case .table(let table):
        tables += 1
        if !table.title.isEmpty { body += paragraph("Caption", table.title) }
        body += xml(table, number: tables)
      case .chart: break
      }
    }
    return Array((Self.head(document.language, columns: columnStyles) + body + Self.foot).utf8)
  }

  /// Columns as wide as what they hold asks, none wider than a sentence.
  private var columnStyles: String {
    var styles = ""
    var number = 0
    for case .table(let table) in document.blocks {
      number += 1
      let widths = table.header.indices.map { column in
        min(max(([table.header] + table.rows).map { TextColumns.width($0[column]) }.max() ?? 1, 5), 45)
      }
      let sum = widths.reduce(0, +)
      for (column, width) in widths.enumerated() {
        // Of the 18 cm between the margins, in hundredths.
        let share = BulletinComposer.decimal(1_800 * width / sum, 2)
        styles +=
          "<style:style style:name=\"T\(number)C\(column)\" style:family=\"table-column\">"
          + "<style:table-column-properties style:column-width=\"\(share)cm\" style:rel-column-width=\"\(width)*\"/>"
          + "</style:style>\n"
      }
    }
    return styles
  }

  private func paragraph(_ style: String, _ text: String) -> String {
    "<text:p text:style-name=\"\(style)\">\(escapedMarkup(text))</text:p>\n"
  }

  private func xml(_ table: ReportDocument.Table, number: Int) -> String {
    func row(_ cells: [String], header: Bool) -> String {
      var text = "<table:table-row>"
      for (column, cell) in cells.enumerated() {
        let style = header ? "CellHead" : table.numeric.contains(column) ? "CellNumber" : "CellText"
        text +=
          "<table:table-cell table:style-name=\"\(header ? "Head" : "Cell")\" office:value-type=\"string\">"
          + "<text:p text:style-name=\"\(style)\">\(escapedMarkup(cell))</text:p></table:table-cell>"
      }
      return text + "</table:table-row>\n"
    }
    return "<table:table table:name=\"T\(number)\" table:style-name=\"Table\">\n"
      + table.header.indices.map { "<table:table-column table:style-name=\"T\(number)C\($0)\"/>\n" }.joined()
      + "<table:table-header-rows>\n" + row(table.header, header: true) + "</table:table-header-rows>\n"
      + table.rows.map { row($0, header: false) }.joined() + "</table:table>\n" + paragraph("Body", "")
  }

  private static func head(_ language: ReportLanguage, columns: String) -> String {
    // Chinese text takes its size and weight from attributes of its own.
    func style(_ name: String, _ paragraph: String, size: Int, isBold: Bool = false) -> String {
      let weight = isBold ? " fo:font-weight=\"bold\" style:font-weight-asian=\"bold\"" : ""
      let text = "fo:font-size=\"\(size)pt\" style:font-size-asian=\"\(size)pt\"\(weight)"
      return
        """
        <style:style style:name="\(name)" style:family="paragraph"><style:paragraph-properties \(paragraph)/>\
        <style:text-properties \(font) \(text)/></style:style>

        """
    }
    let country = language == .chinese ? "fo:language=\"zh\" fo:country=\"CN\"" : "fo:language=\"en\" fo:country=\"GB\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" \
      xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" \
      xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" \
      xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" \
      xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2" \
      office:mimetype="application/vnd.oasis.opendocument.text">
      <office:styles>
      <style:default-style style:family="paragraph"><style:text-properties \(font) \(country) fo:font-size="10pt"/></style:default-style>
      \(style("Title", "fo:text-align=\"center\" fo:margin-bottom=\"0.2cm\"", size: 18, isBold: true))\
      \(style("Subtitle", "fo:text-align=\"center\"", size: 10))\
      \(style("Heading", "fo:margin-top=\"0.4cm\" fo:margin-bottom=\"0.15cm\" fo:keep-with-next=\"always\"", size: 13, isBold: true))\
      \(style("Caption", "fo:margin-top=\"0.2cm\" fo:keep-with-next=\"always\"", size: 10, isBold: true))\
      \(style("Body", "fo:margin-bottom=\"0.1cm\"", size: 10))\
      \(style("Item", "fo:margin-left=\"0.5cm\"", size: 10))\
      \(style("CellHead", "fo:text-align=\"start\"", size: 8, isBold: true))\
      \(style("CellText", "fo:text-align=\"start\"", size: 8))\
      \(style("CellNumber", "fo:text-align=\"end\"", size: 8))\
      </office:styles>
      <office:automatic-styles>
      <style:page-layout style:name="Page"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" \
      fo:margin-top="1.5cm" fo:margin-bottom="1.5cm" fo:margin-left="1.5cm" fo:margin-right="1.5cm"/></style:page-layout>
      <style:style style:name="Table" style:family="table"><style:table-properties style:width="18cm" table:align="margins"/></style:style>
      <style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #999999" fo:padding="0.05cm"/></style:style>
      <style:style style:name="Head" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #999999" fo:padding="0.05cm" fo:background-color="#f0f0f0"/></style:style>
      \(columns)</office:automatic-styles>
      <office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Page"/></office:master-styles>
      <office:body><office:text>

      """
  }

  private static let font =
    "fo:font-family=\"'Noto Sans CJK SC', SimSun, sans-serif\" style:font-family-asian=\"'Noto Sans CJK SC', SimSun, sans-serif\""
  private static let foot = "</office:text></office:body>\n</office:document>\n"
}
