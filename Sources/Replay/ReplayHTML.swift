import AirQuality
import Alerts
import Engine
import JSONText

/// A replay as one self-contained page in Chinese and English: tables always, charts when the chart library is given.
package struct ReplayHTML {
  private let result: ReplayResult
  private let comparison: ReplayComparison?
  /// The text of Chart.js 3; nil leaves the charts out.
  private let chartLibrary: String?
  /// Units with charts of their own; a province's page stays of a size that opens.
  package static let maximumCharts = 20

  package init(_ result: ReplayResult, comparison: ReplayComparison? = nil, chartLibrary: String?) {
    self.result = result
    self.comparison = comparison
    self.chartLibrary = chartLibrary
  }

  /// The page, which needs no other file and no network.
  package func page() -> String {
    let title = "\(result.site.name) 历史回放 · Replay of history"
    var body = "<h1>\(escape(title))</h1>\n" + summary()
    if chartLibrary == nil {
      body +=
        "<p class=\"note\">未找到图表库（Debian 软件包 libjs-chart.js），本页只有表格。 · "
        + "The chart library (Debian package libjs-chart.js) was not found: tables only.</p>\n"
    }
    body += charts() + years() + targets() + episodes() + compared()
    return """
      <!DOCTYPE html>
      <html lang="zh-CN">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escape(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body)\(scripts())</body>
      </html>

      """
  }

  private static let style = """
    body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
    table { border-collapse: collapse; margin: 1rem 0; width: 100%; font-variant-numeric: tabular-nums; }
    th, td { border: 1px solid #bbb; padding: .25rem .5rem; text-align: left; vertical-align: top; }
    th { background: #f0f0f0; }
    td.n { text-align: right; }
    .chart { position: relative; height: 18rem; margin: 1rem 0; }
    .note { color: #555; }
    .blue { background: #9ec9f5; } .yellow { background: #fff3a0; } .orange { background: #ffcf8f; } .red { background: #ffb0a8; }
    @media print {
      body { margin: 0; max-width: none; font-size: 10pt; }
      .chart, tr { break-inside: avoid; }
      h2, h3 { break-after: avoid; }
      .blue, .yellow, .orange, .red { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    }
    """

  // MARK: Parts

  private func summary() -> String {
    let readings = result.verdicts.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    return """
      <p>规则 Rules: \(escape(result.rules)) · 小时 hours: \(result.hours) · 站点小时 station-hours: \(result.stationHours)<br>
      读数 readings: \(escape(readings))</p>
      <p class="note">研判等级是软件的判断，不是政府发布的预警；解除按软件提议即时执行。数据未经审核。 · A level is a finding, not an alert \
      issued by a government; lifting follows each proposal at once. Data are not reviewed.</p>

      """
  }

  private func years() -> String {
    let header =
      ["年 Year", "单位 Unit"] + Pollutant.criteria.map { $0.label }
      + ["有效日 Judged days", "优良 Good", "重污染 Heavy"]
    let rows = result.years.map { year in
      [text("\(year.year)"), text(result.name(year.county))]
        + zip(Pollutant.criteria, zip(year.means, year.validDays)).map { pollutant, value in
          number("\(value.0.text(decimals: pollutant == .co ? 2 : 1)) (\(value.1))")
        } + [number("\(year.judgedDays)"), number("\(year.goodDays)"), number("\(year.heavyDays)")]
    }
    return section("年度 Years", table(header, rows))
      + "<p class=\"note\">有效日均值的平均（括号内为有效日数）；臭氧为日最大8小时均值的平均；CO 单位 mg/m³，其余 µg/m³。 · "
      + "Means of valid daily values (their number in brackets); ozone: of the daily highest 8 h means; CO in mg/m³, the rest in µg/m³.</p>\n"
  }

  private func targets() -> String {
    guard !result.targets.isEmpty else { return "" }
    let header = ["年 Year", "单位 Unit", "指标 Indicator", "目标 Target", "数值 Value", "有效日 Days", "状态 State", "说明 Reason"]
    let rows = result.targets.map { row in
      [
        text("\(row.year)"), text(result.name(row.county)), text(row.indicator),
        number(row.target.map { Concentration($0).text() } ?? "—"),
        number(row.valueToDate.map { Concentration($0).text(decimals: 1) } ?? "—"), number("\(row.days)"),
        text(row.state), text(row.reason + " · " + row.reasonEnglish),
      ]
    }
    return section("目标台账 Target ledger", table(header, rows))
  }

  private func episodes() -> String {
    let header = ["单位 Unit", "最高等级 Peak", "等级与时间 Levels and times", "最高日AQI Highest daily AQI"]
    let rows = result.episodes.map { episode in
      let steps = episode.steps.map { step in
        "<span class=\"\(step.level)\">\(name(step.level))</span> \(time(step.at))"
          + (step.runningAQI.map { " (AQI \($0))" } ?? "")
      }
      return [
        text(result.name(episode.county)), "<td class=\"\(episode.peak)\">\(name(episode.peak))</td>",
        "<td>" + steps.joined(separator: "<br>") + "</td>", number(episode.highestDailyAQI.map { "\($0)" } ?? "—"),
      ]
    }
    return section("污染过程 Episodes (\(result.episodes.count))", table(header, rows))
  }

  private func compared() -> String {
    guard let comparison else { return "" }
    func rows(_ events: [EventRecord]) -> [[String]] {
      events.map { [text(result.name($0.county)), text(name($0.to)), text(time($0.at))] }
    }
    let header = ["单位 Unit", "等级 Level", "时间 Time"]
    let moved = comparison.moved.map { row in
      [
        text(result.name(row.first.county)), text(name(row.first.to)), text(time(row.first.at)),
        text(time(row.second.at)), number("\(row.hours)"),
      ]
    }
    let days = comparison.days.map { row in
      [
        text(result.name(row.county)), text("\(row.year)"), number("\(row.differentAQI)"),
        number("\(row.heavyFirst) → \(row.heavySecond)"), number("\(row.goodFirst) → \(row.goodSecond)"),
      ]
    }
    return section(
      "规则对比 Comparison",
      "<p>A: \(escape(comparison.firstRules)) · B: \(escape(comparison.secondRules)) · 相同 same: \(comparison.same)</p>\n"
        + "<h3>仅 A · Only A (\(comparison.onlyFirst.count))</h3>\n" + table(header, rows(comparison.onlyFirst))
        + "<h3>仅 B · Only B (\(comparison.onlySecond.count))</h3>\n" + table(header, rows(comparison.onlySecond))
        + "<h3>时间不同 · Different times (\(moved.count))</h3>\n"
        + table(["单位 Unit", "等级 Level", "A", "B", "小时 Hours"], moved)
        + "<h3>日评价 · Days</h3>\n"
        + table(["单位 Unit", "年 Year", "AQI 不同 different", "重污染 Heavy", "优良 Good"], days))
  }

  // MARK: Charts

  private var charted: [County] { chartLibrary == nil ? [] : Array(result.units.prefix(Self.maximumCharts)) }

  private func charts() -> String {
    charted.enumerated().map { index, unit in
      """
      <h2>\(escape(result.name(unit.code)))</h2>
      <div class="chart"><canvas id="days\(index)"></canvas></div>
      <div class="chart"><canvas id="means\(index)"></canvas></div>
      <div class="chart"><canvas id="categories\(index)"></canvas></div>

      """
    }.joined()
  }

  private func scripts() -> String {
    guard let chartLibrary else { return "" }
    return "<script>" + Self.inScript(chartLibrary) + "</script>\n<script>\nconst data = " + Self.inScript(data())
      + ";\n"
      + Self.drawing + "\n</script>\n"
  }

  /// A script must not end where its text says so.
  private static func inScript(_ text: String) -> String {
    var made = ""
    var rest = text[...]
    while let at = rest.firstRange(of: "</") {
      made += rest[..<at.lowerBound] + "<\\/"
      rest = rest[at.upperBound...]
    }
    return made + rest
  }

  private func data() -> String {
    var writer = JSONWriter(offset: result.site.offset, capacity: 1 << 16)
    writer.beginArray()
    for unit in charted { writer.object { data(of: unit, into: &$0) } }
    writer.endArray()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func data(of unit: County, into writer: inout JSONWriter) {
    let days = result.days[unit.code] ?? []
    let years = result.years.filter { $0.county == unit.code }
    writer.array("days", days) { writer, day in writer.value("\(day.day)") }
    writer.array("aqi", days) { writer, day in
      if let aqi = day.aqi { writer.value(aqi) } else { writer.null() }
    }
    writer.array("level", levels(unit.code, days)) { writer, level in writer.value(level) }
    writer.array("years", years) { writer, year in writer.value("\(year.year)") }
    for pollutant in [Pollutant.pm25, .pm10, .so2, .no2] {
      writer.array(pollutant.name, years) { writer, year in
        let mean = year.means[Int(pollutant.rawValue)].rounded(toDecimals: 1)
        if mean.isMissing { writer.null() } else { writer.value(mean.value) }
      }
    }
    writer.array("categories", AQICategory.allCases) { writer, category in
      writer.object { writer in
        writer.field("label", category.chinese + " " + category.english)
        writer.field("colour", category.colourHex)
        writer.array("days", years) { writer, year in writer.value(year.byCategory[category.rawValue - 1]) }
      }
    }
  }

  /// The highest level in force on each day, 0 to 4.
  private func levels(_ code: String, _ days: [DayRecord]) -> [Int] {
    let offset = result.site.offset
    var levels = [Int](repeating: 0, count: days.count)
    guard let first = days.first?.day.number else { return levels }
    for episode in result.episodes where episode.county == code {
      for (index, step) in episode.steps.enumerated() where step.level != "none" {
        let end = index + 1 < episode.steps.count ? episode.steps[index + 1].at : nil
        let from = Int(offset.day(of: step.at).number - first)
        let through = end.map { Int(offset.day(of: $0).number - first) } ?? days.count - 1
        for day in max(0, from)...max(0, from, min(through, days.count - 1)) where day < days.count {
          levels[day] = max(levels[day], ReplayEpisode.rank(step.level))
        }
      }
    }
    return levels
  }

  private static let drawing = """
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    const levelColours = ['transparent', '#9ec9f5', '#ffe14d', '#ffab40', '#f4665a'];
    data.forEach((unit, index) => {
      new Chart(document.getElementById('days' + index), {
        data: { labels: unit.days, datasets: [
          { type: 'line', label: 'AQI', data: unit.aqi, borderColor: '#333', borderWidth: 1, pointRadius: 0, order: 1 },
          { type: 'bar', label: '研判等级 level', data: unit.level.map(level => level ? 500 : 0),
            backgroundColor: unit.level.map(level => levelColours[level]), barPercentage: 1, categoryPercentage: 1, order: 2 } ] },
        options: { scales: { y: { min: 0, max: 500, title: { display: true, text: '日 AQI · daily AQI' } } } } });
      new Chart(document.getElementById('means' + index), {
        type: 'bar',
        data: { labels: unit.years, datasets: [['pm25', 'PM2.5', '#6b4c9a'], ['pm10', 'PM10', '#c98c2b'],
          ['so2', 'SO2', '#3d8f5f'], ['no2', 'NO2', '#3366aa']].map(([key, label, colour]) =>
          ({ label, data: unit[key], backgroundColor: colour })) },
        options: { scales: { y: { min: 0, title: { display: true, text: '年均 annual mean, µg/m³' } } } } });
      new Chart(document.getElementById('categories' + index), {
        type: 'bar',
        data: { labels: unit.years, datasets: unit.categories.map(category =>
          ({ label: category.label, data: category.days, backgroundColor: category.colour })) },
        options: { scales: { x: { stacked: true }, y: { stacked: true, title: { display: true, text: '天数 days' } } } } });
    });
    """

  // MARK: Words

  private func time(_ instant: Instant) -> String {
    let text = result.site.offset.format(instant)
    return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
  }

  private func name(_ level: String) -> String {
    let found = Level.allCases.first { $0.name == level }
    return (found?.nameChinese ?? level) + " " + level
  }

  private func section(_ title: String, _ content: String) -> String { "<h2>\(title)</h2>\n" + content }

  private func table(_ header: [String], _ rows: [[String]]) -> String {
    let head = header.map { "<th>\(escape($0))</th>" }.joined()
    let body = rows.map { "<tr>" + $0.joined() + "</tr>\n" }.joined()
    return "<table>\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody>\n</table>\n"
  }

  private func text(_ value: String) -> String { "<td>\(escape(value))</td>" }
  private func number(_ value: String) -> String { "<td class=\"n\">\(escape(value))</td>" }

  private func escape(_ text: String) -> String {
    var made = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": made += "&amp;"
      case "<": made += "&lt;"
      case ">": made += "&gt;"
      case "\"": made += "&quot;"
      default: made.unicodeScalars.append(character)
      }
    }
    return made
  }
}
