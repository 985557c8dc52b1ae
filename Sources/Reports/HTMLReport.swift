import JSONText

/// A bulletin as one page: tables always, charts when the chart library is given; set for A4 when printed.
struct HTMLReport {
  let document: ReportDocument
  let chartLibrary: String?

  init(_ document: ReportDocument, chartLibrary: String?) {
    self.document = document
    self.chartLibrary = chartLibrary
  }

  func bytes() -> [UInt8] {
    var body = "<h1>\(escapedMarkup(document.title))</h1>\n<p class=\"sub\">"
    body += document.subtitles.map(escapedMarkup).joined(separator: "<br>\n") + "</p>\n"
    var charts = 0
    for block in document.blocks { body += html(block, &charts) }
    return Array(
      """
      <!DOCTYPE html>
      <html lang="\(document.language == .chinese ? "zh-CN" : "en")">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escapedMarkup(document.title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body)\(scripts())</body>
      </html>

      """.utf8)
  }

  private static let style = """
    body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", SimSun, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
    h1 { text-align: center; margin-bottom: .25rem; }
    .sub { text-align: center; color: #555; }
    table { border-collapse: collapse; margin: .75rem 0; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: bold; padding: .25rem 0; }
    th, td { border: 1px solid #999; padding: .2rem .45rem; text-align: left; vertical-align: top; }
    th { background: #f0f0f0; }
    td.n { text-align: right; }
    .chart { position: relative; height: 18rem; margin: 1rem 0; }
    @page { size: A4; margin: 15mm; }
    @media print {
      body { margin: 0; max-width: none; font-size: 9.5pt; }
      tr, .chart { break-inside: avoid; }
      h2 { break-after: avoid; }
      thead { display: table-header-group; }
    }
    """

  private func html(_ block: ReportDocument.Block, _ charts: inout Int) -> String {
    switch block {
    case .heading(let text): return "<h2>\(escapedMarkup(text))</h2>\n"
    case .paragraph(let text):
      return "<p>\(text.split(separator: "\n").map { escapedMarkup(String($0)) }.joined(separator: "<br>\n"))</p>\n"
    case .list(let items): return "<ul>\n" + items.map { "<li>\(escapedMarkup($0))</li>\n" }.joined() + "</ul>\n"
    case .table(let table): return html(table)
    case .chart:
      guard chartLibrary != nil else { return "" }
      charts += 1
      return "<div class=\"chart\"><canvas id=\"chart\(charts)\"></canvas></div>\n"
    }
  }

  private func html(_ table: ReportDocument.Table) -> String {
    var text = "<table>\n"
    if !table.title.isEmpty { text += "<caption>\(escapedMarkup(table.title))</caption>\n" }
    text += "<thead><tr>" + table.header.map { "<th>\(escapedMarkup($0))</th>" }.joined() + "</tr></thead>\n<tbody>\n"
    for row in table.rows {
      text += "<tr>"
      for (column, cell) in row.enumerated() {
        text += "<td\(table.numeric.contains(column) ? " class=\"n\"" : "")>\(escapedMarkup(cell))</td>"
      }
      text += "</tr>\n"
    }
    return text + "</tbody>\n</table>\n"
  }

  private func scripts() -> String {
    var charts: [ReportDocument.Chart] = []
    for case .chart(let chart) in document.blocks { charts.append(chart) }
    guard let chartLibrary, !charts.isEmpty else { return "" }
    var writer = JSONWriter(capacity: 1 << 14)
    writer.object { writer in
      writer.array("charts", charts) { writer, chart in
        writer.object {
          $0.field("title", chart.title)
          $0.field("kind", chart.kind.rawValue)
          $0.field("labels", chart.labels)
          $0.array("series", chart.series) { writer, series in
            writer.object {
              $0.field("name", series.name)
              $0.key("values")
              $0.beginArray()
              for value in series.values { if let value { $0.value(value) } else { $0.null() } }
              $0.endArray()
            }
          }
        }
      }
    }
    // Inside a script "<" could end it or begin a comment.
    let data = String(decoding: writer.bytes, as: UTF8.self).split(separator: "<", omittingEmptySubsequences: false)
      .joined(separator: "\\u003c")
    return """
      <script>\(chartLibrary)</script>
      <script>
      const report = \(data);
      const colours = ["#1f6fb2", "#d9822b", "#3a8f4f", "#b23a48", "#6a4fa3", "#7a7a7a"];
      report.charts.forEach((chart, index) => new Chart(document.getElementById("chart" + (index + 1)), {
        type: chart.kind,
        data: {labels: chart.labels, datasets: chart.series.map((series, at) => ({label: series.name, data: series.values,
          borderColor: colours[at % 6], backgroundColor: colours[at % 6], borderWidth: 1, pointRadius: 0, spanGaps: false}))},
        options: {animation: false, maintainAspectRatio: false, plugins: {title: {display: true, text: chart.title}}}
      }));
      </script>

      """
  }
}
