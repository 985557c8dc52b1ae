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
    case .preset(let preset): preset == .sensorCommunity
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

  /// What it is, for `check --explain` and help.
  package var summary: String {
    switch self {
    case .cnemc: "national real-time feed (XML)"
    case .pm25in: "pm25.in station rows (JSON)"
    case .sensorCommunity: "sensor.community area reply or local device (JSON)"
    case .ukAir: "UK-AIR wide CSV, hours ending GMT"
    case .lidarJSON: "lidar profiles (JSON)"
    case .hj212: "HJ 212-2017 and HJ/T 212-2005 frames"
    }
  }
}
