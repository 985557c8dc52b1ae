/// PurpleAir. Two lasers, channels A and B, kept apart as `pm25_a` and `pm25_b` so that they can be compared; `pm25` is
/// what the cloud makes of both, or else, as of a unit's own page, their mean.
///
/// Of the two calibrations of the sensor the preset `purpleair` takes the one for outdoor air (`atm`), `purpleair-cf1` the
/// other (`cf_1`), which the models of Barkjohn et al. 2021 and FASM are made for. A field without a calibration in its
/// name is `cf_1` of sensors indoors, where rows tell that (`location_type` 1), and `atm` else. Temperatures are °F,
/// measured inside the case; `voc` is an index of the sensor and ignored.
extension Presets {
  /// One of the sensor's two calibrations, as fields are named after it.
  enum PurpleAirCalibration: String {
    case atmospheric = "atm"
    case standard = "cf_1"
  }

  /// The values of the cloud's answers. `field` makes a path of a field's name; `type` leads to the sensor's location type.
  private static func values(
    _ calibration: PurpleAirCalibration, type: String, _ field: (String) -> String
  ) -> [ValueMapping] {
    [("pm25", "pm2.5"), ("pm10", "pm10.0"), ("pm1", "pm1.0")].flatMap { pollutant, size in
      ["", "_a", "_b"].map { channel in
        ValueMapping(
          pollutant: pollutant + channel, path: field("\(size)_\(calibration.rawValue)\(channel)"), unit: "ug/m3",
          substitute: .init(
            path: field(size + channel), kindPath: type, kind: 1, isOfKind: calibration == .standard))
      }
    }
      + [("humidity", "%"), ("temperature", "degF"), ("pressure", "hPa")].map { name, unit in
        // Early answers name the channel that has the sensor.
        ValueMapping(pollutant: name, path: "\(field(name)) | \(field(name + "_a"))", unit: unit)
      }
  }

  private static func key(_ name: String) -> String { "$['" + name + "']" }
  private static let error = ErrorMapping(path: "$.error", messagePath: "$.description")
  private static let place = PositionMapping(latitude: "latitude", longitude: "longitude")

  static func purpleAir(_ calibration: PurpleAirCalibration) -> [PresetShape] {
    [
      PresetShape(.path("$.start_timestamp"), purpleAirHistory(calibration)),
      PresetShape(.path("$.sensor"), purpleAirSensor(calibration)),
      PresetShape(.path("$.SensorId"), purpleAirUnit(calibration)), PresetShape(purpleAirSensors(calibration)),
    ]
  }

  /// `/v1/sensors?fields=…`: rows are lists, `fields` says of what. `last_seen` is the row's own stamp where it was asked for.
  private static func purpleAirSensors(_ calibration: PurpleAirCalibration) -> FeedMapping {
    FeedMapping(
      container: .table(rows: "$.data[*]", fields: "$.fields"), station: "sensor_index",
      time: TimeMapping(
        path: "last_seen | ^.data_time_stamp", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0),
      values: values(calibration, type: "location_type | ^.location_type") { $0 }, error: error, position: place,
      averagesTwinChannels: true)
  }

  /// `/v1/sensors/{id}`.
  private static func purpleAirSensor(_ calibration: PurpleAirCalibration) -> FeedMapping {
    FeedMapping(
      container: .json(rows: "$.sensor"), station: "$.sensor_index",
      time: TimeMapping(
        path: "$.last_seen | ^.data_time_stamp", notation: .epochSeconds, meaning: .instant, periodMilliseconds: 0),
      values: values(calibration, type: "$.location_type", key), error: error,
      position: PositionMapping(latitude: "$.latitude", longitude: "$.longitude"), averagesTwinChannels: true)
  }

  /// `/v1/sensors/{id}/history`: `average` minutes that begin at `time_stamp`; 0 for single measurements.
  private static func purpleAirHistory(_ calibration: PurpleAirCalibration) -> FeedMapping {
    FeedMapping(
      container: .table(rows: "$.data[*]", fields: "$.fields"), station: "^.sensor_index",
      time: TimeMapping(
        path: "time_stamp", notation: .epochSeconds, meaning: .begin, periodMilliseconds: 0,
        rowPeriod: .init(path: "^.average", unitMilliseconds: 60_000)),
      values: values(calibration, type: "location_type") { $0 }, error: error, position: place,
      averagesTwinChannels: true)
  }

  /// A unit's own `/json`. Channel A has no suffix there, B has `_b`, and both are what the unit measured alone.
  private static func purpleAirUnit(_ calibration: PurpleAirCalibration) -> FeedMapping {
    FeedMapping(
      container: .json(rows: "$"), station: "$.SensorId",
      time: TimeMapping(
        path: "$.DateTime", notation: .local, pattern: "yyyy/MM/dd'T'HH:mm:ssX", meaning: .instant,
        periodMilliseconds: 0),
      values: [
        ("pm25_a", "pm2_5", ""), ("pm25_b", "pm2_5", "_b"), ("pm10_a", "pm10_0", ""), ("pm10_b", "pm10_0", "_b"),
        ("pm1_a", "pm1_0", ""), ("pm1_b", "pm1_0", "_b"),
      ].map { pollutant, size, channel in
        ValueMapping(pollutant: pollutant, path: "$.\(size)_\(calibration.rawValue)\(channel)", unit: "ug/m3")
      } + [
        ValueMapping(pollutant: "humidity", path: "$.current_humidity", unit: "%"),
        ValueMapping(pollutant: "temperature", path: "$.current_temp_f", unit: "degF"),
        ValueMapping(pollutant: "pressure", path: "$.pressure", unit: "hPa"),
      ],
      error: ErrorMapping(path: "$.error"), position: PositionMapping(latitude: "$.lat", longitude: "$.lon"),
      averagesTwinChannels: true)
  }
}
