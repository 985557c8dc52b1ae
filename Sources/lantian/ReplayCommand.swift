import AirQuality
import Alerts
import ArgumentParser
import Daemon
import Engine
import FoundationEssentials
import Glibc
import History
import Replay

/// `lantian replay`: history through the same engine as `run`, at full speed under a virtual clock.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Runs history files through the engine: ledger, levels, episodes, report.",
    discussion: """
      FILES are CSV, plain or gzip, or folders of them: hourly station rows (PRSA, point tables of the national platform, \
      any table whose header names time, station and pollutants, wide or long) and daily city rows. UTF-8 or GB18030.
      Without --config every station becomes an assessed one of a single county; --stations maps them to counties.
      A bad row is named and left out; the rest goes on, with --strict the exit code is 65.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var layout: HistoryLayoutOptions

  @Option(help: ArgumentHelp("Name of the site when there is no --config.", valueName: "name"))
  var site = "历史回放"

  @Option(help: ArgumentHelp("CSV with columns station and county (name or six-digit code).", valueName: "file"))
  var stations: String?

  @Option(help: "Criteria of the levels: \(Criteria.names.joined(separator: ", ")).")
  var criteria: String?

  @Option(help: "Edition of the AQI: \(AQIEditionSetting.names.joined(separator: ", ")).")
  var edition: String?

  @Option(
    help: ArgumentHelp(
      "A second rule set on the same data: mee-2017, edition=hj633-2026, or both with a comma.", valueName: "rules"))
  var compare: String?

  @Option(help: "What a virtual duty officer does with proposals to lift: proposed (follows each), never.")
  var lift: Replay.Lifting = .proposed

  @Option(help: ArgumentHelp("Folder for result.json, events.ndjson and tables.", valueName: "folder"))
  var out: String?

  @Option(help: ArgumentHelp("One self-contained report with charts.", valueName: "file"))
  var html: String?

  @Flag(help: "Fails with 65 on a bad row.")
  var strict = false

  @Flag(help: "Progress as plain lines on standard error, also when it is no terminal.")
  var progress = false

  @Argument(help: ArgumentHelp("History files or folders of them.", valueName: "files"))
  var files: [String]

  func validate() throws {
    if let criteria, Criteria.named(criteria) == nil {
      throw ValidationError("no criteria are called \(criteria); known are \(Criteria.names.joined(separator: ", "))")
    }
    if let edition, AQIEditionSetting(name: edition) == nil {
      throw ValidationError(
        "no edition is called \(edition); known are \(AQIEditionSetting.names.joined(separator: ", "))")
    }
    _ = try layout.options(zone: .china)
    if let compare { _ = try ReplayRules(criteria: Criteria.mee2018.name, edition: "by-date").changed(by: compare) }
  }

  func run() throws {
    let configured = try global.givenConfigurationFile.map { _ in try global.loadOrExit() }
    let offset = configured?.engine.site.offset ?? layout.siteOffset
    let rules = ReplayRules(
      criteria: criteria ?? configured?.engine.criteria ?? Criteria.mee2018.name,
      edition: edition ?? configured?.engine.edition ?? AQIEditionSetting.byDate.name)
    let sources = try HistorySources(files, options: try layout.options(zone: offset))
    for line in sources.report { printError(line) }
    let input = ReplayInput(
      tables: sources.tables, offset: offset, names: configured.map { Self.names($0.engine.site) } ?? [:])
    guard !input.isEmpty else { throw ExitStatus.data.fail("no row could be read") }
    let site = try configured?.engine.site ?? registry(offset).site(stations: input.stations, cities: input.cities)
    let targets = configured?.engine.targets ?? []

    let result = play(input, site, targets, rules)
    var comparison: ReplayComparison?
    if let compare { comparison = ReplayComparison(result, play(input, site, targets, try rules.changed(by: compare))) }
    try store(result, comparison)
    switch global.output {
    case .json: InputFile.writeStandardOutput(ReplayJSON.document(result, comparison: comparison) + [0x0A])
    case .table: ReplayPrinter(result: result, comparison: comparison).lines().forEach { printLine($0) }
    }
    if sources.unreadable > 0 || strict && sources.problemCount > 0 { throw ExitCode(ExitStatus.data.rawValue) }
  }

  private func play(_ input: ReplayInput, _ site: Site, _ targets: [TargetRow], _ rules: ReplayRules) -> ReplayResult {
    var replay = Replay(
      input, site: site, targets: targets, criteria: rules.criteria, edition: rules.edition, lifting: lift)
    var shown = ReplayProgress(title: "\(rules.criteria), \(rules.edition)", always: progress)
    return replay.run { done, all in shown.show(done, of: all) }
  }

  private func registry(_ offset: CivilOffset) throws -> ReplayRegistry {
    ReplayRegistry(siteName: site, offset: offset, counties: try stations.map { try HistorySources.mapping($0) })
  }

  /// History often names stations where the registry has codes: a name that one station has stands for its id.
  private static func names(_ site: Site) -> [String: String] {
    let ids = Set(site.stations.map(\.id))
    let byName = Dictionary(grouping: site.stations.filter { !$0.name.isEmpty }, by: \.name)
    return byName.filter { $1.count == 1 && !ids.contains($0) }.mapValues { $0[0].id }
  }

  private func store(_ result: ReplayResult, _ comparison: ReplayComparison?) throws {
    do {
      if let out {
        do {
          try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        } catch {
          throw InputFile.Failure(description: "\(out): the folder cannot be made", status: .inputOutput)
        }
        for (name, bytes) in ReplayFiles.all(result, comparison: comparison) {
          try InputFile.write(bytes, to: out + "/" + name)
        }
      }
      guard let html else { return }
      let library = HistorySources.chartLibrary()
      if library == nil {
        printError("lantian: no charts in \(html): install libjs-chart.js (\(HistorySources.chartLibraryPaths[0]))")
      }
      try InputFile.write(
        Array(ReplayHTML(result, comparison: comparison, chartLibrary: library).page().utf8), to: html)
    } catch {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
  }
}

extension Replay.Lifting: ExpressibleByArgument {}

/// Criteria and edition of one run.
struct ReplayRules {
  var criteria: String
  var edition: String

  /// The rules with what `text` names in their place: `mee-2017`, `criteria=mee-2017,edition=hj633-2026`.
  func changed(by text: String) throws -> ReplayRules {
    var rules = self
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      let value = pair.last ?? ""
      let key = pair.count == 2 ? pair[0] : nil
      if key == nil || key == "criteria", Criteria.named(value) != nil {
        rules.criteria = value
      } else if key == nil || key == "edition", AQIEditionSetting(name: value) != nil {
        rules.edition = value
      } else {
        throw ValidationError(
          "\(part) is no rule set; write one of \((Criteria.names + AQIEditionSetting.names).joined(separator: ", "))")
      }
    }
    return rules
  }
}
