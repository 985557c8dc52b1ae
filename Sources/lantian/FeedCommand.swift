import AirQuality
import ArgumentParser
import Daemon
import Feeds

/// `lantian feed test NAME`.
struct FeedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feed", abstract: "Works with single feeds.", subcommands: [FeedTestCommand.self])
}

/// Polls one configured feed once and prints what it gives.
struct FeedTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Polls one configured feed once; prints rows, flags and verdict.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Name of the feed.")
  var name: String

  func run() async throws {
    let configuration = try global.loadOrExit()
    let report: FeedTrial.Report
    do {
      report = try await FeedTrial.run(name: name, configuration: configuration)
    } catch {
      throw ExitStatus.data.fail("feed \(name): \(error)")
    }
    switch global.output {
    case .json: InputFile.writeStandardOutput(report.ndjson)
    case .table: printTables(report)
    }
    for error in report.errors { printError(error) }
    printError("\(name): \(report.verdict)")
    if report.failed { throw ExitCode(ExitStatus.data.rawValue) }
  }

  private func printTables(_ report: FeedTrial.Report) {
    for (index, content) in report.tables.enumerated() {
      if index > 0 { printLine("") }
      var table = TextTable(header: content.header)
      table.rows = content.rows
      table.lines().forEach { printLine($0) }
    }
  }
}
