import AirQuality
import ArgumentParser
import Daemon
import Explanations
import Store

/// `lantian explain COUNTY POLLUTANT PERIOD`: how a number was made.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Prints how a published number was made, down to the raw rows.",
    discussion: """
      COUNTY is a code or a name (141102, 离石区, 141100 for the whole city, 141100-urban for the urban district). PERIOD is an
      hour by its end (2020-12-05T09), a day (2020-12-05), a month (2020-12) or a year (2020). It reads the stored state,
      beside the running daemon or after it, and says the same whenever it is asked. The id of a station instead of COUNTY
      shows that station's rows of an hour or a day, raw and calibrated.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var control: ControlOptions

  @Flag(help: "Also the rows that only repeat others.") var allRows = false

  @Argument(help: "Code or name of a county, the city or the urban district, or the id of a station.") var county:
    String
  @Argument(help: "pm25, pm10, so2, no2, o3 or co.") var pollutant: String
  @Argument(help: "2020-12-05T09, 2020-12-05, 2020-12 or 2020.") var period: String

  func validate() throws {
    guard let known = Pollutant(name: pollutant), known.isCriteria else {
      throw ValidationError("\"\(pollutant)\" is none of pm25, pm10, so2, no2, o3, co")
    }
    guard ExplanationPeriod(period) != nil else {
      throw ValidationError(
        "\"\(period)\" is no period: an hour by its end 2020-12-05T09, a day 2020-12-05, a month 2020-12, a year 2020")
    }
  }

  func run() throws {
    guard let pollutant = Pollutant(name: pollutant), let period = ExplanationPeriod(period) else { return }
    let explanation: Explanation
    do {
      let store = try Store(reading: try control.stateDirectory(global))
      defer { store.closeAndWait() }
      let stored = StoredExplanation(store: store)
      if try stored.isStation(county) {
        return show(try stored.explain(station: county, pollutant, period))
      }
      explanation = try stored.explain(county, pollutant, period)
    } catch let problem as ExplanationProblem {
      throw ExitStatus.data.fail(problem.description)
    } catch let error as StoreError {
      throw ExitStatus.inputOutput.fail("\(error)")
    }
    switch global.output {
    case .table: explanation.lines(allRows: allRows).forEach { printLine($0) }
    case .json: printLine(explanation.json())
    }
    if explanation.agreesWithStored == false { throw ExitCode(ExitStatus.data.rawValue) }
  }

  private func show(_ explanation: StationExplanation) {
    switch global.output {
    case .table: explanation.lines().forEach { printLine($0) }
    case .json: printLine(explanation.json())
    }
  }
}
