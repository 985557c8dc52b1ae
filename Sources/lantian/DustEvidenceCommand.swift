import ArgumentParser
import Daemon
import Explanations
import Reports
import Store

/// `lantian dust evidence COUNTY --from T --until T`.
struct DustEvidenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence", abstract: "Writes the evidence file of a sand-dust period, due the same day.",
    discussion: """
      COUNTY is a code or a name. It reads the stored state, beside the running daemon or after it: hourly PM10, PM2.5, their
      ratio and the surge, the neighbours, the acts, and the hours of the stations, in Chinese and English, or in the
      language asked for.
      """)

  /// How the file is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case html
    case csv

    /// The whole file.
    func render(_ evidence: DustEvidence) -> String {
      switch self {
      case .text: evidence.text()
      case .html: evidence.html()
      case .csv: evidence.csv()
      }
    }
  }

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Argument(help: "Code or name of a county, the city or the urban district.") var county: String
  @Option(help: ArgumentHelp("Begin of the period.", valueName: "T")) var from: String
  @Option(help: ArgumentHelp("End of the period, at most 31 days later.", valueName: "T")) var until: String
  @Option(help: "text, html or csv.") var format = Format.text
  @Option(help: "zh or en; otherwise both.") var language: ReportLanguage?
  @Option(help: ArgumentHelp("The file; otherwise standard output.", valueName: "file")) var out: String?

  func validate() throws {
    for (name, text) in [("--from", from), ("--until", until)] where CivilTimeText(text) == nil {
      throw ValidationError("\(name) \"\(text)\" is no time such as 2020-12-05T09:00, 2020-12-05 or RFC 3339")
    }
  }

  func run() throws {
    guard let from = CivilTimeText(from), let until = CivilTimeText(until) else { return }
    var evidence: DustEvidence
    do {
      let store = try Store(reading: try control.stateDirectory(global))
      defer { store.closeAndWait() }
      evidence = try StoredDustEvidence(store: store).evidence(county, from: from, until: until)
    } catch let problem as ExplanationProblem {
      throw ExitStatus.data.fail(problem.description)
    } catch let error as StoreError {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    evidence.language = DustEvidence.Language(language)
    try ReportOptions.write(Array(format.render(evidence).utf8), to: out)
  }
}

extension DustEvidence.Language {
  /// Both without a choice.
  init(_ language: ReportLanguage?) {
    switch language {
    case nil: self = .both
    case .chinese: self = .chinese
    case .english: self = .english
    }
  }
}
