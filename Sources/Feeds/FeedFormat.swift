/// How a feed's answers are written.
package enum FeedFormat: Sendable, Hashable {
  case preset(FeedPreset)
  case mapping(FeedMapping)
  case lidar(LidarMapping)

  /// The preset of that name, nil when there is none.
  package init?(named name: String) {
    guard let preset = FeedPreset(spelling: name) else { return nil }
    self = .preset(preset)
  }

  /// The name in configuration; `mapping` and `lidar` for declarations.
  package var name: String {
    switch self {
    case .preset(let preset): preset.rawValue
    case .mapping: "mapping"
    case .lidar: "lidar"
    }
  }

  /// Whether answers may speak for one device without naming it: rows then take the station of the feed.
  package var mayNameNoStation: Bool {
    switch self {
    case .preset(let preset): preset.mayNameNoStation
    case .mapping(let mapping): mapping.station == nil
    case .lidar(let mapping): mapping.station == nil
    }
  }

  /// Decodes one answer; a feed that polls keeps a `FeedDecoder` instead.
  package func decode(_ body: [UInt8], context: DecodeContext) -> DecodedBody {
    do throws(MappingError) {
      return try FeedDecoder(self).decode(body, context: context)
    } catch {
      var bad = DecodedBody()
      bad.verdict = .failed(DecodeFailure(.configuration, error.description))
      return bad
    }
  }
}

/// Formats known by name (`format: cnemc`, `decode --format cnemc`).
package enum FeedPreset: String, CaseIterable, Sendable, Hashable {
  /// The national real-time publication of CNEMC, XML.
  case cnemc
  /// pm25.in and its copies, JSON.
  case pm25in
  /// data.sensor.community's area replies, and the local `data.json` of one of its devices.
  case sensorCommunity = "sensor-community"
  /// UK-AIR's wide CSV: a line a day, a column an hour.
  case ukAir = "uk-air"
  /// Lidar profiles as JSON objects.
  case lidarJSON = "lidar-json"
  /// Files as lidars write them: Vaisala messages, Licel raw, NetCDF of CHM15k, CL61 and E-PROFILE.
  case lidarFile = "lidar-file"
  /// The World Air Quality Index project's city feed, map and search, JSON: US AQI indices, not concentrations.
  case waqi
  /// The API of OpenAQ, version 3: measurements, sensors, latest values.
  case openaq = "openaq-v3"
  /// The older real-time archive of OpenAQ: a JSON object a line.
  case openaqRealtime = "openaq-realtime"
  /// PurpleAir: the cloud's columns, its single sensor, its history, and a unit's own page.
  case purpleAir = "purpleair"
  /// The same answers, by the sensor's `cf_1` calibration, which Barkjohn's models are made for.
  case purpleAirCF1 = "purpleair-cf1"
  /// AirGradient: a monitor's own measures, or the cloud's list of them.
  case airGradient = "airgradient"
  /// AirNow's hourly data files, separated by bars.
  case airNowHourly = "airnow-hourly"
  /// Observations of the OGC SensorThings API.
  case sensorThings = "sensorthings"
  /// InfluxDB line protocol.
  case influxLine = "influx-line"
  /// The exposition format of Prometheus, and OpenMetrics.
  case prometheusText = "prometheus-text"
  /// Frames of HJ 212 (污染物在线监控系统数据传输标准), as instruments send them.
  case hj212

  /// The preset of that name; `_` and `.` are taken for `-`, as providers' names are spelled in many ways.
  package init?(spelling name: String) {
    self.init(rawValue: String(name.map { $0 == "_" || $0 == "." ? "-" : $0 }))
  }

  /// Every spelling that configuration accepts: the names, and those with `_` for `-`.
  package static var spellings: [String] {
    allCases.flatMap { preset in
      let underscored = String(preset.rawValue.map { $0 == "-" ? "_" : $0 })
      return underscored == preset.rawValue ? [preset.rawValue] : [preset.rawValue, underscored]
    }
  }

  /// What each is, under every spelling that configuration accepts.
  package static var summaries: [String: String] {
    var summaries: [String: String] = [:]
    for name in spellings { summaries[name] = FeedPreset(spelling: name)?.summary }
    return summaries
  }

  /// What it is, for `check --explain` and help.
  package var summary: String {
    switch self {
    case .cnemc: "national real-time feed (XML), hours ending at +08:00"
    case .pm25in: "pm25.in station rows (JSON), hours ending at +08:00"
    case .sensorCommunity: "sensor.community area reply or local device (JSON), moments in UTC"
    case .ukAir: "UK-AIR wide CSV, hours ending GMT"
    case .lidarJSON: "lidar profiles (JSON)"
    case .lidarFile: "lidar files: Vaisala messages, Licel raw, CHM15k, CL61 and E-PROFILE NetCDF"
    case .waqi: "WAQI city feed, map or search (JSON), US AQI indices, never concentrations"
    case .openaq: "OpenAQ version 3 measurements, hours, sensors, latest (JSON)"
    case .openaqRealtime: "OpenAQ real-time archive (NDJSON), periods ending in UTC"
    case .purpleAir: "PurpleAir cloud, history or local unit (JSON), channels A and B apart"
    case .purpleAirCF1: "PurpleAir as above, by the cf_1 calibration that the model barkjohn-2021 needs"
    case .airGradient: "AirGradient monitor or cloud list (JSON)"
    case .airNowHourly: "AirNow hourly file (bars), hours beginning GMT"
    case .sensorThings: "OGC SensorThings observations (JSON), by their phenomenon time"
    case .influxLine: "InfluxDB line protocol, quantities by field name"
    case .prometheusText: "Prometheus or OpenMetrics text, quantities by metric name"
    case .hj212: "HJ 212-2017 and HJ/T 212-2005 frames"
    }
  }

  /// Whether answers may speak for one device without naming it.
  var mayNameNoStation: Bool {
    switch self {
    case .sensorCommunity, .openaq, .airGradient, .sensorThings, .influxLine, .prometheusText, .lidarFile: true
    case .cnemc, .pm25in, .ukAir, .lidarJSON, .waqi, .openaqRealtime, .purpleAir, .purpleAirCF1, .airNowHourly,
      .hj212:
      false
    }
  }
}
