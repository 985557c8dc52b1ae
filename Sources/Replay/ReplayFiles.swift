import AirQuality
import Engine

/// A replay as files to be kept: `result.json`, `events.ndjson`, and tables that an office suite opens.
package enum ReplayFiles {
  /// Names and contents; the tables are UTF-8 with a byte order mark, as spreadsheets want it.
  package static func all(_ result: ReplayResult, comparison: ReplayComparison? = nil) -> [(
    name: String, bytes: [UInt8]
  )] {
    [
      ("result.json", ReplayJSON.document(result, comparison: comparison) + [0x0A]),
      ("events.ndjson", result.events.flatMap { ReplayJSON.line($0, offset: result.site.offset) }),
      ("years.csv", table(years(result))), ("episodes.csv", table(episodes(result))), ("days.csv", table(days(result))),
    ]
      + (result.targets.isEmpty ? [] : [("targets.csv", table(targets(result)))])
  }

  private static func years(_ result: ReplayResult) -> [[String]] {
    let header =
      ["year", "county", "name"] + Pollutant.criteria.map { $0.name + "_mean" }
      + Pollutant.criteria.map { $0.name + "_days" } + ["days", "judged_days", "good_days", "heavy_days"]
    var rows = [header]
    for year in result.years {
      let counts = year.validDays + [year.days, year.judgedDays, year.goodDays, year.heavyDays]
      rows.append(
        ["\(year.year)", year.county, result.name(year.county)] + year.means.map { cell($0) }
          + counts.map { "\($0)" })
    }
    return rows
  }

  private static func episodes(_ result: ReplayResult) -> [[String]] {
    [["county", "name", "peak", "level", "at", "running_aqi", "highest_daily_aqi"]]
      + result.episodes.flatMap { episode in
        episode.steps.map { step in
          [
            episode.county, result.name(episode.county), episode.peak, step.level, result.site.offset.format(step.at),
            step.runningAQI.map { "\($0)" } ?? "", episode.highestDailyAQI.map { "\($0)" } ?? "",
          ]
        }
      }
  }

  private static func days(_ result: ReplayResult) -> [[String]] {
    var rows = [["day", "county"] + Pollutant.criteria.map(\.name) + ["aqi", "lower_bound", "primary"]]
    for unit in result.units {
      for day in result.days[unit.code] ?? [] {
        var row = ["\(day.day)", unit.code] + day.values.map { cell($0) }
        row.append(day.aqi.map { "\($0)" } ?? "")
        row.append(day.isLowerBound ? "yes" : "no")
        row.append(day.primary.map(\.name).joined(separator: " "))
        rows.append(row)
      }
    }
    return rows
  }

  private static func targets(_ result: ReplayResult) -> [[String]] {
    [["year", "county", "indicator", "target", "unit", "value", "days", "missing", "state", "reason"]]
      + result.targets.map { row in
        [
          "\(row.year)", row.county, row.indicator, cell(row.target), row.unit, cell(row.valueToDate), "\(row.days)",
          "\(row.missing)", row.state, row.reason,
        ]
      }
  }

  private static func cell(_ amount: Concentration) -> String { amount.isMissing ? "" : amount.text() }

  private static func cell(_ number: Double?) -> String { number.map { Concentration($0).text() } ?? "" }

  /// RFC 4180 with CRLF.
  private static func table(_ rows: [[String]]) -> [UInt8] {
    var bytes = CSVLine.byteOrderMark
    for row in rows {
      bytes += Array(row.map(CSVLine.field).joined(separator: ",").utf8) + [0x0D, 0x0A]
    }
    return bytes
  }
}

extension ReplayResult {
  /// The Chinese name of a unit; its code when it has none.
  package func name(_ code: String) -> String {
    units.first { $0.code == code }.map { $0.nameChinese.isEmpty ? code : $0.nameChinese } ?? code
  }
}
