import AirQuality
import Engine

/// The explanation as people read it: labels in Chinese and English, values in the pollutant's unit.
extension Explanation {
  /// Complete lines of text; equal explanations give equal lines.
  ///
  /// - Parameter allRows: also the rows that only repeat others; otherwise they are counted.
  package func lines(allRows: Bool = false) -> [String] {
    let shown = allRows ? rows : rows.filter { $0.fate != "repeated" }
    var lines = head()
    lines.append("")
    lines.append("规则 rules")
    for (index, rule) in rules.enumerated() { lines.append("  \(index + 1). \(rule.chinese) · \(rule.english)") }
    lines.append("")
    lines.append("依据 made of (\(valid) / \(expected))")
    for part in parts { lines += describe(part) }
    if !reviews.isEmpty {
      lines.append("")
      lines.append("审核 reviews")
      for review in reviews {
        lines.append(
          "  #\(review.position) \(offset.format(review.at)) \(review.by)  \(review.source)  "
            + "\(review.stations.joined(separator: ","))  sha256 \(review.digest)")
      }
    }
    if !flags.isEmpty { lines += ["", [PersonFlag].heading] + flags.map { $0.line(offset) } }
    if !rows.isEmpty || !journalReaches || stateBegan != nil {
      lines.append("")
      lines.append(
        "原始数据 raw rows (\(rows.count)"
          + (shown.count < rows.count ? "，其中重复 repeated \(rows.count - shown.count)" : "") + ")"
          + rowsRemark)
      for row in shown { lines.append("  " + describe(row)) }
    }
    if !revisions.isEmpty {
      lines.append("")
      lines.append("发布记录 stored values")
      for revision in revisions { lines.append("  " + describe(revision)) }
    }
    lines.append("")
    lines.append("依据摘要 inputs sha256 \(digest)")
    if let agreesWithStored {
      lines.append(agreesWithStored ? "与发布记录一致 agrees with the stored value" : "与发布记录不一致 DIFFERS from the stored value")
    }
    return lines
  }

  private func head() -> [String] {
    var lines = [
      "\(unit.nameChinese) \(unit.nameEnglish) (\(unit.code)) · \(pollutant.label) · \(periodText)",
      "数值 value  \(published.text(decimals: decimals)) \(pollutant.unit.rawValue)"
        + (iaqi.map { "  IAQI \($0)" } ?? "") + "  [\(stateText)]",
    ]
    if let quotient {
      lines.append(
        "计算 made as  \(Concentration.exact(quotient.sum)) / \(quotient.count) = \(value.text()) → \(published.text(decimals: decimals))"
      )
    }
    if let provisional {
      lines.append(
        "审核 review  \(isFinal ? "终审 final" : "部分审核，初步数据 partly reviewed, provisional")；审核前 before the review "
          + (provisional.isMissing ? "—" : provisional.text(decimals: decimals)))
    }
    lines.append("规则版本 edition  \(edition.name)  ·  配置 configuration record \(configurationPosition)")
    return lines
  }

  /// Why raw rows may be fewer than the value rests on.
  private var rowsRemark: String {
    var remark = journalReaches ? "" : "；日志已部分清理 the journal no longer reaches back"
    if let stateBegan {
      let at = offset.format(stateBegan)
      remark += "；系统自 \(at) 起接收数据 the state began at \(at): nothing was received before"
    }
    if rows.isEmpty, isReviewed { remark += "；数值来自上列审核导入 the value rests on the reviews above" }
    return remark
  }

  /// Whether reviewed hours enter the value.
  private var isReviewed: Bool { provisional != nil && parts.contains { $0.isUsed && $0.remark.hasPrefix("reviewed") } }

  private var stateText: String {
    switch state {
    case .known: "完整 known"
    case .incomplete: "不完整 incomplete"
    case .indeterminate: "无法判定 indeterminate"
    case .unmonitored: "无评价点位 unmonitored"
    }
  }

  /// `2020-12-05 08:00–09:00`.
  package var periodText: String {
    switch period {
    case .hour(let hour):
      let begin = offset.format(offset.start(ofHour: hour))
      let end = Int(hour - CivilDay(hour: hour).firstHour) + 1
      return "\(begin.prefix(10)) \(begin.dropFirst(11).prefix(5))–\(end < 10 ? "0" : "")\(end):00"
    case .day(let day): return day.description
    case .month(let month): return month.description
    case .year(let year): return String(year)
    }
  }

  private func describe(_ part: Part) -> [String] {
    var line = "  \(part.isUsed ? "✓" : "✗") \(part.name)"
    if !part.label.isEmpty { line += " \(part.label)" }
    line += "  \(part.value.isMissing ? "—" : part.value.text())"
    if let flag = part.flag { line += "  flag \(flag.rawValue)" }
    if !part.feed.isEmpty { line += "  \(isAggregated ? "sha256" : "feed") \(part.feed)" }
    if !part.remark.isEmpty { line += "  (\(part.remark))" }
    guard !part.hours.isEmpty else { return [line] }
    let hours = part.hours.map { $0.isMissing ? "—" : $0.text() }
    return [
      line, "      01–12  " + hours[..<12].joined(separator: " "),
      "      13–24  " + hours[12...].joined(separator: " "),
    ]
  }

  private var isAggregated: Bool {
    switch period {
    case .month, .year: true
    case .hour, .day: false
    }
  }

  private func describe(_ row: RawRow) -> String {
    let value = row.value.map { Concentration($0).isMissing ? "\($0)" : Concentration($0).text() } ?? "—"
    return "#\(row.position) \(offset.format(row.receivedAt)) \(row.feed) \(row.station)"
      + " [\(offset.format(row.begin)) – \(offset.format(row.end))] \(value) flag \(row.flag.rawValue)"
      + (row.reasons.isEmpty ? "" : " " + row.reasons.joined(separator: ",")) + "  \(row.fate)"
  }

  private func describe(_ revision: DayValueRevision) -> String {
    let mean = revision.value.means.first { $0.pollutant == pollutant }
    return "revision \(revision.revision)  \(mean.map { $0.value.isMissing ? "—" : $0.value.text() } ?? "—")"
      + "  \(mean?.state.rawValue ?? "")  \(revision.value.edition.name)"
      + (revision.value.isImported ? "  imported" : "")
      + "  \(offset.format(revision.at))  record \(revision.position)  sha256 \(revision.digest)"
  }
}

extension Concentration {
  /// Thousandths of any size as a decimal number.
  fileprivate static func exact(_ thousandths: Int64) -> String {
    let magnitude = thousandths.magnitude
    let rest = magnitude % 1_000
    let whole = (thousandths < 0 ? "-" : "") + String(magnitude / 1_000)
    guard rest != 0 else { return whole }
    var digits = String(rest + 1_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return whole + "." + digits
  }
}
