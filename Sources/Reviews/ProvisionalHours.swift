import AirQuality
import Engine
import History
import Rollup

/// Stored hours of assessed stations and of those that a reviewed set holds, as values that enter means.
struct ProvisionalHours {
  /// The six values of an hour, thousandths; `Int32.min` for none.
  typealias Values = [Int32]

  private let stations: [String]
  private let numbers: [String: Int]
  private let offset: CivilOffset
  /// By station, then civil hour.
  private var hours: [[Int32: Values]]

  /// - Parameter named: stations that are held although they are not assessed.
  /// - Throws: what is wrong with a chunk.
  init(_ chunks: [StoredChunk], site: Site, named: Set<String>) throws {
    let held = site.stations.filter { $0.assessed || named.contains($0.id) }
    stations = held.map(\.id)
    numbers = Dictionary(stations.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    offset = site.offset
    hours = stations.map { _ in [:] }
    let counties = Dictionary(grouping: held, by: \.county)
    for chunk in chunks where chunk.key.kind == .hours {
      let stored = chunk.rollup
      for station in counties[chunk.key.county] ?? [] {
        guard let number = numbers[station.id] else { continue }
        for pollutant in Pollutant.criteria {
          for cell in try stored.series(station: station.id, pollutant: pollutant)
          where !cell.value.isMissing && cell.flag != .fail {
            put(cell.value, number, pollutant, cell.window)
          }
        }
      }
    }
  }

  private mutating func put(_ value: Concentration, _ station: Int, _ pollutant: Pollutant, _ hour: Int32) {
    hours[station][hour, default: Values(repeating: .min, count: Pollutant.criteriaCount)][
      Int(pollutant.rawValue)] = value.isMissing ? .min : value.thousandths
  }

  func value(_ station: String, _ pollutant: Pollutant, _ hour: Int32) -> Concentration {
    guard let number = numbers[station], let values = hours[number][hour] else { return .missing }
    let thousandths = values[Int(pollutant.rawValue)]
    return thousandths == .min ? .missing : Concentration(thousandths: thousandths)
  }

  /// Puts a reviewed day in place of what is held.
  mutating func take(_ day: ReviewedDay) {
    guard let number = numbers[day.station] else { return }
    for (slot, value) in day.hours.enumerated() {
      put(value, number, day.pollutant, day.day.firstHour + Int32(slot))
    }
  }

  /// As one history file.
  func table() -> HistoryTable {
    var table = HistoryTable(file: "stored hours")
    table.stations = stations
    for (station, held) in hours.enumerated() {
      for (hour, values) in held.sorted(by: { $0.key < $1.key }) {
        var given: UInt8 = 0
        for (lane, value) in values.enumerated() where value != .min { given |= 1 << UInt8(lane) }
        guard given != 0 else { continue }
        table.rows.append(
          HistoryRow(begin: offset.start(ofHour: hour).milliseconds, station: UInt32(station), given: given))
        table.values.append(contentsOf: values)
      }
    }
    return table
  }
}
