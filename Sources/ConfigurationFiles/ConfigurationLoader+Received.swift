import Secrets

extension ConfigurationLoader {
  static let receivedFeedKeys = ["name", "enabled", "format", "station", "max_body", "late_after"]
  /// Keys that make an item of `feeds` one whose data come by themselves.
  static let receivedWays = ["push", "spool", "mqtt"]

  /// Reads an item of `feeds` that has one of `receivedWays`.
  mutating func readReceivedFeed(_ node: ConfigurationNode) -> ReceivedFeedConfiguration? {
    guard let fields = fields(node, Self.receivedFeedKeys + Self.receivedWays) else { return nil }
    let name = name(required(fields, "name", "a short name, unique among the feeds"), what: "feed")
    let found = Self.receivedWays.filter { fields[$0] != nil }
    guard found.count == 1, let kind = found.first, let body = fields[kind] else {
      fail(.exactlyOne(of: Self.receivedWays, found: found), node)
      return nil
    }
    let way: ReceivedFeedConfiguration.Way? =
      switch kind {
      case "push": readPush(body).map { .push($0) }
      case "spool": readSpool(body).map { .spool($0) }
      default: readMQTT(body).map { .mqtt($0) }
      }
    let format = readFormat(required(fields, "format", "a preset's name or a mapping"))
    let usual = kind == "mqtt" ? ConfigurationBounds.defaultMessageBytes : ConfigurationBounds.defaultBodyBytes
    let maxBody = size(fields["max_body"], in: ConfigurationBounds.bodyBytes) ?? usual
    let late =
      duration(fields["late_after"], in: ConfigurationBounds.silenceMilliseconds)
      ?? ConfigurationBounds.defaultInstrumentLateMilliseconds
    let enabled = flag(fields["enabled"]) ?? true
    let station = filledText(fields["station"], "a station's id")
    guard let name, let way else { return nil }
    return ReceivedFeedConfiguration(
      name: name, enabled: enabled, way: way, format: format ?? .preset(""), station: station, maxBodyBytes: maxBody,
      lateAfterMilliseconds: late, origin: ConfigurationOrigin(node.location, path: node.path))
  }

  private mutating func readPush(_ node: ConfigurationNode) -> PushConfiguration? {
    let keys = ["token", "token_file", "secret", "secret_file"]
    guard let fields = fields(node, keys) else { return nil }
    let found = keys.filter { fields[$0] != nil }
    guard found.count == 1, let key = found.first else {
      fail(.exactlyOne(of: keys, found: found), node)
      return nil
    }
    guard key.hasPrefix("token") else {
      return secret(fields, "secret", isRequired: true, singleLine: false).map { .signature($0) }
    }
    guard let token = secret(fields, "token", isRequired: true, singleLine: true), let place = fields[key] else {
      return nil
    }
    if token.reveal().count < ConfigurationBounds.shortestTokenBytes { warn(.shortToken, place) }
    return .token(token)
  }

  private mutating func readSpool(_ node: ConfigurationNode) -> SpoolConfiguration? {
    guard let fields = fields(node, ["path", "pattern", "done", "every"]) else { return nil }
    let place = required(fields, "path", "the folder, such as /var/spool/lantian/vendor")
    let folder = filledText(place, "a folder").map { absolute(resolve($0)) }
    let pattern = fields["pattern"] == nil ? "*" : filledText(fields["pattern"], "a pattern such as *.csv")
    if let pattern, pattern.contains("/") || pattern.hasPrefix("."), let place = fields["pattern"] {
      fail(.badValue(value: written(place), expected: "write a pattern of file names, such as *.csv"), place)
    }
    let ending =
      choice(fields["done"], among: SpoolConfiguration.Ending.allCases.map(\.rawValue), what: "ending of a file")
      .flatMap(SpoolConfiguration.Ending.init) ?? .move
    let every = duration(fields["every"], in: ConfigurationBounds.spoolMilliseconds)
    guard let folder, let pattern else { return nil }
    if let place, let reason = FileReader.whyNotFolder(folder, isWritten: ending != .keep) {
      warn(.folderUnusable(folder: folder, reason: reason), place)
    }
    return SpoolConfiguration(
      path: folder, pattern: pattern, ending: ending,
      everyMilliseconds: every ?? ConfigurationBounds.defaultSpoolMilliseconds)
  }

  private mutating func readMQTT(_ node: ConfigurationNode) -> MQTTConfiguration? {
    let keys = [
      "url", "topics", "username", "password", "password_file", "client_id", "qos", "version", "keep_alive", "tls",
      "station_from",
    ]
    guard let fields = fields(node, keys) else { return nil }
    let place = required(fields, "url", "the broker, such as mqtts://broker.example:8883")
    let address = webAddress(place, schemes: ["mqtt", "mqtts"])
    if let address, let place, address.display != address.origin, address.display != address.origin + "/" {
      fail(.badURL(value: address.display, reason: "it names a path: topics stand under topics"), place)
    }
    if let address, address.hasCredentials, let place {
      fail(.badURL(value: address.display, reason: "it carries a user name: write username and password_file"), place)
    }
    let topics = readTopics(required(fields, "topics", "the topics, such as [air/+/minute]"))
    let user = filledText(fields["username"], "the user's name")
    let password = secret(fields, "password", isRequired: false, singleLine: true)
    if password != nil, user == nil { fail(.missingKey(key: "username", meaning: "the user's name"), node) }
    if let place, let address, password != nil, address.scheme == "mqtt", !address.isLoopback {
      warn(.passwordWithoutTLS(advice: "mqtts"), place)
    }
    let client = filledText(fields["client_id"], "a name that no other client of the broker has")
    let version = choice(fields["version"], among: ["5", "3.1.1"], what: "version of MQTT") ?? "5"
    let quality = integer(fields["qos"], in: 0...1, "a quality of service") ?? 1
    let keepAlive = duration(fields["keep_alive"], in: ConfigurationBounds.keepAliveMilliseconds)
    let tls = readTLS(fields["tls"])
    if let place = fields["tls"], address?.scheme == "mqtt" {
      fail(.badValue(value: nil, expected: "tls is for mqtts:// only"), place)
    }
    let level = readStationLevel(fields["station_from"])
    guard let address, let topics else { return nil }
    let usesTLS = address.scheme == "mqtts"
    return MQTTConfiguration(
      host: address.host, port: address.port ?? (usesTLS ? 8_883 : 1_883), usesTLS: usesTLS, display: address.origin,
      topics: topics, username: user, password: password, clientID: client, quality: quality,
      isVersion5: version == "5",
      keepAliveSeconds: Int((keepAlive ?? ConfigurationBounds.defaultKeepAliveMilliseconds) / 1_000),
      authorityFile: tls.authorityFile, stationLevel: level)
  }

  private mutating func readTopics(_ node: ConfigurationNode?) -> [String]? {
    let items = items(node, of: "topics")
    guard let node, !items.isEmpty else {
      if let node, case .sequence = node.content {
        fail(.badValue(value: "[]", expected: "name at least one topic, such as air/+/minute"), node)
      }
      return nil
    }
    guard items.count <= ConfigurationBounds.topics else {
      fail(.tooMany(what: "topics", limit: ConfigurationBounds.topics), node)
      return nil
    }
    var topics: [String] = []
    for item in items {
      guard let topic = filledText(item, "a topic") else { continue }
      guard Self.isTopicFilter(topic) else {
        fail(
          .badValue(
            value: written(item), expected: "+ stands for one whole level, # alone at the end for all that follow"),
          item)
        continue
      }
      topics.append(topic)
    }
    return topics
  }

  /// MQTT 5, 4.7.1: wildcards take whole levels, `#` the last one.
  static func isTopicFilter(_ text: String) -> Bool {
    guard text.utf8.count <= 1_024 else { return false }
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      if level.contains("+"), level != "+" { return false }
      if level.contains("#"), level != "#" || index != levels.count - 1 { return false }
    }
    return true
  }

  private mutating func readStationLevel(_ node: ConfigurationNode?) -> Int? {
    guard let node, let text = text(node, "topic[1]") else { return nil }
    guard text.hasPrefix("topic["), text.hasSuffix("]"),
      let level = Quantities.plainInteger(text.dropFirst(6).dropLast()), (0...31).contains(level)
    else {
      fail(.badValue(value: written(node), expected: "write topic[1] for the second level of the topic"), node)
      return nil
    }
    return Int(level)
  }
}
