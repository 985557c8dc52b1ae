import AirQuality
import Engine
import JSONText

/// A replay as JSON for programs.
package enum ReplayJSON {
  /// The whole result in one object; instants have the site's offset.
  package static func document(_ result: ReplayResult, comparison: ReplayComparison? = nil) -> [UInt8] {
    var writer = JSONWriter(offset: result.site.offset, capacity: 1 << 16)
    writer.object { writer in
      writer.field("rules", result.rules)
      writer.object("site") { writer in
        writer.field("name", result.site.name)
        writer.field("code", result.site.code)
      }
      writer.field("hours", result.hours)
      writer.field("station_hours", result.stationHours)
      writer.object("readings") { writer in
        for (name, count) in result.verdicts where count > 0 { writer.field(name, count) }
      }
      writer.array("years", result.years) { writer, row in writer.object { year(row, into: &$0) } }
      writer.array("targets", result.targets) { writer, row in writer.object { target(row, into: &$0) } }
      writer.array("episodes", result.episodes) { writer, row in writer.object { episode(row, into: &$0) } }
      writer.array("events", result.events) { writer, row in writer.object { event(row, into: &$0) } }
      if let comparison {
        writer.object("comparison") { compare(comparison, into: &$0) }
      }
    }
    return writer.bytes
  }

  /// One event as a line of NDJSON.
  static func line(_ record: EventRecord, offset: CivilOffset) -> [UInt8] {
    var writer = JSONWriter(offset: offset)
    writer.object { event(record, into: &$0) }
    return writer.bytes + [0x0A]
  }

  private static func year(_ year: ReplayYear, into writer: inout JSONWriter) {
    writer.field("year", year.year)
    writer.field("county", year.county)
    for (pollutant, mean) in zip(Pollutant.criteria, year.means) {
      writer.field(pollutant.name + "_mean", mean.isMissing ? nil : mean.value)
    }
    for (pollutant, days) in zip(Pollutant.criteria, year.validDays) { writer.field(pollutant.name + "_days", days) }
    writer.field("days", year.days)
    writer.field("judged_days", year.judgedDays)
    writer.field("good_days", year.goodDays)
    writer.field("heavy_days", year.heavyDays)
    writer.array("by_category", year.byCategory) { writer, days in writer.value(days) }
  }

  private static func target(_ row: TargetView, into writer: inout JSONWriter) {
    writer.field("year", row.year)
    writer.field("county", row.county)
    writer.field("indicator", row.indicator)
    writer.field("target", row.target)
    writer.field("unit", row.unit)
    writer.field("value", row.valueToDate)
    writer.field("days", row.days)
    writer.field("missing", row.missing)
    writer.field("state", row.state)
    writer.field("reason", row.reason)
    writer.field("reason_en", row.reasonEnglish)
  }

  private static func episode(_ episode: ReplayEpisode, into writer: inout JSONWriter) {
    writer.field("county", episode.county)
    writer.field("peak", episode.peak)
    writer.field("start", episode.start)
    writer.field("end", episode.end)
    writer.field("highest_daily_aqi", episode.highestDailyAQI)
    writer.array("levels", episode.steps) { writer, step in
      writer.object { writer in
        writer.field("level", step.level)
        writer.field("at", step.at)
        writer.field("running_aqi", step.runningAQI)
        writer.field("sequence", step.sequence)
      }
    }
  }

  private static func event(_ record: EventRecord, into writer: inout JSONWriter) {
    writer.field("sequence", record.sequence)
    writer.field("id", record.id)
    writer.field("kind", record.kind.rawValue)
    writer.field("county", record.county)
    writer.field("from", record.from)
    writer.field("to", record.to)
    writer.field("at", record.at)
    writer.field("rule", record.rule)
    writer.object("inputs") { writer in
      for input in record.inputs {
        switch input.value {
        case .text(let text): writer.field(input.name, text)
        case .number(let number): writer.field(input.name, number)
        case .flag(let flag): writer.field(input.name, flag)
        }
      }
    }
  }

  private static func compare(_ comparison: ReplayComparison, into writer: inout JSONWriter) {
    writer.field("a", comparison.firstRules)
    writer.field("b", comparison.secondRules)
    writer.field("same", comparison.same)
    writer.array("only_a", comparison.onlyFirst) { writer, row in writer.object { event(row, into: &$0) } }
    writer.array("only_b", comparison.onlySecond) { writer, row in writer.object { event(row, into: &$0) } }
    writer.array("moved", comparison.moved) { writer, row in
      writer.object { writer in
        writer.field("county", row.first.county)
        writer.field("to", row.first.to)
        writer.field("a", row.first.at)
        writer.field("b", row.second.at)
        writer.field("hours", row.hours)
      }
    }
    writer.array("days", comparison.days) { writer, row in
      writer.object { writer in
        writer.field("county", row.county)
        writer.field("year", row.year)
        writer.field("different_aqi", row.differentAQI)
        writer.field("heavy_a", row.heavyFirst)
        writer.field("heavy_b", row.heavySecond)
        writer.field("good_a", row.goodFirst)
        writer.field("good_b", row.goodSecond)
      }
    }
  }
}
