package import AirQuality
package import History

/// The rows of all history files, joined and in the order of their hours.
package struct ReplayInput: Sendable {
  /// Station names in order of first appearance over all files.
  package private(set) var stations: [String] = []
  /// In the order of files and lines.
  private(set) var rows: ContiguousArray<HistoryRow> = []
  /// Six to a row, as in `HistoryTable.values`.
  private(set) var values: ContiguousArray<Int32> = []
  /// Indices of `rows`, by hour and within it in the order of files and lines.
  private(set) var order: ContiguousArray<UInt32> = []
  /// Where each hour of `hours` begins in `order`; one more at the end.
  private(set) var starts: [Int] = []
  /// The civil hours, by the number of the one at whose start they have ended; every one between first and last.
  package private(set) var hours: Range<Int32> = 0..<0
  /// City names of daily rows, and the rows by day.
  package private(set) var cities: [String] = []
  package private(set) var days: [HistoryDay] = []

  /// Joins the tables; hours are those of `offset`. `names` gives the id of stations that files call otherwise.
  package init(tables: [HistoryTable], offset: CivilOffset, names: [String: String] = [:]) {
    var stationNumbers: [String: UInt32] = [:]
    var cityNumbers: [String: Int] = [:]
    rows.reserveCapacity(tables.reduce(0) { $0 + $1.rows.count })
    values.reserveCapacity(tables.reduce(0) { $0 + $1.values.count })
    for table in tables {
      let numbers = table.stations.map { names[$0] ?? $0 }.map { name in
        stationNumbers[name]
          ?? {
            stations.append(name)
            stationNumbers[name] = UInt32(stations.count - 1)
            return UInt32(stations.count - 1)
          }()
      }
      for row in table.rows {
        rows.append(
          HistoryRow(begin: row.begin, station: numbers[Int(row.station)], given: row.given, faulty: row.faulty))
      }
      values.append(contentsOf: table.values)
      let cityIndices = table.cities.map { name in
        cityNumbers[name]
          ?? {
            cities.append(name)
            cityNumbers[name] = cities.count - 1
            return cities.count - 1
          }()
      }
      days += table.days.map { HistoryDay(city: cityIndices[$0.city], day: $0.day, values: $0.values) }
    }
    sort(offset)
    // Of repeated days the later row counts; a stable order keeps it the later one.
    days = days.enumerated().sorted { ($0.element.day, $0.offset) < ($1.element.day, $1.offset) }.map(\.element)
  }

  /// Station-hours, repeated ones included.
  package var rowCount: Int { rows.count }
  package var isEmpty: Bool { rows.isEmpty && days.isEmpty }

  /// A counting sort: hours are few, rows are many.
  private mutating func sort(_ offset: CivilOffset) {
    let shift = Int64(offset.seconds) * 1_000 + 3_600_000 + 3_599_999
    func endHour(_ row: HistoryRow) -> Int32 { Int32(floorDivide(row.begin + shift, 3_600_000)) }
    guard let first = rows.lazy.map({ endHour($0) }).min(), let last = rows.lazy.map({ endHour($0) }).max() else {
      return
    }
    hours = first..<last + 1
    starts = Array(repeating: 0, count: hours.count + 1)
    for row in rows { starts[Int(endHour(row) - first) + 1] += 1 }
    for hour in 1..<starts.count { starts[hour] += starts[hour - 1] }
    var next = starts
    order = ContiguousArray(repeating: 0, count: rows.count)
    for (index, row) in rows.enumerated() {
      let hour = Int(endHour(row) - first)
      order[next[hour]] = UInt32(index)
      next[hour] += 1
    }
  }

  /// The readings of the hour that ended at the start of civil hour `hour`, in the order of files and lines.
  func readings(endingAt hour: Int32, into readings: inout ContiguousArray<Reading>) {
    readings.removeAll(keepingCapacity: true)
    let at = Int(hour - hours.lowerBound)
    for place in starts[at]..<starts[at + 1] {
      let index = Int(order[place])
      let row = rows[index]
      for lane in 0..<Pollutant.criteriaCount where row.given & 1 << UInt8(lane) != 0 {
        let thousandths = values[index * Pollutant.criteriaCount + lane]
        let isMissing = thousandths == .min
        readings.append(
          Reading(
            station: row.station, pollutant: Pollutant.criteria[lane],
            value: isMissing ? .nan : Double(thousandths) / 1_000, begin: Instant(milliseconds: row.begin),
            periodMilliseconds: 3_600_000, flag: isMissing ? .missing : .unknown, reasons: isMissing ? .missing : []))
      }
    }
  }
}
