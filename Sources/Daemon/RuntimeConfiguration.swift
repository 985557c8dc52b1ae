import AirQuality
package import ConfigurationFiles
import Delivery
package import Engine
import Feeds
import Instruments
import Polling
import Secrets
import Targets
import Transport

/// A loaded configuration turned into what each room takes.
package struct RuntimeConfiguration: Sendable {
  package var loaded: LoadedConfiguration
  package var engine: EngineConfiguration
  var readers: [String: FeedIntake.Reader]
  var definitions: [FeedDefinition]
  /// Requests that feeds share.
  var budgets: [BudgetDefinition]
  /// Those of HTTP, and those of servers of files, which are polled apart: libcurl ends connections to the latter in one
  /// go, which may take seconds.
  var httpDefinitions: [FeedDefinition] { definitions.filter { TransferProtocols(schemeOf: $0.url).isHTTP } }
  var fileDefinitions: [FeedDefinition] { definitions.filter { !TransferProtocols(schemeOf: $0.url).isHTTP } }
  /// Feeds of instruments that dial in.
  var listeners: [InstrumentListenerDefinition]
  var hooks: [Delivery.HookConfiguration]
  /// Proxy of each webhook that has one.
  var hookProxies: [String: Secret] = [:]

  /// What is wrong beyond the configuration files themselves: tables and mappings, each a line for people.
  package struct Problems: Error, Sendable, CustomStringConvertible {
    package var lines: [String]
    package var description: String { lines.joined(separator: "\n") }
  }

  package init(_ loaded: LoadedConfiguration) throws(Problems) {
    let table = TargetTable.joined(
      loaded.targets.map { (file: $0.path, table: TargetTable(parsing: $0.bytes, file: $0.path)) })
    var problems = table.problems.map(\.description)
    let enabled = loaded.feeds.filter(\.enabled)
    var readers: [String: FeedIntake.Reader] = [:]
    let formatted =
      enabled.map { FormattedFeed($0) } + loaded.received.filter(\.enabled).map { FormattedFeed($0) }
    for feed in formatted {
      do throws(MappingError) {
        let decoder = try FeedDecoder(Feeds.FeedFormat(feed.format))
        readers[feed.name] = FeedIntake.Reader(
          decoder: decoder, defaultStation: feed.station ?? (decoder.format.mayNameNoStation ? feed.name : nil),
          followsPublications: feed.followsPublications,
          maxBodyBytes: feed.maxBodyBytes, mask: feed.mask)
      } catch {
        problems.append(feed.problem(error))
      }
    }
    guard problems.isEmpty else { throw Problems(lines: problems) }
    self.loaded = loaded
    self.readers = readers
    definitions = enabled.map { feed in
      var definition = FeedDefinition(feed)
      if let reader = readers[feed.name] {
        definition.reading =
          "\(reader.decoder.format) \(reader.defaultStation ?? "") \(loaded.site.offset) \(loaded.readingSettings)"
      }
      return definition
    }
    budgets = loaded.budgets.map { BudgetDefinition($0, site: loaded.site.offset) }
    let overrides = IntakeRegistry(loaded).overrides
    listeners = loaded.instruments.filter(\.enabled).map {
      InstrumentListenerDefinition($0, offset: loaded.site.offset, overrides: overrides)
    }
    hooks = loaded.hooks.map(Delivery.HookConfiguration.init)
    for hook in loaded.hooks {
      guard case .webhook(let webhook) = hook.target, let proxy = webhook.proxy else { continue }
      hookProxies[hook.name] = proxy.url
    }
    engine = EngineConfiguration(
      site: loaded.site, feeds: loaded.feedNames, targets: table.rows, criteria: loaded.criteria,
      edition: loaded.edition,
      hooks: loaded.hooks.map { hook in
        HookSubscription(name: hook.name, levels: hook.levels, kinds: hook.kinds.compactMap(EventKind.init(rawValue:)))
      }, externalURL: "http://\(loaded.listen)", maximumUnknownStations: loaded.limits.unknownStations,
      ledger: loaded.ledger, registry: loaded.registry)
    engine.screening = loaded.screening
    engine.interference = loaded.interference
    engine.hotSpots = loaded.hotSpots.engine
    engine.lidarWatch = loaded.lidar.engine
  }
}

extension Feeds.FeedFormat {
  /// The decoder's format of a configured one.
  init(_ format: ConfigurationFiles.FeedFormat) throws(MappingError) {
    switch format {
    case .preset(let name):
      guard let preset = FeedPreset(spelling: name) else {
        throw MappingError("format", "no preset is called \(name)")
      }
      self = .preset(preset)
    case .mapping(let mapping): self = .mapping(FeedMapping(mapping))
    }
  }
}

extension FeedMapping {
  init(_ mapping: FormatMapping) {
    let container: Container
    switch mapping.kind {
    case .json:
      let rows = mapping.rows?.text ?? "$"
      container = mapping.fields.map { .table(rows: rows, fields: $0.text) } ?? .json(rows: rows)
    case .ndjson: container = .ndjson(rows: mapping.rows?.text ?? "$")
    case .xml: container = .xml(row: mapping.rows?.text ?? "")
    case .csv, .tsv:
      container = .csv(
        CSVLayout(
          delimiter: mapping.delimiter.first ?? ",", skippedLines: mapping.skippedLines, hasHeader: mapping.hasHeader,
          endsLines: mapping.endsLines))
    }
    self.init(
      container: container, station: mapping.station?.text, time: Feeds.TimeMapping(mapping.time),
      missing: mapping.missing.map { text in
        // "NaN" and "inf" are numbers to Swift, and equal to none.
        Double(text).flatMap { $0.isFinite ? MissingMarker.number($0) : nil } ?? .text(text)
      },
      values: mapping.values.map {
        ValueMapping(
          pollutant: $0.pollutant.name, path: $0.path.text, unit: $0.unit.rawValue, unitPath: $0.unitPath?.text,
          periodMilliseconds: $0.periodMilliseconds.map(Int.init))
      },
      long: mapping.long.map { long in
        LongLayout(
          pollutant: long.pollutant.text, value: long.value.text, unitPath: long.unitPath?.text,
          names: long.names.map { LongLayout.Name($0.text, pollutant: $0.pollutant.name, unit: $0.unit.rawValue) },
          knowsCommonNames: long.commonNames)
      },
      error: mapping.error.map {
        ErrorMapping(path: $0.text, okValues: mapping.errorExceptions, messagePath: mapping.errorMessage?.text)
      },
      skipsRowsWithoutStation: mapping.skipsRowsWithoutStation, position: PositionMapping(mapping),
      nextPage: mapping.nextPage?.text, encoding: TextEncoding(rawValue: mapping.textEncoding.rawValue) ?? .utf8)
  }
}

extension Feeds.TimeMapping {
  init(_ time: FormatMapping.TimeMapping) {
    let notation: Notation
    switch time.encoding {
    case .rfc3339: notation = .rfc3339
    case .epochSeconds: notation = .epochSeconds
    case .epochMilliseconds: notation = .epochMilliseconds
    case .pattern: notation = .local
    case .isoLocal: notation = .isoLocal
    case .ageSeconds: notation = .age
    case .received: notation = .received
    }
    self.init(
      path: time.encoding == .received ? nil : time.path.text, notation: notation, pattern: time.pattern,
      meaning: Meaning(rawValue: time.stamp.rawValue) ?? .end, periodMilliseconds: Int(time.periodMilliseconds),
      zone: time.zone, timeOfDayPath: time.timeOfDay?.text, zonePath: time.zonePath?.text, endPath: time.end?.text,
      rowPeriod: time.periodPath.map {
        RowPeriod(
          path: $0.text, unitMilliseconds: Double(time.periodUnitMilliseconds), unitPath: time.periodUnitPath?.text)
      }, isMonthly: time.isMonthly)
  }
}

extension PositionMapping {
  /// Nil when the mapping names no position.
  init?(_ mapping: FormatMapping) {
    guard let latitude = mapping.latitude, let longitude = mapping.longitude else { return nil }
    self.init(latitude: latitude.text, longitude: longitude.text)
  }
}

extension FeedDefinition {
  init(_ feed: FeedConfiguration) {
    self.init(
      name: feed.name, url: feed.url, every: .milliseconds(feed.everyMilliseconds),
      offset: feed.offsetMilliseconds.map { .milliseconds($0) })
    timeout = .milliseconds(feed.timeoutMilliseconds)
    connectTimeout = .milliseconds(feed.connectTimeoutMilliseconds)
    maxBodyBytes = Int(feed.maxBodyBytes)
    lowSpeedBytesPerSecond = feed.lowSpeed.map(\.bytesPerSecond) ?? 0
    lowSpeedSeconds = feed.lowSpeed.map { Int(($0.forMilliseconds + 999) / 1_000) } ?? 0
    switch feed.authentication {
    case .none: authentication = .none
    case .basic(let username, let password):
      authentication = .basic(user: username, password: password)
    case .bearer(let token): authentication = .bearer(token)
    case .header(let name, let value):
      authentication = .header(name: name, value: value)
    case .key(let username, let file, let passphrase):
      authentication = .basic(user: username, password: Secret(""))
      ssh.privateKeyFile = file
      ssh.passphrase = passphrase
    }
    if let files = feed.files { use(files) }
    tls.authorityFile = feed.tls.authorityFile
    proxy = feed.proxy?.url
    usesHTTP2 = feed.http2
    headers = feed.headers.map { TransferHeader($0.name, $0.value.revealText()) }
    maxRedirects = feed.maxRedirects
    lateAfter = feed.lateAfterMilliseconds.map { .milliseconds($0) }
    frozenAfter = feed.frozenAfterMilliseconds.map { .milliseconds($0) }
    use(feed.pacing)
  }
}

extension Delivery.HookConfiguration {
  init(_ hook: ConfigurationFiles.HookConfiguration) {
    switch hook.target {
    case .webhook(let webhook):
      self.init(
        name: hook.name,
        target: .webhook(
          Webhook(
            url: webhook.url.revealText(), secret: webhook.secret,
            timeoutMilliseconds: Int(webhook.timeoutMilliseconds), caFile: webhook.tls.authorityFile,
            headers: webhook.headers.map { .init(name: $0.name, value: $0.value) })))
    case .exec(let command, let timeout):
      self.init(name: hook.name, target: .exec(Command(command: command, timeoutMilliseconds: Int(timeout))))
    }
    isConfidential = hook.kinds == [EventKind.inspection.rawValue]
  }
}
