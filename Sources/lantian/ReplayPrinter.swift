import AirQuality
import Engine
import Replay

/// A replay as tables for a terminal.
struct ReplayPrinter {
  var result: ReplayResult
  var comparison: ReplayComparison?

  func lines() -> [String] {
    let readings = result.verdicts.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    return [
      "\(result.site.name): \(result.rules); \(result.hours) hours, \(result.stationHours) station-hours",
      "readings: \(readings)", "",
    ] + years() + targets() + episodes() + compared()
  }

  private func years() -> [String] {
    var table = TextTable(
      header: ["year", "unit"] + Pollutant.criteria.map { "\($0.label) (valid)" } + ["days", "judged", "good", "heavy"])
    for year in result.years {
      // Each mean with the valid days that it is made of.
      let means = Pollutant.criteria.map { pollutant in
        let lane = Int(pollutant.rawValue)
        return year.means[lane].text(decimals: pollutant == .co ? 2 : 1) + " (\(year.validDays[lane]))"
      }
      let counts = [year.days, year.judgedDays, year.goodDays, year.heavyDays].map { "\($0)" }
      table.rows.append(["\(year.year)", result.name(year.county)] + means + counts)
    }
    return table.lines() + [""]
  }

  private func targets() -> [String] {
    guard !result.targets.isEmpty else { return [] }
    var table = TextTable(header: ["year", "unit", "indicator", "target", "value", "days", "state", "reason"])
    for row in result.targets {
      table.rows.append([
        "\(row.year)", result.name(row.county), row.indicator, row.target.map { Concentration($0).text() } ?? "-",
        row.valueToDate.map { Concentration($0).text(decimals: 1) } ?? "-", "\(row.days)", row.state, row.reason,
      ])
    }
    return table.lines() + [""]
  }

  private func episodes() -> [String] {
    var table = TextTable(header: ["unit", "peak", "start", "end", "AQI", "levels"])
    for episode in result.episodes {
      let steps = episode.steps.map { "\($0.level) \(time($0.at))" }.joined(separator: ", ")
      table.rows.append([
        result.name(episode.county), episode.peak, time(episode.start), episode.end.map(time) ?? "-",
        episode.highestDailyAQI.map { "\($0)" } ?? "-", steps,
      ])
    }
    return result.episodes.isEmpty ? ["no episode"] : table.lines()
  }

  private func compared() -> [String] {
    guard let comparison else { return [] }
    var lines = [
      "", "A: \(comparison.firstRules)", "B: \(comparison.secondRules)",
      "the same in both: \(comparison.same), only in A: \(comparison.onlyFirst.count), only in B: "
        + "\(comparison.onlySecond.count), at different times: \(comparison.moved.count)", "",
    ]
    var table = TextTable(header: ["differs", "unit", "from", "to", "A", "B", "hours"])
    for event in comparison.onlyFirst {
      table.rows.append(["only in A", result.name(event.county), event.from, event.to, time(event.at), "-", "-"])
    }
    for event in comparison.onlySecond {
      table.rows.append(["only in B", result.name(event.county), event.from, event.to, "-", time(event.at), "-"])
    }
    for row in comparison.moved {
      table.rows.append([
        "time", result.name(row.first.county), row.first.from, row.first.to, time(row.first.at), time(row.second.at),
        "\(row.hours)",
      ])
    }
    if !table.rows.isEmpty { lines += table.lines() + [""] }
    for row in comparison.days {
      lines.append(
        "\(row.year) \(result.name(row.county)): AQI differs on \(row.differentAQI) days; heavy \(row.heavyFirst) in A, "
          + "\(row.heavySecond) in B; good \(row.goodFirst) in A, \(row.goodSecond) in B")
    }
    return lines
  }

  /// `2015-12-08 09:00`
  private func time(_ instant: Instant) -> String {
    let text = result.site.offset.format(instant)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
  }
}
