/// AirGradient monitors. A unit that has just started gives no measures yet: that is an answer without readings.
///
/// `pm02` is PM2.5 as the sensor gives it (atmospheric), not compensated; units with two sensors give both as channels.
/// `tvocIndex` and `noxIndex` are indices of the gas sensor, and ignored.
extension Presets {
  private static let values: [ValueMapping] =
    [
      ("pm25", "pm02"), ("pm10", "pm10"), ("pm1", "pm01"), ("pm25_a", "channels['1'].pm02"),
      ("pm25_b", "channels['2'].pm02"), ("pm10_a", "channels['1'].pm10"), ("pm10_b", "channels['2'].pm10"),
      ("pm1_a", "channels['1'].pm01"), ("pm1_b", "channels['2'].pm01"),
    ].map { ValueMapping(pollutant: $0.0, path: "$." + $0.1, unit: "ug/m3") } + [
      ValueMapping(pollutant: "co2", path: "$.rco2", unit: "ppm"),
      ValueMapping(pollutant: "temperature", path: "$.atmp", unit: "degC"),
      ValueMapping(pollutant: "humidity", path: "$.rhum", unit: "%"),
    ]
  private static let error = ErrorMapping(path: "$.error", messagePath: "$.message")

  static let airGradient = [
    PresetShape(.path("$[0]"), airGradientCloud(rows: "$[*]")),
    PresetShape(.path("$.timestamp"), airGradientCloud(rows: "$")), PresetShape(airGradientUnit),
  ]

  /// `/measures/current` of a unit: no stamp, the moment of reception.
  private static let airGradientUnit = FeedMapping(
    container: .json(rows: "$"), station: "$.serialno",
    time: TimeMapping(path: nil, notation: .received, meaning: .instant, periodMilliseconds: 0), values: values,
    error: error)

  /// The cloud's current measures, a list or one.
  private static func airGradientCloud(rows: String) -> FeedMapping {
    FeedMapping(
      container: .json(rows: rows), station: "$.serialno | $.locationId",
      time: TimeMapping(path: "$.timestamp", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
      values: values, error: error, position: PositionMapping(latitude: "$.latitude", longitude: "$.longitude"))
  }
}
