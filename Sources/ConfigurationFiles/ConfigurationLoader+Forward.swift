import AirQuality

extension ConfigurationLoader {
  static let forwardKeys = ["name", "enabled", "address", "format", "password", "password_file", "delay", "sources"]

  /// Reads `forward`, the superior platforms.
  mutating func readForwards(_ lists: [ConfigurationNode]) -> [ForwardConfiguration] {
    var forwards: [ForwardConfiguration] = []
    var seen: [String: SourceLocation] = [:]
    for item in lists.flatMap({ items($0, of: "superior platforms") }) {
      guard forwards.count < ConfigurationBounds.forwards else {
        fail(.tooMany(what: "superior platforms", limit: ConfigurationBounds.forwards), item)
        break
      }
      guard let forward = readForward(item), !forward.name.isEmpty else { continue }
      if let first = seen[forward.name] {
        fail(
          .duplicateName(value: forward.name, what: "forward", first: first), at: item.location,
          path: item.path + ".name")
        continue
      }
      seen[forward.name] = item.location
      forwards.append(forward)
    }
    return forwards
  }

  private mutating func readForward(_ node: ConfigurationNode) -> ForwardConfiguration? {
    guard let fields = fields(node, Self.forwardKeys) else { return nil }
    let name = name(required(fields, "name", "a short name, unique among the forwards"), what: "forward")
    var address: ListenAddress?
    if let place = required(fields, "address", "the platform's address and port, such as 10.0.0.1:9001"),
      let text = text(place, "an address such as 10.0.0.1:9001")
    {
      address = Quantities.listenAddress(text)
      if address == nil || address?.port == 0 {
        fail(.badValue(value: written(place), expected: "write an address and a port, such as 10.0.0.1:9001"), place)
      }
    }
    let format = choice(
      required(fields, "format", "the protocol, hj212"), among: Self.instrumentFormats, what: "protocol of platforms")
    let password = secret(fields, "password", isRequired: false, singleLine: true)
    let sources = required(fields, "sources", "the name of a CSV file with the columns mn,source").map {
      readForwardSources($0)
    }
    return ForwardConfiguration(
      name: name ?? "", enabled: flag(fields["enabled"]) ?? true,
      address: address ?? ListenAddress(host: "127.0.0.1", port: 1), format: format ?? "hj212", password: password,
      delayMilliseconds: duration(fields["delay"], in: ConfigurationBounds.forwardDelayMilliseconds)
        ?? ConfigurationBounds.defaultForwardDelayMilliseconds,
      sources: sources ?? [], origin: ConfigurationOrigin(node.location, path: node.path))
  }

  private mutating func readForwardSources(_ node: ConfigurationNode) -> [ForwardConfiguration.Source] {
    guard let table = readTable(node, required: ["mn", "source"], optional: ["system", "note"]) else { return [] }
    if table.rows.isEmpty {
      fail(.badTable(reason: "has no source: write one line for each MN"), at: .init(file: table.file))
    }
    let stations = Set(site.stations.map(\.id))
    var sources: [ForwardConfiguration.Source] = []
    var lines: [String: SourceLocation] = [:]
    for row in table.rows.prefix(ConfigurationBounds.forwardSources) {
      let device = table.field("mn", row)
      let source = table.field("source", row)
      let isPlain = device.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || [0x2D, 0x2E, 0x5F].contains(byte)
      }
      guard !device.isEmpty, isPlain, device.utf8.count <= 64 else {
        fail(
          .badField(column: "mn", value: device, expected: "write the MN: letters, digits, - _ ., at most 64"),
          at: table.location(row))
        continue
      }
      if let first = lines[device] {
        fail(.duplicateName(value: device, what: "device", first: first), at: table.location(row))
        continue
      }
      lines[device] = table.location(row)
      guard countiesAreBroken || isUnit(source) || stations.contains(source) else {
        fail(
          .badField(
            column: "source", value: source,
            expected: "write a station's id, or the code of a county, the city or its urban district"),
          at: table.location(row))
        continue
      }
      let text = table.field("system", row)
      let system = text.isEmpty ? 22 : Quantities.plainInteger(text).flatMap { Int(exactly: $0) }
      guard let system, (1...999).contains(system) else {
        fail(
          .badField(column: "system", value: text, expected: "write the ST, 22 for ambient air"),
          at: table.location(row))
        continue
      }
      sources.append(ForwardConfiguration.Source(device: device, source: source, system: system))
    }
    if table.rows.count > ConfigurationBounds.forwardSources {
      fail(.tooMany(what: "sources", limit: ConfigurationBounds.forwardSources), at: .init(file: table.file))
    }
    return sources
  }
}
