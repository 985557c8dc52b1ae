import AirQuality

/// Reads `lidar`: the watch over what lidars see.
extension ConfigurationLoader {
  static let lidarWatchKeys = [
    "enabled", "layer_contrast", "layer_maximum", "layer_distance", "layer_descent", "fall_share", "usual_share",
    "fall_share_alone", "rise_share", "plume_ratio", "begins_after", "ends_after",
  ]

  mutating func readLidar(_ node: ConfigurationNode?) -> LidarConfiguration {
    var result = LidarConfiguration()
    guard let node, let fields = fields(node, ["watch", "edges"]) else { return result }
    if let watch = fields["watch"], let fields = self.fields(watch, Self.lidarWatchKeys) {
      result.isEnabled = flag(fields["enabled"])
      result.layerContrast = decimal(fields["layer_contrast"], in: 1...1_000, "a ratio")
      result.layerMaximumMeters = decimal(fields["layer_maximum"], in: 100...20_000, "metres")
      result.layerDistanceMeters = decimal(fields["layer_distance"], in: 0...10_000, "metres")
      result.layerDescentMeters = decimal(fields["layer_descent"], in: 0...10_000, "metres")
      result.fallShare = decimal(fields["fall_share"], in: 0...1, "a share")
      result.usualShare = decimal(fields["usual_share"], in: 0...1, "a share")
      result.fallShareAlone = decimal(fields["fall_share_alone"], in: 0...1, "a share")
      result.riseShare = decimal(fields["rise_share"], in: 0...10, "a share")
      result.plumeRatio = decimal(fields["plume_ratio"], in: 1...1_000, "a ratio")
      result.beginsAfter = integer(fields["begins_after"], in: 1...100, "a count")
      result.endsAfter = integer(fields["ends_after"], in: 1...100, "a count")
    }
    for item in items(fields["edges"], of: "edges") {
      guard result.edges.count < ConfigurationBounds.counties else {
        fail(.tooMany(what: "edges", limit: ConfigurationBounds.counties), item)
        break
      }
      if let edge = readEdge(item) { result.edges.append(edge) }
    }
    return result
  }

  private mutating func readEdge(_ node: ConfigurationNode) -> LidarConfiguration.Edge? {
    guard let fields = fields(node, ["station", "from", "until", "range", "beyond"]) else { return nil }
    let place = required(fields, "station", "the id of a station of class lidar")
    let station = text(place, "the id of a station of class lidar")
    if let place, let station, !site.stations.contains(where: { $0.id == station && $0.stationClass == .lidar }) {
      fail(.badValue(value: written(place), expected: "write the id of a station of class lidar"), place)
      return nil
    }
    let from = decimal(
      required(fields, "from", "degrees clockwise from north"), in: 0...360, "degrees clockwise from north")
    let until = decimal(
      required(fields, "until", "degrees clockwise from north"), in: 0...360, "degrees clockwise from north")
    let range = decimal(required(fields, "range", "metres along the beam"), in: 100...9_000, "metres along the beam")
    let beyond = text(fields["beyond"], "a name") ?? ""
    guard let station, let from, let until, let range else { return nil }
    return LidarConfiguration.Edge(
      station: station, fromDegrees: from, untilDegrees: until, rangeMeters: range, beyond: beyond)
  }
}

extension LoadedConfiguration {
  func explainLidar() -> ExplanationValue {
    func number(_ value: Double?) -> ExplanationValue { .text(value.map { "\($0)" } ?? "default") }
    return .object([
      .init("watch", .flag(lidar.isEnabled ?? true)), .init("layer_contrast", number(lidar.layerContrast)),
      .init("layer_maximum", number(lidar.layerMaximumMeters)),
      .init("layer_distance", number(lidar.layerDistanceMeters)),
      .init("layer_descent", number(lidar.layerDescentMeters)), .init("fall_share", number(lidar.fallShare)),
      .init("usual_share", number(lidar.usualShare)), .init("fall_share_alone", number(lidar.fallShareAlone)),
      .init("rise_share", number(lidar.riseShare)), .init("plume_ratio", number(lidar.plumeRatio)),
      .init(
        "edges",
        .list(
          lidar.edges.map {
            .text("\($0.station) \($0.fromDegrees)° to \($0.untilDegrees)° at \($0.rangeMeters) m: \($0.beyond)")
          })),
    ])
  }
}
