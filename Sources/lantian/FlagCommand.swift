import ArgumentParser
import Daemon
import FoundationEssentials

/// `lantian flag …`.
struct FlagCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flag", abstract: "Flags of readings set by people (人工标记), with name and reason on record.",
    discussion: """
      A flag set by a person stands in place of the tests', for readings that begin from --from until before --until: those
      the rings still hold (15 days of assessed stations, 49 hours of others) and those that come later. Raw values stay.
      Older hours are changed by `lantian import reviewed`. T is 2020-12-05T09:00 in civil time of the site, a date, or
      RFC 3339.
      """, subcommands: [FlagListCommand.self, FlagSetCommand.self, FlagWithdrawCommand.self])
}

/// `lantian flag list`.
struct FlagListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists them in the order of the acts, withdrawn ones included.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  private struct Verdict: Decodable {
    struct Withdrawal: Decodable {
      var by: String
      var reason: String
    }
    var id: String
    var station: String
    var pollutant: String?
    var from: String
    var until: String
    var flag: Int
    var by: String
    var reason: String
    var withdrawn: Withdrawal?
  }

  func run() async throws {
    let client = control.client(global)
    guard let verdicts = try await client.fetch("/api/v1/flags", as: [Verdict].self, output: global.output) else {
      return
    }
    var table = TextTable(
      header: ["id", "station", "pollutant", "from", "until", "flag", "by", "reason", "withdrawn"])
    for verdict in verdicts {
      table.rows.append([
        verdict.id, verdict.station, verdict.pollutant ?? "all", verdict.from, verdict.until, "\(verdict.flag)",
        verdict.by, verdict.reason, verdict.withdrawn.map { "\($0.by): \($0.reason)" } ?? "-",
      ])
    }
    table.lines().forEach { printLine($0) }
  }
}

/// `lantian flag set STATION [POLLUTANT] --from T --until T --flag N --by NAME --reason TEXT`.
struct FlagSetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Sets the flag of a station's readings: 1 good, 3 suspect, 4 fail.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Id of the station.")
  var station: String

  @Argument(help: "Pollutant; all quantities of the station without one.")
  var pollutant: String?

  @Option(help: ArgumentHelp("Begin of the first reading.", valueName: "T"))
  var from: String

  @Option(help: ArgumentHelp("Readings that begin before it.", valueName: "T"))
  var until: String

  @Option(help: "1, 3 or 4.")
  var flag: String

  @Option(help: "Who acts; kept on record.")
  var by: String

  @Option(help: "Why; kept on record.")
  var reason: String

  @Option(help: "The act's own id: a repeated request with it does nothing.")
  var id: String?

  func run() async throws {
    try await ScreeningAct.post(
      "flags/set",
      [
        "station": station, "pollutant": pollutant, "from": from, "until": until, "flag": flag, "by": by,
        "reason": reason, "id": id,
      ], control.client(global), global.output)
  }
}

/// `lantian flag withdraw ID --by NAME --reason TEXT`.
struct FlagWithdrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Gives the readings their own flags back (撤回).")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Id, as `flag list` shows it.")
  var override: String

  @Option(help: "Who acts; kept on record.")
  var by: String

  @Option(help: "Why; kept on record.")
  var reason: String

  func run() async throws {
    try await ScreeningAct.post(
      "flags/withdraw", ["override": override, "by": by, "reason": reason], control.client(global), global.output)
  }
}

/// An act on flags or inspections sent to the daemon.
enum ScreeningAct {
  private struct Done: Decodable {
    var id: String
    var event: String
    var sequence: Int64
    var text: String
  }

  /// Posts the fields that are there; prints what the act did.
  static func post(
    _ path: String, _ fields: [String: String?], _ client: ControlClient, _ output: GlobalOptions.Output
  ) async throws {
    let body = try JSONEncoder().encode(fields.compactMapValues { $0 })
    let answer: ControlClient.Answer
    do {
      answer = try await client.post("/control/v1/\(path)", json: Array(body))
    } catch {
      throw ExitStatus.unavailable.fail("\(error)")
    }
    guard let done = try ControlClient.unwrap(answer, as: Done.self, output: output) else { return }
    printLine("\(done.id): event \(done.sequence)")
    printLine(done.text)
  }
}
