import AirQuality
import Engine
import JSONText

/// The explanation for programs.
extension Explanation {
  /// One JSON object.
  package func json() -> String {
    var writer = JSONWriter(offset: offset)
    writer.beginObject()
    writer.field("county", unit.code)
    writer.field("pollutant", pollutant.name)
    writer.field("period", periodText)
    writer.field("begin", offset.start(ofHour: period.hours.lowerBound))
    writer.field("end", period.end(offset))
    writer.field("value", published.isMissing ? nil : published.value)
    writer.field("unrounded", value.isMissing ? nil : value.value)
    writer.field("unit", pollutant.unit.rawValue)
    writer.field("state", state.rawValue)
    writer.field("valid", valid)
    writer.field("expected", expected)
    writer.field("iaqi", iaqi)
    writer.field("edition", edition.name)
    writer.field("configuration_record", configurationPosition)
    writer.array("rules", rules) { writer, rule in
      writer.beginObject()
      writer.field("zh", rule.chinese)
      writer.field("en", rule.english)
      writer.endObject()
    }
    writer.array("made_of", parts) { $0.write($1) }
    writer.field("journal_reaches", journalReaches)
    if let stateBegan { writer.field("state_began", stateBegan) }
    writer.array("rows", rows) { $0.write($1) }
    writer.array("stored", revisions) { writer, revision in
      let mean = revision.value.means.first { $0.pollutant == pollutant }
      writer.beginObject()
      writer.field("revision", revision.revision)
      writer.field("record", revision.position)
      writer.field("at", revision.at)
      writer.field("value", mean.flatMap { $0.value.isMissing ? nil : $0.value.value })
      writer.field("state", mean?.state.rawValue)
      writer.field("edition", revision.value.edition.name)
      writer.field("imported", revision.value.isImported)
      writer.field("sha256", revision.digest)
      writer.endObject()
    }
    if let provisional {
      writer.field("review", isFinal ? "final" : "provisional")
      writer.field("provisional", provisional.isMissing ? nil : provisional.value)
    }
    if !reviews.isEmpty || provisional != nil {
      writer.array("reviews", reviews) { writer, review in
        writer.object {
          $0.field("record", review.position)
          $0.field("at", review.at)
          $0.field("by", review.by)
          $0.field("source", review.source)
          $0.field("sha256", review.digest)
          $0.field("stations", review.stations)
        }
      }
    }
    if !flags.isEmpty { writer.array("flags", flags) { $1.write(into: &$0) } }
    writer.field("inputs_sha256", digest)
    writer.field("agrees_with_stored", agreesWithStored)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ part: Explanation.Part) {
    beginObject()
    field("name", part.name)
    field("label", part.label)
    field("value", part.value.isMissing ? nil : part.value.value)
    field("used", part.isUsed)
    field("remark", part.remark)
    field("feed", part.feed)
    field("flag", part.flag.map { Int($0.rawValue) })
    key("hours")
    beginArray()
    for hour in part.hours { if hour.isMissing { null() } else { value(hour.value) } }
    endArray()
    endObject()
  }

  fileprivate mutating func write(_ row: Explanation.RawRow) {
    beginObject()
    field("record", row.position)
    field("received_at", row.receivedAt)
    field("feed", row.feed)
    field("station", row.station)
    field("begin", row.begin)
    field("end", row.end)
    field("value", row.value)
    field("flag", Int(row.flag.rawValue))
    field("reasons", row.reasons)
    field("fate", row.fate)
    endObject()
  }
}
