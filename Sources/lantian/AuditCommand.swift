import AirQuality
import ArgumentParser
import ConfigurationFiles
import Daemon
import FoundationEssentials
import Store

/// `lantian audit …`.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Examines the records.",
    subcommands: [AuditVerifyCommand.self, AuditReplayCommand.self])
}

/// `lantian audit verify`: whether the sealed months are as they were sealed.
struct AuditVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the chain of sealed months, and names the first row that no longer fits.",
    discussion: """
      A month is sealed ten days after its end. Rows that came later are amendments and fit. Compare the digests with those
      printed at the time. Exit code 65 when something does not fit, 74 when the state cannot be read.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  func run() throws {
    let directory = try control.stateDirectory(global)
    let offset = (try? global.load().loaded.site.offset) ?? .china
    let finding: SealFinding
    do {
      // Beside a running daemon too.
      let store = try Store(reading: directory)
      defer { store.closeAndWait() }
      var line = ProgressLine(label: "verifying")
      finding = try store.verifySeals { line.show(Int64($0), of: Int64($1)) }
      line.clear()
    } catch {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    let report = SealReport(finding: finding, offset: offset)
    switch global.output {
    case .table: report.lines().forEach { printLine($0) }
    case .json: printLine(report.json())
    }
    if finding.fault != nil { throw ExitCode(ExitStatus.data.rawValue) }
  }
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
    let directory = try control.stateDirectory(global)
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
    switch global.output {
    case .table:
      printLine(
        "\(result.records) records replayed"
          + (result.first == 1 ? "" : " from record \(result.first) on: the journal before it has been pruned"))
      for part in result.parts { printLine("\(part.name): \(part.equal ? "equal" : "DIFFERENT")") }
    case .json:
      let fields = result.parts.map { "\"\($0.name.split(separator: " ").joined(separator: "_"))\":\($0.equal)" }
      printLine("{\"first\":\(result.first),\"records\":\(result.records),\(fields.joined(separator: ","))}")
    }
    if !result.agrees { throw ExitCode(ExitStatus.data.rawValue) }
  }
}
