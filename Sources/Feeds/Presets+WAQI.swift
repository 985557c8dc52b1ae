/// The World Air Quality Index project (aqicn.org).
///
/// Its `iaqi` figures are indices on the US EPA's scale, computed by the project from what stations publish: they are
/// kept as `us_aqi_*`, never as concentrations. `time.s` is local, `time.tz` its offset; `time.v` is the local time taken
/// for UTC and not used. The stamp marks the moment of the figure: the project does not say over which hours it is. A
/// station without data has no index and no stamp: its weather is of no known moment, and left out.
extension Presets {
  private static let indexAdvice =
    "WAQI gives indices on the US EPA's scale, not concentrations: they are kept as us_aqi_* and enter no mean"
  private static let error = ErrorMapping(path: "$.status", okValues: ["ok"], messagePath: "$.data")
  private static let missing: [MissingMarker] = [.text("-"), .text("")]

  private static let index = [ValueMapping(pollutant: "us_aqi", path: "$.aqi", unit: "index")]

  static let waqi = [
    PresetShape(.path("$.data[0].time"), waqiSearch), PresetShape(.list("$.data"), waqiMap), PresetShape(waqiCity),
  ]

  private static let waqiCity = FeedMapping(
    container: .json(rows: "$.data"), station: "$.idx",
    time: TimeMapping(
      path: "$.time.s", notation: .local, pattern: "yyyy-MM-dd HH:mm:ss", meaning: .instant, periodMilliseconds: 0,
      zonePath: "$.time.tz"),
    missing: missing,
    values: [
      ValueMapping(pollutant: "us_aqi", path: "$.aqi", unit: "index"),
      ValueMapping(pollutant: "us_aqi_pm25", path: "$.iaqi.pm25.v", unit: "index"),
      ValueMapping(pollutant: "us_aqi_pm10", path: "$.iaqi.pm10.v", unit: "index"),
      ValueMapping(pollutant: "us_aqi_so2", path: "$.iaqi.so2.v", unit: "index"),
      ValueMapping(pollutant: "us_aqi_no2", path: "$.iaqi.no2.v", unit: "index"),
      ValueMapping(pollutant: "us_aqi_o3", path: "$.iaqi.o3.v", unit: "index"),
      ValueMapping(pollutant: "us_aqi_co", path: "$.iaqi.co.v", unit: "index"),
      ValueMapping(pollutant: "temperature", path: "$.iaqi.t.v", unit: "degC"),
      ValueMapping(pollutant: "humidity", path: "$.iaqi.h.v", unit: "%"),
      ValueMapping(pollutant: "pressure", path: "$.iaqi.p.v", unit: "hPa"),
      ValueMapping(pollutant: "wind_speed", path: "$.iaqi.w.v", unit: "m/s"),
      ValueMapping(pollutant: "wind_direction", path: "$.iaqi.wd.v", unit: "deg"),
    ],
    error: error, position: PositionMapping(latitude: "$.city.geo[0]", longitude: "$.city.geo[1]"),
    advice: indexAdvice, silencePath: "$.aqi")

  /// Stations within bounds: one index each.
  private static let waqiMap = FeedMapping(
    container: .json(rows: "$.data[*]"), station: "$.uid",
    time: TimeMapping(path: "$.station.time", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
    missing: missing, values: index, error: error,
    position: PositionMapping(latitude: "$.lat", longitude: "$.lon"), advice: indexAdvice, silencePath: "$.aqi")

  /// Stations found by name: one index each, local time and its offset.
  private static let waqiSearch = FeedMapping(
    container: .json(rows: "$.data[*]"), station: "$.uid",
    time: TimeMapping(
      path: "$.time.stime", notation: .local, pattern: "yyyy-MM-dd HH:mm:ss", meaning: .instant,
      periodMilliseconds: 0, zonePath: "$.time.tz"),
    missing: missing, values: index, error: error,
    position: PositionMapping(latitude: "$.station.geo[0]", longitude: "$.station.geo[1]"), advice: indexAdvice,
    silencePath: "$.aqi")
}
