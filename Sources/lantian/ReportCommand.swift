import AirQuality
import ArgumentParser
import Assessment
import ConfigurationFiles
import Daemon
import Explanations
import FoundationEssentials
import Reports
import Store

/// `lantian report day|week|month|quarter|year|season|dust`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes the bulletin (通报) of a period, or the evidence file of a dust day.",
    subcommands: [
      ReportDayCommand.self, ReportWeekCommand.self, ReportMonthCommand.self, ReportQuarterCommand.self,
      ReportYearCommand.self, ReportSeasonCommand.self, ReportDustCommand.self,
    ])
}

/// What all bulletins share.
struct ReportOptions: ParsableArguments {
  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Option(help: "zh or en.") var language = ReportLanguage.chinese

  @Option(help: "text, html (one page, for printing too), csv, or fodt (a document for office suites).")
  var format: ReportFormat?

  @Option(help: ArgumentHelp("The file; otherwise standard output.", valueName: "file"))
  var out: String?

  /// Writes the bulletin of a kind; `text` names the period, nil the last one that is over.
  func write(_ kind: AssessmentPeriod.Kind, _ text: String?) throws {
    let document: ReportDocument
    do {
      let store = try Store(reading: try control.stateDirectory(global))
      defer { store.closeAndWait() }
      var stored = try StoredBulletin(store: store)
      let period = try period(kind, text, stored)
      guard period.days.lowerBound < stored.today else {
        throw ExitStatus.data.fail("\(period.name) has no day that is over: the newest record is of \(stored.today)")
      }
      var progress = ProgressLine(label: "report")
      let facts = try stored.facts(period, tasks: try tasks()) { progress.show(Int64($0), of: Int64($1)) }
      progress.clear()
      document = BulletinComposer.document(facts, language)
    } catch let problem as StoredBulletin.Problem {
      throw ExitStatus.data.fail(problem.description)
    } catch let error as StoreError {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    let format = format ?? (global.output == .json ? .json : .text)
    try Self.write(
      format.render(document, chartLibrary: format == .html ? HistorySources.chartLibrary() : nil), to: out)
  }

  private func period(
    _ kind: AssessmentPeriod.Kind, _ text: String?, _ stored: StoredBulletin
  ) throws -> AssessmentPeriod {
    if kind == .season, stored.seasons.isEmpty {
      throw ExitStatus.data.fail("no heating season is dated: name a file under ledger.heating_seasons")
    }
    guard let text else {
      guard let last = AssessmentPeriod.last(kind, before: stored.today, seasons: stored.seasons) else {
        throw ExitStatus.data.fail("no \(kind.rawValue) is over yet")
      }
      return last
    }
    guard let period = AssessmentPeriod(kind, text, seasons: stored.seasons) else {
      let known =
        kind == .season ? stored.seasons.map { "\($0.lowerBound.year) (\($0.lowerBound) to \($0.upperBound))" } : []
      throw ExitStatus.data.fail(
        "no \(kind.rawValue) is called \"\(text)\""
          + (known.isEmpty ? "" : "; there are: \(known.joined(separator: ", "))"))
    }
    return period
  }

  /// The plan's tasks stand in the configuration alone; without one the bulletin has none. One that is named must be
  /// readable: its tasks are missed otherwise.
  private func tasks() throws -> [PlanTask] {
    let named = global.givenConfigurationFile != nil
    return try named ? global.loadOrExit().loaded.tasks : (try? global.load().loaded.tasks) ?? []
  }

  static func write(_ bytes: [UInt8], to out: String?) throws {
    guard let out else { return InputFile.writeStandardOutput(bytes) }
    do { try InputFile.write(bytes, to: out) } catch { throw ExitStatus.inputOutput.fail("\(error)") }
  }
}

extension ReportLanguage: ExpressibleByArgument {}

extension ReportFormat: ExpressibleByArgument {
  init?(argument: String) {
    self.init(rawValue: argument)
    // JSON is asked for by --output json, as everywhere.
    if self == .json { return nil }
  }

  static var allValueStrings: [String] { allCases.filter { $0 != .json }.map(\.rawValue) }
}

/// A verb of one kind of period.
private func check(_ kind: AssessmentPeriod.Kind, _ text: String?, _ example: String) throws {
  guard let text, kind != .season, AssessmentPeriod(kind, text) == nil else { return }
  throw ValidationError("\"\(text)\" is no \(kind.rawValue): write it as \(example), or a day in it")
}

/// `lantian report day`.
struct ReportDayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "day", abstract: "The day (日报); by default yesterday.")
  @OptionGroup var options: ReportOptions
  @Argument(help: "2020-12-05.") var period: String?
  func validate() throws { try check(.day, period, "2020-12-05") }
  func run() throws { try options.write(.day, period) }
}

/// `lantian report week`.
struct ReportWeekCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "week", abstract: "The week from a Monday (周报), with the plan's tasks.")
  @OptionGroup var options: ReportOptions
  @Argument(help: "2020-W49, or a day in it.") var period: String?
  func validate() throws { try check(.week, period, "2020-W49") }
  func run() throws { try options.write(.week, period) }
}

/// `lantian report month`.
struct ReportMonthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "month", abstract: "The month (月度通报): order of the counties, year on year, targets.")
  @OptionGroup var options: ReportOptions
  @Argument(help: "2020-12, or a day in it.") var period: String?
  func validate() throws { try check(.month, period, "2020-12") }
  func run() throws { try options.write(.month, period) }
}

/// `lantian report quarter`.
struct ReportQuarterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarter", abstract: "The quarter (季度通报), with the proposed list for public talks (约谈).")
  @OptionGroup var options: ReportOptions
  @Argument(help: "2020-Q4, or a day in it.") var period: String?
  func validate() throws { try check(.quarter, period, "2020-Q4") }
  func run() throws { try options.write(.quarter, period) }
}

/// `lantian report year`.
struct ReportYearCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "year", abstract: "The year (年度通报), with compliance by HJ 663.")
  @OptionGroup var options: ReportOptions
  @Argument(help: "2020, or a day in it.") var period: String?
  func validate() throws { try check(.year, period, "2020") }
  func run() throws { try options.write(.year, period) }
}

/// `lantian report season`.
struct ReportSeasonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "season", abstract: "A dated heating season (采暖季), by the year it begins in.")
  @OptionGroup var options: ReportOptions
  @Argument(help: "2020, or a day in it.") var period: String?
  func run() throws { try options.write(.season, period) }
}

/// `lantian report dust [DATE [COUNTY]]`.
struct ReportDustCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dust", abstract: "The evidence file of a day with sand-dust (沙尘佐证材料), due the same day.",
    discussion: """
      The same file as `dust evidence`, for the whole of one civil day, by default that of the newest record. Without COUNTY it is written for every unit whose
      sand-dust was suspected, declared or confirmed on the day, one after another.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "2020-04-09.") var day: String?
  @Argument(help: "Code or name of a county, the city or the urban district.") var county: String?
  @Option(help: "text, html or csv.") var format = DustEvidenceCommand.Format.text
  @Option(help: "zh or en; otherwise both.") var language: ReportLanguage?
  @Option(help: ArgumentHelp("The file; otherwise standard output.", valueName: "file")) var out: String?

  func validate() throws {
    guard let day, CivilDay(day) == nil else { return }
    throw ValidationError("\"\(day)\" is no day such as 2020-04-09")
  }

  func run() throws {
    var made: [String] = []
    do {
      let store = try Store(reading: try control.stateDirectory(global))
      defer { store.closeAndWait() }
      let stored = StoredDustEvidence(store: store)
      let date = try day.flatMap { CivilDay($0) } ?? stored.today()
      guard let from = CivilTimeText(date.description), let until = CivilTimeText(date.adding(days: 1).description)
      else { return }
      let units = try county.map { [$0] } ?? stored.units(on: date)
      guard !units.isEmpty else {
        throw ExitStatus.data.fail(
          "no sand-dust was suspected, declared or confirmed on \(date); name a county to write the file all the same")
      }
      for unit in units {
        var evidence = try stored.evidence(unit, from: from, until: until)
        evidence.language = DustEvidence.Language(language)
        made.append(format.render(evidence))
      }
    } catch let problem as ExplanationProblem {
      throw ExitStatus.data.fail(problem.description)
    } catch let error as StoreError {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    try ReportOptions.write(Array(made.joined(separator: "\n").utf8), to: out)
  }
}
