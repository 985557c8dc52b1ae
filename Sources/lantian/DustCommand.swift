import ArgumentParser
import Daemon
import FoundationEssentials

/// `lantian dust …`.
struct DustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dust", abstract: "Sand-dust periods (沙尘): suspected by the daemon, declared and confirmed by people.",
    discussion: """
      A declared period withholds the colour: the level does not rise while it lasts, a level in force stays. Only the
      centre's confirmation changes assessment. T is 2020-12-05T09:00 in civil time of the site, a date, or RFC 3339. A period
      holds for the one unit that is named.
      """,
    subcommands: [
      DustListCommand.self, DustDeclareCommand.self, DustConfirmCommand.self, DustWithdrawCommand.self,
      DustEvidenceCommand.self,
    ])
}

/// `lantian dust list`.
struct DustListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the periods in the order of the acts, withdrawn ones included.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  private struct Period: Decodable {
    struct Withdrawal: Decodable {
      var by: String
      var reason: String
    }
    var id: String
    var county: String
    var step: String
    var from: String
    var until: String
    var by: String
    var evidence: String?
    var document: String?
    var withholds: Bool
    var withdrawn: Withdrawal?
  }

  func run() async throws {
    let client = control.client(global)
    guard let periods = try await client.fetch("/api/v1/dust", as: [Period].self, output: global.output) else { return }
    var table = TextTable(header: ["id", "county", "step", "from", "until", "by", "basis", "colour", "withdrawn"])
    for period in periods {
      table.rows.append([
        period.id, period.county, period.step, period.from, period.until, period.by,
        period.document ?? period.evidence ?? "-", period.withholds ? "withheld" : "-",
        period.withdrawn.map { "\($0.by): \($0.reason)" } ?? "-",
      ])
    }
    table.lines().forEach { printLine($0) }
  }
}

/// What `declare` and `confirm` share.
struct DustPeriodOptions: ParsableArguments {
  @Argument(help: "Unit code: 141182, 141100, 141100-urban.")
  var county: String

  @Option(help: ArgumentHelp("Begin of the period.", valueName: "T"))
  var from: String

  @Option(help: ArgumentHelp("End of the period, at most 31 days later.", valueName: "T"))
  var until: String

  @Option(help: "Who acts; kept on record.")
  var by: String

  @Option(help: "The act's own id, which the period gets: a repeated request with it does nothing.")
  var id: String?
}

/// `lantian dust declare COUNTY --from T --until T --by NAME --evidence TEXT`.
struct DustDeclareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "declare", abstract: "Declares sand-dust (宣布): withholds the colour and sends a health notice.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var period: DustPeriodOptions

  @Option(help: "What it rests on: satellite images, photographs, upwind stations.")
  var evidence: String

  func run() async throws {
    try await DustAct.post(
      "declare",
      [
        "county": period.county, "from": period.from, "until": period.until, "by": period.by, "id": period.id,
        "evidence": evidence,
      ], control.client(global), global.output)
  }
}

/// `lantian dust confirm COUNTY --from T --until T --by NAME --document NUMBER`.
struct DustConfirmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Records the centre's confirmation (中心确认), which alone changes assessment.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var period: DustPeriodOptions

  @Option(help: "Number of the document of the national or provincial centre.")
  var document: String

  func run() async throws {
    try await DustAct.post(
      "confirm",
      [
        "county": period.county, "from": period.from, "until": period.until, "by": period.by, "id": period.id,
        "document": document,
      ], control.client(global), global.output)
  }
}

/// `lantian dust withdraw ID --by NAME --reason TEXT`.
struct DustWithdrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Takes a declared or confirmed period back (撤回).")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Id of the period, as `dust list` shows it.")
  var period: String

  @Option(help: "Who acts; kept on record.")
  var by: String

  @Option(help: "Why.")
  var reason: String

  func run() async throws {
    try await DustAct.post(
      "withdraw", ["period": period, "by": by, "reason": reason], control.client(global), global.output)
  }
}

/// An act sent to the daemon.
private enum DustAct {
  private struct Done: Decodable {
    var period: String
    var sequence: Int64?
  }

  static func post(
    _ verb: String, _ fields: [String: String?], _ client: ControlClient, _ output: GlobalOptions.Output
  ) async throws {
    let body = try JSONEncoder().encode(fields.compactMapValues { $0 })
    let answer: ControlClient.Answer
    do {
      answer = try await client.post("/control/v1/dust/\(verb)", json: Array(body))
    } catch {
      throw ExitStatus.unavailable.fail("\(error)")
    }
    guard let done = try ControlClient.unwrap(answer, as: Done.self, output: output) else { return }
    printLine("\(verb): period \(done.period)" + (done.sequence.map { ", event \($0)" } ?? ""))
  }
}
