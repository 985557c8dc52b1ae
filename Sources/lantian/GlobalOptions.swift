import ArgumentParser
import Daemon
import Logging

/// Options every verb takes.
struct GlobalOptions: ParsableArguments {
  enum Output: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
  }

  @Option(name: .customLong("config"), help: "Configuration file.")
  var configuration: String = "/etc/lantian/lantian.yaml"

  @Option(help: "Tables for people or JSON for programs.")
  var output: Output = .table

  @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error, critical.")
  var logLevel: Logger.Level = .info

  @Option(help: "How log lines are written: logfmt or json.")
  var logFormat: LogFormat = .logfmt
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
