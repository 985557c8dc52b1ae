/// AirGradient monitors. A unit that has just started gives no measures yet: that is an answer without readings.
///
/// `pm02` is PM2.5 as the sensor gives it (atmospheric), not compensated; `pm25`, `co2`, `temperature`, `humidity` and
/// `serialNumber` are the names of newer firmware. Units with two sensors give both as channels, outdoor ones their
/// channels alone: then the mean of the channels is the unit's value, and the air's temperature and humidity are the
/// first channel's. `tvocIndex` and `noxIndex` are indices of the gas sensor, and ignored.
extension Presets {
  private static let values: [ValueMapping] =
    [
      ("pm25", "$.pm02 | $.pm25"), ("pm10", "$.pm10"), ("pm1", "$.pm01"), ("pm25_a", "$.channels['1'].pm02"),
      ("pm25_b", "$.channels['2'].pm02"), ("pm10_a", "$.channels['1'].pm10"), ("pm10_b", "$.channels['2'].pm10"),
      ("pm1_a", "$.channels['1'].pm01"), ("pm1_b", "$.channels['2'].pm01"),
    ].map { ValueMapping(pollutant: $0.0, path: $0.1, unit: "ug/m3") } + [
      ValueMapping(pollutant: "co2", path: "$.rco2 | $.co2", unit: "ppm"),
      ValueMapping(
        pollutant: "temperature", path: "$.atmp | $.temperature | $.channels['1'].atmp | $.channels['2'].atmp",
        unit: "degC"),
      ValueMapping(
        pollutant: "humidity", path: "$.rhum | $.humidity | $.channels['1'].rhum | $.channels['2'].rhum", unit: "%"),
    ]
  private static let error = ErrorMapping(path: "$.error", messagePath: "$.message")

  static let airGradient = [
    PresetShape(.list("$"), airGradientCloud(rows: "$[*]")),
    PresetShape(.path("$.timestamp"), airGradientCloud(rows: "$")), PresetShape(airGradientUnit),
  ]

  /// `/measures/current` of a unit: no stamp, the moment of reception.
  private static let airGradientUnit = FeedMapping(
    container: .json(rows: "$"), station: "$.serialno | $.serialNumber",
    time: TimeMapping(path: nil, notation: .received, meaning: .instant, periodMilliseconds: 0), values: values,
    error: error, averagesTwinChannels: true)

  /// The cloud's current measures, a list or one.
  private static func airGradientCloud(rows: String) -> FeedMapping {
    FeedMapping(
      container: .json(rows: rows), station: "$.serialno | $.serialNumber | $.locationId",
      time: TimeMapping(path: "$.timestamp", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
      values: values, error: error, position: PositionMapping(latitude: "$.latitude", longitude: "$.longitude"),
      averagesTwinChannels: true)
  }
}
