import ArgumentParser
import Daemon

/// `lantian inspection …`.
struct InspectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspection", abstract: "Data to be inspected (数据异常待核查): signs of interference, for inspectors only.",
    discussion: """
      A sign accuses nobody: instruments fail in the same ways. The value stays in the official means until a reviewer
      flags it (`lantian flag set`) or replaces it (`lantian import reviewed`).
      """,
    subcommands: [InspectionListCommand.self, InspectionShowCommand.self, InspectionConcludeCommand.self])
}

/// `lantian inspection list`.
struct InspectionListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the cases, oldest first.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Flag(help: "Open cases only.")
  var open = false

  private struct Case: Decodable {
    struct Conclusion: Decodable {
      var finding: String
      var by: String
      var reason: String
    }
    var id: String
    var station: String
    var county: String
    var pollutant: String
    var sign: String
    var at: String
    var conclusion: Conclusion?
  }

  func run() async throws {
    let client = control.client(global)
    let path = "/api/v1/inspections" + (open ? "?open=true" : "")
    guard let cases = try await client.fetch(path, as: [Case].self, output: global.output) else { return }
    var table = TextTable(header: ["id", "station", "county", "pollutant", "sign", "at", "conclusion"])
    for item in cases {
      table.rows.append([
        item.id, item.station, item.county, item.pollutant, item.sign, item.at,
        item.conclusion.map { "\($0.finding), \($0.by): \($0.reason)" } ?? "-",
      ])
    }
    table.lines().forEach { printLine($0) }
  }
}

/// `lantian inspection show ID`.
struct InspectionShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows the events of a case with their evidence, in both languages.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Id, as `inspection list` shows it.")
  var id: String

  private struct Event: Decodable {
    var sequence: Int64
    var at: String
    var chinese: String
    var english: String

    enum CodingKeys: String, CodingKey {
      case sequence, at
      case chinese = "text_zh"
      case english = "text_en"
    }
  }

  func run() async throws {
    let client = control.client(global)
    let allowed = id.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
        || $0 == 0x2E
    }
    let escaped = allowed ? id : id.utf8.map { byte in "%" + Self.hex(byte) }.joined()
    guard
      let events = try await client.fetch(
        "/api/v1/inspections/events?id=\(escaped)", as: [Event].self, output: global.output)
    else { return }
    guard !events.isEmpty else { throw ExitStatus.data.fail("no case has the id \(id)") }
    for event in events {
      printLine("\(event.at)  \(event.sequence)")
      printLine(event.chinese)
      printLine(event.english)
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = Array("0123456789ABCDEF")
    return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
  }
}

/// `lantian inspection conclude ID --finding confirmed|cleared --by NAME --reason TEXT`.
struct InspectionConcludeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conclude", abstract: "Ends a case with what inspectors found (核查结论).")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Id, as `inspection list` shows it.")
  var inspection: String

  @Option(help: "confirmed: the value is not that of the air; cleared: it had another cause, or none.")
  var finding: String

  @Option(help: "Who acts; kept on record.")
  var by: String

  @Option(help: "Why; kept on record.")
  var reason: String

  func run() async throws {
    try await ScreeningAct.post(
      "inspections/conclude", ["inspection": inspection, "finding": finding, "by": by, "reason": reason],
      control.client(global), global.output)
  }
}
