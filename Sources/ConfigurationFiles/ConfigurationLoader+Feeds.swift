import AirQuality
import Secrets

extension ConfigurationLoader {
  static let feedKeys = [
    "name", "url", "enabled", "format", "every", "offset", "timeout", "connect_timeout", "low_speed", "max_body",
    "headers", "auth", "tls", "proxy", "http2", "max_redirects", "station", "late_after", "frozen_after",
    "publication", "denser", "look_back", "budget", "ssh", "settle", "files_per_poll",
  ]

  /// The feeds of all kinds, each in configuration order, and all their names.
  struct FeedLists {
    var polled: [FeedConfiguration] = []
    /// Of instruments that dial in: with `listen` in place of `url`.
    var instruments: [InstrumentFeedConfiguration] = []
    /// With `push`, `spool` or `mqtt` in place of `url`.
    var received: [ReceivedFeedConfiguration] = []
    var names: [String] = []
    /// Whether any feed is in use.
    var hasEnabled: Bool {
      polled.contains(where: \.enabled) || instruments.contains(where: \.enabled)
        || received.contains(where: \.enabled)
    }
  }

  /// The items of `feeds`.
  mutating func readFeeds(_ lists: [ConfigurationNode]) -> FeedLists {
    var feeds = FeedLists()
    var seen: [String: SourceLocation] = [:]
    for list in lists {
      for item in items(list, of: "feeds") {
        guard feeds.names.count < ConfigurationBounds.feeds else {
          fail(.tooMany(what: "feeds", limit: ConfigurationBounds.feeds), item)
          return feeds
        }
        if item["listen"] != nil {
          let feed = readInstrumentFeed(item)
          guard let feed, isNew(feed.name, item, &seen) else { continue }
          feeds.instruments.append(feed)
          feeds.names.append(feed.name)
        } else if Self.receivedWays.contains(where: { item[$0] != nil }) {
          guard let feed = readReceivedFeed(item), isNew(feed.name, item, &seen) else { continue }
          feeds.received.append(feed)
          feeds.names.append(feed.name)
        } else if let feed = readFeed(item), isNew(feed.name, item, &seen) {
          feeds.polled.append(feed)
          feeds.names.append(feed.name)
        }
      }
    }
    return feeds
  }

  private mutating func isNew(
    _ name: String, _ item: ConfigurationNode, _ seen: inout [String: SourceLocation]
  ) -> Bool {
    if name.isEmpty { return false }
    if let first = seen[name] {
      fail(.duplicateName(value: name, what: "feed", first: first), at: item.location, path: item.path + ".name")
      return false
    }
    seen[name] = item.location
    return true
  }

  private mutating func readFeed(_ node: ConfigurationNode) -> FeedConfiguration? {
    guard let fields = fields(node, Self.feedKeys) else { return nil }
    let name = name(required(fields, "name", "a short name, unique among the feeds"), what: "feed")
    let address = webAddress(
      required(fields, "url", "the address to poll, https://…"), schemes: Self.httpSchemes + Self.fileSchemes)
    let every = duration(
      required(fields, "every", "how often to poll, such as 1m"), in: ConfigurationBounds.everyMilliseconds)
    let format = readFormat(required(fields, "format", "a preset's name or a mapping"))
    let interval = every ?? 60_000
    let timeout =
      duration(fields["timeout"], in: ConfigurationBounds.timeoutMilliseconds)
      ?? ConfigurationBounds.defaultTimeoutMilliseconds(every: interval)
    let connect = duration(fields["connect_timeout"], in: ConfigurationBounds.timeoutMilliseconds)
    if let connect, connect > timeout, let place = fields["connect_timeout"] {
      warn(
        .connectTimeoutLonger(
          connect: Quantities.describe(milliseconds: connect), timeout: Quantities.describe(milliseconds: timeout)),
        place)
    }
    if every != nil, interval < timeout {
      warn(
        .intervalShorterThanTimeout(
          every: Quantities.describe(milliseconds: interval), timeout: Quantities.describe(milliseconds: timeout)),
        fields["timeout"] ?? fields["every"] ?? node)
    }
    let offset = readOffset(fields["offset"], every: every)
    let authentication = readAuthentication(fields["auth"])
    let headers = readHeaders(fields["headers"])
    if let address, let place = fields["url"] {
      warnAboutCredentials(address, authentication: authentication, headers: headers, place)
    }
    let server = readFileServer(fields, address, authentication)
    let result = FeedConfiguration(
      name: name ?? "", url: server?.url ?? fields["url"].flatMap { scalarText($0) } ?? "",
      display: fields["url"].map { displayed($0, address) } ?? "",
      enabled: flag(fields["enabled"]) ?? true, format: format ?? .preset(""), everyMilliseconds: interval,
      offsetMilliseconds: offset, timeoutMilliseconds: timeout,
      connectTimeoutMilliseconds: min(connect ?? ConfigurationBounds.connectTimeoutMilliseconds, timeout),
      lowSpeed: readLowSpeed(fields["low_speed"]),
      maxBodyBytes: size(fields["max_body"], in: ConfigurationBounds.bodyBytes)
        ?? ConfigurationBounds.defaultBodyBytes,
      headers: headers, authentication: authentication, tls: readTLS(fields["tls"]), proxy: readProxy(fields["proxy"]),
      http2: flag(fields["http2"]) ?? false,
      maxRedirects: integer(fields["max_redirects"], in: ConfigurationBounds.redirects, "a count")
        ?? ConfigurationBounds.defaultRedirects,
      station: filledText(fields["station"], "a station's id"),
      lateAfterMilliseconds: duration(fields["late_after"], in: ConfigurationBounds.silenceMilliseconds),
      frozenAfterMilliseconds: duration(fields["frozen_after"], in: ConfigurationBounds.silenceMilliseconds),
      pacing: readPacing(fields, every: interval), files: server?.0,
      origin: ConfigurationOrigin(node.location, path: node.path))
    return name == nil ? nil : result
  }

  private mutating func readOffset(_ node: ConfigurationNode?, every: Int64?) -> Int64? {
    guard let node, let offset = duration(node, in: 0...86_400_000) else { return nil }
    if let every, offset >= every {
      let interval = Quantities.describe(milliseconds: every)
      fail(.badValue(value: written(node), expected: "it must be less than every, \(interval)"), node)
    }
    return offset
  }

  private mutating func readLowSpeed(_ node: ConfigurationNode?) -> FeedConfiguration.LowSpeed? {
    guard let node, let fields = fields(node, ["bytes_per_second", "for"]) else { return nil }
    let rate = integer(
      required(fields, "bytes_per_second", "the least speed, such as 100"), in: 1...1_000_000_000, "a count of bytes")
    let duration = duration(
      required(fields, "for", "how long it may be slower, such as 10s"), in: 1_000...600_000)
    guard let rate, let duration else { return nil }
    // libcurl counts whole seconds.
    return FeedConfiguration.LowSpeed(bytesPerSecond: rate, forMilliseconds: duration)
  }

  mutating func readHeaders(_ node: ConfigurationNode?) -> [FeedConfiguration.Header] {
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content else {
      fail(.wrongKind(expected: "a mapping of header names to values", found: node.kindInWords), node)
      return []
    }
    if entries.count > ConfigurationBounds.headers {
      fail(.tooMany(what: "headers", limit: ConfigurationBounds.headers), node)
    }
    var headers: [FeedConfiguration.Header] = []
    for entry in entries.prefix(ConfigurationBounds.headers) {
      guard isHeaderName(entry.key, at: entry.keyLocation, path: entry.value.path) else { continue }
      guard case .scalar(let text, _) = entry.value.content else {
        fail(.wrongKind(expected: "a header's value", found: entry.value.kindInWords), entry.value)
        continue
      }
      if text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) {
        fail(.badValue(value: nil, expected: "it has a line break or NUL inside"), entry.value)
        continue
      }
      let lower = entry.key.lowercased()
      if lower == "authorization" || lower == "cookie" || lower.hasSuffix("api-key") || lower.hasSuffix("token") {
        warn(.authorizationInHeaders, entry.value)
      }
      headers.append(FeedConfiguration.Header(name: entry.key, value: Secret(text)))
    }
    return headers
  }

  /// Whether `name` may be sent by the user: a token of RFC 9110 that libcurl does not set itself.
  private mutating func isHeaderName(_ name: String, at location: SourceLocation, path: String) -> Bool {
    let marks = Set("!#$%&'*+-.^_`|~".utf8)
    let isToken =
      !name.isEmpty
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || marks.contains($0)
      }
    guard isToken else {
      fail(
        .badValue(value: name, expected: "a header's name has letters, digits and \"-\" only"), at: location, path: path
      )
      return false
    }
    let own = [
      "host", "content-length", "transfer-encoding", "connection", "accept-encoding", "if-none-match",
      "if-modified-since", "idempotency-key",
    ]
    guard !own.contains(name.lowercased()) else {
      fail(.badValue(value: name, expected: "this header is set by the program: remove it"), at: location, path: path)
      return false
    }
    return true
  }

  private static let authenticationKeys = ["basic", "bearer", "bearer_file", "header", "key"]

  private mutating func readAuthentication(_ node: ConfigurationNode?) -> FeedAuthentication {
    guard let node, let fields = fields(node, Self.authenticationKeys) else { return .none }
    let kinds = Self.authenticationKeys.filter { fields[$0] != nil }
    guard kinds.count == 1 else {
      fail(.exactlyOne(of: Self.authenticationKeys, found: kinds), node)
      return .none
    }
    if let basic = fields["basic"] {
      guard let inner = self.fields(basic, ["username", "password", "password_file"]) else { return .none }
      let user = filledText(required(inner, "username", "the user's name"), "the user's name")
      if let user, user.contains(":"), let place = inner["username"] {
        fail(.badValue(value: written(place), expected: "a user name cannot contain a colon"), place)
      }
      let password = secret(inner, "password", isRequired: true, singleLine: true)
      if let user, let password { return .basic(username: user, password: password) }
    } else if let header = fields["header"] {
      guard let inner = self.fields(header, ["name", "value", "value_file"]) else { return .none }
      let name = filledText(required(inner, "name", "the header's name"), "the header's name")
      let value = secret(inner, "value", isRequired: true, singleLine: true)
      if let name, let place = inner["name"], isHeaderName(name, at: place.location, path: place.path), let value {
        return .header(name: name, value: value)
      }
    } else if let key = fields["key"] {
      return readKeyAuthentication(key)
    } else if let token = secret(fields, "bearer", isRequired: true, singleLine: true) {
      return .bearer(token)
    }
    return .none
  }

  private mutating func warnAboutCredentials(
    _ address: WebAddress, authentication: FeedAuthentication, headers: [FeedConfiguration.Header],
    _ place: ConfigurationNode
  ) {
    if address.hasCredentials { warn(.credentialsInURL, place) }
    if (address.hasCredentials || authentication != .none) && address.scheme == "http" && !address.isLoopback {
      warn(.credentialsWithoutTLS, place)
    }
  }
}
