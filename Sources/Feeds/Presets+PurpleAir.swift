/// PurpleAir. Two lasers, channels A and B, kept apart as `pm25_a` and `pm25_b` so that they can be compared; `pm25` is
/// what the unit or the cloud makes of both.
///
/// Of the two calibrations of the sensor the one for outdoor air (`atm`) is taken, `cf_1` is not. Temperatures are °F,
/// measured inside the case; `voc` is an index of the sensor and ignored.
extension Presets {
  private static func values(_ prefix: String, _ names: (String) -> String) -> [ValueMapping] {
    [("pm25", "pm2.5"), ("pm10", "pm10.0"), ("pm1", "pm1.0")].flatMap { pollutant, size in
      ["", "_a", "_b"].map { channel in
        ValueMapping(
          pollutant: pollutant + channel,
          path: "\(prefix)\(names(size + "_atm" + channel)) | \(prefix)\(names(size + channel))", unit: "ug/m3")
      }
    } + [
      ValueMapping(pollutant: "humidity", path: prefix + names("humidity"), unit: "%"),
      ValueMapping(pollutant: "temperature", path: prefix + names("temperature"), unit: "degF"),
      ValueMapping(pollutant: "pressure", path: prefix + names("pressure"), unit: "hPa"),
    ]
  }

  private static func key(_ name: String) -> String { "['" + name + "']" }
  private static let error = ErrorMapping(path: "$.error", messagePath: "$.description")
  private static let place = PositionMapping(latitude: "latitude", longitude: "longitude")

  static let purpleAir = [
    PresetShape(.path("$.start_timestamp"), purpleAirHistory), PresetShape(.path("$.sensor"), purpleAirSensor),
    PresetShape(.path("$.SensorId"), purpleAirUnit), PresetShape(purpleAirSensors),
  ]

  /// `/v1/sensors?fields=…`: rows are lists, `fields` says of what. `last_seen` is the row's own stamp where it was asked for.
  private static let purpleAirSensors = FeedMapping(
    container: .table(rows: "$.data[*]", fields: "$.fields"), station: "sensor_index",
    time: TimeMapping(
      path: "last_seen | ^.data_time_stamp", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0),
    values: values("") { $0 }, error: error, position: place)

  /// `/v1/sensors/{id}`.
  private static let purpleAirSensor = FeedMapping(
    container: .json(rows: "$.sensor"), station: "$.sensor_index",
    time: TimeMapping(
      path: "$.last_seen | ^.data_time_stamp", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0),
    values: values("$", key), error: error, position: PositionMapping(latitude: "$.latitude", longitude: "$.longitude"))

  /// `/v1/sensors/{id}/history`: `average` minutes that begin at `time_stamp`; 0 for single measurements.
  private static let purpleAirHistory = FeedMapping(
    container: .table(rows: "$.data[*]", fields: "$.fields"), station: "^.sensor_index",
    time: TimeMapping(
      path: "time_stamp", notation: .epochSeconds, meaning: .begin, periodMilliseconds: 0,
      rowPeriod: .init(path: "^.average", unitMilliseconds: 60_000)),
    values: values("") { $0 }, error: error, position: place)

  /// A unit's own `/json`. Channel A has no suffix there, B has `_b`, and both are what the unit measured alone.
  private static let purpleAirUnit = FeedMapping(
    container: .json(rows: "$"), station: "$.SensorId",
    time: TimeMapping(
      path: "$.DateTime", notation: .local, pattern: "yyyy/MM/dd'T'HH:mm:ssX", meaning: .instant, periodMilliseconds: 0),
    values: [
      ("pm25_a", "pm2_5_atm"), ("pm25_b", "pm2_5_atm_b"), ("pm10_a", "pm10_0_atm"), ("pm10_b", "pm10_0_atm_b"),
      ("pm1_a", "pm1_0_atm"), ("pm1_b", "pm1_0_atm_b"),
    ].map { ValueMapping(pollutant: $0.0, path: "$." + $0.1, unit: "ug/m3") } + [
      ValueMapping(pollutant: "humidity", path: "$.current_humidity", unit: "%"),
      ValueMapping(pollutant: "temperature", path: "$.current_temp_f", unit: "degF"),
      ValueMapping(pollutant: "pressure", path: "$.pressure", unit: "hPa"),
    ],
    error: ErrorMapping(path: "$.error"), position: PositionMapping(latitude: "$.lat", longitude: "$.lon"))
}
