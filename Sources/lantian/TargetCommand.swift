import ArgumentParser
import Daemon

/// `lantian target …`.
struct TargetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "target", abstract: "The year's target table.", subcommands: [TargetStatusCommand.self])
}

/// `lantian target status`.
struct TargetStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Prints where every target of a year stands.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Option(help: "Year; otherwise the running one, or the newest that has a table.")
  var year: Int?

  private struct Target: Decodable {
    struct ToDate: Decodable {
      var value: Double?
      var days: Int
      var missing: Int
    }
    var county: String
    var indicator: String
    var target: Double?
    var unit: String
    var to_date: ToDate
    var remaining_mean_allowed: Double?
    var state: String
    var reason: String?
  }

  func run() async throws {
    let client = control.client(global)
    let path = "/api/v1/targets" + (year.map { "?year=\($0)" } ?? "")
    guard let targets = try await client.fetch(path, as: [Target].self, output: global.output) else { return }
    var table = TextTable(header: [
      "county", "indicator", "target", "to date", "unit", "days", "missing", "remaining", "state", "reason",
    ])
    for target in targets {
      table.rows.append([
        target.county, target.indicator, Self.number(target.target), Self.number(target.to_date.value), target.unit,
        String(target.to_date.days), String(target.to_date.missing), Self.number(target.remaining_mean_allowed),
        target.state, target.reason ?? "",
      ])
    }
    table.lines().forEach { printLine($0) }
  }

  /// One decimal, `-` for none.
  private static func number(_ value: Double?) -> String {
    guard let value else { return "-" }
    let tenths = (value * 10).rounded()
    return tenths == tenths.rounded(.towardZero) && Int(tenths) % 10 == 0 ? "\(Int(tenths) / 10)" : "\(tenths / 10)"
  }
}
