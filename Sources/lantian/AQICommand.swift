import AirQuality
import ArgumentParser

/// `lantian aqi`: a CSV filter from concentrations to indices.
struct AQICommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aqi", abstract: "Appends IAQI, AQI, primary pollutants and category to a CSV on standard input.",
    discussion: "Columns among so2, no2, pm10, co, o3_1h, o3_8h, pm25, and so2_24h for hours; others pass through. "
      + "µg/m³, CO in mg/m³. Bad rows go to standard error and give exit code 65.")

  enum Period: String, ExpressibleByArgument, CaseIterable {
    case hour
    case day
  }

  @OptionGroup var global: GlobalOptions

  @Option(help: "hj633-2012 or hj633-2026.")
  var edition: String

  @Option(help: "hour or day.")
  var period: Period

  func validate() throws {
    guard AQIEdition(name: edition) != nil else {
      throw ValidationError("--edition is one of \(AQIEdition.allCases.map(\.name).joined(separator: ", "))")
    }
  }

  func run() throws {
    guard let edition = AQIEdition(name: edition) else { return }
    var filter = Filter(edition: edition, period: period == .hour ? .hour : .day)
    do {
      try InputFile.chunks(of: 0, named: "standard input") { try filter.take($0) }
      try filter.finish()
    } catch let failure as InputFile.Failure {
      throw failure.exit()
    } catch let problem as AQITableProblem {
      throw ExitStatus.data.fail("\(problem)")
    }
    if filter.failed { throw ExitCode(ExitStatus.data.rawValue) }
  }

  /// Splits the stream into lines and hands each to the table.
  private struct Filter {
    let edition: AQIEdition
    let period: AQITable.Period
    private var table: AQITable?
    private var rest: [UInt8] = []

    init(edition: AQIEdition, period: AQITable.Period) {
      self.edition = edition
      self.period = period
    }

    var failed: Bool { table?.failed ?? true }

    mutating func take(_ chunk: ArraySlice<UInt8>) throws {
      var start = chunk.startIndex
      while let end = chunk[start...].firstIndex(of: 0x0A) {
        if rest.isEmpty {
          try line(chunk[start..<end])
        } else {
          rest += chunk[start..<end]
          let whole = rest
          rest = []
          try line(whole[...])
        }
        start = end + 1
      }
      // One byte more than the table accepts is enough for it to refuse the line.
      if rest.count <= AQITable.maximumLineBytes { rest += chunk[start...].prefix(AQITable.maximumLineBytes + 2) }
    }

    mutating func finish() throws {
      if !rest.isEmpty { try line(rest[...]) }
      if table == nil {
        throw ExitStatus.data.fail("standard input is empty: a header line with the names of the columns is needed")
      }
    }

    private mutating func line(_ bytes: ArraySlice<UInt8>) throws {
      guard table != nil else {
        let made = try AQITable(header: bytes, edition: edition, period: period)
        InputFile.writeStandardOutput(made.header + [0x0A])
        table = made
        return
      }
      guard let outcome = table?.row(bytes) else { return }
      for problem in outcome.problems { printError("lantian: \(problem)") }
      if let line = outcome.line { InputFile.writeStandardOutput(line + [0x0A]) }
    }
  }
}
