import Feeds

/// Mappings that tests share.
enum Mappings {
  /// The one of the example configuration.
  static let park = FeedMapping(
    container: .json(rows: "$.data[*]"), station: "$.sn",
    time: TimeMapping(path: "$.ts", notation: .epochMilliseconds, meaning: .end, periodMilliseconds: 60_000),
    missing: [.number(-999), .text("-"), .text("")],
    values: [
      ValueMapping(pollutant: "pm25", path: "$.pm2_5", unit: "ug/m3"),
      ValueMapping(pollutant: "so2", path: "$.so2", unit: "ppb"),
    ])

  static let csv = FeedMapping(
    container: .csv(.init()), station: "id",
    time: TimeMapping(path: "time", notation: .local, meaning: .end, periodMilliseconds: 3_600_000),
    missing: [.text("NA"), .number(-999)],
    values: [
      ValueMapping(pollutant: "pm25", path: "PM2.5", unit: "ug/m3"),
      ValueMapping(pollutant: "co", path: "CO", unit: "ug/m3"),
    ])

  static let xml = FeedMapping(
    container: .xml(row: "Row"), station: "@id",
    time: TimeMapping(path: "Time", notation: .rfc3339, meaning: .begin, periodMilliseconds: 3_600_000),
    missing: [.text("&mdash;")],
    values: [
      ValueMapping(pollutant: "pm25", path: "PM/Fine", unit: "ug/m3"),
      ValueMapping(pollutant: "no2", path: "NO2", unitPath: "NO2/@unit"),
    ])
}
