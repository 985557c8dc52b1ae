import AirQuality

/// AirNow's `HourlyData_yyyyMMddHH.dat`: valid date and time, site, site's name, offset of its standard time, parameter,
/// unit, value, source. Date and time are GMT and begin the hour (AirNow, Hourly Data File fact sheet); the offset is not
/// applied. Every line is ended, as recorded. Names come in IBM code page 437 and in UTF-8. Values below zero are an instrument's noise and kept.
extension Presets {
  static let airNowHourly = FeedMapping(
    container: .csv(.init(delimiter: "|", hasHeader: false, endsLines: true)), station: "[2]",
    time: TimeMapping(
      path: "[0]", notation: .local, pattern: "MM/dd/yy HH:mm", meaning: .begin, periodMilliseconds: hour, zone: .utc,
      timeOfDayPath: "[1]"),
    missing: [.number(-999), .text("-"), .text("NA")],
    long: LongLayout(
      pollutant: "[5]", value: "[7]", unitPath: "[6]",
      names: [
        ("OZONE", "o3"), ("PM2.5", "pm25"), ("PM10", "pm10"), ("CO", "co"), ("NO2", "no2"), ("NO", "no"),
        ("NOX", "nox"),
        ("SO2", "so2"), ("BC", "bc"), ("TEMP", "temperature"), ("RHUM", "humidity"), ("BARPR", "pressure"),
        ("WS", "wind_speed"), ("WD", "wind_direction"),
      ].map { LongLayout.Name($0.0, pollutant: $0.1) }),
    encoding: .cp437)
}
