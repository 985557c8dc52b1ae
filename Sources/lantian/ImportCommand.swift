import AirQuality
import ArgumentParser
import Daemon
import Digests
import Engine
import FoundationEssentials
import Reviews
import Store

/// `lantian import …`.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings in data that people have made.",
    subcommands: [ImportReviewedCommand.self])
}

/// `lantian import reviewed FILES --by NAME [--dry-run]`.
struct ImportReviewedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reviewed",
    abstract: "Brings in reviewed hours (审核数据) and says how they differ from the provisional ones.",
    discussion: """
      FILES are hourly station rows as `replay` reads them, plain or gzip, or folders of them; stations go by id or name of
      the registry. A day of a station and pollutant that has a row in the files is replaced as a whole: an hour without a
      value, or without a row, was found invalid. Provisional values stay on record beside. The difference is printed
      first: days that the ledger takes and does not take, hours, daily figures, heavy and good days, and findings that
      would have been others; with --dry-run nothing else happens. A set with faults is not taken, unless --skip-faults
      leaves them out: of a day with two values for one hour, a value below zero or an unreadable one nothing is taken.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions
  @OptionGroup var layout: HistoryLayoutOptions

  @Option(help: "Who answers for the review; kept on record.")
  var by: String?

  @Flag(help: "Prints the difference and takes nothing.")
  var dryRun = false

  @Flag(help: "Takes the set without the days of a station and pollutant that are at fault.")
  var skipFaults = false

  @Option(help: "The import's own id: a repeated import with it takes only what did not get through.")
  var id: String?

  @Argument(help: ArgumentHelp("Files or folders of them.", valueName: "files"))
  var files: [String]

  func validate() throws {
    _ = try layout.options(zone: .china)
    guard !files.contains("-") else {
      throw ValidationError("a reviewed set is read from files: it is kept on record by name")
    }
    guard !dryRun else { return }
    guard let by, by.contains(where: { !$0.isWhitespace }) else {
      throw ValidationError("--by NAME: who answers for the review is kept on record")
    }
    guard by.count <= 64 else { throw ValidationError("--by is longer than 64 characters") }
  }

  func run() async throws {
    let (set, sources) = try compare()
    if set.problemCount > 0 {
      for problem in set.problems { printError(problem) }
      if set.problemCount > set.problems.count { printError("\(set.problemCount - set.problems.count) more faults") }
      if !skipFaults {
        throw ExitStatus.data.fail(
          "\(set.problemCount) faults: nothing was taken; correct the files, or leave them out with --skip-faults")
      }
    }
    guard set.span != nil else {
      throw ExitStatus.data.fail("the files hold no reviewed hour of a station of the site")
    }
    if !dryRun { try await take(set, sources) }
  }

  /// Reads the files and prints the difference.
  private func compare() throws -> (ReviewedSet, HistorySources) {
    let store: Store
    let stored: StoredReviewDifference
    do {
      store = try Store(reading: try control.stateDirectory(global))
      stored = try StoredReviewDifference(store: store)
    } catch let problem as StoredReviewDifference.Problem {
      throw ExitStatus.data.fail(problem.description)
    } catch let error as StoreError {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    defer { store.closeAndWait() }
    let sources = try HistorySources(files, options: try layout.options(zone: stored.site.offset))
    let set = ReviewedSet(sources.tables, site: stored.site, before: stored.today)
    if set.tally.withoutRow > 0 {
      printError(
        "note: \(set.tally.withoutRow) hours of the set's days have no row: they count as found invalid, whatever instruments sent"
      )
    }
    let assessed = Set(stored.site.stations.filter(\.assessed).map(\.id))
    let others = set.stations.subtracting(assessed).sorted()
    if !others.isEmpty {
      printError("note: not assessed, kept on record and in no figure: \(others.joined(separator: ", "))")
    }
    var progress = ProgressLine(label: "comparing")
    let difference: ReviewDifference?
    do {
      difference = try stored.difference(set) { progress.show(Int64($0), of: Int64($1)) }
    } catch {
      throw ExitStatus.inputOutput.fail("the stored hours cannot be compared: \(error)")
    }
    progress.clear()
    guard let difference else { return (set, sources) }
    if difference.taking.notTaken > 0 {
      let taking = difference.taking
      printError(
        "note: \(taking.notTaken) of \(set.days.count) days of a station and pollutant enter no figure: "
          + "\(taking.notAssessed) not assessed, \(taking.beforeLedger) before the ledger, \(taking.notOver) not over")
    }
    switch global.output {
    case .json: printLine(difference.json(tally: set.tally, leftOut: set.leftOut))
    case .table:
      let tally = set.tally
      printLine(
        "审核数据 Reviewed set: \(tally.rows) 行 rows, \(tally.stations) 个点位 stations, \(set.days.count) 个点位·项目·日 days of a "
          + "station and pollutant")
      printLine(
        "有效小时 valid hours \(tally.values), 无值 without a value \(tally.withoutValue), 无行 without a row \(tally.withoutRow)"
      )
      for table in [ReviewDifference.table(set.leftOut)].compactMap({ $0 }) + difference.tables() {
        printLine("")
        printLine(table.title)
        if table.rows.isEmpty {
          printLine("无 none")
        } else {
          TextTable(header: table.header, rows: table.rows).lines().forEach { printLine($0) }
        }
      }
    }
    return (set, sources)
  }

  private struct Taken: Decodable {
    var part: Int
    var parts: Int
    var sequence: Int64?
  }

  private func take(_ set: ReviewedSet, _ sources: HistorySources) async throws {
    let client = control.client(global)
    let parts = set.parts(limit: ControlClient.reviewedDaysPerPart)
    let id = self.id ?? String(UUID().uuidString.lowercased().prefix(18))
    let digest = try Self.digest(sources.paths)
    let names = sources.paths.map { String($0.split(separator: "/").last ?? "-") }.joined(separator: ", ")
    for (index, days) in parts.enumerated() {
      let part = ReviewedImport(
        id: id, part: index + 1, parts: parts.count, source: String(names.prefix(500)), digest: digest, by: by ?? "",
        days: Array(days))
      let answer: ControlClient.Answer
      do {
        answer = try await client.importReviewed(part)
      } catch {
        throw ExitStatus.unavailable.fail(
          "\(error); \(index) of \(parts.count) parts were taken, go on with --id \(id)")
      }
      // The difference is on standard output already: what was taken goes beside it.
      guard let taken = try ControlClient.unwrap(answer, as: Taken.self, output: .table) else { continue }
      printError(
        "on record: part \(taken.part) of \(taken.parts), \(days.count) days of a station and pollutant"
          + (taken.sequence.map { ", event \($0)" } ?? ", as before"))
    }
  }

  /// SHA-256 over the files as they were read, unpacked.
  private static func digest(_ paths: [String]) throws -> String {
    var hash = SHA256()
    for path in paths {
      do throws(InputFile.Failure) { hash.update(try InputFile.read(path)) } catch { throw error.exit() }
    }
    return SHA256.hex(hash.finalize())
  }
}
