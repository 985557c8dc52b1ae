import AirQuality
import Engine

/// The evidence as text, CSV and HTML, in Chinese, in English, or in both.
extension DustEvidence {
  private struct Table {
    var title: String
    var header: [String]
    var rows: [[String]]
  }

  /// A label in the language of the file.
  private func t(_ chinese: String, _ english: String) -> String {
    switch language {
    case .both: "\(chinese) \(english)"
    case .chinese: chinese
    case .english: english
    }
  }

  private func name(_ unit: County) -> String { t(unit.nameChinese, unit.nameEnglish) }

  private var title: String { "\(t("沙尘佐证材料", "Sand-dust evidence")): \(name(unit)) (\(unit.code))" }

  private var lead: [String] {
    [
      "\(t("时段", "Period")): \(offset.format(from)) – \(offset.format(until))",
      t("小时以结束时刻计；µg/m³；初步数据，实况。", "Hours by their end; µg/m³; provisional data, observed."),
      t(
        "PM10 倍数：与此前六小时均值之比；疑似：本项目自定阈值，仅作标注。",
        "Surge: PM10 over the mean of the six hours before; suspected: this project's own thresholds, an annotation."),
    ]
  }

  private func step(_ step: DustPeriod.Step) -> String {
    guard language == .chinese else { return step.rawValue }
    return step == .declared ? "宣布" : "中心确认"
  }

  private var tables: [Table] {
    [
      Table(
        title: t("处置记录", "Acts"),
        header: [
          t("编号", "id"), t("步骤", "step"), t("起", "from"), t("止", "until"), t("人员", "by"), t("依据/文号", "basis"),
          t("时间", "at"), t("撤回", "withdrawn"),
        ],
        rows: periods.map { period in
          [
            period.id, step(period.step), offset.format(period.from), offset.format(period.until), period.by,
            period.basis, offset.format(period.at),
            period.withdrawal.map { "\($0.by): \($0.reason) (\(offset.format($0.at)))" } ?? "",
          ]
        }),
      Table(
        title: t("小时值", "Hours"),
        header: [
          t("小时", "hour"), "PM10", "PM2.5", "PM2.5/PM10", t("PM10 倍数", "surge"), t("疑似", "suspected"),
        ] + neighbours.map { "\(language == .english ? $0.nameEnglish : $0.nameChinese) PM10" },
        rows: hours.map { hour in
          [
            end(hour.hour), Self.number(hour.pm10, 0), Self.number(hour.pm25, 0), Self.number(hour.ratio, 2),
            Self.number(hour.surge, 2), hour.isSuspected ? t("是", "yes") : "",
          ] + hour.neighbours.map { Self.number($0, 0) }
        }),
      Table(
        title: t("站点小时值（原始）", "Station hours as stored"),
        header: [
          t("站点", "station"), t("小时", "hour"), t("污染物", "pollutant"), t("数值", "value"), t("标记", "flag"),
        ],
        rows: stationHours.map {
          [$0.station, end($0.hour), $0.pollutant.label, Self.number($0.value, 3), String($0.flag.rawValue)]
        }),
    ]
  }

  private func end(_ hour: Int32) -> String { offset.format(offset.start(ofHour: hour + 1)) }

  /// Rounded as GB/T 8170 says; `-` for none.
  private static func number(_ value: Concentration, _ decimals: Int) -> String {
    guard !value.isMissing else { return "-" }
    let rounded = decimals < 3 ? value.rounded(toDecimals: decimals) : value
    let (whole, rest) = abs(rounded.thousandths).quotientAndRemainder(dividingBy: 1_000)
    let sign = rounded.thousandths < 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let digits = String(String(1_000 + rest).dropFirst().prefix(decimals))
    return "\(sign)\(whole).\(digits)"
  }

  /// Plain text, fields set apart by tabs.
  package func text() -> String {
    var lines = [title] + lead
    for table in tables {
      lines += ["", table.title, table.header.joined(separator: "\t")]
      lines += table.rows.map {
        $0.map { $0.replacing("\t", with: " ").replacing("\n", with: " ") }.joined(separator: "\t")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One file with all tables under each other, UTF-8 with a mark so that an office suite reads it.
  package func csv() -> String {
    func line(_ fields: [String]) -> String { fields.map(Self.quoted).joined(separator: ",") + "\r\n" }
    var made = "\u{FEFF}" + line([title])
    for text in lead { made += line([text]) }
    for table in tables {
      made += "\r\n" + line([table.title]) + line(table.header)
      for row in table.rows { made += line(row) }
    }
    return made
  }

  /// A text that a spreadsheet would take for a formula gets an apostrophe before it.
  private static func quoted(_ field: String) -> String {
    let isFormula = field.count > 1 && field.first.map { "=+-@".contains($0) } == true
    let safe = isFormula ? "'" + field : field
    return safe.contains { ",\"\r\n".contains($0) } ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
  }

  /// One page that needs no other file.
  package func html() -> String {
    var body = "<h1>\(Self.escaped(title))</h1>\n" + lead.map { "<p>\(Self.escaped($0))</p>\n" }.joined()
    for table in tables {
      func row(_ tag: String, _ fields: [String]) -> String {
        "<tr>" + fields.map { "<\(tag)>\(Self.escaped($0))</\(tag)>" }.joined() + "</tr>\n"
      }
      body += "<h2>\(Self.escaped(table.title))</h2>\n<table>\n<thead>\(row("th", table.header))</thead>\n<tbody>\n"
      body += table.rows.map { row("td", $0) }.joined() + "</tbody>\n</table>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="\(language == .english ? "en" : "zh-CN")">
      <head>
      <meta charset="utf-8">
      <title>\(Self.escaped(title))</title>
      <style>
      body { font: 11pt/1.4 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.5rem; }
      table { border-collapse: collapse; margin: .5rem 0 1.5rem; font-variant-numeric: tabular-nums; }
      th, td { border: 1px solid #999; padding: .15rem .5rem; text-align: left; }
      @media print { body { margin: 0; font-size: 9pt; } tr { break-inside: avoid; } thead { display: table-header-group; } }
      </style>
      </head>
      <body>
      \(body)</body>
      </html>

      """
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
