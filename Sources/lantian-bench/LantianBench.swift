import ArgumentParser
import FoundationEssentials
import Glibc

/// `lantian-bench`: measures every promise about speed, each beside a reference in the same run where there is one.
@main
struct LantianBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lantian-bench", abstract: "Measures Lantian's speed; started by Deploy/bench.",
    discussion: "Sections: \(Section.allCases.map(\.rawValue).joined(separator: ", ")).")

  enum Section: String, CaseIterable, ExpressibleByArgument {
    case polling, rings, screening, body, formats, store, ready, hook, replay, demo
  }

  enum Output: String, CaseIterable, ExpressibleByArgument {
    case table, json
  }

  @Option(help: "Folder of the built programs.")
  var programs: String

  @Option(help: "Folder for files of the run, on the disk to be measured; its contents are replaced.")
  var work: String

  @Flag(help: "A short form: fewer rounds, less certain figures.")
  var quick = false

  @Option(help: "Write JSON to this file beside the table.")
  var json: String?

  @Option(help: "What standard output shows: table or json.")
  var output: Output = .table

  @Option(parsing: .upToNextOption, help: "Only these sections.")
  var only: [Section] = []

  func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let bench = Workbench(programs: programs, directory: try freshDirectory(work), quick: quick)
    var report = Report(
      machine: Report.Machine(
        processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)), loadBefore: Self.load(), quick: quick))
    for section in Section.allCases where only.isEmpty || only.contains(section) {
      note("bench: \(section.rawValue)")
      do {
        try measure(section, bench, &report)
      } catch {
        report.failures[section.rawValue] = "\(error)"
        note("bench: \(section.rawValue): \(error)")
      }
    }
    let text = try report.json()
    if let json { try writeFile(json, text + "\n") }
    print(output == .json ? text : report.table())
    // Measuring and missing an aim is no fault; not measuring is.
    if !report.failures.isEmpty { throw ExitCode(69) }
  }

  private func measure(_ section: Section, _ bench: Workbench, _ report: inout Report) throws {
    switch section {
    case .polling: try PollingSection(bench: bench).run(into: &report)
    case .rings: try RingsSection(bench: bench).run(into: &report)
    case .screening: try ScreeningSection(bench: bench).run(into: &report)
    case .body: try BodySection(bench: bench).run(into: &report)
    case .formats: try FormatsSection(bench: bench).run(into: &report)
    case .store: try StoreSection(bench: bench).run(into: &report)
    case .ready: try ReadySection(bench: bench).run(into: &report)
    case .hook: try HookSection(bench: bench).run(into: &report)
    case .replay: try ReplaySection(bench: bench).run(into: &report)
    case .demo: try DemoSection(bench: bench).run(into: &report)
    }
  }

  private static func load() -> Double {
    let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
    return Double(text.split(separator: " ").first ?? "") ?? .nan
  }
}
