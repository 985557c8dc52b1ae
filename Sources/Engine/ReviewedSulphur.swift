import AirQuality

/// Reviewed SO2 hours (审核小时值) of stations that a row of the ledger is held to, by day: a unit's day is counted anew
/// from all of them, whichever import brought which station. Kept while the day ring holds the day, so that its size is
/// that ring's days times the stations. Part of the snapshot.
struct ReviewedSulphur: Sendable, Hashable {
  /// By day and station, 24 values.
  private var days: [CivilDay: [String: [Concentration]]] = [:]

  init() {}

  /// The hours of a day's stations.
  subscript(day: CivilDay) -> [String: [Concentration]] { days[day] ?? [:] }

  /// Takes a station's day in place of what was reviewed of it before.
  mutating func set(_ day: ReviewedDay) { days[day.day, default: [:]][day.station] = day.hours }

  /// Keeps the days that are still in the ledger.
  mutating func keep(_ isHeld: (CivilDay) -> Bool) {
    guard !days.keys.allSatisfy(isHeld) else { return }
    days = days.filter { isHeld($0.key) }
  }

  /// The same hours give the same bytes.
  func encode(into writer: inout ByteWriter) {
    writer.list(days.keys.sorted()) { writer, day in
      writer.signed(Int64(day.number))
      let stations = days[day] ?? [:]
      writer.list(stations.keys.sorted()) { writer, station in
        writer.text(station)
        writer.list(stations[station] ?? []) { $0.signed(Int64($1.thousandths)) }
      }
    }
  }

  init(decoding reader: inout SnapshotReader) throws(SnapshotReadingError) {
    let list = try reader.list(of: "days") {
      reader throws(SnapshotReadingError) -> (CivilDay, [(String, [Concentration])]) in
      (
        CivilDay(number: try reader.integer("a day")),
        try reader.list(of: "stations") { reader throws(SnapshotReadingError) -> (String, [Concentration]) in
          let station = try reader.text()
          let hours = try reader.list(of: "hours") { reader throws(SnapshotReadingError) in
            Concentration(thousandths: try reader.integer("a value"))
          }
          guard hours.count == 24 else { throw reader.fail("\(hours.count) hours in a day") }
          return (station, hours)
        }
      )
    }
    for (day, stations) in list {
      for (station, hours) in stations { days[day, default: [:]][station] = hours }
    }
  }
}
