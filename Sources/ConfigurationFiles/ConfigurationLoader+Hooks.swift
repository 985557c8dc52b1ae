import Secrets

extension ConfigurationLoader {
  mutating func readHooks(_ lists: [ConfigurationNode]) -> [HookConfiguration] {
    var hooks: [HookConfiguration] = []
    var seen: [String: SourceLocation] = [:]
    for list in lists {
      for item in items(list, of: "hooks") {
        guard hooks.count < ConfigurationBounds.hooks else {
          fail(.tooMany(what: "hooks", limit: ConfigurationBounds.hooks), item)
          return hooks
        }
        guard let hook = readHook(item) else { continue }
        if let first = seen[hook.name] {
          fail(
            .duplicateName(value: hook.name, what: "hook", first: first), at: hook.location, path: item.path + ".name")
        } else {
          seen[hook.name] = hook.location
          hooks.append(hook)
        }
      }
    }
    return hooks
  }

  private mutating func readHook(_ node: ConfigurationNode) -> HookConfiguration? {
    guard let fields = fields(node, ["name", "webhook", "exec", "levels", "kinds"]) else { return nil }
    let name = name(required(fields, "name", "a short name, unique among the hooks"), what: "hook")
    let levels = choices(fields["levels"], among: HookConfiguration.allLevels, what: "level")
    let kinds = choices(fields["kinds"], among: HookConfiguration.allKinds, what: "kind")
    if let kinds, kinds.contains("inspection"), kinds.count > 1, let place = fields["kinds"] {
      fail(
        .badValue(
          value: "inspection",
          expected:
            "inspections go to inspectors only, never to a general hook: give them a hook with kinds: [inspection]"
        ), place)
    }
    let ways = ["webhook", "exec"].filter { fields[$0] != nil }
    guard ways.count == 1 else {
      fail(.exactlyOne(of: ["webhook", "exec"], found: ways), node)
      return nil
    }
    let target = fields["webhook"].map { readWebhook($0) } ?? fields["exec"].map { readExec($0) } ?? nil
    guard let name, let target else { return nil }
    return HookConfiguration(
      name: name, target: target, levels: levels ?? HookConfiguration.allLevels,
      kinds: kinds ?? HookConfiguration.defaultKinds, origin: ConfigurationOrigin(node.location, path: node.path))
  }

  private mutating func readWebhook(_ node: ConfigurationNode) -> HookTarget? {
    guard let fields = fields(node, ["url", "secret", "secret_file", "timeout", "headers", "tls", "proxy"]) else {
      return nil
    }
    let place = required(fields, "url", "the receiver's address, https://…")
    let address = webAddress(place, hidesPath: true)
    let secret = secret(fields, "secret", isRequired: false, singleLine: false)
    if fields["secret"] == nil && fields["secret_file"] == nil { warn(.unsignedWebhook, node) }
    let timeout =
      duration(fields["timeout"], in: ConfigurationBounds.timeoutMilliseconds)
      ?? ConfigurationBounds.webhookTimeoutMilliseconds
    let headers = readHeaders(fields["headers"])
    let tls = readTLS(fields["tls"])
    let proxy = readProxy(fields["proxy"])
    guard let place, let address, let text = scalarText(place) else { return nil }
    if address.hasCredentials && address.scheme == "http" && !address.isLoopback { warn(.credentialsWithoutTLS, place) }
    let display = written(place) == text ? address.origin : address.scheme + "://…"
    return .webhook(
      HookTarget.Webhook(
        url: Secret(text), display: display, secret: secret, timeoutMilliseconds: timeout,
        headers: headers, tls: tls, proxy: proxy))
  }

  private mutating func readExec(_ node: ConfigurationNode) -> HookTarget? {
    guard let fields = fields(node, ["command", "timeout"]) else { return nil }
    let timeout =
      duration(fields["timeout"], in: ConfigurationBounds.timeoutMilliseconds)
      ?? ConfigurationBounds.execTimeoutMilliseconds
    guard let place = required(fields, "command", "the program and its arguments as a list") else { return nil }
    let words = items(place, of: "words: the program and its arguments")
    var command: [String] = []
    for word in words {
      guard let text = text(word, "a word") else { return nil }
      command.append(text)
    }
    guard let program = command.first else {
      if case .sequence = place.content {
        fail(.badValue(value: "[]", expected: "write the program and its arguments as a list"), place)
      }
      return nil
    }
    guard program.hasPrefix("/") else {
      fail(
        .badValue(value: written(words[0]), expected: "write the program's absolute path; no shell looks it up"),
        words[0])
      return nil
    }
    if let reason = FileReader.whyNotExecutable(program) {
      warn(.notExecutable(file: program, reason: reason), words[0])
    }
    return .exec(command: command, timeoutMilliseconds: timeout)
  }
}
