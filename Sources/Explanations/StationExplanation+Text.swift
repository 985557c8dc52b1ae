import AirQuality
import JSONText

/// The explanation of a station for people and for programs.
extension StationExplanation {
  private var unit: String { pollutant.unit.rawValue }

  private static func text(_ value: Double?) -> String {
    value.map { Concentration($0).isMissing ? "\($0)" : Concentration($0).text() } ?? "—"
  }

  /// Complete lines of text in Chinese and English.
  package func lines() -> [String] {
    var lines = [
      "\(station.name) \(station.id) (\(station.stationClass.rawValue), \(station.county)) · \(pollutant.label)",
      "配置 configuration record \(configurationPosition)",
    ]
    if let setting {
      if let own = setting.units.first(where: { $0.pollutant == pollutant }) {
        lines.append("单位 unit as sent  \(own.unit.rawValue)")
      }
      if let stamp = setting.stamp { lines.append("时标 stamp  \(stamp.rawValue)") }
      if let period = setting.periodMilliseconds {
        lines.append("时段 period  \(Reading.span(ofPeriod: period) / 1_000)s")
      }
      if let retired = setting.retired { lines.append("停用 retired after  \(retired)") }
    }
    for calibration in calibrations {
      lines.append(
        "校准 calibration  \(calibration.formula)  \(calibration.from) – \(calibration.until?.description ?? "")"
          + (calibration.reference.isEmpty ? "" : "  参比 reference \(calibration.reference)"))
    }
    lines.append("")
    lines.append("小时值 stored hours (\(hours.count))")
    for hour in hours {
      lines.append(
        "  \(offset.format(offset.start(ofHour: hour.hour + 1)))  \(hour.value.text()) \(unit)  flag \(hour.flag.rawValue)"
      )
    }
    if !flags.isEmpty { lines += ["", [PersonFlag].heading] + flags.map { $0.line(offset) } }
    lines.append("")
    lines.append(
      "原始数据 raw rows (\(rows.count))" + (journalReaches ? "" : "；日志已部分清理 the journal no longer reaches back"))
    for row in rows {
      var line = "  #\(row.position) \(offset.format(row.receivedAt)) \(row.feed)"
      line += " [\(offset.format(row.begin)) – \(offset.format(row.end))] \(Self.text(row.raw))"
      if !row.calibration.isEmpty { line += " → \(Self.text(row.value))  (\(row.calibration))" }
      if let humidity = row.humidity { line += "  RH \(Self.text(humidity)) %" }
      line += "  flag \(row.flag.rawValue)"
      lines.append(line + (row.reasons.isEmpty ? "" : " " + row.reasons.joined(separator: ",")))
    }
    return lines
  }

  /// One JSON object.
  package func json() -> String {
    var writer = JSONWriter(offset: offset)
    writer.beginObject()
    writer.field("station", station.id)
    writer.field("name", station.name)
    writer.field("county", station.county)
    writer.field("class", station.stationClass.rawValue)
    writer.field("pollutant", pollutant.name)
    writer.field("unit", unit)
    writer.field("begin", offset.start(ofHour: period.hours.lowerBound))
    writer.field("end", period.end(offset))
    writer.field("configuration_record", configurationPosition)
    if let setting {
      writer.object("setting") { writer in
        writer.field("unit", setting.units.first { $0.pollutant == pollutant }?.unit.rawValue)
        writer.field("stamp", setting.stamp?.rawValue)
        writer.field("period_seconds", setting.periodMilliseconds.map { Int(Reading.span(ofPeriod: $0) / 1_000) })
        writer.field("retired", setting.retired?.description)
      }
    }
    writer.array("calibrations", calibrations) { writer, calibration in
      writer.object {
        $0.field("model", calibration.model.rawValue)
        $0.field("formula", calibration.formula)
        $0.field("from", calibration.from.description)
        $0.field("until", calibration.until?.description)
        $0.field("reference", calibration.reference)
      }
    }
    writer.array("hours", hours) { writer, hour in
      writer.object {
        $0.field("end", offset.start(ofHour: hour.hour + 1))
        $0.field("value", hour.value.value)
        $0.field("flag", Int(hour.flag.rawValue))
      }
    }
    if !flags.isEmpty { writer.array("flags", flags) { $1.write(into: &$0) } }
    writer.field("journal_reaches", journalReaches)
    writer.array("rows", rows) { writer, row in
      writer.object {
        $0.field("record", row.position)
        $0.field("received_at", row.receivedAt)
        $0.field("feed", row.feed)
        $0.field("begin", row.begin)
        $0.field("end", row.end)
        $0.field("raw", row.raw)
        $0.field("value", row.value)
        $0.field("humidity", row.humidity)
        $0.field("calibration", row.calibration.isEmpty ? nil : row.calibration)
        $0.field("flag", Int(row.flag.rawValue))
        $0.field("reasons", row.reasons)
      }
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
