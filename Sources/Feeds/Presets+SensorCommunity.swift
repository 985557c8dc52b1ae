import AirQuality

/// sensor.community: P1 is PM10, P2 is PM2.5, P0 is PM1; temperatures in °C, pressure in pascals.
///
/// The P1 and P2 of a PPD42NS are counts (particles per 0.01 cubic foot), no mass, and left out. In area replies its
/// packets tell its type; in a device's own its values alone have no prefix.
extension Presets {
  private static let particlePrefixes = ["SDS_", "PMS_", "HPM_", "NPM_", "SPS30_", "IPS_", "SEN5X_"]
  /// The device's own DHT22 has no prefix. Barometers warm themselves and stand behind; so does the sensor of CO2.
  private static let weatherPrefixes = [
    "BME280_", "SHT3X_", "", "DHT_", "HTU21D_", "BMP280_", "BMP_", "SCD30_", "DS18B20_",
  ]

  /// The names under each prefix, in the order in which they are taken.
  private static func names(particles: [String], weather: [String]) -> [LongLayout.Name] {
    var names: [LongLayout.Name] = []
    for prefix in particles {
      names.append(LongLayout.Name(prefix + "P1", pollutant: "pm10", unit: "ug/m3"))
      names.append(LongLayout.Name(prefix + "P2", pollutant: "pm25", unit: "ug/m3"))
      names.append(LongLayout.Name(prefix + "P0", pollutant: "pm1", unit: "ug/m3"))
    }
    for prefix in weather {
      names.append(LongLayout.Name(prefix + "temperature", pollutant: "temperature", unit: "degC"))
      names.append(LongLayout.Name(prefix + "humidity", pollutant: "humidity", unit: "%"))
      names.append(LongLayout.Name(prefix + "pressure", pollutant: "pressure", unit: "Pa"))
    }
    return names
  }

  private static let missing: [MissingMarker] = [
    .text(""), .text("nan"), .text("NaN"), .text("unavailable"), .text("unknown"),
  ]

  static let sensorCommunity = [
    PresetShape(.object, sensorCommunityLocal), PresetShape(sensorCommunityArea),
  ]

  /// data.sensor.community: a list of packets, one sensor each, stamped in UTC.
  private static let sensorCommunityArea = FeedMapping(
    container: .json(rows: "$[*].sensordatavalues[*]"), station: "^.sensor.id",
    time: TimeMapping(
      path: "^.timestamp", notation: .local, pattern: "yyyy-MM-dd HH:mm:ss", meaning: .instant, periodMilliseconds: 0,
      zone: .utc),
    missing: missing,
    long: LongLayout(
      pollutant: "$.value_type", value: "$.value",
      names: names(particles: [""] + particlePrefixes, weather: weatherPrefixes)),
    exceptions: [RowException(path: "^.sensor.sensor_type.name", texts: ["PPD42NS"])])

  /// One device's `data.json`: no stamp but the age of its values, no station unless it tells its chip's number. All of
  /// its sensors stand in one list; of those that measure the same, one is taken.
  private static let sensorCommunityLocal = FeedMapping(
    container: .json(rows: "$.sensordatavalues[*]"), station: "^.esp8266id",
    time: TimeMapping(path: "^.age", notation: .age, meaning: .instant, periodMilliseconds: 0),
    missing: missing,
    long: LongLayout(
      pollutant: "$.value_type", value: "$.value",
      names: names(particles: particlePrefixes, weather: weatherPrefixes), takesOneName: true),
    error: ErrorMapping(path: "$.error"))
}
