import ArgumentParser
import Daemon

/// `lantian task …`.
struct TaskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Grid tasks of hot spots (网格任务): 发现, 上报, 处置, 销号.",
    discussion: """
      A station well above its county's robust centre for two hours becomes a task. People report it, handle it, and
      another person closes it when it has been below for six hours, or before that with --force and a reason.
      """,
    subcommands: [
      TaskListCommand.self, TaskShowCommand.self, TaskReportCommand.self, TaskHandleCommand.self,
      TaskCloseCommand.self, TaskAssignCommand.self,
    ])
}

/// A task as the API shows it.
private struct TaskRow: Decodable {
  struct Evidence: Decodable {
    var value: Double
    var median: Double
    var stations: Int
  }
  struct Entry: Decodable {
    var step: String
    var at: String
    var by: String
    var note: String
  }
  var id: String
  var station: String
  var county: String
  var pollutant: String
  var step: String
  var foundAt: String
  var owner: String
  var contact: String
  var evidence: Evidence
  var peak: Double
  var unit: String
  var hotHours: Int
  var clearHours: Int
  var overdue: [String]
  var entries: [Entry]

  enum CodingKeys: String, CodingKey {
    case id, station, county, pollutant, step, owner, contact, evidence, peak, unit, overdue, entries
    case foundAt = "found_at"
    case hotHours = "hot_hours"
    case clearHours = "clear_hours"
  }
}

/// `lantian task list`.
struct TaskListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists open tasks by discovery, then closed ones.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Flag(help: "Open tasks only.")
  var open = false

  @Option(help: "Code of a county.")
  var county: String?

  func run() async throws {
    if let county, !county.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      throw ExitStatus.usage.fail("--county: \(county) is no code of a county")
    }
    let query = [open ? "open=true" : nil, county.map { "county=\($0)" }].compactMap(\.self).joined(separator: "&")
    let path = "/api/v1/tasks" + (query.isEmpty ? "" : "?\(query)")
    guard let tasks = try await control.client(global).fetch(path, as: [TaskRow].self, output: global.output) else {
      return
    }
    var table = TextTable(
      header: ["id", "county", "station", "pollutant", "step", "found", "peak", "hot h", "clear h", "owner", "overdue"])
    for task in tasks {
      table.rows.append([
        task.id, task.county, task.station, task.pollutant, task.step, task.foundAt, "\(task.peak)", "\(task.hotHours)",
        "\(task.clearHours)", task.owner.isEmpty ? "-" : task.owner,
        task.overdue.isEmpty ? "-" : task.overdue.joined(separator: ","),
      ])
    }
    table.lines().forEach { printLine($0) }
  }
}

/// `lantian task show ID`.
struct TaskShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a task with what was found and done.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Id, as `task list` shows it.")
  var id: String

  func run() async throws {
    let client = control.client(global)
    guard let tasks = try await client.fetch("/api/v1/tasks", as: [TaskRow].self, output: global.output) else { return }
    guard let task = tasks.first(where: { $0.id == id }) else { throw ExitStatus.data.fail("no task has the id \(id)") }
    printLine("\(task.id): \(task.step)")
    printLine(
      "\(task.county) \(task.station) \(task.pollutant): \(task.evidence.value) \(task.unit), median of "
        + "\(task.evidence.stations) stations \(task.evidence.median); peak \(task.peak), hot for \(task.hotHours) h, "
        + "below for \(task.clearHours) h")
    printLine("owner: \(task.owner.isEmpty ? "-" : task.owner) \(task.contact)")
    for entry in task.entries { printLine("\(entry.at)  \(entry.step)  \(entry.by)  \(entry.note)") }
  }
}

/// What the steps share.
struct TaskStepOptions: ParsableArguments {
  @Argument(help: "Id, as `task list` shows it.")
  var task: String

  @Option(help: "Who acts; kept on record.")
  var by: String

  @Option(help: "The act's own id: a repeated request with it does nothing.")
  var id: String?
}

/// `lantian task report ID --by NAME --note TEXT`.
struct TaskReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "report", abstract: "Reports a task (上报).")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var step: TaskStepOptions

  @Option(help: "What was seen on the spot.")
  var note: String

  func run() async throws {
    try await ScreeningAct.post(
      "tasks/report", ["task": step.task, "by": step.by, "note": note, "id": step.id], control.client(global),
      global.output)
  }
}

/// `lantian task handle ID --by NAME --note TEXT`.
struct TaskHandleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handle", abstract: "Records what was done about it (处置).")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var step: TaskStepOptions

  @Option(help: "What was done.")
  var note: String

  func run() async throws {
    try await ScreeningAct.post(
      "tasks/handle", ["task": step.task, "by": step.by, "note": note, "id": step.id], control.client(global),
      global.output)
  }
}

/// `lantian task close ID --by NAME --reason TEXT [--force]`.
struct TaskCloseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Closes a handled task (销号); not by who handled it.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var step: TaskStepOptions

  @Option(help: "Why it may be closed.")
  var reason: String

  @Flag(help: "Close it though it has not been below for long enough.")
  var force = false

  func run() async throws {
    try await ScreeningAct.post(
      "tasks/close",
      ["task": step.task, "by": step.by, "note": reason, "id": step.id, "force": force ? "true" : "false"],
      control.client(global), global.output)
  }
}

/// `lantian task assign ID --owner NAME --contact TEXT --by NAME`.
struct TaskAssignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign", abstract: "Gives a task another owner (改派).")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var step: TaskStepOptions

  @Option(help: "Who looks after it from now on.")
  var owner: String

  @Option(help: "A telephone number or an office.")
  var contact: String?

  func run() async throws {
    try await ScreeningAct.post(
      "tasks/assign",
      ["task": step.task, "by": step.by, "owner": owner, "contact": contact, "id": step.id], control.client(global),
      global.output)
  }
}
