import AirQuality
import Engine
import JSONText
import Replay

/// The difference for people, each heading in Chinese and English, and for programs.
extension ReviewDifference {
  /// Tables with headings; the caller sets them in columns.
  package struct Table: Sendable, Hashable {
    package var title: String
    package var header: [String]
    package var rows: [[String]]
  }

  /// Days listed one by one; the JSON form has all of them.
  private static let listedDays = 60

  /// What the set holds and what it changes.
  package func tables() -> [Table] {
    [
      Table(
        title: "入账 Taken into the ledger" + (ledger.map { ", \($0.lowerBound) – \($0.upperBound)" } ?? ""),
        header: [
          "入账 taken", "未入账 not taken", "非评价点位 not assessed", "早于台账 before the ledger", "尚未截止 not over",
        ],
        rows: [
          [taking.taken, taking.notTaken, taking.notAssessed, taking.beforeLedger, taking.notOver].map(String.init)
        ]),
      Table(
        title: "小时值 Hours, \(span.lowerBound) – \(span.upperBound)",
        header: [
          "点位 station", "项目 pollutant", "相同 same", "修改 changed", "剔除 removed", "补充 added", "均无 none",
          "最大改动 largest change",
        ],
        rows: hours.map { item in
          [
            item.station, item.pollutant.label, String(item.same), String(item.changed), String(item.removed),
            String(item.added), String(item.empty),
            item.largest.map { "\(stamp($0.hour)): \(number($0.before, 3)) → \(number($0.after, 3))" } ?? "-",
          ]
        }),
      Table(
        title: "单元 Units",
        header: [
          "单元 unit", "天数 days", "终审 final", "有变 changed", "重污染日 heavy", "优良日 good",
        ] + Pollutant.criteria.map { "\($0.label)" },
        rows: units.map { unit in
          [
            "\(unit.unit.code) \(unit.unit.nameChinese)", String(unit.days), String(unit.finalDays),
            String(unit.changedDays), change(unit.heavyBefore, unit.heavyAfter),
            change(unit.goodBefore, unit.goodAfter),
          ]
            + Pollutant.criteria.map {
              let lane = Int($0.rawValue)
              return change(
                number(unit.meansBefore[lane], $0 == .co ? 2 : 1), number(unit.meansAfter[lane], $0 == .co ? 2 : 1))
            }
        }),
      Table(
        title: days.count > Self.listedDays
          ? "日均值有变的前 \(Self.listedDays) 天（共 \(days.count)） First \(Self.listedDays) of \(days.count) days changed"
          : "日均值有变的日 Days changed",
        header: ["日期 day", "单元 unit", "AQI", "重污染 heavy"] + Pollutant.criteria.map(\.label),
        rows: days.prefix(Self.listedDays).map { day in
          [
            day.day.description, day.unit, change(index(day.aqiBefore), index(day.aqiAfter)),
            change(verdict(day.heavyBefore), verdict(day.heavyAfter)),
          ]
            + Pollutant.criteria.map {
              change(
                number(day.before[Int($0.rawValue)], $0 == .co ? 1 : 0),
                number(day.after[Int($0.rawValue)], $0 == .co ? 1 : 0))
            }
        }),
      Table(
        title: "按审核数据会不同的研判（已发布的不改） Findings that reviewed data would change (what was issued stays)",
        header: ["单元 unit", "变化 change", "已按初步数据 by provisional data", "按审核数据 by reviewed data"],
        rows: levels.onlyFirst.map { [$0.county, "\($0.from) → \($0.to)", site.offset.format($0.at), "-"] }
          + levels.onlySecond.map { [$0.county, "\($0.from) → \($0.to)", "-", site.offset.format($0.at)] }
          + levels.moved.map {
            [
              $0.first.county, "\($0.first.from) → \($0.first.to)", site.offset.format($0.first.at),
              site.offset.format($0.second.at),
            ]
          }),
    ]
  }

  private func stamp(_ hour: Int32) -> String {
    String(site.offset.format(site.offset.start(ofHour: hour + 1)).prefix(13))
  }

  private func number(_ value: Concentration, _ decimals: Int) -> String {
    guard !value.isMissing else { return "-" }
    let rounded = decimals < 3 ? value.rounded(toDecimals: decimals) : value
    return decimals == 0 ? String(rounded.thousandths / 1_000) : "\(rounded.value)"
  }

  private func change(_ before: Int, _ after: Int) -> String { change(String(before), String(after)) }

  private func change(_ before: String, _ after: String) -> String { before == after ? after : "\(before) → \(after)" }

  private func index(_ value: Int?) -> String { value.map(String.init) ?? "-" }

  private func verdict(_ value: Bool?) -> String { value.map { $0 ? "是 yes" : "否 no" } ?? "-" }

  /// Days that faults keep out of a set; nil for none.
  package static func table(_ leftOut: [ReviewedSet.LeftOut]) -> Table? {
    guard !leftOut.isEmpty else { return nil }
    return Table(
      title: leftOut.count > listedDays
        ? "因差错剔除的前 \(listedDays) 个点位·项目·日（共 \(leftOut.count)） First \(listedDays) of \(leftOut.count) days left out"
        : "因差错剔除的点位·项目·日 Days left out for faults",
      header: ["日期 day", "点位 station", "项目 pollutant", "原因 reason"],
      rows: leftOut.prefix(listedDays).map { item in
        let reason =
          switch item.reason {
          case .conflict: "同一小时两个值 two values for an hour"
          case .negative: "负值 below zero"
          case .unreadable: "无法读取 unreadable"
          }
        return [item.day.description, item.station, item.pollutant.label, reason]
      })
  }

  /// One object; every day and event is in it.
  package func json(tally: ReviewedSet.Tally, leftOut: [ReviewedSet.LeftOut] = []) -> String {
    var writer = JSONWriter(offset: site.offset, capacity: 1 << 16)
    writer.object {
      $0.field("from", span.lowerBound.description)
      $0.field("through", span.upperBound.description)
      $0.object("set") {
        $0.field("rows", tally.rows)
        $0.field("stations", tally.stations)
        $0.field("values", tally.values)
        $0.field("without_value", tally.withoutValue)
        $0.field("without_row", tally.withoutRow)
      }
      $0.array("left_out", leftOut) { writer, item in
        writer.object {
          $0.field("station", item.station)
          $0.field("day", item.day.description)
          $0.field("pollutant", item.pollutant.name)
          $0.field("reason", item.reason.rawValue)
        }
      }
      $0.object("taking") {
        $0.field("ledger_from", ledger?.lowerBound.description)
        $0.field("ledger_through", ledger?.upperBound.description)
        $0.field("taken", taking.taken)
        $0.field("not_taken", taking.notTaken)
        $0.field("not_assessed", taking.notAssessed)
        $0.field("before_ledger", taking.beforeLedger)
        $0.field("not_over", taking.notOver)
      }
      $0.array("hours", hours) { write($1, to: &$0) }
      $0.array("units", units) { write($1, to: &$0) }
      $0.array("days", days) { write($1, to: &$0) }
      $0.object("levels") {
        $0.field("same", levels.same)
        $0.array("only_provisional", levels.onlyFirst) { write($1, to: &$0) }
        $0.array("only_reviewed", levels.onlySecond) { write($1, to: &$0) }
        $0.array("moved", levels.moved) { writer, moved in
          writer.object {
            $0.field("county", moved.first.county)
            $0.field("from", moved.first.from)
            $0.field("to", moved.first.to)
            $0.field("provisional_at", moved.first.at)
            $0.field("reviewed_at", moved.second.at)
            $0.field("hours", moved.hours)
          }
        }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func write(_ item: Hours, to writer: inout JSONWriter) {
    writer.object {
      $0.field("station", item.station)
      $0.field("pollutant", item.pollutant.name)
      $0.field("same", item.same)
      $0.field("changed", item.changed)
      $0.field("removed", item.removed)
      $0.field("added", item.added)
      $0.field("none", item.empty)
      if let largest = item.largest {
        $0.object("largest") {
          $0.field("end", site.offset.start(ofHour: largest.hour + 1))
          $0.field("before", largest.before.value)
          $0.field("after", largest.after.value)
        }
      }
    }
  }

  private func write(_ unit: Unit, to writer: inout JSONWriter) {
    writer.object {
      $0.field("unit", unit.unit.code)
      $0.field("days", unit.days)
      $0.field("final_days", unit.finalDays)
      $0.field("changed_days", unit.changedDays)
      $0.field("heavy_before", unit.heavyBefore)
      $0.field("heavy_after", unit.heavyAfter)
      $0.field("good_before", unit.goodBefore)
      $0.field("good_after", unit.goodAfter)
      values("means_before", unit.meansBefore, to: &$0)
      values("means_after", unit.meansAfter, to: &$0)
    }
  }

  private func write(_ day: Day, to writer: inout JSONWriter) {
    writer.object {
      $0.field("day", day.day.description)
      $0.field("unit", day.unit)
      $0.field("aqi_before", day.aqiBefore)
      $0.field("aqi_after", day.aqiAfter)
      $0.field("heavy_before", day.heavyBefore)
      $0.field("heavy_after", day.heavyAfter)
      values("before", day.before, to: &$0)
      values("after", day.after, to: &$0)
    }
  }

  private func write(_ event: EventRecord, to writer: inout JSONWriter) {
    writer.object {
      $0.field("county", event.county)
      $0.field("from", event.from)
      $0.field("to", event.to)
      $0.field("at", event.at)
    }
  }

  private func values(_ name: String, _ values: [Concentration], to writer: inout JSONWriter) {
    writer.object(name) {
      for (pollutant, value) in zip(Pollutant.criteria, values) {
        $0.field(pollutant.name, value.isMissing ? nil : value.value)
      }
    }
  }
}
