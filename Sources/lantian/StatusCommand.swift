import ArgumentParser
import Daemon

/// `lantian status`: how the running daemon is.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Prints how the running daemon and its feeds are.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  private struct Status: Decodable {
    var version: String
    var ready: Bool
    var simulated: Bool?
    var now: String?
    var journal_position: Int64?
  }
  private struct Feed: Decodable {
    struct Fault: Decodable {
      var code: String
      var message: String
    }
    var name: String
    var state: String
    var last_success: String?
    var next_poll: String?
    var polls: UInt64
    var readings: UInt64
    var last_error: Fault?
  }

  func run() async throws {
    let client = control.client(global)
    guard let status = try await client.fetch("/api/v1/status", as: Status.self, output: global.output) else { return }
    var line = "lantian \(status.version), \(status.ready ? "ready" : "not ready")"
    if status.simulated == true { line += ", SIMULATED DATA" }
    if let now = status.now { line += ", civil time \(now)" }
    if let position = status.journal_position { line += ", journal \(position)" }
    printLine(line)
    guard let feeds = try await client.fetch("/api/v1/feeds", as: [Feed].self, output: .table) else { return }
    var table = TextTable(header: ["feed", "state", "last success", "next poll", "polls", "readings", "last error"])
    for feed in feeds {
      table.rows.append([
        feed.name, feed.state, feed.last_success ?? "-", feed.next_poll ?? "-", String(feed.polls),
        String(feed.readings), feed.last_error.map { "\($0.code): \($0.message)" } ?? "-",
      ])
    }
    table.lines().forEach { printLine($0) }
  }
}
