import AirQuality
import Alerts
public import ArgumentParser
import ConfigurationFiles
public import Daemon
import Feeds
import FoundationEssentials
public import Logging

/// Options every verb takes.
struct GlobalOptions: ParsableArguments {
  enum Output: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
  }

  @Option(
    name: .customLong("config"),
    help: ArgumentHelp("Configuration file; otherwise /etc/lantian/lantian.yaml.", valueName: "file"))
  var givenConfigurationFile: String?

  var configurationFile: String { givenConfigurationFile ?? "/etc/lantian/lantian.yaml" }

  @Option(help: "Tables for people or JSON for programs.")
  var output: Output = .table

  @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error, critical.")
  var logLevel: Logger.Level = .info

  @Option(help: "How log lines are written: logfmt or json.")
  var logFormat: LogFormat = .logfmt

  var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// A logger on standard error; journald's priorities when that is the journal.
  func logger() -> Logger {
    let journald = environment["JOURNAL_STREAM"] != nil
    let format = logFormat
    let level = logLevel
    return Logger(label: "lantian") { label in
      StructuredLogHandler(label: label, format: format, journald: journald, level: level)
    }
  }

  /// Reads the configuration at `path` and turns it into what the rooms take.
  static func load(
    path: String, environment: [String: String], listen: String? = nil, stateDirectory: String? = nil
  ) throws -> RuntimeConfiguration {
    var sources = ConfigurationSources(
      path: path, environment: environment, presets: FeedPreset.spellings, criteria: Criteria.names,
      editions: AQIEditionSetting.names, listen: listen, stateDirectory: stateDirectory)
    sources.presetSummaries = FeedPreset.summaries
    return try RuntimeConfiguration(try ConfigurationLoader.load(sources))
  }

  func load() throws -> RuntimeConfiguration {
    try Self.load(path: configurationFile, environment: environment)
  }

  /// As `load()`, with errors on standard error and exit code 78.
  func loadOrExit() throws -> RuntimeConfiguration {
    do {
      return try load()
    } catch {
      throw ExitStatus.configuration.fail("\(error)")
    }
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
