import AirQuality
import Assessment
import Engine

/// Tables of measured figures.
extension BulletinComposer {
  private var unitHeader: String { t("单元", "Unit") }

  mutating func dayTable() {
    document.heading(t("日评价", "The day"))
    document.table(
      ReportDocument.Table(
        "",
        header: [unitHeader, "AQI", t("级别", "Category"), t("首要污染物", "Primary")]
          + Pollutant.criteria.map { $0 == .o3 ? "O3-8h" : $0.label } + [t("状态", "State")],
        rows: facts.units.map { unit in
          let aqi = unit.measured.dailyAQI.first.flatMap { $0 }
          let isBound = unit.measured.isLowerBoundDay
          let primary = Pollutant.criteria.filter { unit.measured.primaryDays[Int($0.rawValue)] > 0 }
          return [
            name(unit.unit), aqi.map { (isBound ? "≥" : "") + String($0) } ?? "-",
            aqi.map { category($0, isLowerBound: isBound) } ?? "-",
            list(primary),
          ] + Pollutant.criteria.map { figure(unit.measured[$0].maximum) } + [state(unit)]
        }, numeric: [1, 4, 5, 6, 7, 8, 9]))
  }

  private func state(_ unit: BulletinFacts.Unit) -> String {
    guard unit.isMonitored else { return t("无评价点位", "unmonitored") }
    switch unit.measured.state {
    case .known: return unit.measured.isFinal ? t("终审", "final") : t("完整", "known")
    case .incomplete: return t("不完整", "incomplete")
    case .indeterminate: return t("无法评价", "indeterminate")
    }
  }

  mutating func ranking() {
    document.heading(t("县（市、区）排名（市内排名）", "Order of the counties"))
    let order = CountyOrder(counties.map { ($0.unit.code, $0.measured) })
    let units = Dictionary(counties.map { ($0.unit.code, $0) }, uniquingKeysWith: { first, _ in first })
    document.table(
      ReportDocument.Table(
        "",
        header: [
          t("名次", "Rank"), t("县（市、区）", "County"), t("综合指数", "Composite index"), t("同比", "Year on year"),
          t("最大单项", "Largest part"),
        ] + Pollutant.criteria.map(\.label),
        rows: order.places.compactMap { place in
          guard let unit = units[place.county] else { return nil }
          let parts = unit.measured.index?.parts
          return [
            place.rank.map(String.init) ?? "-", name(unit.unit), hundredths(place.hundredths),
            change(YearOnYear(unit.measured, before: unit.yearBefore)), list(place.leading),
          ]
            + Pollutant.criteria.map { pollutant in
              hundredths(parts?.first { $0.pollutant == pollutant }?.hundredths)
            }
        }, numeric: [0, 2, 3, 5, 6, 7, 8, 9, 10]))
    let unranked = order.places.filter { $0.rank == nil && $0.hundredths != nil }
    if !unranked.isEmpty {
      document.paragraph(
        t("有效天数不足、不参加排名：", "Not ranked, too few valid days: ")
          + unranked.map { name(code: $0.county) }.joined(separator: t("、", ", ")))
    }
    document.blocks.append(
      .chart(
        ReportDocument.Chart(
          t("综合指数", "Composite index"), kind: .bar, labels: order.places.map { name(code: $0.county) },
          series: [
            ReportDocument.Chart.Series(
              name: t("综合指数", "Composite index"),
              values: order.places.map { $0.hundredths.map { Double($0) / 100 } })
          ])))
  }

  /// A figure from too few valid days; where there is none, nothing is to be marked.
  private func isDoubtful(_ unit: BulletinFacts.Unit, _ pollutant: Pollutant) -> Bool {
    !unit.measured[pollutant].isValid && !unit.measured[pollutant].figure.isMissing
  }

  mutating func concentrations() {
    document.heading(t("污染物浓度", "Concentrations"))
    document.table(
      ReportDocument.Table(
        t(
          "µg/m³，CO mg/m³；CO 为第95百分位，O3 为日最大8小时第90百分位，其余为均值",
          "µg/m³, CO mg/m³; CO: 95th percentile, O3: 90th of highest 8 h means, others: means"),
        header: [unitHeader]
          + Pollutant.criteria.flatMap { [$0.label, t("同比", "y/y")] },
        rows: facts.units.map { unit in
          [name(unit.unit)]
            + Pollutant.criteria.flatMap { pollutant in
              [
                figure(unit.measured[pollutant].figure) + (isDoubtful(unit, pollutant) ? "*" : ""),
                change(YearOnYear(unit.measured[pollutant], before: unit.yearBefore[pollutant])),
              ]
            }
        }))
    if facts.units.contains(where: { unit in Pollutant.criteria.contains { isDoubtful(unit, $0) } }) {
      document.paragraph(t("* 有效天数不足，仅供参考。", "* Too few valid days: for information."))
    }
  }

  mutating func dayCounts() {
    document.heading(t("天数", "Days"))
    let header =
      [
        unitHeader, t("有效", "Valid"), t("优良", "Good"), t("同比", "y/y"), t("重污染", "Heavy"), t("同比", "y/y"),
        t("爆表", "AQI 500"),
      ]
      + AQICategory.allCases.map { t($0.chinese, $0.english) }
      + [t("级别未定", "Category open"), t("无法评价", "Unknown")]
    document.table(
      ReportDocument.Table(
        "", header: header,
        rows: facts.units.map { unit in
          let now = unit.measured
          return [
            name(unit.unit), String(now.judgedDays), String(now.goodDays),
            change(.days(\.goodDays, now, before: unit.yearBefore)), String(now.heavyDays),
            change(.days(\.heavyDays, now, before: unit.yearBefore)), String(now.offScaleDays),
          ] + now.byCategory.map(String.init) + [String(now.openDays), String(now.unknownDays)]
        }))
    if facts.units.contains(where: { $0.measured.openDays > 0 }) {
      document.paragraph(
        t(
          "级别未定：缺部分项目，AQI 已超过 100，为下限；计入有效天数，不计入各级别和首要污染物，下限超过 200 的计入重污染。",
          "Category open: some pollutants are missing and the AQI, a lower bound, is above 100 already; valid days, in no "
            + "category and without a primary pollutant; heavy when the bound is above 200."))
    }
    guard let city, city.measured.dailyAQI.count > 1 else { return }
    let first = facts.period.days.lowerBound
    document.blocks.append(
      .chart(
        ReportDocument.Chart(
          t("全市日 AQI", "Daily AQI of the whole city"), kind: .line,
          labels: city.measured.dailyAQI.indices.map { first.adding(days: Int32($0)).description },
          series: [
            ReportDocument.Chart.Series(
              name: "AQI", values: city.measured.dailyAQI.map { $0.map(Double.init) })
          ])))
  }

  mutating func compliance() {
    document.heading(t("达标评价（GB 3095 二级，HJ 663）", "Compliance (GB 3095 class 2, HJ 663)"))
    document.table(
      ReportDocument.Table(
        "",
        header: [unitHeader]
          + Pollutant.criteria.flatMap {
            [
              $0 == .co || $0 == .o3 ? "\($0.label)" : t("\($0.label) 均值", "\($0.label) mean"),
              "P\(PeriodStatistics.percent(of: $0))",
            ]
          }
          + [t("结论", "Verdict")],
        rows: facts.units.map { unit in
          [name(unit.unit)]
            + Pollutant.criteria.flatMap {
              [figure(unit.measured[$0].mean), figure(unit.measured[$0].percentile)]
            } + [verdict(unit)]
        }))
  }

  private func verdict(_ unit: BulletinFacts.Unit) -> String {
    var exceeded: [String] = []
    var unknown: [Pollutant] = []
    for part in unit.measured.pollutants {
      switch part.compliance {
      case .kept: break
      case .notAYear, .notValid: unknown.append(part.pollutant)
      case .exceeded(let mean, let percentile):
        let which = [
          mean ? t("均值", "mean") : "", percentile ? "P\(part.percent)" : "",
        ].filter { !$0.isEmpty }.joined(separator: "+")
        exceeded.append("\(part.pollutant.label) (\(which))")
      }
    }
    if !exceeded.isEmpty { return t("超标：", "above: ") + exceeded.joined(separator: t("、", ", ")) }
    if !unknown.isEmpty { return t("有效性不足：", "not valid: ") + list(unknown) }
    return t("达标", "kept")
  }

  mutating func yearToDate() {
    let known = facts.units.filter { $0.yearToDate != nil }
    guard !known.isEmpty, facts.period.kind != .year else { return }
    document.heading(t("本年累计", "Year to date"))
    let order = CountyOrder(counties.compactMap { unit in unit.yearToDate.map { (unit.unit.code, $0) } })
    let ranks = Dictionary(order.places.map { ($0.county, $0.rank) }, uniquingKeysWith: { first, _ in first })
    document.table(
      ReportDocument.Table(
        t("1月1日至 \(facts.lastDay)", "1 January to \(facts.lastDay)"),
        header: [unitHeader, t("名次", "Rank"), t("综合指数", "Index"), t("同比", "y/y"), t("优良", "Good"), t("重污染", "Heavy")]
          + Pollutant.criteria.map(\.label),
        rows: known.map { unit in
          guard let now = unit.yearToDate else { return [] }
          return [
            name(unit.unit), (ranks[unit.unit.code] ?? nil).map(String.init) ?? "-", hundredths(now.index?.hundredths),
            unit.yearToDateBefore.map { change(YearOnYear(now, before: $0)) } ?? "-", String(now.goodDays),
            String(now.heavyDays),
          ] + Pollutant.criteria.map { figure(now[$0].figure) }
        }))
  }

  /// Days listed one by one; every one is counted in the table of days.
  private static let listedExceedances = 200

  mutating func exceedances() {
    document.heading(t("超标情况", "Exceedances"))
    let all = facts.units.flatMap { unit in unit.exceedances.map { (unit.unit, $0) } }
      .sorted { ($0.1.day, $0.0.code) < ($1.1.day, $1.0.code) }
    if all.isEmpty {
      document.paragraph(t("没有 AQI 大于 100 的日。", "No day with an AQI above 100."))
    } else if facts.period.kind != .day {
      document.table(
        ReportDocument.Table(
          t("超过二级标准日均值的天数与最高日值", "Days above the daily limit of class 2, and the highest day"),
          header: [unitHeader] + Pollutant.criteria.flatMap { [$0.label, t("最高", "max")] },
          rows: facts.units.map { unit in
            [name(unit.unit)]
              + Pollutant.criteria.flatMap {
                [String(unit.measured[$0].exceedanceDays), figure(unit.measured[$0].maximum)]
              }
          }))
      document.table(
        ReportDocument.Table(
          all.count > Self.listedExceedances
            ? t(
              "AQI 大于 100 的日（前 \(Self.listedExceedances)，共 \(all.count)）",
              "Days with an AQI above 100 (first \(Self.listedExceedances) of \(all.count))")
            : t("AQI 大于 100 的日", "Days with an AQI above 100"),
          header: [t("日期", "Day"), unitHeader, "AQI", t("级别", "Category"), t("首要污染物", "Primary")],
          rows: all.prefix(Self.listedExceedances).map { unit, day in
            [
              day.day.description, name(unit), (day.isLowerBound ? "≥" : "") + String(day.aqi),
              category(day.aqi, isLowerBound: day.isLowerBound), day.isLowerBound ? "-" : list(day.primary),
            ]
          }, numeric: [2]))
    }
    exceedanceHours()
  }

  private mutating func exceedanceHours() {
    let known = facts.units.filter { $0.exceedanceHours != nil }
    let pollutants: [Pollutant] = [.so2, .no2, .o3, .co]
    guard !known.isEmpty else {
      if facts.through >= facts.period.days.lowerBound {
        document.paragraph(
          t("小时值已不在库中，超标小时数不作统计。", "Hourly values are no longer stored: hours above the limits are not counted."))
      }
      return
    }
    let from = known.compactMap(\.exceedanceHoursFrom).max()
    let since = from.map { t("（自 \($0) 起；此前小时值已按保留期清除）", " (since \($0): earlier hours are no longer stored)") } ?? ""
    guard known.contains(where: { unit in pollutants.contains { (unit.exceedanceHours?[$0] ?? 0) > 0 } }) else {
      document.paragraph(
        t("没有超过二级标准1小时限值的时次\(since)。", "No hour above the hourly limits of class 2\(since)."))
      return
    }
    document.table(
      ReportDocument.Table(
        t("超过二级标准1小时限值的小时数\(since)", "Hours above the hourly limits of class 2\(since)"),
        header: [unitHeader] + pollutants.map(\.label),
        rows: known.map { unit in [name(unit.unit)] + pollutants.map { String(unit.exceedanceHours?[$0] ?? 0) } }))
  }

  mutating func deducted() {
    let touched = facts.units.filter { $0.dustDeducted.deductedDays > 0 }
    guard !facts.dust.isEmpty || !touched.isEmpty else { return }
    document.heading(t("沙尘", "Sand-dust"))
    if !facts.dust.isEmpty {
      let offset = facts.site.offset
      document.table(
        ReportDocument.Table(
          "",
          header: [
            unitHeader, t("步骤", "Step"), t("起", "From"), t("止", "Until"), t("人员", "By"), t("依据", "Basis"),
            t("撤回", "Withdrawn"),
          ],
          rows: facts.dust.map { period in
            [
              name(code: period.county),
              period.step == .declared ? t("宣布", "declared") : t("中心确认", "confirmed"),
              offset.format(period.from), offset.format(period.until), period.by, period.basis,
              period.withdrawal.map { "\($0.by): \($0.reason)" } ?? "-",
            ]
          }, numeric: []))
    }
    guard !touched.isEmpty else {
      document.paragraph(t("没有经中心确认的沙尘日，评价不扣除。", "No day of confirmed sand-dust: nothing is deducted."))
      return
    }
    document.table(
      ReportDocument.Table(
        t("实况与扣除沙尘（仅经中心确认的日）", "As measured and dust-deducted (confirmed days only)"),
        header: [
          unitHeader, t("扣除天数", "Days out"), "PM10", t("扣除后", "deducted"), "PM2.5", t("扣除后", "deducted"),
          t("优良", "Good"),
          t("扣除后", "deducted"), t("重污染", "Heavy"), t("扣除后", "deducted"), t("综合指数", "Index"), t("扣除后", "deducted"),
        ],
        rows: touched.map { unit in
          let (m, d) = (unit.measured, unit.dustDeducted)
          return [
            name(unit.unit), String(d.deductedDays), figure(m[.pm10].mean), figure(d[.pm10].mean),
            figure(m[.pm25].mean),
            figure(d[.pm25].mean), String(m.goodDays), String(d.goodDays), String(m.heavyDays), String(d.heavyDays),
            hundredths(m.index?.hundredths), hundredths(d.index?.hundredths),
          ]
        }))
    guard facts.period.kind != .day else { return }
    deductedOrder()
  }

  /// The order of the counties with and without the days of confirmed sand-dust.
  private mutating func deductedOrder() {
    let measured = CountyOrder(counties.map { ($0.unit.code, $0.measured) })
    let without = CountyOrder(counties.map { ($0.unit.code, $0.dustDeducted) })
    let places = Dictionary(without.places.map { ($0.county, $0) }, uniquingKeysWith: { first, _ in first })
    document.table(
      ReportDocument.Table(
        t("排名：实况与扣除沙尘", "Order: as measured and dust-deducted"),
        header: [
          t("县（市、区）", "County"), t("名次", "Rank"), t("综合指数", "Index"), t("扣除后名次", "Rank, deducted"),
          t("扣除后综合指数", "Index, deducted"),
        ],
        rows: measured.places.map { place in
          let other = places[place.county]
          return [
            name(code: place.county), place.rank.map(String.init) ?? "-", hundredths(place.hundredths),
            other?.rank.map(String.init) ?? "-", hundredths(other?.hundredths),
          ]
        }))
  }

  /// Provisional and final side by side, where a review changed anything.
  mutating func reviewed() {
    let touched = facts.units.filter { unit in
      unit.measured.isFinal || unit.measured.pollutants.map(\.mean) != unit.provisional.pollutants.map(\.mean)
        || unit.measured.heavyDays != unit.provisional.heavyDays || unit.measured.goodDays != unit.provisional.goodDays
    }
    guard !touched.isEmpty else { return }
    document.heading(t("初步与审核数据", "Provisional and reviewed data"))
    document.table(
      ReportDocument.Table(
        t("每格：初步 → 审核后", "Each cell: provisional → reviewed"),
        header: [unitHeader, t("状态", "State"), t("优良", "Good"), t("重污染", "Heavy")] + Pollutant.criteria.map(\.label),
        rows: touched.map { unit in
          let (p, m) = (unit.provisional, unit.measured)
          return [
            name(unit.unit), m.isFinal ? t("终审", "final") : t("部分审核", "partly"), "\(p.goodDays) → \(m.goodDays)",
            "\(p.heavyDays) → \(m.heavyDays)",
          ] + Pollutant.criteria.map { "\(figure(p[$0].figure)) → \(figure(m[$0].figure))" }
        }))
  }

  mutating func completeness() {
    document.heading(t("数据完整性", "Completeness of data"))
    document.table(
      ReportDocument.Table(
        t("有效日数 / 已过日数", "Valid days / days that are over"),
        header: [unitHeader, t("完整率", "Complete"), t("状态", "State")] + Pollutant.criteria.map(\.label),
        rows: facts.units.map { unit in
          [
            name(unit.unit), Self.decimal(Int((unit.measured.completeness * 1_000).rounded()), 1) + "%", state(unit),
          ] + unit.measured.pollutants.map { "\($0.validDays)/\($0.days)" }
        }))
  }
}
