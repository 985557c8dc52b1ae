import ArgumentParser
import ConfigurationFiles
import Daemon
import FoundationEssentials
import Store

/// `lantian audit …`.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Examines the records.", subcommands: [AuditReplayCommand.self])
}

/// `lantian audit replay`: whether the journal gives the stored state.
struct AuditReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replays the journal of a stopped daemon from empty and compares it with the stored state.",
    discussion: "Exit code 65 when they differ, 74 when the state cannot be read.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  func run() throws {
    let directory =
      try control.state ?? global.environment["LANTIAN_STATE_DIR"] ?? global.loadOrExit().loaded.stateDirectory
    let scratch =
      FileManager.default.temporaryDirectory.path + "/lantian-audit-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let result: JournalAudit.Finding
    do {
      let store = try Store(directory: directory)
      defer { store.closeAndWait() }
      var line = ProgressLine(label: "replaying")
      result = try JournalAudit.replay(store, scratch: scratch) { done, all in line.show(done, of: all) }
      line.clear()
    } catch {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    let parts = [
      ("events", result.stored.events == result.replayed.events),
      ("outbox", result.stored.outbox == result.replayed.outbox),
      ("chunks", result.stored.chunks == result.replayed.chunks), ("snapshots", result.snapshotsAgree),
    ]
    switch global.output {
    case .table:
      printLine("\(result.records) records replayed")
      for (name, equal) in parts { printLine("\(name): \(equal ? "equal" : "DIFFERENT")") }
    case .json:
      let fields = parts.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",")
      printLine("{\"records\":\(result.records),\(fields)}")
    }
    if !result.agrees { throw ExitCode(ExitStatus.data.rawValue) }
  }
}
