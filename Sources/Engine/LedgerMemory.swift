import AirQuality
import Targets

/// What the target ledger remembers beside the days of the rollup: since when each row stands as it does, the SO2 hours of
/// each day, which outlive the hour rings, and the daily means of years that are over, which outlive the day ring. Part
/// of the snapshot.
struct LedgerMemory: Sendable, Hashable {
  /// The state of a row and the day it came.
  struct Standing: Sendable, Hashable {
    var state: LedgerState
    var since: CivilDay
  }

  /// By year, unit and indicator.
  var standings: [String: Standing] = [:]
  /// By unit code, ascending days, at most `maximumDays` of them.
  var sulphur: [String: [SeasonHours.Day]] = [:]

  /// Days whose SO2 hours changed since they were counted, by unit code; counted when the day ends.
  var uncounted: [String: Set<CivilDay>] = [:]
  /// Daily means of years that are over, 1 January first, by unit code, pollutant and year (`archiveKey`).
  var archive: [String: LedgerYear] = [:]

  /// Two years and a season: a plan's year with the heating season that began before it.
  static let maximumDays = 900

  init() {}

  /// The key of a row: a revision of it goes on under the same.
  static func key(_ row: TargetRow) -> String { "\(row.year)/\(row.county)/\(row.indicator)" }

  static func archiveKey(_ unit: String, _ pollutant: Pollutant, _ year: Int) -> String {
    "\(year)/\(unit)/\(pollutant.name)"
  }

  /// Takes the hours of a day, in place of what was known of it.
  mutating func set(_ day: SeasonHours.Day, unit: String) {
    var days = sulphur[unit] ?? []
    let place = days.lastIndex { $0.day <= day.day }
    if let place, days[place].day == day.day {
      days[place] = day
    } else {
      days.insert(day, at: place.map { $0 + 1 } ?? 0)
      if days.count > Self.maximumDays { days.removeFirst() }
    }
    sulphur[unit] = days
  }

  /// Whether the day's hours were counted from reviewed data.
  func isReviewed(_ day: CivilDay, unit: String) -> Bool {
    sulphur[unit]?.last { $0.day == day }?.isReviewed ?? false
  }

  /// The same memory gives the same bytes.
  func encode(into writer: inout ByteWriter) {
    writer.list(standings.keys.sorted()) { writer, key in
      writer.text(key)
      writer.text(standings[key]?.state.rawValue ?? "")
      writer.signed(Int64(standings[key]?.since.number ?? 0))
    }
    writer.list(sulphur.keys.sorted()) { writer, unit in
      writer.text(unit)
      writer.list(sulphur[unit] ?? []) { writer, day in
        writer.signed(Int64(day.day.number))
        writer.signed(Int64(day.validHours))
        writer.signed(Int64(day.maximum.thousandths))
        writer.signed(Int64(day.stationMaximum.thousandths))
        writer.signed(Int64(day.hoursAbove))
        writer.signed(Int64(day.stationHoursAbove))
        writer.flag(day.isReviewed)
      }
    }
    writer.list(uncounted.keys.sorted()) { writer, unit in
      writer.text(unit)
      writer.list((uncounted[unit] ?? []).sorted()) { $0.signed(Int64($1.number)) }
    }
    writer.list(archive.keys.sorted()) { writer, key in
      writer.text(key)
      (archive[key] ?? LedgerYear(days: 0)).encode(into: &writer)
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let known = try reader.list(of: "standings") { reader throws(SnapshotReadingError) -> (String, Standing) in
      (
        try reader.text(),
        Standing(state: try reader.named(LedgerState.self), since: CivilDay(number: try reader.integer("a day")))
      )
    }
    for (key, standing) in known { standings[key] = standing }
    let units = try reader.list(of: "units") { reader throws(SnapshotReadingError) -> (String, [SeasonHours.Day]) in
      (
        try reader.text(),
        try reader.list(of: "days") { reader throws(SnapshotReadingError) in
          SeasonHours.Day(
            day: CivilDay(number: try reader.integer("a day")), validHours: try reader.integer("hours"),
            maximum: Concentration(thousandths: try reader.integer("a value")),
            stationMaximum: Concentration(thousandths: try reader.integer("a value")),
            hoursAbove: try reader.integer("hours"), stationHoursAbove: try reader.integer("hours"),
            isReviewed: try reader.flag())
        }
      )
    }
    for (unit, days) in units { sulphur[unit] = days }
    let changed = try reader.list(of: "units") { reader throws(SnapshotReadingError) -> (String, [CivilDay]) in
      (
        try reader.text(),
        try reader.list(of: "days") { reader throws(SnapshotReadingError) in
          CivilDay(number: try reader.integer("a day"))
        }
      )
    }
    for (unit, days) in changed { uncounted[unit] = Set(days) }
    let years = try reader.list(of: "years") { reader throws(SnapshotReadingError) -> (String, LedgerYear) in
      (try reader.text(), try LedgerYear(decoding: &reader))
    }
    for (key, days) in years { archive[key] = days }
  }
}
