import AirQuality
import Testing

/// The index that stations' hours were published with, beside ours: value, category and primary pollutants of every row.
/// No row differs, so there is no list of explained differences; the first one that does fails.
@Suite("Published hourly indices")
struct PublishedIndexTests {
  private static let names: [(String, Pollutant)] = [
    ("细颗粒物(PM2.5)", .pm25), ("颗粒物(PM10)", .pm10), ("二氧化硫", .so2), ("二氧化氮", .no2), ("臭氧", .o3), ("一氧化碳", .co),
  ]

  /// Records of RFC 4180: several primary pollutants stand on lines of their own inside quotes.
  private static func records(_ text: String) -> [[String]] {
    var records: [[String]] = [[]]
    var field = ""
    var isQuoted = false
    for scalar in text.unicodeScalars where scalar != "\r" && scalar != "\u{FEFF}" {
      switch scalar {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        records[records.count - 1].append(field)
        field = ""
      case "\n" where !isQuoted:
        records[records.count - 1].append(field)
        records.append([])
        field = ""
      default: field.unicodeScalars.append(scalar)
      }
    }
    return records.filter { $0.count > 1 }
  }

  @Test(
    .enabled(if: SharedData.isPresent, "\(SharedData.absent)"),
    arguments: [("lvliang_stations_hourly_202004.csv", 297), ("jinzhou_stations_hourly_202004_dust.csv.gz", 478)])
  func everyRowIsOurs(file: String, count: Int) throws {
    let records = Self.records(String(decoding: try SharedData.bytes(file), as: UTF8.self))
    let header = records[0]
    func column(_ name: String) throws -> Int { try #require(header.firstIndex(of: name)) }
    let columns = try ["PM2.5", "PM10", "SO2", "NO2", "O3_1h", "CO"].map(column)
    let (published, level, primary) = (try column("AQI"), try column("Level"), try column("PrimaryPollution"))
    var compared = 0
    for record in records.dropFirst() {
      guard let index = Int(record[published]) else { continue }
      let values = columns.map { Concentration(decimal: record[$0].utf8) ?? .missing }
      let aqi = AQI(
        RealtimeInput(
          pm25: values[0], pm10: values[1], so2: values[2], no2: values[3], o3: values[4], co: values[5]),
        edition: .hj633In2012)
      #expect(aqi.value == index, "\(record)")
      #expect(aqi.category?.chinese == record[level], "\(record)")
      let named = Self.names.filter { record[primary].contains($0.0) }.map(\.1)
      #expect(aqi.primary == named, "\(record)")
      compared += 1
    }
    #expect(compared == count)
  }
}
