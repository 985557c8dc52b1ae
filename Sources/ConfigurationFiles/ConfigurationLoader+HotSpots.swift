import AirQuality

/// Reads `hot_spots`: when a station is one, and the table of owners.
extension ConfigurationLoader {
  static let hotSpotKeys = [
    "enabled", "classes", "floors", "deviations", "ratio", "stations", "hours", "clear_hours", "report_within",
    "handle_within", "owners",
  ]

  mutating func readHotSpots(_ node: ConfigurationNode?) -> HotSpotConfiguration {
    var result = HotSpotConfiguration()
    guard let node, let fields = fields(node, Self.hotSpotKeys) else { return result }
    let allowed: [StationClass] = [.micro, .park, .enterprise]
    result.isEnabled = flag(fields["enabled"])
    result.classes = choices(
      fields["classes"], among: allowed.map(\.rawValue), what: "class of stations that may be hot spots"
    ).map { $0.compactMap(StationClass.init(rawValue:)) }
    result.deviations = decimal(fields["deviations"], in: 0...1_000, "a number of robust deviations")
    result.ratio = decimal(fields["ratio"], in: 1...100, "times the median")
    result.stations = integer(fields["stations"], in: 3...100_000, "a count")
    result.hours = integer(fields["hours"], in: 1...48, "a count")
    result.clearHours = integer(fields["clear_hours"], in: 0...720, "a count")
    result.reportWithinHours = wholeHours(fields["report_within"])
    result.handleWithinHours = wholeHours(fields["handle_within"])
    if let floors = fields["floors"] { result.floors = readFloors(floors) }
    var lines: [String: SourceLocation] = [:]
    for item in items(fields["owners"], of: "tables", lenient: true) { result.owners += readOwners(item, &lines) }
    return result
  }

  private mutating func wholeHours(_ node: ConfigurationNode?) -> Int? {
    guard let node, let value = duration(node, in: 3_600_000...8_760 * 3_600_000) else { return nil }
    guard value % 3_600_000 == 0 else {
      fail(.badValue(value: written(node), expected: "write whole hours, such as 24h"), node)
      return nil
    }
    return Int(value / 3_600_000)
  }

  private mutating func readFloors(_ node: ConfigurationNode) -> [Pollutant: Double] {
    var floors: [Pollutant: Double] = [:]
    guard let fields = fields(node, Pollutant.criteria.map(\.name)) else { return floors }
    for pollutant in Pollutant.criteria {
      floors[pollutant] = decimal(fields[pollutant.name], in: 0...100_000, "a value in \(pollutant.unit.rawValue)")
    }
    return floors
  }

  private mutating func readOwners(
    _ node: ConfigurationNode, _ lines: inout [String: SourceLocation]
  ) -> [HotSpotConfiguration.Owner] {
    guard let table = readTable(node, required: ["county", "owner"], optional: ["station", "contact", "name"]) else {
      return []
    }
    var owners: [HotSpotConfiguration.Owner] = []
    for row in table.rows {
      let county = table.field("county", row)
      guard site.counties.contains(where: { $0.code == county }) else {
        failCounty(county, column: "county", at: table.location(row))
        continue
      }
      let station = table.field("station", row)
      if !station.isEmpty, !site.stations.contains(where: { $0.id == station && $0.county == county }) {
        fail(
          .badField(
            column: "station", value: station, expected: "write the id of a station of \(county), or nothing for all"),
          at: table.location(row))
        continue
      }
      let name = table.field("owner", row)
      guard !name.isEmpty, name.count <= ConfigurationBounds.nameLength else {
        fail(
          .badField(
            column: "owner", value: name,
            expected: "write a name of at most \(ConfigurationBounds.nameLength) characters"), at: table.location(row))
        continue
      }
      let key = county + "/" + station
      if let first = lines[key] {
        fail(.duplicateName(value: key, what: "owner of", first: first), at: table.location(row))
        continue
      }
      guard lines.count < ConfigurationBounds.stations else {
        fail(.tooMany(what: "owners", limit: ConfigurationBounds.stations), at: table.location(row))
        return owners
      }
      lines[key] = table.location(row)
      owners.append(
        HotSpotConfiguration.Owner(
          county: county, station: station.isEmpty ? nil : station, name: name, contact: table.field("contact", row)))
    }
    return owners
  }
}
