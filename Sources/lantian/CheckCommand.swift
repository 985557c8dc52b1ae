import ArgumentParser
import ConfigurationFiles
import Daemon

/// `lantian check`: validates the configuration.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Validates the configuration; exit code 78 when it is bad.")

  @OptionGroup var global: GlobalOptions

  @Flag(help: "Prints what the configuration amounts to.")
  var explain = false

  func run() throws {
    let configuration = try global.loadOrExit()
    for warning in configuration.loaded.warnings { printError("\(warning)") }
    switch (explain, global.output) {
    case (true, .table): configuration.loaded.explanationLines.forEach { printLine($0) }
    case (_, .json): printLine(configuration.loaded.explanation.json)
    case (false, .table):
      printLine("\(global.configurationFile): valid, \(configuration.loaded.warnings.count) warnings")
    }
  }
}
