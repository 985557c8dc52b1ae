import AirQuality
import Assessment
import Engine

/// Levels, targets, tasks, and what follows from them.
extension BulletinComposer {
  mutating func levels() {
    let transitions = facts.events.filter { $0.kind == .level }
    document.heading(t("重污染研判", "Findings of heavy pollution"))
    guard !transitions.isEmpty else {
      document.paragraph(t("时段内研判等级无变化。", "No finding changed in the period."))
      return
    }
    let offset = facts.site.offset
    document.table(
      ReportDocument.Table(
        t("研判等级是软件的判断，不是政府发布的预警", "Levels are findings, not alerts issued by a government"),
        header: [t("时间", "At"), t("单元", "Unit"), t("变化", "Change"), t("依据", "Rule"), t("滑动24小时AQI", "Running AQI")],
        rows: transitions.map {
          [
            offset.format($0.at), name(code: $0.county), "\(level($0.from)) → \(level($0.to))", $0.rule,
            $0.value.map { String(Int($0)) } ?? "-",
          ]
        }, numeric: [4]))
  }

  /// What late data and reviews made of what was published.
  mutating func corrections() {
    let corrections = facts.events.filter { $0.rule.hasSuffix("/revised") || $0.rule == "review/imported" }
    guard !corrections.isEmpty else { return }
    document.heading(t("数据更正", "Corrections"))
    document.list(
      corrections.map { event in
        let text = t(event.textChinese, event.textEnglish)
        return "\(facts.site.offset.format(event.at)) " + text.split(separator: "\n").joined(separator: t("。", ". "))
      })
  }

  // MARK: Ledger

  mutating func ledger() {
    guard facts.period.kind != .day, !facts.targets.isEmpty else { return }
    document.heading(t("目标进度", "Targets"))
    document.paragraph(t("截至 \(facts.lastDay)。", "As of \(facts.lastDay)."))
    let isReviewed = facts.targets.contains { $0.reviewed != nil }
    var header = [
      t("单元", "Unit"), t("指标", "Indicator"), t("目标", "Target"), t("累计", "To date"), t("有效/缺", "Days/missing"),
      t("余下允许", "Remaining"), t("预计", "Projection"), t("状态", "State"), t("自", "Since"),
    ]
    if isReviewed { header += [t("初步", "Provisional"), t("终审", "Final")] }
    document.table(
      ReportDocument.Table(
        "", header: header + [t("说明", "Reason")], rows: facts.targets.map { row($0, isReviewed) },
        numeric: [2, 3, 4, 5, 6]))
  }

  private func row(_ target: TargetView, _ isReviewed: Bool) -> [String] {
    func side(_ figure: TargetView.Figure?) -> String { figure.map { "\(number($0.value)) (\($0.days))" } ?? "-" }
    var cells = [name(code: target.county), indicator(target.indicator), number(target.target)]
    cells += [number(target.valueToDate), "\(target.days)/\(target.missing)", number(target.remainingMeanAllowed)]
    cells.append(target.projection.map { "\(number($0.value)) (\(number($0.low))–\(number($0.high)))" } ?? "-")
    cells += [state(target.state), target.since?.description ?? "-"]
    if isReviewed { cells += [side(target.provisional), side(target.reviewed)] }
    return cells + [t(target.reason, target.reasonEnglish)]
  }

  func indicator(_ name: String) -> String {
    let names: [String: (String, String)] = [
      "pm10_annual_mean": ("PM10 年均", "PM10 annual mean"), "so2_annual_mean": ("SO2 年均", "SO2 annual mean"),
      "pm25_annual_mean": ("PM2.5 年均", "PM2.5 annual mean"), "no2_annual_mean": ("NO2 年均", "NO2 annual mean"),
      "heavy_days": ("重污染天数", "heavy days"), "good_days": ("优良天数", "good days"),
      "so2_heating_season_hour_max": ("采暖期 SO2 小时", "SO2 hours, heating season"), "dustfall": ("降尘量", "dustfall"),
      "leave_worst_ten": ("退出全省后十", "leave the worst ten"), "total_emission_cut": ("总量减排", "total emission cut"),
    ]
    return names[name].map { t($0.0, $0.1) } ?? name
  }

  func state(_ name: String) -> String {
    guard language == .chinese else { return name }
    return ["on_course": "正常", "at_risk": "有风险", "missed": "未完成", "met": "完成", "unknown": "无法判定"][name] ?? name
  }

  func number(_ value: Double?) -> String { value.map { Concentration($0).text(decimals: 1) } ?? "-" }

  // MARK: Duties

  /// Plan, item 1: a plain county on the province's list of the month before banks its coke ovens this month.
  mutating func banking() {
    guard case .month(let month) = facts.period else { return }
    let next = month.adding(months: 1)
    let lists = facts.provinceLists.filter { $0.year == month.year && $0.month == month.month }
    guard !lists.isEmpty else { return }
    let plain = Set(facts.site.counties.filter { $0.group.contains("平川") }.map(\.code))
    let named = lists.flatMap { list in list.members.filter { plain.contains($0) }.map { ($0, list.document) } }
    document.heading(t("焖炉任务（计划第1条）", "Coke-oven banking (plan, item 1)"))
    document.list(
      named.isEmpty
        ? [t("\(month) 省排名后十名单中没有平川四县。", "None of the four plain counties is on the province's list of \(month).")]
        : named.map {
          t(
            "\(name(code: $0.0))：\(month) 列省排名后十（\($0.1)），\(next) 焖炉。",
            "\(name(code: $0.0)): on the province's list of \(month) (\($0.1)); ovens are banked in \(next).")
        })
  }

  /// Days at the end of the scale in a quarter from which on the county is talked to (AQI 持续爆表), this project's own
  /// number: the plan names none.
  static let repeatedOffScaleDays = 2

  /// Plan: each quarter, improvement short of target, slow tasks, AQI repeatedly at the end of the scale (约谈).
  mutating func talks() {
    document.heading(t("约谈建议名单", "Proposed list for public talks"))
    document.paragraph(
      t(
        "依据计划：改善未达进度、任务滞后或 AQI 持续爆表的予以约谈。本表只列事实，是否约谈由市领导小组办公室决定。",
        "By the plan: improvement short of target, late tasks, or AQI repeatedly at 500. Facts only; the leading group's "
          + "office decides."))
    var rows: [[String]] = []
    for target in facts.targets where target.state == "at_risk" || target.state == "missed" {
      rows.append([
        name(code: target.county), t("改善未达进度", "short of target"),
        "\(indicator(target.indicator)): \(t(target.reason, target.reasonEnglish))",
      ])
    }
    for unit in counties where unit.measured.offScaleDays >= Self.repeatedOffScaleDays {
      rows.append([
        name(unit.unit), t("AQI 持续爆表", "AQI 500 repeatedly"),
        t("\(unit.measured.offScaleDays) 天 AQI 达到 500", "\(unit.measured.offScaleDays) days with an AQI of 500"),
      ])
    }
    for task in facts.tasks where task.state(on: facts.lastDay) == .late {
      rows.append([
        task.unit, t("任务滞后", "late task"),
        t(
          "任务 \(task.task) \(task.title)，期限 \(task.deadline)，已超 \(task.daysLate(on: facts.lastDay)) 天",
          "task \(task.task) \(task.title), due \(task.deadline), \(task.daysLate(on: facts.lastDay)) days late"),
      ])
    }
    let unknown = facts.targets.count { $0.state == "unknown" }
    if rows.isEmpty {
      document.paragraph(t("没有符合条件的。", "Nobody is on it."))
    } else {
      document.table(
        ReportDocument.Table(
          "", header: [t("单元/责任单位", "Unit"), t("事由", "Ground"), t("事实", "Facts")], rows: rows, numeric: []))
    }
    if unknown > 0 {
      document.paragraph(
        t(
          "另有 \(unknown) 项目标无法判定，未列入；原因见目标进度。",
          "\(unknown) targets cannot be judged and are not on it; the table of targets says why."))
    }
    if facts.tasks.isEmpty {
      document.paragraph(t("未提供任务清单（ledger.tasks）。", "No list of tasks is configured (ledger.tasks)."))
    }
  }

  mutating func tasks() {
    guard !facts.tasks.isEmpty else { return }
    document.heading(t("重点任务进展（附件2）", "Tasks of the plan (Annex 2)"))
    let states = facts.tasks.map { $0.state(on: facts.lastDay) }
    document.paragraph(
      t(
        "共 \(states.count) 项：完成 \(states.count { $0 == .done })，进行中 \(states.count { $0 == .open })，逾期 \(states.count { $0 == .late })。",
        "\(states.count) in all: \(states.count { $0 == .done }) done, \(states.count { $0 == .open }) open, "
          + "\(states.count { $0 == .late }) late."))
    document.table(
      ReportDocument.Table(
        "",
        header: [
          t("任务", "Task"), t("内容", "Title"), t("期限", "Deadline"), t("责任单位", "Unit"), t("状态", "State"),
          t("完成于", "Done on"), t("佐证", "Evidence"),
        ],
        rows: zip(facts.tasks, states).map { task, state in
          let late = task.daysLate(on: facts.lastDay)
          let words: String
          switch state {
          case .open: words = t("进行中", "open")
          case .done: words = t("完成", "done") + (late > 0 ? t("（超 \(late) 天）", " (\(late) d late)") : "")
          case .late: words = t("逾期 \(late) 天", "\(late) d late")
          }
          let isDone = state == .done
          return [
            task.task, task.title, task.deadline.description, task.unit, words,
            isDone ? task.doneOn?.description ?? "-" : "-", isDone && !task.evidence.isEmpty ? task.evidence : "-",
          ]
        }, numeric: []))
  }

  // MARK: Notes

  mutating func notes() {
    document.heading(t("说明", "Notes"))
    let last = facts.period.days.upperBound
    let edition = AQIEdition.inForce(on: last).name
    let standard = AmbientStandard.inForce(on: last).rawValue
    var notes = [
      t(
        "AQI 按 \(edition)，限值按 \(standard) 二级；统计按 HJ 663，修约按 GB/T 8170（四舍六入五成双）。",
        "AQI by \(edition), limits of \(standard) class 2; statistics by HJ 663, rounding by GB/T 8170 (half to even)."),
      t(
        "县均值为评价点位的算术平均，全市为各县均值的不加权平均；微站等不参与评价。",
        "County: mean of its assessed stations; whole city: unweighted mean of the counties; micro-stations are not assessed."
      ),
      t(
        "市内排名按综合指数由小到大，数值相同名次相同；不替代省排名。",
        "Order by composite index, smallest first, equal values share a rank; it does not stand for the province's ranking."
      ),
    ]
    if [.month, .quarter, .year, .season].contains(facts.period.kind) {
      notes.append(
        t(
          "月有效不少于27天（二月25天），年有效不少于324天且每月有效；其他时段按四分之三天数计（本项目约定）。",
          "A month is valid with 27 days (February 25), a year with 324 and every month; other periods with three days in "
            + "four (this project's own rule)."))
    }
    if let seal = facts.seal {
      notes.append(
        t(
          "最近封存月份 \(seal.month)，摘要 SHA-256：\(seal.digest)", "Newest sealed month \(seal.month), SHA-256: \(seal.digest)"
        ))
    }
    document.list(notes)
  }
}
