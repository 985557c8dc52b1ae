import AirQuality

/// The formats known by name, as mappings.
enum Presets {
  static let hour = 3_600_000

  /// The shapes of a preset's answers; none for those that types of their own read.
  static func shapes(of preset: FeedPreset) -> [PresetShape] {
    switch preset {
    case .cnemc: [PresetShape(cnemc)]
    case .pm25in: [PresetShape(pm25in)]
    case .sensorCommunity: [PresetShape(.object, sensorCommunityLocal), PresetShape(sensorCommunityArea)]
    case .waqi: waqi
    case .openaq: openaq
    case .openaqRealtime: [PresetShape(openaqRealtime)]
    case .purpleAir: purpleAir(.atmospheric)
    case .purpleAirCF1: purpleAir(.standard)
    case .airGradient: airGradient
    case .airNowHourly: [PresetShape(airNowHourly)]
    case .sensorThings: sensorThings
    case .ukAir, .lidarJSON, .lidarFile, .influxLine, .prometheusText, .hj212: []
    }
  }

  /// The national real-time publication.
  ///
  /// `TimePoint` is the end of the hour at +08:00. `O3_24h` carries the hour's O3 and `O3_8h_24h` the running 8 h mean:
  /// with them the AQI that the feed publishes follows; `O3` and `O3_8h` are other figures (checked on every row of the
  /// recorded polls). `&mdash;`, an entity the document never defines, means "no value".
  static let cnemc = FeedMapping(
    container: .xml(row: "AQIDataPublishLive"), station: "StationCode",
    time: TimeMapping(
      path: "TimePoint", notation: .isoLocal, meaning: .end, periodMilliseconds: hour, zone: .china),
    missing: [.text("&mdash;"), .text("—"), .text("-"), .text("NA")],
    values: [
      ValueMapping(pollutant: "pm25", path: "PM2_5", unit: "ug/m3"),
      ValueMapping(pollutant: "pm10", path: "PM10", unit: "ug/m3"),
      ValueMapping(pollutant: "so2", path: "SO2", unit: "ug/m3"),
      ValueMapping(pollutant: "no2", path: "NO2", unit: "ug/m3"),
      ValueMapping(pollutant: "co", path: "CO", unit: "mg/m3"),
      ValueMapping(pollutant: "o3", path: "O3_24h", unit: "ug/m3"),
      ValueMapping(pollutant: "o3_8h", path: "O3_8h_24h", unit: "ug/m3"),
    ],
    error: ErrorMapping(path: "faultstring"), publishedIndex: "AQI")

  /// pm25.in. `time_point` is the end of the hour at +08:00 in spite of its `Z`. The row without a `station_code` is the
  /// city's average and left out.
  static let pm25in = FeedMapping(
    container: .json(rows: "$[*]"), station: "$.station_code",
    time: TimeMapping(
      path: "$.time_point", notation: .isoLocal, meaning: .end, periodMilliseconds: hour, zone: .china),
    missing: [.text(""), .text("-"), .text("—"), .text("_")],
    values: [
      ValueMapping(pollutant: "pm25", path: "$.pm2_5", unit: "ug/m3"),
      ValueMapping(pollutant: "pm10", path: "$.pm10", unit: "ug/m3"),
      ValueMapping(pollutant: "so2", path: "$.so2", unit: "ug/m3"),
      ValueMapping(pollutant: "no2", path: "$.no2", unit: "ug/m3"),
      ValueMapping(pollutant: "co", path: "$.co", unit: "mg/m3"),
      ValueMapping(pollutant: "o3", path: "$.o3", unit: "ug/m3"),
      ValueMapping(pollutant: "o3_8h", path: "$.o3_8h", unit: "ug/m3"),
    ],
    error: ErrorMapping(path: "$.error"), skipsRowsWithoutStation: true)

  private static let devicePrefixes = ["SDS_", "PMS_", "HPM_", "NPM_", "SPS30_", "IPS_", "SEN5X_"]
  private static let weatherPrefixes = [
    "", "BME280_", "BMP280_", "BMP_", "DHT_", "HTU21D_", "SHT3X_", "DS18B20_", "SCD30_",
  ]

  /// The names of sensor.community's values. P1 is PM10, P2 is PM2.5, P0 is PM1; pressure comes in pascals.
  private static let sensorCommunityNames: [LongLayout.Name] = {
    var names: [LongLayout.Name] = []
    for prefix in [""] + devicePrefixes {
      names.append(LongLayout.Name(prefix + "P1", pollutant: "pm10", unit: "ug/m3"))
      names.append(LongLayout.Name(prefix + "P2", pollutant: "pm25", unit: "ug/m3"))
      names.append(LongLayout.Name(prefix + "P0", pollutant: "pm1", unit: "ug/m3"))
    }
    for prefix in weatherPrefixes {
      names.append(LongLayout.Name(prefix + "temperature", pollutant: "temperature", unit: "degC"))
      names.append(LongLayout.Name(prefix + "humidity", pollutant: "humidity", unit: "%"))
      names.append(LongLayout.Name(prefix + "pressure", pollutant: "pressure", unit: "Pa"))
    }
    return names
  }()

  private static let sensorCommunityMissing: [MissingMarker] = [
    .text(""), .text("nan"), .text("NaN"), .text("unavailable"), .text("unknown"),
  ]

  /// data.sensor.community: a list of packets, one sensor each, stamped in UTC.
  static let sensorCommunityArea = FeedMapping(
    container: .json(rows: "$[*].sensordatavalues[*]"), station: "^.sensor.id",
    time: TimeMapping(
      path: "^.timestamp", notation: .local, pattern: "yyyy-MM-dd HH:mm:ss", meaning: .instant, periodMilliseconds: 0,
      zone: .utc),
    missing: sensorCommunityMissing,
    long: LongLayout(pollutant: "$.value_type", value: "$.value", names: sensorCommunityNames))

  /// One device's `data.json`: no stamp but the age of its values, no station unless it tells its chip's number.
  static let sensorCommunityLocal = FeedMapping(
    container: .json(rows: "$.sensordatavalues[*]"), station: "^.esp8266id",
    time: TimeMapping(path: "^.age", notation: .age, meaning: .instant, periodMilliseconds: 0),
    missing: sensorCommunityMissing,
    long: LongLayout(pollutant: "$.value_type", value: "$.value", names: sensorCommunityNames),
    error: ErrorMapping(path: "$.error"))

  /// Lidar profiles: a list, a list under `profiles`, or one object; tried in this order.
  static let lidarShapes: [LidarMapping] = ["$[*]", "$.profiles[*]", "$"].map { rows in
    LidarMapping(
      rows: rows, station: "$.station",
      time: TimeMapping(path: "$.time", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
      signal: "$.backscatter", firstRange: "$.first_range_m", resolution: "$.resolution_m",
      wavelength: "$.wavelength_nm", zenith: "$.zenith_deg", azimuth: "$.azimuth_deg")
  }
}
