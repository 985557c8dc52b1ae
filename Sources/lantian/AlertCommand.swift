import ArgumentParser
import Daemon
import FoundationEssentials

/// `lantian alert …`.
struct AlertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alert", abstract: "Findings of heavy pollution, and people's acts on them.",
    subcommands: [AlertListCommand.self, AlertLiftCommand.self])
}

/// A unit as `/api/v1/counties` gives it; what the tables here show.
struct UnitAnswer: Decodable {
  struct AQI: Decodable { var realtime: Int? }
  struct Level: Decodable {
    var name: String
    var state: String
    var basis: String
    var since: String?
    var lift_proposed_since: String?
    var running_aqi: Int?
  }
  var code: String
  var name_zh: String
  var aqi: AQI
  var level: Level
  var completeness: Double?
}

/// `lantian alert list`.
struct AlertListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the finding of every county, the city and the urban district.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  func run() async throws {
    let client = control.client(global)
    guard let units = try await client.fetch("/api/v1/counties", as: [UnitAnswer].self, output: global.output) else {
      return
    }
    var table = TextTable(header: ["code", "name", "level", "state", "basis", "since", "running AQI", "lift proposed"])
    for unit in units {
      table.rows.append([
        unit.code, unit.name_zh, unit.level.name, unit.level.state, unit.level.basis, unit.level.since ?? "-",
        unit.level.running_aqi.map(String.init) ?? "-", unit.level.lift_proposed_since ?? "-",
      ])
    }
    table.lines().forEach { printLine($0) }
  }
}

/// `lantian alert lift COUNTY --by NAME --reason TEXT`.
struct AlertLiftCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lift", abstract: "Lifts the finding of a unit (解除); journalled with name and reason.",
    discussion: "Where lowering to another level is proposed, the finding falls to that level.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Unit code: 141182, 141100, 141100-urban.")
  var county: String

  @Option(help: "Who lifts.")
  var by: String

  @Option(help: "Why.")
  var reason: String

  func validate() throws {
    guard by.contains(where: { !$0.isWhitespace }), reason.contains(where: { !$0.isWhitespace }) else {
      throw ValidationError("--by and --reason must not be empty: the act is kept on record")
    }
  }

  private struct Request: Encodable {
    var county: String
    var by: String
    var reason: String
  }
  private struct Done: Decodable { var sequence: Int64? }

  func run() async throws {
    let client = control.client(global)
    let body = try JSONEncoder().encode(Request(county: county, by: by, reason: reason))
    let answer: ControlClient.Answer
    do {
      answer = try await client.post("/control/v1/lift", json: Array(body))
    } catch {
      throw ExitStatus.unavailable.fail("\(error)")
    }
    guard let done = try ControlClient.unwrap(answer, as: Done.self, output: global.output) else { return }
    printLine("\(county): lifted by \(by)" + (done.sequence.map { ", event \($0)" } ?? ""))
  }
}
