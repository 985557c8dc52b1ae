import AirQuality

/// pm25.in. `time_point` is the end of the hour at +08:00 in spite of its `Z`. The row without a `station_code` is the
/// city's average and left out.
///
/// A value that is not there comes as 0: in the rows of the provider's own documentation stations without any assessment
/// (`aqi` 0, `quality` null) have 0 for everything, and others 0 in a pollutant's hour and 24 h mean alike, which no
/// running station measures. This is inferred from those rows, as the provider does not say it. A 0 beside a 24 h mean
/// above 0 stays.
extension Presets {
  static let pm25in = FeedMapping(
    container: .json(rows: "$[*]"), station: "$.station_code",
    time: TimeMapping(
      path: "$.time_point", notation: .isoLocal, meaning: .end, periodMilliseconds: hour, zone: .china),
    missing: [.text(""), .text("-"), .text("—"), .text("_")],
    values: [
      ("pm25", "pm2_5"), ("pm10", "pm10"), ("so2", "so2"), ("no2", "no2"), ("co", "co"), ("o3", "o3"),
      ("o3_8h", "o3_8h"),
    ].map { pollutant, name in
      ValueMapping(
        pollutant: pollutant, path: "$.\(name)", unit: pollutant == "co" ? "mg/m3" : "ug/m3",
        longMeanPath: "$.\(name)_24h")
    },
    error: ErrorMapping(path: "$.error"), skipsRowsWithoutStation: true,
    unrated: UnratedMapping(index: "$.aqi", grade: "$.quality"),
    emptyAdvice: "the answer holds indices (AQI) alone, no concentrations: ask for a pollutant or for aqi_details")
}
