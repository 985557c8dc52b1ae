import AirQuality

/// Reads a configuration: YAML to nodes, nodes to values, tables and secrets with it.
///
/// Every fault is collected; a value with a fault is left out and reading goes on, so that one run names them all.
/// Nothing is kept between two loads.
package struct ConfigurationLoader {
  let sources: ConfigurationSources
  /// Directory of the main file; relative paths start here.
  let directory: String
  var errors: [ConfigurationError] = []
  var warnings: [ConfigurationWarning] = []
  var files: [String] = []
  /// Permission bits of each YAML file.
  var modes: [String: UInt32] = [:]
  var site = Site(name: "", code: "", offset: .china, counties: [], stations: [])
  var boundaries = CountyBoundaries()
  var registry = StationRegistry()
  /// The table of counties has faults; codes that it lacks prove nothing.
  var countiesAreBroken = false
  /// Files whose mode was complained about already.
  private var complained: Set<String> = []

  private init(_ sources: ConfigurationSources) {
    self.sources = sources
    self.directory = sources.path.lastIndex(of: "/").map { String(sources.path[...$0]) } ?? ""
  }

  /// Loads and checks everything; throws all errors at once.
  package static func load(_ sources: ConfigurationSources) throws(ConfigurationFailure) -> LoadedConfiguration {
    var loader = ConfigurationLoader(sources)
    let result = loader.loadAll()
    guard loader.errors.isEmpty, let result else {
      throw ConfigurationFailure(errors: loader.boundedErrors(), warnings: loader.warnings)
    }
    return result
  }

  static let rootKeys = [
    "version", "site", "state", "listen", "counties", "stations", "targets", "ledger", "history", "aqi", "feeds",
    "alerts", "hooks", "limits", "retention", "forward", "budgets", "screening", "inspectors", "hot_spots", "lidar",
    "boundaries", "assessments", "calibrations",
  ]

  private mutating func loadAll() -> LoadedConfiguration? {
    guard let main = readYAML(sources.path, isMain: true) else { return nil }
    var roots = [main]
    let fragments = FileReader.list(directory + "conf.d", suffix: ".yaml")
    if fragments.count > ConfigurationBounds.fragments {
      fail(
        .tooMany(what: "files", limit: ConfigurationBounds.fragments), at: SourceLocation(file: directory + "conf.d"))
    }
    for name in fragments.prefix(ConfigurationBounds.fragments) {
      if let root = readYAML(directory + "conf.d/" + name, isMain: false) { roots.append(root) }
    }
    for name in FileReader.list(directory + "conf.d", suffix: ".yml") {
      warn(.fragmentNotRead, at: SourceLocation(file: directory + "conf.d/" + name))
    }
    let merged = merge(roots)
    readSite(merged, main: main)
    var feeds = readFeeds(merged["feeds"] ?? [])
    let budgets = readBudgets(merged["budgets"] ?? [], &feeds.polled)
    let hooks = readHooks(merged["hooks"] ?? [])
    let forwards = readForwards(merged["forward"] ?? [])
    let targets = readTargets(merged["targets"] ?? [])
    let ledger = readLedger(merged["ledger"]?.first)
    let history = readHistory(merged["history"] ?? [])
    let edition = readChoice(merged["aqi"]?.first, key: "edition", among: sources.editions, what: "AQI edition")
    let criteria = readChoice(
      merged["alerts"]?.first, key: "criteria", among: sources.criteria, what: "set of criteria")
    let listen = readListen(merged["listen"]?.first)
    let state = readState(merged["state"]?.first)
    let limits = readLimits(merged["limits"]?.first)
    let retention = readRetention(merged["retention"]?.first)
    let (screening, interference) = readScreening(merged["screening"]?.first)
    let lidar = readLidar(merged["lidar"]?.first)
    let hotSpots = readHotSpots(merged["hot_spots"]?.first)
    let inspectorToken = readInspectors(merged["inspectors"]?.first)
    if errors.isEmpty && !feeds.hasEnabled {
      warn(.noFeeds, at: SourceLocation(file: sources.path))
    }
    var loaded = LoadedConfiguration(
      path: sources.path, files: files, site: site, feeds: feeds.polled, hooks: hooks, targets: targets,
      history: history,
      criteria: criteria, edition: edition, listen: listen, stateDirectory: state, limits: limits,
      retention: retention, ledger: ledger.facts, tasks: ledger.tasks, presetSummaries: sources.presetSummaries,
      instruments: feeds.instruments, received: feeds.received, feedNames: feeds.names, forwards: forwards,
      budgets: budgets, boundaries: boundaries, registry: registry, warnings: warnings)
    loaded.screening = screening
    loaded.interference = interference
    loaded.inspectorToken = inspectorToken
    loaded.hotSpots = hotSpots
    loaded.lidar = lidar
    return loaded
  }

  // MARK: - Files

  private mutating func readYAML(_ path: String, isMain: Bool) -> ConfigurationNode? {
    files.append(path)
    let start = SourceLocation(file: path)
    let contents: FileReader.Contents
    do {
      contents = try FileReader.read(path, limitBytes: ConfigurationBounds.yamlBytes)
    } catch {
      switch error {
      case .tooLarge:
        fail(.tooLarge(limitBytes: ConfigurationBounds.yamlBytes), at: start)
        return nil
      case .unreadable(let reason):
        fail(.cannotRead(reason: reason), at: start)
        return nil
      }
    }
    modes[path] = contents.mode
    var bytes = contents.bytes[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      fail(.notText, at: start)
      return nil
    }
    var reader = YAMLReader(file: path, environment: sources.environment)
    let root = reader.read(text)
    errors += reader.errors
    guard let root else { return nil }
    guard case .mapping(let entries) = root.content else {
      if case .null = root.content, !isMain { return nil }
      fail(.notAMapping(found: root.kindInWords), at: root.location)
      return nil
    }
    checkVersion(entries, isMain: isMain, file: path)
    return root
  }

  private mutating func checkVersion(_ entries: [ConfigurationNode.Entry], isMain: Bool, file: String) {
    guard let index = entries.firstIndex(where: { $0.key == "version" }) else {
      if isMain { fail(.versionMissing, at: SourceLocation(file: file, line: 1)) }
      return
    }
    let entry = entries[index]
    if index != 0 { fail(.versionNotFirst, at: entry.keyLocation, path: "version") }
    if let value = text(entry.value, "the number 1"), value != "1" {
      fail(.versionUnknown(value: value), at: entry.value.location, path: "version")
    }
  }

  /// All values of each top-level key over the files; keys that cannot repeat are checked here.
  private mutating func merge(_ roots: [ConfigurationNode]) -> [String: [ConfigurationNode]] {
    var merged: [String: [ConfigurationNode]] = [:]
    let lists: Set<String> = [
      "counties", "stations", "targets", "history", "feeds", "hooks", "forward", "budgets", "assessments",
      "calibrations",
    ]
    for root in roots {
      guard let fields = fields(root, Self.rootKeys) else { continue }
      for key in Self.rootKeys where key != "version" {
        guard let value = fields[key] else { continue }
        if let first = merged[key]?.first, !lists.contains(key) {
          fail(.secondPlace(first: first.location), at: value.location, path: key)
        } else {
          merged[key, default: []].append(value)
        }
      }
    }
    return merged
  }

  // MARK: - Reporting

  mutating func fail(_ fault: ConfigurationFault, at location: SourceLocation, path: String = "") {
    errors.append(ConfigurationError(fault, at: location, path: path))
  }

  mutating func fail(_ fault: ConfigurationFault, _ node: ConfigurationNode) {
    if case .broken = node.content { return }
    fail(fault, at: node.location, path: node.path)
  }

  mutating func warn(_ concern: ConfigurationWarning.Concern, at location: SourceLocation, path: String = "") {
    warnings.append(ConfigurationWarning(concern, at: location, path: path))
  }

  mutating func warn(_ concern: ConfigurationWarning.Concern, _ node: ConfigurationNode) {
    warn(concern, at: node.location, path: node.path)
  }

  /// Remembers a complaint so that it is made once; true the first time.
  mutating func firstComplaint(about key: String) -> Bool { complained.insert(key).inserted }

  private func boundedErrors() -> [ConfigurationError] {
    let order = Dictionary(files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let sorted = errors.enumerated().sorted { a, b in
      let (left, right) = (order[a.element.location.file] ?? .max, order[b.element.location.file] ?? .max)
      if left != right { return left < right }
      if a.element.location.line != b.element.location.line {
        return a.element.location.line < b.element.location.line
      }
      return a.offset < b.offset
    }.map(\.element)
    guard sorted.count > ConfigurationBounds.errors else { return sorted }
    let rest = sorted.count - ConfigurationBounds.errors
    return sorted.prefix(ConfigurationBounds.errors)
      + [ConfigurationError(.moreErrors(count: rest), at: SourceLocation(file: sources.path))]
  }

  /// `path` as it can be opened: relative ones start beside the main file.
  func resolve(_ path: String) -> String { path.hasPrefix("/") ? path : directory + path }
}
