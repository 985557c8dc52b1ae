import AirQuality

/// The formats known by name, as mappings.
enum Presets {
  static let hour = 3_600_000

  /// The shapes of a preset's answers; none for those that types of their own read.
  static func shapes(of preset: FeedPreset) -> [PresetShape] {
    switch preset {
    case .cnemc: [PresetShape(cnemc)]
    case .pm25in: [PresetShape(pm25in)]
    case .sensorCommunity: sensorCommunity
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

  /// Lidar profiles: a list, a list under `profiles`, or one object; tried in this order.
  static let lidarShapes: [LidarMapping] = ["$[*]", "$.profiles[*]", "$"].map { rows in
    LidarMapping(
      rows: rows, station: "$.station",
      time: TimeMapping(path: "$.time", notation: .rfc3339, meaning: .instant, periodMilliseconds: 0),
      signal: "$.backscatter", firstRange: "$.first_range_m", resolution: "$.resolution_m",
      wavelength: "$.wavelength_nm", zenith: "$.zenith_deg", azimuth: "$.azimuth_deg")
  }
}
