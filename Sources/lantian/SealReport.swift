import AirQuality
import Engine
import JSONText
import Store

/// What `audit verify` prints.
struct SealReport {
  var finding: SealFinding
  var offset: CivilOffset

  /// A table of the months and the verdict.
  func lines() -> [String] {
    var table = TextTable(header: ["month", "sealed at", "county days", "amended", "sha256"])
    for month in finding.months {
      table.rows.append([
        month.month.description, offset.format(month.at), String(month.chunks), String(month.amendments), month.digest,
      ])
    }
    var lines = table.lines()
    if let fault = finding.fault {
      lines.append("DOES NOT FIT 不符: " + Self.place(fault) + ": " + fault.message)
      if let row = fault.row { lines.append("  " + describe(row)) }
    } else {
      if finding.reviews > 0 { lines.append("\(finding.reviews) reviews fit 审核记录全部相符") }
      lines.append(
        finding.months.isEmpty ? "no month is sealed yet 尚无封存月份" : "all \(finding.months.count) months fit 全部相符")
    }
    return lines
  }

  private static func place(_ fault: SealFinding.Fault) -> String {
    [fault.month.description, fault.county.map { "county \($0.isEmpty ? "(none)" : $0)" }, fault.day?.description]
      .compactMap { $0 }.joined(separator: ", ")
  }

  private func describe(_ row: ChangedHour) -> String {
    func text(_ value: Concentration?) -> String { value.map { $0.isMissing ? "missing" : $0.text() } ?? "no row" }
    let end = offset.format(offset.start(ofHour: row.hour + 1))
    return "station \(row.station), \(row.pollutant.name), hour ending \(end): sealed \(text(row.sealed)), found "
      + text(row.found)
  }

  func json() -> String {
    var writer = JSONWriter(offset: offset)
    writer.beginObject()
    writer.field("fits", finding.fault == nil)
    writer.field("reviews", finding.reviews)
    writer.array("months", finding.months) { writer, month in
      writer.beginObject()
      writer.field("month", month.month.description)
      writer.field("sealed_at", month.at)
      writer.field("position", month.position)
      writer.field("county_days", month.chunks)
      writer.field("amended", month.amendments)
      writer.field("sha256", month.digest)
      writer.endObject()
    }
    if let fault = finding.fault {
      writer.object("fault") {
        $0.field("month", fault.month.description)
        $0.field("county", fault.county)
        $0.field("day", fault.day?.description)
        $0.field("station", fault.row?.station)
        $0.field("pollutant", fault.row?.pollutant.name)
        $0.field("hour_end", fault.row.map { offset.start(ofHour: $0.hour + 1) })
        $0.field("sealed", fault.row?.sealed.flatMap { $0.isMissing ? nil : $0.value })
        $0.field("found", fault.row?.found.flatMap { $0.isMissing ? nil : $0.value })
        $0.field("message", fault.message)
      }
    } else {
      writer.key("fault")
      writer.null()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
