import ArgumentParser
import Daemon

/// `lantian <verb>`.
@main
struct Lantian: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lantian",
    abstract: "蓝天: the air-quality daemon of an environment bureau.",
    version: DaemonOptions.version,
    subcommands: [
      RunCommand.self, CheckCommand.self, DemoCommand.self, FeedCommand.self, DecodeCommand.self, LidarCommand.self,
      AQICommand.self, CalibrateCommand.self,
      AlertCommand.self, DustCommand.self, FlagCommand.self, InspectionCommand.self, TaskCommand.self,
      TargetCommand.self,
      ReplayCommand.self, ExplainCommand.self,
      ReportCommand.self, ImportCommand.self, AuditCommand.self,
      StatusCommand.self,
      VersionCommand.self,
    ])

  static func main() async {
    await main(Self.ordered(Array(CommandLine.arguments.dropFirst())))
  }

  /// Global options may stand before the verb; they are moved behind it.
  static func ordered(_ arguments: [String]) -> [String] {
    let valued = ["--config", "--output", "--log-level", "--log-format"]
    var leading: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      if valued.contains(argument), index + 1 < arguments.count {
        leading += arguments[index...(index + 1)]
        index += 2
      } else if valued.contains(where: { argument.hasPrefix($0 + "=") }) {
        leading.append(argument)
        index += 1
      } else {
        break
      }
    }
    guard !leading.isEmpty else { return arguments }
    let rest = Array(arguments[index...])
    guard let terminator = rest.firstIndex(of: "--") else { return rest + leading }
    return rest[..<terminator] + leading + rest[terminator...]
  }
}

/// `lantian version`.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")
  @OptionGroup var global: GlobalOptions

  func run() {
    switch global.output {
    case .table: printLine("lantian \(DaemonOptions.version)")
    case .json: printLine("{\"version\":\"\(DaemonOptions.version)\"}")
    }
  }
}
