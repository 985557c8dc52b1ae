import AirQuality
import Secrets

extension ConfigurationLoader {
  static let instrumentFeedKeys = [
    "name", "listen", "enabled", "format", "devices", "password", "password_file", "connections", "idle_timeout",
    "late_after",
  ]
  /// Formats of instruments that dial in.
  static let instrumentFormats = ["hj212"]
  static let minuteIntervals = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30]

  /// Reads an item of `feeds` that has `listen`.
  mutating func readInstrumentFeed(_ node: ConfigurationNode) -> InstrumentFeedConfiguration? {
    guard let fields = fields(node, Self.instrumentFeedKeys) else { return nil }
    let name = name(required(fields, "name", "a short name, unique among the feeds"), what: "feed")
    var address: ListenAddress?
    if let place = fields["listen"], let text = text(place, "an address such as 0.0.0.0:9001") {
      address = Quantities.listenAddress(text)
      if address == nil {
        fail(
          .badValue(
            value: written(place), expected: "write an address and a port, such as 0.0.0.0:9001 or [::]:9001"), place)
      }
    }
    let format = choice(
      required(fields, "format", "the protocol, hj212"), among: Self.instrumentFormats, what: "protocol of instruments")
    let password = secret(fields, "password", isRequired: false, singleLine: true)
    let devices = required(fields, "devices", "the name of a CSV file with a line for each device (MN)")
      .map { readDevices($0, password: password) }
    let feed = InstrumentFeedConfiguration(
      name: name ?? "", enabled: flag(fields["enabled"]) ?? true,
      listen: address ?? ListenAddress(host: "127.0.0.1", port: 0), format: format ?? "hj212", devices: devices ?? [],
      connections: integer(fields["connections"], in: ConfigurationBounds.instrumentConnections, "a count")
        ?? ConfigurationBounds.defaultInstrumentConnections,
      idleMilliseconds: duration(fields["idle_timeout"], in: ConfigurationBounds.instrumentIdleMilliseconds)
        ?? ConfigurationBounds.defaultInstrumentIdleMilliseconds,
      lateAfterMilliseconds: duration(fields["late_after"], in: ConfigurationBounds.silenceMilliseconds)
        ?? ConfigurationBounds.defaultInstrumentLateMilliseconds,
      origin: ConfigurationOrigin(node.location, path: node.path))
    return name == nil ? nil : feed
  }

  private static func unitColumn(_ pollutant: Pollutant) -> String { "unit_" + pollutant.name }

  private mutating func readDevices(
    _ node: ConfigurationNode, password: Secret?
  ) -> [InstrumentFeedConfiguration.Device] {
    let units = Pollutant.allCases.map { Self.unitColumn($0) }
    guard
      let table = readTable(
        node, required: ["mn"], optional: ["station", "password_file", "unit", "stamp", "minutes", "note"] + units)
    else { return [] }
    if table.rows.isEmpty {
      fail(.badTable(reason: "has no device: write one line for each MN"), at: .init(file: table.file))
    }
    var devices: [InstrumentFeedConfiguration.Device] = []
    var lines: [String: SourceLocation] = [:]
    for row in table.rows {
      guard devices.count < ConfigurationBounds.instrumentDevices else {
        fail(.tooMany(what: "devices", limit: ConfigurationBounds.instrumentDevices), at: table.location(row))
        break
      }
      let identity = table.field("mn", row)
      guard !identity.isEmpty, identity.count <= ConfigurationBounds.nameLength else {
        fail(.badField(column: "mn", value: identity, expected: "write the device's MN"), at: table.location(row))
        continue
      }
      if let first = lines[identity] {
        fail(.duplicateName(value: identity, what: "device", first: first), at: table.location(row))
        continue
      }
      lines[identity] = table.location(row)
      devices.append(readDevice(identity, table, row, password: password))
    }
    return devices
  }

  private mutating func readDevice(
    _ identity: String, _ table: ConfigurationTable, _ row: CSVReader.Row, password: Secret?
  ) -> InstrumentFeedConfiguration.Device {
    let station = table.field("station", row)
    var own = password
    let file = table.field("password_file", row)
    if !file.isEmpty {
      let place = ConfigurationNode(
        content: .scalar(text: file, written: file), location: table.location(row), path: "password_file")
      own = fileSecret(place, singleLine: true)
    }
    let stamp = table.field("stamp", row)
    if !["", "begin", "end"].contains(stamp) {
      fail(.badField(column: "stamp", value: stamp, expected: "write begin or end"), at: table.location(row))
    }
    let minutes = table.field("minutes", row)
    let interval = minutes.isEmpty ? 1 : Quantities.plainInteger(minutes).flatMap { Int(exactly: $0) }
    if interval.map({ Self.minuteIntervals.contains($0) }) != true {
      let valid = Self.minuteIntervals.map { String($0) }.joined(separator: ", ")
      fail(.badField(column: "minutes", value: minutes, expected: "write one of \(valid)"), at: table.location(row))
    }
    return InstrumentFeedConfiguration.Device(
      identity: identity, station: station.isEmpty ? nil : station, password: own, units: readUnits(table, row),
      stampsEnd: stamp == "end", minutes: interval ?? 1)
  }

  /// `unit` holds for all mass concentrations, `unit_co` and the like for one pollutant.
  private mutating func readUnits(_ table: ConfigurationTable, _ row: CSVReader.Row) -> [Pollutant: MeasurementUnit] {
    var units: [Pollutant: MeasurementUnit] = [:]
    let common = table.field("unit", row)
    if !common.isEmpty, let unit = readUnit(common, "unit", for: .pm25, table, row) {
      for pollutant in Pollutant.allCases
      where MeasurementUnit.microgramsPerCubicMeter.conversion(for: pollutant) != nil {
        units[pollutant] = unit
      }
    }
    for pollutant in Pollutant.allCases {
      let column = Self.unitColumn(pollutant)
      let text = table.field(column, row)
      if !text.isEmpty, let unit = readUnit(text, column, for: pollutant, table, row) { units[pollutant] = unit }
    }
    return units
  }

  private mutating func readUnit(
    _ text: String, _ column: String, for pollutant: Pollutant, _ table: ConfigurationTable, _ row: CSVReader.Row
  ) -> MeasurementUnit? {
    if let unit = MeasurementUnit(spelling: text), unit.conversion(for: pollutant) != nil { return unit }
    let valid = MeasurementUnit.allCases.filter { $0.conversion(for: pollutant) != nil }.map(\.rawValue)
    fail(
      .badField(column: column, value: text, expected: "write one of \(valid.joined(separator: ", "))"),
      at: table.location(row))
    return nil
  }
}
